/**
 * Derivatives of the digamma function, by Hurwitz's zeta function.
 *
 * @module
 */
import { digamma, lgamma } from './gamma.js';

/** B₂ⱼ/(2j)! for j = 1 … 12. */
const bernoulli = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7,
  2.08767569878681e-8, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
  8.586062056277845e-15, -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
];

/**
 * xˢ ζ(s, x) = Σ_{k≥0} (x/(x+k))ˢ for s > 1, x > 0: the first terms, then Euler and Maclaurin's formula. It is between
 * 1 and 1 + x/(s−1), so that it neither overflows nor vanishes.
 */
function scaledZeta(s: number, x: number): number {
  const least = 10 + 0.5 * s;
  let [sum, z] = [0, x];
  if (x > 1e15 && x < least) return -1 / Math.expm1(-s / x); // x + 1 may be x: a geometric series all the same
  while (z < least) {
    const term = (x / z) ** s;
    sum += term;
    if (term < 1e-18 * sum) return sum;
    z++;
  }
  const power = (x / z) ** s;
  let tail = z / (s - 1) + 0.5;
  let factor = s / z;
  for (let j = 0; j < bernoulli.length; j++) {
    const term = factor * bernoulli[j]!;
    tail += term;
    if (Math.abs(term) < 1e-18 * tail) break;
    factor *= ((s + 2 * j + 1) / z) * ((s + 2 * j + 2) / z);
  }
  return sum + power * tail;
}

/** n! ζ(n+1, x) for x > 0, with the factors ordered so that only the result over- or underflows. */
function factorialZeta(n: number, x: number): number {
  const z = scaledZeta(n + 1, x);
  // x⁻ⁿ⁻¹ n! is a product of n + 1 quotients, which is exact to n roundings
  if (n <= 20) {
    let product = z / x;
    for (let k = 1; k <= n; k++) product *= k / x;
    return product;
  }
  return Math.exp(lgamma(n + 1) - (n + 1) * Math.log(x) + Math.log(z));
}

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of the digamma function, for an integer n ≥ 0 (NaN otherwise). At the poles 0, −1, −2, …
 * it is +∞ for odd n; for even n it is ∓∞ at ±0 and NaN at the others.
 *
 * Relative error for x > 0: below 2e-15 for n ≤ 20, and growing as 1e-16 n log n above, where it goes through a logarithm.
 */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (!(n > 0) || !Number.isInteger(n) || Number.isNaN(x)) return NaN;
  const odd = n % 2 === 1;
  if (x > 0) {
    if (x === Infinity) return odd ? 0 : -0;
    const z = factorialZeta(n, x);
    return odd ? z : -z;
  }
  const y = x - Math.round(x);
  if (y === 0) return odd ? Infinity : x === 0 ? -1 / x : NaN;
  if (!Number.isFinite(x)) return NaN;
  // Σ over all integers k of (y+k)⁻ⁿ⁻¹, less the terms beyond x, is what Σ_{k≥0} (x+k)⁻ⁿ⁻¹ leaves
  const pole = factorialPole(n, y);
  if (Math.abs(pole) === Infinity) return odd ? pole : -pole;
  const right = factorialZeta(n, 1 + y);
  if (x > -0.5) return odd ? pole + right : -(pole + right);
  const left = factorialZeta(n, 1 - y);
  const beyond = factorialZeta(n, 1 - x);
  // half way between two poles their contributions to an even derivative are equal and opposite
  if (!odd && Math.abs(y) === 0.5) return -beyond;
  return odd ? pole + right + left - beyond : -(pole + right - left + beyond);
}

/** ψ(x+h) − ψ(x) for 0 < h < x/100, by Taylor's series: without the cancellation of the difference. */
export function digammaStep(x: number, h: number): number {
  let [sum, power] = [0, 1];
  for (let k = 1; k < 12; k++) {
    power *= h / k;
    const term = power * polygamma(k, x);
    sum += term;
    if (Math.abs(term) < 1e-17 * Math.abs(sum)) break;
  }
  return sum;
}

/** n! y⁻ⁿ⁻¹. */
function factorialPole(n: number, y: number): number {
  if (n > 20) return Math.sign(y) ** (n + 1) * Math.exp(lgamma(n + 1) - (n + 1) * Math.log(Math.abs(y)));
  let product = 1 / y;
  for (let k = 1; k <= n; k++) product *= k / y;
  return product;
}
