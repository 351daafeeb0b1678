/**
 * Scaled modified Bessel functions of the first kind, element by element.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { special } from '../ir/index.js';
import { lifted1 } from './lifted.js';

/**
 * e^{−|x|} I₀(x), with derivatives of any order (at 0 the mean of the two one-sided ones). Relative error below 2e-15.
 *
 * @example
 * ```ts
 * i0e(tf.scalar(0));   // 1
 * ```
 */
export function i0e<T extends tf.Tensor>(x: T): T {
  return lifted1(x, (n) => special.besselIe(0, n));
}

/**
 * e^{−|x|} I₁(x), with derivatives of any order. Relative error below 2e-15.
 *
 * @example
 * ```ts
 * i1e(tf.scalar(0));   // 0, with the derivative 1/2
 * ```
 */
export function i1e<T extends tf.Tensor>(x: T): T {
  return lifted1(x, (n) => special.besselIe(1, n));
}
