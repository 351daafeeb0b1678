/** Tensors whose values stay in a runtime's memory: arguments in place, freed with the last tensor, never too early. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { evaluate, inputAvals, sizeOf, type Executor, type HostArray } from '../../src/ir/index.js';
import { jit } from '../../src/compile/index.js';
import { wasmExecutor } from '../../src/compile/wasm/executor.js';
import { Resident, Runtime } from '../../src/compile/runtime/index.js';
import type { Stored } from '../../src/staging/data-id.js';
import { executorOf, hostOf, register, stage, tensor, tensorFromHost } from '../../src/staging/index.js';

let runtime = new Runtime();

/** The reference evaluator between arguments and results that lie in the runtime, whatever their size. */
const between: Executor = {
  name: 'reference evaluator',
  compile: (graph) => {
    const avals = inputAvals(graph);
    return (values) => {
      runtime.begin();
      try {
        const storage = (v: { dtype: string }): 'f64' | 'i32' | 'u32' | 'bool' =>
          v.dtype === 'f' ? 'f64' : (v.dtype as 'i32' | 'u32' | 'bool');
        const args = values.map((v, i) => runtime.take(avals[i]!, storage(v), runtime.place(v, storage(v))));
        return evaluate(graph, args).map((v) => {
          const address = runtime.allocate(8 * sizeOf(v.shape));
          return runtime.result(v, storage(v), runtime.place(v, storage(v), address));
        });
      } finally {
        runtime.end();
      }
    };
  },
};

const compiler = (): Executor => wasmExecutor({ runtime });

let before: Executor;
beforeAll(() => {
  register();
  before = executorOf();
});
afterAll(() => register({ executor: before }));

const n = 1000;
const stored = (x: tf.Tensor): Stored => x.dataId as Stored;
const valueOf = (x: tf.Tensor): Resident => stored(x).value as Resident;
const ones = (): tf.Tensor => tensor(new Float64Array(n).fill(1), [n]);
const first = (x: tf.Tensor): number => x.dataSync()[0]!;
const live = (): number => runtime.usage.results;

test('the executor stays when tfjs looks for its best backend', () => {
  register({ executor: between });
  tf.add(1, 2).dispose();
  expect(executorOf()).toBe(between);
});

describe.each([
  ['the reference evaluator', () => between],
  ['the compiler', compiler],
])('tensors in a runtime of %s', (_, executorIn) => {
  let executor: Executor;
  let twice: (x: tf.Tensor) => tf.Tensor;
  beforeEach(() => {
    runtime = new Runtime();
    executor = executorIn();
    register({ executor });
    twice = jit((x: tf.Tensor) => tf.mul(x, 2), { executor });
  });

  test('a result is an argument where it lies, without being read', () => {
    const x = ones();
    const y = twice(x);
    const z = twice(y);
    expect(valueOf(y)).toBeInstanceOf(Resident);
    expect(runtime.usage.uploads).toBe(8 * n); // x alone
    expect(first(z)).toBe(4);
    const value = valueOf(y);
    y.dispose();
    expect(() => value.data).toThrow('f[1000] was disposed');
    expect(live()).toBe(8 * n);
    tf.dispose([x, z]);
    expect(live()).toBe(0);
  });

  test('what was read stays readable', () => {
    const y = twice(ones());
    const value = valueOf(y);
    expect(Object.is(value.data, value.data)).toBe(true);
    y.dispose();
    expect(live()).toBe(0);
    expect(value.data[n - 1]).toBe(2);
    expect(() => first(y)).toThrow('disposed');
  });

  test('clones and reshapes outlive their source', () => {
    const y = twice(ones());
    const [c, r] = [tf.clone(y), tf.reshape(y, [10, 100])];
    y.dispose();
    expect([first(c), first(r)]).toEqual([2, 2]);
    const again = jit((x: tf.Tensor) => tf.sum(x), { executor })(r);
    expect(first(again)).toBe(2 * n);
    tf.dispose([c, r, again]);
    expect(live()).toBe(0);
  });

  test('variables keep what they were assigned, and free what they had', () => {
    const start = tf.memory();
    const y = twice(ones());
    const v = tf.variable(y);
    y.dispose();
    expect(first(v)).toBe(2);
    expect(live()).toBe(8 * n);
    const held = valueOf(v);
    const z = twice(v);
    v.assign(z);
    expect(held.address).toBe(0);
    z.dispose();
    expect(first(twice(v))).toBe(8);
    v.dispose();
    expect(live()).toBe(8 * n); // the tensor of the line before last
    expect(tf.memory().numTensors - start.numTensors).toBe(2); // it, and the ones
  });

  test('values that somebody else holds are not freed with the tensor', () => {
    const y = twice(ones());
    const host = hostOf(y);
    y.dispose();
    expect(live()).toBe(8 * n);
    expect(host.data[0]).toBe(2);

    const other = valueOf(twice(ones()));
    const [a, b] = [tensorFromHost(other), tensorFromHost(other)];
    a.dispose();
    expect(first(b)).toBe(2);
    b.dispose();
    expect(other.data[0]).toBe(2);
  });

  test('a tensor that a program closes over may be disposed', () => {
    const y = twice(
      tensor(
        Float64Array.from({ length: n }, (_, i) => i),
        [n],
      ),
    );
    const { graph } = stage((x: tf.Tensor) => tf.add(x, y), [ones()]);
    y.dispose();
    expect(live()).toBe(0);
    const [sum] = executor.compile(graph)([hostOf(ones())]) as [HostArray];
    expect(sum.data[n - 1]).toBe(2 * n - 1);
  });

  test('memory is flat over tidy loops, compiled and eager', () => {
    tf.setBackend('adjoint');
    let x = ones();
    const step = (f: (x: tf.Tensor) => tf.Tensor): void => {
      const next = tf.tidy(() => f(x));
      x.dispose();
      x = next;
    };
    const compiled = jit((y: tf.Tensor) => tf.sub(tf.mul(y, 1.5), tf.div(y, 2)), { executor });
    const eager = (y: tf.Tensor): tf.Tensor => tf.sub(tf.mul(y, 1.5), tf.div(y, 2));
    step(compiled);
    step(eager);
    const [start, tensors] = [runtime.usage.used, tf.memory()];
    for (let i = 0; i < 300; i++) step(i % 2 === 0 ? compiled : eager);
    expect(runtime.usage.used - start).toBeLessThan(16 * n);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).toEqual({
      numTensors: tensors.numTensors,
      numDataBuffers: tensors.numDataBuffers,
      numBytes: tensors.numBytes,
    });
    expect(first(x)).toBe(1);
  });

  test('eager results in float32 keep nothing in the memory', () => {
    tf.setBackend('adjoint');
    const x = tf.tensor1d(new Float32Array(n).fill(0.1));
    const y = tf.mul(x, x);
    expect(first(y)).toBe(Math.fround(Math.fround(0.1) ** 2));
    expect(live()).toBe(0);
    tf.dispose([x, y]);
  });
});
