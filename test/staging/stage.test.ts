/** stage, apply and lift: what is recorded, where it goes, what runs at once. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  closure,
  evaluate,
  hostArray,
  inline,
  ops,
  print,
  referenceExecutor,
  shapes,
  type Executor,
  type Node,
} from '../../src/ir/index.js';
import {
  apply,
  currentRecording,
  executorOf,
  hostOf,
  isRecorded,
  Key,
  leafFromHost,
  leafOf,
  lift,
  nodeOf,
  register,
  stage,
  tensor,
  tensorOf,
  within,
} from '../../src/staging/index.js';

beforeAll(() => register());

const scalar = (v: number) => hostArray([v], [], 'f');
const read = (x: unknown): number[] => Array.from((x as tf.Tensor).dataSync());

describe('stage', () => {
  it('records tfjs functions as a graph', () => {
    const { graph } = stage((x: tf.Tensor) => tf.add(tf.mul(x, 0.1), tf.exp(x)), [0]);
    expect(print(graph)).toMatchInlineSnapshot(`
      "(%0: f[]) {
        %1 = const 0.1 : f[]
        %2 = mul(%0, %1) : f[]
        %3 = exp(%0) : f[]
        %4 = add(%2, %3) : f[]
        return %4
      }"
    `);
  });

  it('takes and gives trees; every leaf of the arguments is an input, in order', () => {
    const { graph, outDef, outLike } = stage(
      (p: { w: tf.Tensor; b: tf.Tensor[] }, on: tf.Tensor) => ({
        y: tf.where(on, p.w, p.b[0]!),
        z: [1, true, p.b[1]!],
      }),
      [{ w: tf.zeros([2]), b: [tf.zeros([2]), tf.zeros([3], 'int32')] }, true],
    );
    expect(graph.inputs.map((n) => `${n.dtype}[${n.shape}]`)).toEqual(['f[2]', 'f[2]', 'i32[3]', 'bool[]']);
    expect(graph.outputs.map((n) => `${n.dtype}[${n.shape}]`)).toEqual(['f[2]', 'f[]', 'bool[]', 'i32[3]']);
    expect(outDef.key).toBe('{"y":*,"z":[*,*,*]}');
    expect(outLike.slice(1, 3)).toEqual([1, true]);
  });

  it('uses only shape and type of its arguments', () => {
    const f = (x: tf.Tensor) => tf.square(x);
    expect(stage(f, [1]).graph.key).toBe(stage(f, [tensor(7)]).graph.key);
  });

  it('random keys are inputs and results', () => {
    const k = new Key(hostArray([1, 2, 3, 4], [2, 2], 'u32'));
    expect(k.shape).toEqual([2]);
    const { graph } = stage(
      (key: Key, x: tf.Tensor) => {
        expect(isRecorded(key)).toBe(true);
        expect(key.shape).toEqual([2]);
        return [x, key];
      },
      [k, 1],
    );
    const [, key] = apply(graph, [k, 1], []);
    expect(hostOf(key!)).toEqual(k.value);
    expect(() => tensorOf(graph.inputs[0]!)).toThrow('A random key was used as a tensor.');
  });

  it('an inner recording captures the values of the outer one', () => {
    const { graph, captures } = stage(
      (x: tf.Tensor) => {
        const y = tf.exp(x);
        const inner = stage((z: tf.Tensor) => tf.mul(tf.add(x, z), y), [1]);
        expect(inner.captures).toHaveLength(2);
        return apply(inner.graph, [tf.square(x)], inner.captures)[0];
      },
      [0],
    );
    expect(captures).toEqual([]);
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBe((2 + 4) * Math.exp(2));
  });

  it('three levels deep', () => {
    const { graph } = stage(
      (x: tf.Tensor) => {
        const a = stage(
          (y: tf.Tensor) => {
            const b = stage((z: tf.Tensor) => tf.mul(tf.add(x, y), z), [1]);
            return apply(b.graph, [y], b.captures)[0];
          },
          [1],
        );
        return apply(a.graph, [3], a.captures)[0];
      },
      [1],
    );
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBe(15);
  });

  it('a captured outer value that is only returned', () => {
    const { graph } = stage(
      (x: tf.Tensor) => {
        const inner = stage(() => x, []);
        return apply(inner.graph, [], inner.captures)[0];
      },
      [1],
    );
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBe(2);
  });

  it('filled constants are broadcast scalars, however they were made', () => {
    const ways = [
      () => tf.zeros([50]),
      () => tf.fill([50], 0),
      () => tf.tensor(new Float32Array(50)),
      () => tf.mul(tf.ones([50]), 0),
    ];
    for (const f of ways) {
      const { graph } = stage((x: tf.Tensor) => tf.mul(x, f()), [tf.ones([50])]);
      expect(print(graph)).toContain('broadcast');
      expect(graph.nodes.every((n) => n.op !== 'const' || n.shape.length === 0)).toBe(true);
    }
  });

  it('a large captured tensor is one constant', () => {
    const big = tf.linspace(0, 1, 1000);
    const { graph } = stage((x: tf.Tensor) => tf.add(tf.mul(x, big), tf.exp(big.clone())), [1]);
    expect(graph.nodes.filter((n) => n.op === 'const' && n.shape[0] === 1000)).toHaveLength(2);
    const twice = stage(
      (x: tf.Tensor) => tf.add(tf.mul(x, big), tf.reshape(tf.mul(x, tf.reshape(big, [10, 100])), [1000])),
      [1],
    );
    expect(evaluate(twice.graph, [scalar(1)])[0]!.data[999]).toBeCloseTo(2, 5);
  });

  it('currentRecording is the innermost one, with notes of its own', () => {
    expect(currentRecording()).toBeUndefined();
    stage(
      (x: tf.Tensor) => {
        currentRecording()!.notes.set('seen', 1);
        stage(
          (y: tf.Tensor) => {
            expect(currentRecording()!.notes.size).toBe(0);
            return y;
          },
          [1],
        );
        expect(currentRecording()!.notes.get('seen')).toBe(1);
        return x;
      },
      [1],
    );
    expect(currentRecording()).toBeUndefined();
  });

  it('tensor functions inside a closure of nodes record into the closure', () => {
    const w = tensor([0.5]);
    const { graph } = stage(
      (x: tf.Tensor) => {
        const { builder } = currentRecording()!;
        const outer = nodeOf(tf.exp(x), builder);
        const made = closure(builder, [outer.avals[0]!], (y: Node) => {
          const t = tf.mul(tf.add(tensorOf(y), tensorOf(outer)), w);
          expect(nodeOf(t, y.builder).builder).toBe(y.builder);
          const inner = stage((z: tf.Tensor) => tf.mul(z, tensorOf(y)), [t]);
          return [nodeOf(apply(inner.graph, [t], inner.captures)[0]!, y.builder)];
        });
        return leafOf(inline(builder, made.graph, [...made.captured, outer])[0]!);
      },
      [1],
    );
    const e = Math.exp(2);
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBeCloseTo((e + e) * 0.5 * e, 12);
  });

  it('within records into a given builder', () => {
    const { graph } = stage(
      (x: tf.Tensor) => {
        const { builder } = currentRecording()!;
        const made = closure(builder, [{ shape: [], dtype: 'f' }], (y: Node) =>
          within(y.builder, () => {
            expect(currentRecording()!.builder).toBe(y.builder);
            const inner = stage(() => tf.mul(tensorOf(y), x), []);
            return [nodeOf(apply(inner.graph, [], inner.captures)[0]!, y.builder)];
          }),
        );
        return leafOf(inline(builder, made.graph, [...made.captured, nodeOf(3, builder)])[0]!);
      },
      [1],
    );
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBe(6);
  });
});

describe('apply', () => {
  it('runs at once on concrete leaves, of any backend, in float64', () => {
    const { graph } = stage((x: tf.Tensor, y: tf.Tensor) => tf.mul(x, y), [1, 1]);
    const y = apply(graph, [tensor(0.1), 3], [])[0] as tf.Tensor;
    expect(y.dataSync()).toEqual(Float64Array.of(0.1 * 3));
    void tf.setBackend('cpu');
    expect(read(apply(graph, [tf.scalar(0.5), 3], [])[0])).toEqual([1.5]);
  });

  it('while recording, concrete leaves are still computed at once', () => {
    const { graph } = stage((x: tf.Tensor) => tf.square(x), [1]);
    stage(
      (x: tf.Tensor) => {
        expect(isRecorded(apply(graph, [3], [])[0])).toBe(false);
        expect(isRecorded(apply(graph, [x], [])[0])).toBe(true);
        return x;
      },
      [1],
    );
  });

  it('runs on the executor that was registered, compiled once for equal graphs', () => {
    let compiled = 0;
    const counting: Executor = {
      name: 'counting',
      compile(graph) {
        compiled++;
        return referenceExecutor.compile(graph);
      },
    };
    register({ executor: counting });
    expect(executorOf()).toBe(counting);
    const make = () => stage((x: tf.Tensor) => tf.tanh(x), [1]).graph;
    const first = make();
    apply(first, [1], []);
    apply(first, [2], []);
    apply(make(), [3], []);
    lift([1], (_, x) => ops.tanh(x));
    expect(compiled).toBe(1);
    register({ executor: referenceExecutor });
  });
});

describe('lift', () => {
  it('runs a function of nodes at once, or records it', () => {
    const f = (x: tf.Tensor | number, y: tf.Tensor | number) =>
      lift([x, y], (_, a, b) => [ops.mul(a!, b!), ops.add(a!, b!)]);
    expect(f(tensor(0.1), 2).map(read)).toEqual([[0.2], [2.1]]);
    const { graph } = stage((x: tf.Tensor) => f(x, 2)[0], [1]);
    expect(print(graph)).toContain('mul');
  });

  it('closes over staged values though no argument is staged', () => {
    const { graph } = stage(
      (x: tf.Tensor) => {
        const node = nodeOf(x, currentRecording()!.builder);
        return lift([3], (_, three) => ops.mul(three!, node))[0];
      },
      [1],
    );
    expect(evaluate(graph, [scalar(2)])[0]!.data[0]).toBe(6);
  });

  it('without arguments', () => {
    expect(read(lift([], (b) => shapes.eye(b, 2))[0])).toEqual([1, 0, 0, 1]);
  });

  it('gives keys for u32', () => {
    const k = leafFromHost(hostArray([1, 2], [2], 'u32'));
    expect(k).toBeInstanceOf(Key);
    expect(lift([k], (_, x) => x!)[0]).toBeInstanceOf(Key);
  });
});
