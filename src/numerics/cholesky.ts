/**
 * Cholesky factors of tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { shapes } from '../ir/index.js';
import { lift } from '../staging/index.js';

/**
 * Lower triangular L[..., n, n] with L Lᵀ = A. Only the lower triangle of A is read; NaN where A is not positive definite.
 *
 * @example
 * ```ts
 * cholesky(tf.tensor2d([[4, 2], [2, 5]])); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky<T extends tf.Tensor>(a: T): T {
  return lift([a], (_, x) => shapes.cholesky(x!))[0] as T;
}
