/** The words of staging errors, and the places that they name. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { print } from '../../src/ir/index.js';
import { register, stage } from '../../src/staging/index.js';
import { kernelTable } from '../../src/staging/kernel-table.js';
import { refusedKernels } from '../../src/staging/refusals.js';

register();

const failure = (f: (x: tf.Tensor) => unknown): string => {
  try {
    stage(f, [tf.zeros([3])]);
  } catch (error) {
    return (error as Error).message.replace(/(\.ts):\d+:\d+/g, '$1:LINE');
  }
  return 'no error';
};

describe('messages', () => {
  it('reading a staged value: which value, where made, what to use', () => {
    expect(failure((x) => tf.mul(x, 2).dataSync())).toMatchInlineSnapshot(
      `"The staged value f[3] (tf.mul at test/staging/messages.test.ts:LINE) was read on the host (dataSync, data, array, print, a comparison such as x > 0, a template string, or a kernel of another backend). It has no value until the program runs. Use cond for a branch, tf.where for an element-wise choice and scan for a loop, or return the value from the staged function and read it there."`,
    );
  });
  it('reading an argument', () => {
    expect(failure((x) => x.arraySync())).toMatchInlineSnapshot(
      `"The staged value f[3] (argument 0 of the staged function) was read on the host (dataSync, data, array, print, a comparison such as x > 0, a template string, or a kernel of another backend). It has no value until the program runs. Use cond for a branch, tf.where for an element-wise choice and scan for a loop, or return the value from the staged function and read it there."`,
    );
  });
  it('a function that tfjs composes of others is named by its own name', () => {
    expect(failure((x) => tf.losses.meanSquaredError(x, tf.ones([3])).dataSync())).toContain(
      'tf.meanSquaredError at test/staging/messages.test.ts',
    );
  });
  it('host random numbers', () => {
    expect(failure((x) => tf.add(x, tf.randomNormal([3])))).toMatchInlineSnapshot(
      `"tf.randomNormal at test/staging/messages.test.ts:LINE draws on the host: inside a staged function its numbers would be frozen into the program. Pass a key and draw with it: randomNormal(key, shape), randomUniform(key, shape), or sample from a distribution."`,
    );
  });
  it('a kernel that is not supported', () => {
    expect(failure((x) => tf.engine().runKernel('FromPixels', { x }))).toMatchInlineSnapshot(
      `"The kernel FromPixels is not supported (called by tf.FromPixels at test/staging/messages.test.ts:LINE). Run that part eagerly outside the staged function, on another tfjs backend, and pass its result in."`,
    );
  });
  it("a kernel of tfjs's derivatives", () => {
    expect(failure((x) => tf.engine().runKernel('EluGrad', { dy: x, y: x }))).toMatchInlineSnapshot(
      `"The kernel EluGrad (called by tf.EluGrad at test/staging/messages.test.ts:LINE) belongs to tfjs's own derivatives, which this backend does not compute. Use adjoint's own grad, valueAndGrad, vjp or jvp."`,
    );
  });
  it('a shape that depends on data', () => {
    expect(failure((x) => tf.unique(x))).toMatchInlineSnapshot(
      `"The shape of the result of the kernel Unique (called by tf.unique at test/staging/messages.test.ts:LINE) depends on data, which a staged program does not allow. Compute it outside the staged function and pass its result in."`,
    );
  });
  it('complex numbers', () => {
    expect(failure((x) => tf.spectral.rfft(x))).toMatchInlineSnapshot(
      `"Tensors of dtype complex64 are not supported (used by tf.rfft at test/staging/messages.test.ts:LINE). Supported are float32, int32 and bool; carry a complex number as two real tensors."`,
    );
  });
  it('shapes that do not fit', () => {
    expect(failure((x) => tf.add(tf.exp(x), tf.ones([2])))).toMatchInlineSnapshot(
      `"tf.add at test/staging/messages.test.ts:LINE: add: shapes [3] and [2] do not broadcast"`,
    );
  });
  it('a result that is no tree', () => {
    expect(failure((x) => ({ a: [x, 'text'] }))).toMatchInlineSnapshot(
      `"Expected a tree of tensors, keys, numbers and booleans in arrays and records; found the string 'text' at a.1. Close over values that are not part of the computation; make tensors of typed arrays with tensor(values, shape)."`,
    );
  });

  it('the line is that of the call that made the value', () => {
    const lineOf = (text: string): number => Number(/messages\.test\.ts:(\d+):/.exec(text)![1]);
    let here = 0;
    const f = (x: tf.Tensor): unknown => {
      here = lineOf(new Error().stack!);
      const y = tf.exp(x);
      const z = tf.mul(x, y);
      return [z, y.dataSync()];
    };
    let found = 0;
    try {
      stage(f, [1]);
    } catch (error) {
      found = lineOf((error as Error).message);
    }
    expect(found).toBe(here + 1);
  });

  it('a failing function is recorded twice, a good one once', () => {
    let calls = 0;
    stage((x: tf.Tensor) => (calls++, tf.exp(x)), [1]);
    expect(calls).toBe(1);
    failure((x) => (calls++, x.dataSync()));
    expect(calls).toBe(3);
    failure(() => {
      calls++;
      throw new Error("the user's own");
    });
    expect(calls).toBe(4);
  });

  it('origins name functions, and lines on demand', () => {
    const origins = (): string[] => {
      const { graph } = stage((x: tf.Tensor) => tf.mul(tf.exp(x), 2), [1]);
      return graph.nodes.filter((n) => n.operands.length > 0).map((n) => n.origin!());
    };
    expect(origins()).toEqual(['tf.exp', 'tf.mul']);
    register({ lines: true });
    expect(
      origins().every((o) => /^tf\.(exp|mul) at test\/staging\/messages\.test\.ts:\d+:\d+$/.test(o)),
    ).toBe(true);
    register({ lines: false });
  });
});

describe('kernels', () => {
  it('every kernel of tfjs is lowered or refused by name', () => {
    const all = Object.entries(tf)
      .filter(
        ([name, value]) =>
          typeof value === 'string' && name !== 'OP_SCOPE_SUFFIX' && /^(_Fused|[A-Z][A-Za-z])/.test(name),
      )
      .map(([, value]) => value as string);
    const known = [...Object.keys(kernelTable), ...refusedKernels].sort();
    expect(new Set(known).size).toBe(known.length);
    expect(all.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !all.includes(name))).toEqual([]);
    expect(Object.keys(kernelTable).length).toBeGreaterThan(135);
  });

  it('a program prints as operations', () => {
    const { graph } = stage((x: tf.Tensor) => tf.clone(tf.square(x)), [1]);
    expect(print(graph)).toMatchInlineSnapshot(`
      "(%0: f[]) {
        %1 = mul(%0, %0) : f[]
        return %1
      }"
    `);
  });
});
