/**
 * The beta function's relatives, element by element; operands broadcast.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, special } from '../ir/index.js';
import { lifted2, lifted3, type Operand } from './lifted.js';

/**
 * log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a+b) for a, b ≥ 0, without the cancellation of that formula for large a or b.
 *
 * @example
 * ```ts
 * lbeta(2, tf.scalar(3));   // -2.484907, minus log 12
 * ```
 */
export function lbeta(a: Operand, b: Operand): tf.Tensor {
  return lifted2(a, b, ops.lbeta);
}

/**
 * I_x(a, b) = ∫₀ˣ tᵃ⁻¹ (1−t)ᵇ⁻¹ dt/B(a, b), the regularized incomplete beta function. NaN unless a, b ≥ 0 and 0 ≤ x ≤ 1.
 * Derivatives of any order in all three arguments. Where it is near 1, its complement is betainc(b, a, 1 − x).
 *
 * @example
 * ```ts
 * betainc(1, 2, tf.scalar(0.5));   // 0.75
 * ```
 */
export function betainc(a: Operand, b: Operand, x: Operand): tf.Tensor {
  return lifted3(a, b, x, special.betainc);
}
