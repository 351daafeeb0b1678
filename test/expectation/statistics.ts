import type * as tf from '@tensorflow/tfjs-core';
import { vmap } from '../../src/autodiff/index.js';
import { key, splitBatch } from '../../src/random/index.js';
import type { Key } from '../../src/staging/index.js';
import type { Estimator } from '../../src/train/index.js';

/** Mean and variance of scalar draws, with the mean's standard error. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly error: number;
}

export function moments(draws: ArrayLike<number>): Moments {
  const n = draws.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += draws[i]! / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (draws[i]! - mean) ** 2 / (n - 1);
  return { mean, variance, error: Math.sqrt(variance / n) };
}

/** Moments of an estimator's gradient, one scalar, over `n` keys at once; `blocks` runs of that size. */
export function gradientMoments<P>(
  estimator: Estimator<P, undefined>,
  params: P,
  pick: (gradient: P) => tf.Tensor,
  n: number,
  blocks = 1,
): Moments {
  const one = vmap((k: Key) => pick(estimator(k, params, undefined).gradient));
  const draws = new Float64Array(n * blocks);
  for (let b = 0; b < blocks; b++) draws.set(one(splitBatch(key(b), n)).dataSync(), b * n);
  return moments(draws);
}

/** How far a mean is from the truth, in standard errors. */
export const zScore = (m: Moments, truth: number): number => (m.mean - truth) / m.error;
