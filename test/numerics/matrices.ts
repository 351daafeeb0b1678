/** What tests of matrix functions share: random matrices, and a judge of derivatives and batching of tensor functions. */
import * as tf from '@tensorflow/tfjs-core';
import { Matrix } from 'ml-matrix';
import { expect } from 'vitest';
import { grad, hvp, jvp, vmap } from '../../src/autodiff/index.js';
import { hostOf, tensor } from '../../src/staging/index.js';
import { stream } from '../autodiff/differences.js';
import { directional } from '../implicit/differences.js';

/** All elements of a tensor. */
export const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];

/** Throws unless numbers agree to `limit`, relative to the largest of them and at least to 1. */
export function near(found: readonly number[], expected: readonly number[], limit = 1e-12): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  found.forEach((v, i) => expect(Math.abs(v - expected[i]!) / scale).toBeLessThanOrEqual(limit));
}

/** Reals in (−1, 1), by a seed alone. */
export function values(seed: number, count: number): number[] {
  const next = stream(seed);
  return Array.from({ length: count }, next);
}

/** A tensor of the elements of a matrix. */
export const tensorOf = (m: Matrix): tf.Tensor => tensor(m.to1DArray(), [m.rows, m.columns]);

/** The matrix of a tensor of rank 2. */
export const matrixOf = (x: tf.Tensor): Matrix => Matrix.from1DArray(x.shape[0]!, x.shape[1]!, numbers(x));

/**
 * First derivatives in both modes and second ones against differences, and batched values and gradients against
 * each lane, of a function of one tensor.
 */
export function judge(f: (x: tf.Tensor) => tf.Tensor, at: readonly number[], shape: number[]): void {
  const direction = values(91, at.length);
  const weights = tensor(values(92, numbers(f(tensor([...at], shape))).length));
  const scalar = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(weights, tf.reshape(f(x), [-1])));
  const x = tensor([...at], shape);
  const v = tensor(direction, shape);

  const expected = directional((y) => numbers(f(tensor([...y], shape))), at, direction, 0.02);
  near(numbers(jvp(f, [x], [v])[1]), expected, 1e-8);
  const along = (g: readonly number[]): number => g.reduce((s, e, i) => s + e * direction[i]!, 0);
  const slope = expected.reduce((s, e, i) => s + e * numbers(weights)[i]!, 0);
  near([along(numbers(grad(scalar)(x)))], [slope], 1e-8);
  const second = directional((y) => numbers(grad(scalar)(tensor([...y], shape))), at, direction, 0.02);
  near(numbers(hvp(scalar, x, v)), second, 1e-7);

  const lanes = [0, 1, 2].map((k) => at.map((e, i) => e * (1 + 0.03 * k * Math.cos(i))));
  const stack = tensor(lanes.flat(), [3, ...shape]);
  const each = (g: (x: tf.Tensor) => tf.Tensor): number[] =>
    lanes.flatMap((l) => numbers(g(tensor(l, shape))));
  near(numbers(vmap(f)(stack)), each(f), 1e-11);
  near(numbers(vmap(grad(scalar))(stack)), each(grad(scalar)), 1e-10);
}
