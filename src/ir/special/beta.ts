/**
 * The logarithm of the beta function and the beta density, in float64.
 *
 * Where an argument is large, the leading terms of the logarithms are cancelled on paper, as in A. R. DiDonato and
 * A. H. Morris, *Algorithm 708*, ACM Trans. Math. Softw. 18 (1992).
 *
 * @module
 */
import { inverseGamma, lgamma, lgamma1p, stirlingError } from './gamma.js';
import { log1pMinus } from './series.js';

const halfLogTwoPi = 0.9189385332046728;

/** log Γ(b) − log Γ(a+b) + a log b for b ≥ 10: small beside each of its terms. */
function ratioRest(a: number, b: number): number {
  return stirlingError(b) - stirlingError(a + b) + a - (a + b - 0.5) * Math.log1p(a / b);
}

/**
 * log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a+b) for a, b ≥ 0: +∞ if one is 0, −∞ if one is infinite, NaN for negative
 * operands. Relative error below 3e-15, but of max(1, |value|) where B(a, b) is near 1.
 */
export function lbeta(a: number, b: number): number {
  if (!(a >= 0 && b >= 0)) return NaN;
  if (a > b) return lbeta(b, a);
  if (a === 0) return b === Infinity ? NaN : Infinity;
  if (b === Infinity) return -Infinity;
  if (a >= 10) {
    const h = a / b;
    const rest = stirlingError(a) + stirlingError(b) - stirlingError(a + b);
    return halfLogTwoPi - 0.5 * Math.log(b) + rest + (a - 0.5) * Math.log(h / (1 + h)) - b * Math.log1p(h);
  }
  if (b >= 10) return lgamma(a) + ratioRest(a, b) - a * Math.log(b);
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/** log(1 + m) for 1 + m = p/q, from whichever is accurate. */
const logRatio = (m: number, p: number, q: number): number =>
  m > -0.5 ? log1pMinus(m) : Math.log(p / q) - m;

/** 1/B(a, b) for a ≤ b < 10, without the logarithms of small arguments. */
function inverseBeta(a: number, b: number): number {
  if (a >= 1) return Math.exp(-lbeta(a, b));
  if (b >= 0.5) return a * Math.exp(lgamma(a + b) - lgamma(b) - lgamma1p(a));
  return (a / (a + b)) * b * Math.exp(lgamma1p(a + b) - lgamma1p(a) - lgamma1p(b));
}

/** xᵃ yᵇ/B(a, b) for finite a, b > 0 and x + y = 1, both positive: the density of logit x. */
export function betaKernel(a: number, b: number, x: number, y: number): number {
  if (a > b) return betaKernel(b, a, y, x);
  if (a >= 10) {
    // relative to the mode of logit x, whose odds are a : b
    const n = a + b;
    const lambda = a * y - b * x;
    const exponent = a * logRatio(-lambda / a, x, a / n) + b * logRatio(lambda / b, y, b / n);
    const rest = stirlingError(a) + stirlingError(b) - stirlingError(n);
    return Math.sqrt(((a / n) * b) / (2 * Math.PI)) * Math.exp(exponent - rest);
  }
  const logY = x <= 0.5 ? Math.log1p(-x) : Math.log(y);
  if (b >= 10) {
    const rest = b * logY - ratioRest(a, b);
    const power = (x * b) ** a;
    if (power > 1e-250 && power < 1e250 && rest > -500) return power * Math.exp(rest) * inverseGamma(a);
    return Math.exp(a * Math.log(x * b) + rest - lgamma(a));
  }
  const power = x ** a * y ** b;
  if (power > 1e-250) return power * inverseBeta(a, b);
  return Math.exp(a * Math.log(x) + b * logY - lbeta(a, b));
}

/**
 * xᵃ⁻¹ (1−x)ᵇ⁻¹/B(a, b), the density of Beta(a, b) on 0 ≤ x ≤ 1; NaN outside and for operands that are not positive and
 * finite. Relative error below 1e-15 (1 + |log density|) for a, b ≥ 10, below 1e-13 otherwise.
 */
export function betaDensity(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1 && a < Infinity && b < Infinity)) return NaN;
  if (x === 0) return a > 1 ? 0 : a === 1 ? b : Infinity;
  if (x === 1) return b > 1 ? 0 : b === 1 ? a : Infinity;
  return betaKernel(a, b, x, 1 - x) / x / (1 - x);
}
