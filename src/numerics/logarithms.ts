/**
 * Logarithms without cancellation or 0 · ∞, element by element.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, special } from '../ir/index.js';
import { lifted1, lifted2, type Operand } from './lifted.js';

/**
 * log(1 − e⁻ˣ) for x ≥ 0, accurate for small and large x; NaN for negative x.
 *
 * @example
 * ```ts
 * log1mexp(tf.scalar(Math.LN2));   // -0.693147, minus log 2
 * ```
 */
export function log1mexp<T extends tf.Tensor>(x: T): T {
  return lifted1(x, special.log1mexp);
}

/**
 * x log y, and 0 where x is 0. Its derivative in y is x/y, 0 where both are 0.
 *
 * @example
 * ```ts
 * xlogy(0, tf.scalar(0));   // 0
 * ```
 */
export function xlogy(x: Operand, y: Operand): tf.Tensor {
  return lifted2(x, y, ops.xlogy);
}

/**
 * x log(1 + y), accurate for small y, and 0 where x is 0.
 *
 * @example
 * ```ts
 * xlog1py(0, tf.scalar(-1));   // 0
 * ```
 */
export function xlog1py(x: Operand, y: Operand): tf.Tensor {
  return lifted2(x, y, ops.xlog1py);
}

/**
 * log Φ(x) of the normal distribution function Φ, accurate in both tails.
 *
 * @example
 * ```ts
 * logNdtr(tf.scalar(-40));   // -804.60844, where Φ itself underflows
 * ```
 */
export function logNdtr<T extends tf.Tensor>(x: T): T {
  return lifted1(x, ops.logNdtr);
}
