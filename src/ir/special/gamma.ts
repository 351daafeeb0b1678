/**
 * The logarithm of the gamma function and its first derivative, in float64.
 *
 * Near 1 … 2 both are one polynomial each (Chebyshev fits of 17 and 21 terms, made with mpmath; lgamma has its zero at 2
 * as a factor, digamma its positive root), elsewhere below 10 they are moved there by the recurrence, from 10 on they
 * are Stirling's series, for negative arguments they follow by reflection.
 *
 * Accuracy for x > 0: relative error below 1e-15 for both, zeros included. For x < 0: the error is below 1e-15 of the
 * larger of |value| and |x · derivative|, which the rounding of x alone costs near the zeros there.
 *
 * @module
 */
import { polynomial, sinPi } from './series.js';

const halfLogTwoPi = 0.9189385332046728;

/** log Γ(2+z)/z on |z| ≤ ½. */
const aroundTwo = [
  -5.72865310850801e-7, 1.2159620602745015e-6, -1.982565620739196e-6, 4.2553702843110484e-6,
  -9.452938473714576e-6, 2.0535581020500523e-5, -4.492443535898787e-5, 9.945371368841632e-5,
  -0.00022315489463809116, 0.0005096698119432116, -0.0011927539062598581, 0.0028905103192621994,
  -0.0073855510287714685, 0.02058080842799012, -0.06735230105319759, 0.32246703342411215, 0.42278433509846713,
];

/** ψ(x)/(x − root) on |x − 1.5| ≤ ½, in powers of x − 1.5. */
const aroundRoot = [
  0.0002522590506964885, -0.0003783907897248858, 0.00023650171719339814, -0.00035476352053371977,
  0.0007184107969046378, -0.0010776863967234226, 0.0015580749137213761, -0.002337552647103118,
  0.0035187504361950134, -0.005280903066090605, 0.007926972735646359, -0.011908146513976738,
  0.017907250563619775, -0.026975800029253667, 0.0407608338843387, -0.06192213319072707, 0.09498872445354183,
  -0.14840492305485808, 0.24054248424078478, -0.4236274212814573, 0.9510558760318328,
];
/** The positive root of ψ, in two parts. */
const rootHigh = 1.4616321449683622;
const rootLow = 9.549995429965697e-17;

/** B₂ₖ/(2k(2k−1)) for k = 9 … 1. */
const stirling = [
  0.17964437236883057, -0.029550653594771242, 0.00641025641025641, -0.0019175269175269176,
  0.0008417508417508417, -0.0005952380952380953, 0.0007936507936507937, -0.002777777777777778,
  0.08333333333333333,
];

/** B₂ₖ/2k for k = 10 … 1. */
const stirlingSlope = [
  -26.456212121212122, 3.0539543302701198, -0.4432598039215686, 0.08333333333333333, -0.021092796092796094,
  0.007575757575757576, -0.004166666666666667, 0.003968253968253968, -0.008333333333333333,
  0.08333333333333333,
];

/** log Γ(x) − (x−½) log x + x − ½ log 2π for x ≥ 10. */
export function stirlingError(x: number): number {
  const r = 1 / x;
  return r * polynomial(stirling, r * r);
}

/** log x − ψ(x) for x ≥ 10. */
export function logMinusDigamma(x: number): number {
  const r = 1 / x;
  return r * (0.5 + r * polynomial(stirlingSlope, r * r));
}

/** log Γ(1+x) for −0.5 ≤ x ≤ 1.5, accurate at its zeros 0 and 1. */
export function lgamma1p(x: number): number {
  if (x > 0.5) return (x - 1) * polynomial(aroundTwo, x - 1);
  return x * polynomial(aroundTwo, x) - Math.log1p(x);
}

/** 1/Γ(a) for 0 < a < 170, without the logarithm of a small a. */
export function inverseGamma(a: number): number {
  return a < 1 ? a / Math.exp(lgamma1p(a)) : Math.exp(-lgamma(a));
}

/** log|Γ(x)|; +∞ at 0, −1, −2, … and at ±∞. */
export function lgamma(x: number): number {
  if (x >= 10)
    return x === Infinity ? x : (x - 0.5) * (Math.log(x) - 1) + (halfLogTwoPi - 0.5 + stirlingError(x));
  if (x >= 2.5) {
    let [product, z] = [1, x - 1];
    while (z >= 2.5) product *= z--;
    return Math.log(product * z) + (z - 2) * polynomial(aroundTwo, z - 2);
  }
  if (x >= 0.5) return lgamma1p(x - 1);
  if (x > -0.5) return lgamma1p(x) - Math.log(Math.abs(x));
  if (Number.isNaN(x)) return x;
  const s = sinPi(x);
  return s === 0 || x === -Infinity ? Infinity : Math.log(Math.PI / Math.abs(x * s)) - lgamma(-x);
}

/** The digamma function ψ(x) = d/dx log Γ(x); NaN at −1, −2, … and −∞, ∓∞ at ±0. */
export function digamma(x: number): number {
  if (x >= 10) return x === Infinity ? x : Math.log(x) - logMinusDigamma(x);
  if (x >= 1) {
    let [sum, z] = [0, x];
    while (z > 2) sum += 1 / --z;
    return sum + (z - rootHigh - rootLow) * polynomial(aroundRoot, z - 1.5);
  }
  if (x > 0) return digamma(1 + x) - 1 / x;
  if (x === 0) return -1 / x;
  const y = x - Math.round(x);
  if (!(Math.abs(y) > 0)) return NaN;
  return digamma(1 - x) - (Math.abs(y) === 0.5 ? 0 : Math.PI / Math.tan(Math.PI * y));
}
