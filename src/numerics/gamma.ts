/**
 * The gamma function's relatives, element by element.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { lifted1, lifted2, type Operand } from './lifted.js';

/**
 * log|Γ(x)|; +∞ at 0, −1, −2, …. Its derivative is `digamma`. Relative error below 1e-15 for x > 0, at the zeros 1 and 2
 * too; for x < 0 the error is at most what a rounding of x makes.
 *
 * @example
 * ```ts
 * lgamma(tf.scalar(5));   // 3.178054, log 24
 * ```
 */
export function lgamma<T extends tf.Tensor>(x: T): T {
  return lifted1(x, ops.lgamma);
}

/**
 * ψ(x) = d/dx log Γ(x); NaN at −1, −2, …. Its derivative is `polygamma(1, x)`. Relative error below 1e-15 for x > 0, at the
 * zero 1.4616… too.
 *
 * @example
 * ```ts
 * digamma(tf.scalar(1));   // -0.577216, minus Euler's constant
 * ```
 */
export function digamma<T extends tf.Tensor>(x: T): T {
  return lifted1(x, ops.digamma);
}

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of `digamma`, for integers n ≥ 0 (NaN otherwise; no derivative in n).
 *
 * @example
 * ```ts
 * polygamma(1, tf.scalar(1));   // 1.644934, π²/6
 * ```
 */
export function polygamma(n: Operand, x: Operand): tf.Tensor {
  return lifted2(n, x, ops.polygamma);
}

/**
 * P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt/Γ(a), the lower regularized incomplete gamma function; operands broadcast. NaN for negative
 * operands. Derivatives of any order in both arguments.
 *
 * @example
 * ```ts
 * igamma(1, tf.scalar(2));   // 0.864665, 1 − e⁻²
 * ```
 */
export function igamma(a: Operand, x: Operand): tf.Tensor {
  return lifted2(a, x, ops.igamma);
}

/**
 * Q(a, x) = 1 − P(a, x), the upper regularized incomplete gamma function, with small relative error where it is small.
 *
 * @example
 * ```ts
 * igammac(1, tf.scalar(50));   // 1.92875e-22, e⁻⁵⁰
 * ```
 */
export function igammac(a: Operand, x: Operand): tf.Tensor {
  return lifted2(a, x, ops.igammac);
}

/**
 * ∂x/∂a of a draw x of the distribution Gamma(a, 1) at a fixed quantile: −(∂P/∂a)/(∂P/∂x), the derivative that implicit
 * reparameterization uses. It is differentiable in both arguments.
 *
 * @example
 * ```ts
 * randomGammaGrad(1, tf.scalar(1));   // 1.173563, how far the draw moves with a
 * ```
 */
export function randomGammaGrad(a: Operand, x: Operand): tf.Tensor {
  return lifted2(a, x, ops.randomGammaGrad);
}
