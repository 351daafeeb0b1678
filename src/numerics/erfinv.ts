/**
 * The inverse of the error function.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { lifted1 } from './lifted.js';

/**
 * The y with erf(y) = x for −1 ≤ x ≤ 1 (±∞ at ±1), element by element; NaN outside.
 *
 * @example
 * ```ts
 * erfinv(tf.scalar(0.5));   // 0.476936
 * ```
 */
export function erfinv<T extends tf.Tensor>(x: T): T {
  return lifted1(x, ops.erfinv);
}
