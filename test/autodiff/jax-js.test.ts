/**
 * The numbers that jax-js states for jvp, vmap, Jacobians and Hessians (github.com/ekzhang/jax-js, `test/basic.test.ts`,
 * MIT), asked of our functions.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, jacobian, jvp, vmap } from '../../src/autodiff/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const values = (x: tf.Tensor): number[] => Array.from(hostOf(x).data);
const close = (x: tf.Tensor, expected: readonly number[], digits = 12): void => {
  expect(x.size).toBe(expected.length);
  values(x).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, digits));
};

/** The numbers 1 … n in a shape. */
const counted = (...shape: number[]): tf.Tensor => {
  const n = shape.reduce((s, d) => s * d, 1);
  return tensor(
    Array.from({ length: n }, (_, i) => i + 1),
    shape,
  );
};

describe('jvp', () => {
  it('of sine, up to the third derivative', () => {
    type Scalar = (x: tf.Tensor) => tf.Tensor;
    const derivative =
      (f: Scalar): Scalar =>
      (x) =>
        jvp(f, [x], [tensor(1)])[1] as tf.Tensor;
    const expected = [0.141120001, -0.989992499, -0.141120001, 0.989992499];
    let f: Scalar = (x) => tf.sin(x);
    for (const value of expected) {
      // they are given to nine digits
      close(f(tensor(3)), [value], 7);
      f = derivative(f);
    }
  });

  it('of a function of a record', () => {
    const f = (x: { a: tf.Tensor; b: tf.Tensor }) => tf.add(tf.mul(x.a, x.a), x.b);
    const [y, dy] = jvp(f, [{ a: tensor(1), b: tensor(2) }], [{ a: tensor(1), b: tensor(0) }]);
    close(y, [3]);
    close(dy as tf.Tensor, [2]);
  });

  it.each([
    ['sum', (x: tf.Tensor) => tf.sum(x), [1, 2, 3], [1, 1, 1], 6, 3],
    ['product', (x: tf.Tensor) => tf.prod(x), [1, 2, 3, 4], [1, 10, 100, 1000], 24, 6944],
    ['minimum, shared by a tie', (x: tf.Tensor) => tf.min(x), [1, 2, 1, 4], [0, 10, 5, 1000], 1, 2.5],
  ] as const)('of a %s', (_, f, x, dx, value, slope) => {
    const [y, dy] = jvp(f, [tensor([...x])], [tensor([...dx])]);
    close(y as tf.Tensor, [value]);
    close(dy as tf.Tensor, [slope]);
  });
});

describe('vmap', () => {
  it('over one argument', () => {
    close(vmap((x: tf.Tensor) => tf.mul(x, 2))(counted(2, 3)), [2, 4, 6, 8, 10, 12]);
  });

  it('over different axes of two arguments, and over one of two', () => {
    const y = tensor([10, 20, 30, 40], [2, 2]);
    const sum = vmap((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b), [0, 1]);
    close(sum(counted(2, 2), y), [11, 32, 23, 44]);
    const scaled = vmap((a: tf.Tensor, b: tf.Tensor) => tf.mul(a, b), [0, null]);
    close(scaled(counted(2, 2), tensor(10)), [10, 20, 30, 40]);
  });

  it('of a function that returns a record', () => {
    const f = vmap((x: tf.Tensor) => ({ double: tf.mul(x, 2), square: tf.mul(x, x), sum: tf.sum(x) }));
    const { double, square, sum } = f(counted(2, 3));
    close(double, [2, 4, 6, 8, 10, 12]);
    close(square, [1, 4, 9, 16, 25, 36]);
    close(sum, [6, 15]);
  });

  it('over records, whole or by leaf', () => {
    type Pair = { a: tf.Tensor; b: tf.Tensor };
    const x: Pair = { a: counted(2, 2), b: tensor([10, 20, 30, 40], [2, 2]) };
    const sum = (p: Pair): tf.Tensor => tf.add(p.a, p.b);
    close(vmap(sum, [{ a: 0, b: 0 }])(x), [11, 22, 33, 44]);
    const fixed: Pair = { a: tensor([1, 2]), b: tensor([3, 4]) };
    const y: Pair = { a: tensor([10, 20, 30, 40], [2, 2]), b: tensor([100, 200, 300, 400], [2, 2]) };
    close(vmap((p: Pair, q: Pair) => tf.add(sum(p), sum(q)), [null, 0])(fixed, y), [114, 226, 334, 446]);
  });

  it('of dot products along either axis', () => {
    const [a, b] = [counted(2, 2), tensor([5, 6, 7, 8], [2, 2])];
    const dot = (u: tf.Tensor, v: tf.Tensor): tf.Tensor => tf.sum(tf.mul(u, v));
    close(vmap(dot, 0)(a, b), [17, 53]);
    close(vmap(dot, 1)(a, b), [26, 44]);
  });

  it('of taking a vector apart', () => {
    const parts = vmap((x: tf.Tensor) => tf.unstack(x))(counted(2, 3));
    parts.forEach((p, i) => close(p, [i + 1, i + 4]));
  });
});

describe('Jacobians and Hessians', () => {
  const x = (): tf.Tensor => counted(3);
  const diagonal = (a: number, b: number, c: number): number[] => [a, 0, 0, 0, b, 0, 0, 0, c];

  it('of a square, and of sine plus cosine by both modes', () => {
    close(jacobian((v: tf.Tensor) => tf.mul(v, v))(x()) as tf.Tensor, diagonal(2, 4, 6));
    const f = (v: tf.Tensor): tf.Tensor => tf.add(tf.sin(v), tf.cos(v));
    const slope = [1, 2, 3].map((v) => Math.cos(v) - Math.sin(v)) as [number, number, number];
    close(jacobian(f)(x()) as tf.Tensor, diagonal(...slope));
    close(grad((v: tf.Tensor) => tf.sum(f(v)))(x()) as tf.Tensor, slope);
  });

  it('of quadratic forms', () => {
    close(hessian((v: tf.Tensor) => tf.sum(tf.mul(v, v)))(x()) as tf.Tensor, diagonal(2, 2, 2));
    const weighted = (v: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tensor([1, 2, 3]), tf.mul(v, v)));
    close(hessian(weighted)(tensor([1, 1, 1])) as tf.Tensor, diagonal(2, 4, 6));
    const crossed = (v: tf.Tensor): tf.Tensor => {
      const [a, b, c] = tf.unstack(v);
      return tf.add(tf.mul(a!, b!), tf.mul(b!, c!));
    };
    close(hessian(crossed)(x()) as tf.Tensor, [0, 1, 0, 1, 0, 1, 0, 1, 0]);
  });
});
