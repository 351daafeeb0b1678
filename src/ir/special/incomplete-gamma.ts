/**
 * The regularized incomplete gamma functions and their derivatives of any order in the shape, in float64.
 *
 * With t = x e^{±w}, the density of log t falls away from x as e^{−g(w)}, where
 * g(w) = ±(x−a) w + x (e^{±w} − 1 ∓ w) is computed without cancellation. The tail on that side of x is one Gauss and
 * Legendre sum over 0 ≤ w ≤ W with g(W) = 42; a derivative of order k multiplies the integrand by a polynomial in
 * log t − ψ(a). The side is chosen so that the integrand of the first derivative has one sign. For a < 1 and x < 1.5 the
 * power series of P is differentiated term by term (Gautschi 1979, *A computational procedure for incomplete gamma
 * functions*); P itself is summed by that series for 1 ≤ a ≤ 100 and x < a too.
 *
 * @module
 */
import { bell } from './bell.js';
import { digamma, inverseGamma, lgamma, lgamma1p, logMinusDigamma, stirlingError } from './gamma.js';
import { polygamma } from './polygamma.js';
import { gaussLegendre } from './quadrature.js';
import { expMinus, log1pMinus } from './series.js';

const rule = gaussLegendre(36);
/** e⁻⁴² is below the last place of what remains. */
const decay = 42;

/** xᵃ e⁻ˣ/Γ(a) for a > 0, x > 0, both finite: x times the density of the gamma distribution. */
function gammaKernel(a: number, x: number): number {
  if (a >= 10) {
    const m = (x - a) / a;
    const exponent = m > -0.5 ? log1pMinus(m) : Math.log(x / a) - m;
    return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * exponent - stirlingError(a));
  }
  const power = x ** a;
  const product = power * Math.exp(-x);
  if (power > 1e-300 && product > 1e-290) return product * inverseGamma(a);
  return Math.exp(a * Math.log(x) - x - lgamma(a));
}

/**
 * xᵃ⁻¹ e⁻ˣ/Γ(a) = ∂P/∂x, the density of Gamma(a, 1); NaN for negative operands. Relative error below 1e-15 (1 + E), where
 * E is the larger of |log density| and |a log x| for a < 10.
 */
export function gammaDensity(a: number, x: number): number {
  if (!(a >= 0 && x >= 0)) return NaN;
  if (x === 0) return a > 1 ? 0 : a === 1 ? 1 : a === 0 ? NaN : Infinity;
  if (a === Infinity || x === Infinity) return a === x ? NaN : 0;
  return a === 0 ? 0 : gammaKernel(a, x) / x;
}

/** log x − ψ(a) for a > 0. */
function logMinusPsi(a: number, x: number): number {
  if (a < 10) return Math.log(x) - digamma(a);
  const m = (x - a) / a;
  return (Math.abs(m) < 0.5 ? Math.log1p(m) : Math.log(x / a)) + logMinusDigamma(a);
}

/** W with g(W) ≈ 42 for g(w) = c w + x (e^{sw} − 1 − sw): Newton's method on a convex function. */
function reach(c: number, x: number, s: number): number {
  let w = (2 * decay) / (c + Math.sqrt(c * c + 2 * x * decay));
  for (let i = 0; i < 50; i++) {
    const excess = c * w + x * expMinus(s * w) - decay;
    if (Math.abs(excess) < 2) break;
    w -= excess / (c + s * x * Math.expm1(s * w));
  }
  return w;
}

/**
 * ∫ (Eₖ of the integrand) over one tail of the density of log t, divided by the density at x; `s` is 1 for the tail above
 * x, −1 for that below. For a < 1 the derivatives are those of a/Γ(a+1) times the rest, of which ψ is not singular.
 */
function tail(order: number, a: number, x: number, s: 1 | -1): number {
  const c = s * (x - a);
  const width = reach(c, x, s);
  // an exponential that decays at length has its corner near x
  const split = width > 8 ? 6 : width;
  const l = new Float64Array(order + 1);
  const e = new Float64Array(order + 1);
  const { nodes, weights } = rule;
  const small = a < 1;
  const at = small ? a + 1 : a;
  for (let j = 2; j <= order; j++) l[j] = -polygamma(j - 1, at);
  const l1 = order > 0 ? logMinusPsi(at, x) : 0;
  const panel = (from: number, length: number): number => {
    let sum = 0;
    for (let i = 0; i < nodes.length; i++) {
      const w = from + length * nodes[i]!;
      const f = weights[i]! * Math.exp(-(c * w + x * expMinus(s * w)));
      if (order === 0) {
        sum += f;
        continue;
      }
      l[1] = l1 + s * w;
      bell(l, order, e);
      sum += f * (small ? e[order]! + (order / a) * e[order - 1]! : e[order]!);
    }
    return length * sum;
  };
  return panel(0, split) + (width > split ? panel(split, width - split) : 0);
}

