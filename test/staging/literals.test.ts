/** Numbers written in a staged function keep float64, which tfjs rounds to float32 before a backend sees them. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluate, hostArray } from '../../src/ir/index.js';
import { LiteralMemory } from '../../src/staging/literals.js';
import { register, stage, tensor } from '../../src/staging/index.js';

register();

const third = 1 / 3;
const run = (f: (x: tf.Tensor) => tf.Tensor, x = 1): number[] => {
  const { graph } = stage(f, [x]);
  return Array.from(evaluate(graph, [hostArray([x], [], 'f')])[0]!.data);
};

describe('exact literals', () => {
  const cases: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor, readonly number[]])[] = [
    ['tf.mul(x, 0.1)', (x) => tf.mul(x, 0.1), [0.1]],
    ['tf.mul(0.1, x)', (x) => tf.mul(0.1, x), [0.1]],
    ['two literals', (x) => tf.mul(tf.add(x, 0.1), 0.3), [1.1 * 0.3]],
    ['tf.scalar', (x) => tf.mul(x, tf.scalar(Math.PI)), [Math.PI]],
    ['tf.tensor', (x) => tf.mul(x, tf.tensor([0.1, 0.2])), [0.1, 0.2]],
    ['tf.tensor1d', (x) => tf.mul(x, tf.tensor1d([third])), [third]],
    [
      'tf.tensor2d of a flat list',
      (x) => tf.mul(x, tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2])),
      [0.1, 0.2, 0.3, 0.4],
    ],
    [
      'tf.tensor2d of a nested list',
      (x) =>
        tf.mul(
          x,
          tf.tensor2d([
            [0.1, 0.2],
            [0.3, 0.4],
          ]),
        ),
      [0.1, 0.2, 0.3, 0.4],
    ],
    [
      'tf.tensor3d of a nested list',
      (x) =>
        tf.mul(
          x,
          tf.tensor3d([
            [[0.1], [0.2]],
            [[0.3], [0.4]],
          ]),
        ),
      [0.1, 0.2, 0.3, 0.4],
    ],
    ['one row', (x) => tf.mul(x, tf.tensor([[0.1, 0.2]])), [0.1, 0.2]],
    ['a list as argument', (x) => tf.add(x, [0.1, 0.2]), [1.1, 1.2]],
    ['a nested list as argument', (x) => tf.add(x, [[0.1], [0.2]]), [1.1, 1.2]],
    ['a list of literals', (x) => tf.stack([x, 0.1 as any, 0.2 as any]), [1, 0.1, 0.2]],
    ['Float64Array as argument', (x) => tf.add(x, new Float64Array([0.1, 0.2]) as any), [1.1, 1.2]],
    [
      'tf.tensor1d(Float64Array)',
      (x) => tf.mul(x, tf.tensor1d(new Float64Array([0.1, third]) as any)),
      [0.1, third],
    ],
    [
      'Float64Array with a shape',
      (x) => tf.mul(x, tf.tensor(new Float64Array([0.1, third]) as any, [2, 1])),
      [0.1, third],
    ],
    ['Float32Array: as it is', (x) => tf.mul(x, tf.tensor1d(new Float32Array([0.1]))), [Math.fround(0.1)]],
    ['fill', (x) => tf.mul(x, tf.fill([2], 0.1)), [0.1, 0.1]],
    ['linspace', (x) => tf.mul(x, tf.linspace(0, 1, 4)), [0, third, 2 * third, 1]],
    ['clip bounds', (x) => tf.clipByValue(x, 0, 0.7), [0.7]],
    ['pow', (x) => tf.pow(tf.add(x, 1), 0.1), [2 ** 0.1]],
    ['tensor of adjoint', (x) => tf.mul(x, tensor([[0.1], [third]])), [0.1, third]],
    ['a huge and a special number', (x) => tf.mul(x, [1e300, -0, NaN]), [1e300, -0, NaN]],
    [
      'a tensor buffer: float32',
      (x) => {
        const b = tf.buffer([1]);
        b.set(0.25, 0);
        return tf.mul(x, b.toTensor());
      },
      [0.25],
    ],
  ];
  it.each(cases)('%s', (_, f, expected) => {
    expect(run(f)).toEqual(expected);
  });

  it('integers and bool are untouched', () => {
    const { graph } = stage((i: tf.Tensor) => tf.add(i, tf.scalar(2.7, 'int32')), [tf.scalar(1, 'int32')]);
    expect(Array.from(evaluate(graph, [hostArray([1], [], 'i32')])[0]!.data)).toEqual([3]);
  });

  it('a stale original is not taken for another number', () => {
    const memory = new LiteralMemory();
    memory.remember(0.1);
    memory.remember([0.2, 0.3]);
    expect(memory.recall(Float32Array.of(0.5))).toBeUndefined();
    memory.remember(0.1);
    expect(memory.recall(Float32Array.of(0.1))).toEqual(Float64Array.of(0.1));
    expect(memory.recall(Float32Array.of(0.1))).toBeUndefined();
  });

  it('outside, tfjs rounds as ever', () => {
    const x = tf.scalar(0.1);
    expect(x.dataSync()[0]).toBe(Math.fround(0.1));
    expect(tensor(0.1).dataSync()[0]).toBe(0.1);
    expect(tensor(0.1).dataSync()).toBeInstanceOf(Float64Array);
    expect(tf.exp(x).dataSync()).toBeInstanceOf(Float32Array);
    expect(tf.exp(tensor(0.1)).dataSync()[0]).toBe(Math.exp(0.1));
  });
});
