/**
 * The logarithm of the normal distribution function.
 *
 * @module
 */
import { erfc, erfcx } from '../error-function.js';

/** Below this, e^{−x²/2} is taken out of Φ. */
const leftTail = -0.7;

/**
 * log Φ(x), without underflow for x → −∞ or cancellation for x → ∞. Relative error below 2e-15 for x ≤ 0,
 * and what a rounding of x costs for x > 0; −∞ below −1e154, where x² overflows.
 */
export function logNdtr(x: number): number {
  if (x < leftTail) return -0.5 * x * x + Math.log(0.5 * erfcx(-x * Math.SQRT1_2));
  return x > 0 ? Math.log1p(-0.5 * erfc(x * Math.SQRT1_2)) : Math.log(0.5 * erfc(-x * Math.SQRT1_2));
}

/** φ(x)/Φ(x) = d/dx log Φ(x). Relative error below 3e-15. */
export function normalHazard(x: number): number {
  if (x < leftTail) return Math.sqrt(2 / Math.PI) / erfcx(-x * Math.SQRT1_2);
  return (Math.sqrt(2 / Math.PI) * Math.exp(-0.5 * x * x)) / erfc(-x * Math.SQRT1_2);
}
