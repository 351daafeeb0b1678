/**
 * Stable logarithms of sums of exponentials.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { shapes } from '../ir/index.js';
import { lift } from '../staging/index.js';

/**
 * log Σ exp(x) over axes (default all), without overflow; exact where all elements are −∞. Its derivatives of any order
 * are exact, which `tf.logSumExp` under `tf.grad` does not give.
 *
 * @param axis one or several; negative axes count from the end.
 * @param keepDims keeps the axes with length 1; default false.
 * @example
 * ```ts
 * logsumexp(tensor([1000, 1000])); // ≈ 1000.69315: 1000 + log 2
 * ```
 */
export function logsumexp(x: tf.Tensor, axis?: number | readonly number[], keepDims = false): tf.Tensor {
  return lift([x], (_, n) => shapes.logSumExp(n!, axis, keepDims))[0] as tf.Tensor;
}
