/**
 * The smooth positive part.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { lift } from '../staging/index.js';

/**
 * log(1 + eˣ), element by element, without overflow or cancellation.
 *
 * @example
 * ```ts
 * softplus(tensor([0, 1000])); // ≈ [0.693147, 1000]
 * ```
 */
export function softplus<T extends tf.Tensor>(x: T): T {
  return lift([x], (_, n) => ops.softplus(n!))[0] as T;
}