/** Γ(a+1) x⁻ᵃ eˣ ∂ᵏP/∂aᵏ for 0 ≤ a < 1, x < 1.5: P = xᵃe⁻ˣ/Γ(a+1) Σₙ xⁿ/((a+1)…(a+n)), differentiated. */
function seriesSmall(order: number, a: number, x: number): number {
  const term = new Float64Array(order + 1);
  const sum = new Float64Array(order + 1);
  term[0] = sum[0] = 1;
  for (let n = 1; n < 60; n++) {
    // Taylor coefficients in a: times x/(a+n), by division
    const r = 1 / (a + n);
    for (let k = 0; k <= order; k++) {
      term[k] = (term[k]! * x - (k > 0 ? term[k - 1]! : 0)) * r;
      sum[k]! += term[k]!;
    }
    if (term[0]! < 1e-18) break;
  }
  const l = new Float64Array(order + 1);
  const e = new Float64Array(order + 1);
  if (order > 0) l[1] = Math.log(x) - digamma(a + 1);
  for (let j = 2; j <= order; j++) l[j] = -polygamma(j - 1, a + 1);
  bell(l, order, e);
  // Leibniz' rule, with the factorial that turns a Taylor coefficient into a derivative
  let [total, falling] = [0, 1];
  for (let k = 0; k <= order; k++) {
    total += falling * e[order - k]! * sum[k]!;
    falling *= order - k; // C(order, k) k! is a falling factorial
  }
  return total;
}

/** Q(a, x) for 0 < a < 1, 0 < x < 1.5: 1 − xᵃ/Γ(1+a) · (1 − Σ …), without the cancellation at small a. */
function upperSmall(a: number, x: number): number {
  const exponent = a * Math.log(x) - lgamma1p(a);
  let [power, sum] = [1, 0];
  for (let n = 1; n < 60; n++) {
    power *= -x / n;
    const term = power / (a + n);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return -Math.expm1(exponent) - Math.exp(exponent) * a * sum;
}

/** P over x times the density for 1 ≤ a, x < a: by its series where that is short. */
function below(a: number, x: number): number {
  if (a > 100) return tail(0, a, x, -1);
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** xᵃ e⁻ˣ/Γ(a+1) in the region of the power series. */
const smallFactor = (a: number, x: number): number => (x ** a * Math.exp(-x)) / Math.exp(lgamma1p(a));

/** The region of the power series in which it is differentiated. */
const isSmall = (a: number, x: number): boolean => a < 1 && x < 1.5;

/** A probability that rounding may have put above 1. */
const atMost1 = (p: number): number => Math.min(p, 1);

/** The limits at the ends of the domain, or `undefined` inside it: NaN for negative operands. */
function lowerEnds(a: number, x: number): number | undefined {
  if (!(a >= 0 && x >= 0)) return NaN;
  if (a === Infinity) return x === Infinity ? NaN : 0;
  if (x === Infinity) return 1;
  if (x === 0) return a === 0 ? NaN : 0;
  return a === 0 ? 1 : undefined;
}

/**
 * The lower regularized incomplete gamma function P(a, x) = ∫₀ˣ tᵃ⁻¹e⁻ᵗ dt/Γ(a): the distribution function of
 * Gamma(a, 1). NaN for negative operands; P(0, x) = 1, P(a, 0) = 0. Relative error below 1e-13 where P > 1e-100, and
 * below 1e-12 down to the underflow.
 */
export function igamma(a: number, x: number): number {
  const end = lowerEnds(a, x);
  if (end !== undefined) return end;
  if (isSmall(a, x)) return atMost1(smallFactor(a, x) * seriesSmall(0, a, x));
  return atMost1(x < a ? gammaKernel(a, x) * below(a, x) : 1 - gammaKernel(a, x) * tail(0, a, x, 1));
}

/** The upper regularized incomplete gamma function Q(a, x) = 1 − P(a, x), with the accuracy of `igamma` where it is small. */
export function igammac(a: number, x: number): number {
  const end = lowerEnds(a, x);
  if (end !== undefined) return 1 - end;
  if (isSmall(a, x)) return atMost1(upperSmall(a, x));
  return atMost1(x < a ? 1 - gammaKernel(a, x) * below(a, x) : gammaKernel(a, x) * tail(0, a, x, 1));
}

/** ∂ᵏP/∂aᵏ over x times the density, on whichever side it does not cancel; k ≥ 1, a and x positive and finite. */
function gradOverKernel(order: number, a: number, x: number): number {
  if (isSmall(a, x)) return seriesSmall(order, a, x) / a;
  return logMinusPsi(a, x) < 0 ? tail(order, a, x, -1) : -tail(order, a, x, 1);
}

/**
 * ∂ᵏP(a, x)/∂aᵏ; NaN unless a > 0 and x ≥ 0. Relative error below 1e-13 for k = 1. For k ≥ 2 the integrand changes its sign:
 * the error is below 1e-14 of the integral of its absolute value.
 */
export function igammaGrad(order: number, a: number, x: number): number {
  if (order === 0) return igamma(a, x);
  if (!(a > 0 && x >= 0)) return NaN;
  if (x === 0 || x === Infinity || a === Infinity) return a === x ? NaN : 0;
  if (isSmall(a, x)) return smallFactor(a, x) * seriesSmall(order, a, x);
  const k = gammaKernel(a, x);
  return k === 0 ? 0 : k * gradOverKernel(order, a, x);
}

/**
 * ∂x/∂a of a draw x of Gamma(a, 1) at a fixed quantile: −(∂P/∂a)/(∂P/∂x) (Figurnov, Mohamed and Mnih 2018, *Implicit
 * reparameterization gradients*). The density divides out, so that no tail underflows. Relative error below 1e-14.
 */
export function randomGammaGrad(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return NaN;
  if (x === 0) return 0;
  if (x === Infinity || a === Infinity) return NaN;
  return -x * gradOverKernel(1, a, x);
}
