/** The matrix exponential: closed forms, identities, and its Fréchet derivative. */
import * as tf from '@tensorflow/tfjs-core';
import { Matrix } from 'ml-matrix';
import { beforeAll, describe, expect, it } from 'vitest';
import { jvp, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { expm } from '../../src/numerics/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { judge, matrixOf, near, numbers, tensorOf, values } from './matrices.js';

beforeAll(() => register({ executor: bufferExecutor }));

const random = (n: number, seed: number, size = 1): Matrix =>
  Matrix.from1DArray(n, n, values(seed, n * n)).mul(size);

/** Relative error in the largest element. */
function error(found: Matrix, expected: Matrix): number {
  const top = Math.max(...expected.to1DArray().map(Math.abs));
  return Math.max(...Matrix.sub(found, expected).to1DArray().map(Math.abs)) / top;
}

describe('values', () => {
  it('of zero, of diagonal, nilpotent and rotation matrices', () => {
    expect(numbers(expm(tf.zeros([2, 2])))).toEqual([1, 0, 0, 1]);
    near(numbers(expm(tensor([[1]]))), [Math.E]);
    const d = numbers(expm(tensor([-700, 0, 0, 30], [2, 2])));
    expect(d[0]! / Math.exp(-700)).toBeCloseTo(1, 11);
    expect(d[3]! / Math.exp(30)).toBeCloseTo(1, 12);
    near(numbers(expm(tensor([0, 1, 2, 0, 0, 3, 0, 0, 0], [3, 3]))), [1, 1, 3.5, 0, 1, 3, 0, 0, 1]);
    for (const angle of [1e-8, 0.3, 2, 40]) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      near(numbers(expm(tensor([0, -angle, angle, 0], [2, 2]))), [c, -s, s, c], 1e-13);
    }
  });
  it('e^A e^−A = I, and e^2A = (e^A)², at norms from small to large', () => {
    for (const size of [1e-6, 0.1, 1, 4, 10]) {
      const a = random(5, 61, size);
      const forth = matrixOf(expm(tensorOf(a)));
      const back = matrixOf(expm(tensorOf(Matrix.mul(a, -1))));
      const growth =
        Math.max(...forth.to1DArray().map(Math.abs)) * Math.max(...back.to1DArray().map(Math.abs));
      near(forth.mmul(back).to1DArray(), Matrix.eye(5).to1DArray(), 1e-14 * Math.max(10, growth));
      expect(error(forth.mmul(forth), matrixOf(expm(tensorOf(Matrix.mul(a, 2)))))).toBeLessThan(1e-12);
    }
  });
  it('of a stack whose matrices need different numbers of squarings', () => {
    const all = [0.01, 1, 30, 300].map((size, k) => random(3, 70 + k, size).sub(Matrix.eye(3).mul(size)));
    const stack = tensor(
      all.flatMap((m) => m.to1DArray()),
      [2, 2, 3, 3],
    );
    near(
      numbers(expm(stack)),
      all.flatMap((m) => numbers(expm(tensorOf(m)))),
      1e-13,
    );
    near(numbers(vmap(vmap((x: tf.Tensor) => expm(x)))(stack)), numbers(expm(stack)), 1e-13);
  });
  it('of empty stacks, of empty, non-finite and enormous matrices', () => {
    expect(expm(tf.zeros([0, 2, 2])).shape).toEqual([0, 2, 2]);
    expect(expm(tf.zeros([0, 0])).shape).toEqual([0, 0]);
    for (const x of [NaN, Infinity, 1e12]) {
      expect(numbers(expm(tensor([1, x, 0, 1], [2, 2]))).every(Number.isNaN)).toBe(true);
    }
    expect(() => expm(tf.zeros([2, 3]))).toThrow('expm: expected square matrices');
  });
});

describe('derivatives', () => {
  it('the Fréchet derivative is the corner block of e^[[A, E], [0, A]], to 1e-10', () => {
    for (const size of [1e-3, 0.5, 3, 20]) {
      const [a, e] = [random(4, 81, size), random(4, 82)];
      const block = Matrix.zeros(8, 8).setSubMatrix(a, 0, 0).setSubMatrix(e, 0, 4).setSubMatrix(a, 4, 4);
      const expected = matrixOf(expm(tensorOf(block))).subMatrix(0, 3, 4, 7);
      const found = jvp((x: tf.Tensor) => expm(x), [tensorOf(a)], [tensorOf(e)])[1] as tf.Tensor;
      expect(error(matrixOf(found), expected)).toBeLessThan(1e-10);
    }
  });
  it('of commuting matrices it is the product', () => {
    const a = random(4, 83, 2);
    const found = jvp((x: tf.Tensor) => expm(x), [tensorOf(a)], [tensorOf(a)])[1] as tf.Tensor;
    expect(error(matrixOf(found), a.mmul(matrixOf(expm(tensorOf(a)))))).toBeLessThan(1e-12);
  });
  it.each([0.5, 12])('first and second order, both modes, batched, at size %d', (size) => {
    judge((x) => tf.mul(expm(x), tensor(Math.exp(-size))), random(2, 84, size).to1DArray(), [2, 2]);
  });
});
