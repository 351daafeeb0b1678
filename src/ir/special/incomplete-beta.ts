/**
 * The regularized incomplete beta function and its derivatives of any order in the shapes, in float64.
 *
 * With logit t = logit x − w, the density of logit t falls away below x as e^{−g(w)} for a convex g that is computed
 * without cancellation. The tail on one side of x is a sum of Gauss and Legendre's rules over 0 ≤ w ≤ W, g(W) = 42, on
 * panels that are graded towards the corner at odds a : b; derivatives multiply the integrand by polynomials in
 * log t and log(1−t). A shape below 1 on the side of the tail is raised by the recurrence. The side is chosen so that the
 * integrand of the first derivative has one sign.
 *
 * @module
 */
import { bell2 } from './bell.js';
import { betaKernel } from './beta.js';
import { digamma, logMinusDigamma } from './gamma.js';
import { digammaStep, polygamma } from './polygamma.js';
import { gaussLegendre } from './quadrature.js';
import { expMinus, log1pMinus } from './series.js';

const rule = gaussLegendre(36);
/** e⁻⁴² is below the last place of what remains. */
const decay = 42;

/** log(1 + eᶻ). */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** Parameters of one tail: shapes a, b and x + y = 1. */
interface Tail {
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
  /** a y − b x, the slope of g at 0. */
  readonly slope: number;
}

/** log(t/x) at logit t = logit x − w, in terms of whichever of x and y is small; log((1−t)/(1−x)) is w more. */
function logOwn({ x, y }: Tail, w: number): number {
  if (x <= 0.5) return -w - Math.log1p(x * Math.expm1(-w));
  return w < 30 ? -Math.log1p(y * Math.expm1(w)) : -softplus(Math.log(y) + w);
}

/** log((1−t)/(1−x)). */
function logOther(t: Tail, w: number): number {
  return t.x <= 0.5 ? -Math.log1p(t.x * Math.expm1(-w)) : logOwn(t, w) + w;
}

/** g(w) = a w + (a+b) log(1 + x (e^{−w} − 1)). */
function drop(t: Tail, w: number): number {
  const { a, b, x, y, slope } = t;
  if (x <= 0.5) return slope * w + (a + b) * (log1pMinus(x * Math.expm1(-w)) + x * expMinus(-w));
  const v = w < 30 ? y * Math.expm1(w) : Infinity;
  if (v < 0.5) return slope * w + (a + b) * (log1pMinus(v) + y * expMinus(w));
  return -(a + b) * logOwn(t, w) - b * w;
}

/** W with g(W) ≈ 42: Newton's method on a convex function, from beyond or into it. */
function reach(t: Tail): number {
  const { a, b, x, y, slope } = t;
  const curve = (a + b) * x * y;
  const beyond = Math.max(0, Math.log(x / y) - Math.log(a / b)) + (2 * decay) / a + 4;
  let w = Math.min((2 * decay) / (slope + Math.sqrt(slope * slope + 2 * curve * decay)), beyond);
  if (!(w > 0)) w = beyond;
  for (let i = 0; i < 60; i++) {
    const excess = drop(t, w) - decay;
    if (Math.abs(excess) < 2) break;
    // t/(1−t) = x/y e^{−w}
    const odds = (x / y) * Math.exp(-w);
    const rate = odds > 1 ? a / (1 + odds) - b / (1 + 1 / odds) : a - (a + b) / (1 + 1 / odds);
    if (rate <= 0) w *= 2;
    else w -= excess / rate;
  }
  return w;
}

/** log x − ψ(a) + ψ(a+b), and the same of the other shape with y and b. */
function score(a: number, b: number, x: number, logX: number, slope: number): number {
  if (b < 1 && b < 0.01 * a) return logX + digammaStep(a, b);
  if (a < 10) return logX - digamma(a) + digamma(a + b);
  const m = -slope / a;
  const rest = logMinusDigamma(a) - logMinusDigamma(a + b);
  return (Math.abs(m) < 0.5 ? Math.log1p(m) : Math.log(x / (a / (a + b)))) + rest;
}

const logOf = (x: number, y: number): number => (x > 0.5 ? Math.log1p(-y) : Math.log(x));

/** Derivatives of log of tᵃ(1−t)ᵇ/B(a, b) in the shapes at t = x, with ψ of a+1, b+1 if `upA`, `upB`. */
function exponents(i: number, j: number, t: Tail, upA: boolean, upB: boolean): Float64Array {
  const { a, b, x, y, slope } = t;
  const row = j + 1;
  const l = new Float64Array((i + 1) * row);
  for (let p = 0; p <= i; p++) {
    for (let q = 0; q <= j; q++) {
      if (p + q < 2) continue;
      l[p * row + q] = polygamma(p + q - 1, a + b);
      if (q === 0) l[p * row] = l[p * row]! - polygamma(p - 1, upA ? a + 1 : a);
      if (p === 0) l[q] = l[q]! - polygamma(q - 1, upB ? b + 1 : b);
    }
  }
  if (i > 0)
    l[row] = upA ? logOf(x, y) - digamma(a + 1) + digamma(a + b) : score(a, b, x, logOf(x, y), slope);
  if (j > 0) l[1] = upB ? logOf(y, x) - digamma(b + 1) + digamma(a + b) : score(b, a, y, logOf(y, x), -slope);
  return l;
}

/** The factor that derivatives put before the integrand. With `upB` those of b/Γ(b+1) instead of 1/Γ(b). */
function factor(i: number, j: number, l: Float64Array, e: Float64Array, b: number, upB: boolean): number {
  bell2(l, i, j, e);
  const last = e[e.length - 1]!;
  return upB && j > 0 ? last + (j / b) * e[e.length - 2]! : last;
}

/** ∂ⁱ∂ʲ of ∫₀ˣ of the density, over the density of logit x. */
function lower(i: number, j: number, a: number, b: number, x: number, y: number): number {
  const t: Tail = { a, b, x, y, slope: a * y - b * x };
  const upB = b < 1;
  const e = new Float64Array((i + 1) * (j + 1));
  if (a < 1) {
    const explicit = i + j === 0 ? 1 : factor(i, j, exponents(i, j, t, true, upB), e, b, upB);
    return (explicit + x * (a + b) * lower(i, j, a + 1, b, x, y)) / a;
  }
  const width = reach(t);
  const l = exponents(i, j, t, false, upB);
  const [la, lb] = [l[j + 1]!, l[1]!];
  let sum = 0;
  let [from, k] = [0, 0];
  const ends = panels(t, width);
  for (; k < ends.length; k++) {
    const length = ends[k]! - from;
    let part = 0;
    for (let n = 0; n < rule.nodes.length; n++) {
      const w = from + length * rule.nodes[n]!;
      let f = rule.weights[n]! * Math.exp(-drop(t, w));
      if (i + j > 0) {
        if (i > 0) l[j + 1] = la + logOwn(t, w);
        if (j > 0) l[1] = lb + logOther(t, w);
        f *= factor(i, j, l, e, b, upB);
      }
      part += f;
    }
    sum += length * part;
    from = ends[k]!;
  }
  return sum;
}

/** Ends of the panels that cover 0 … width: one, or graded about the corner of the density at logit t = log(a/b). */
function panels({ a, b, x, y }: Tail, width: number): number[] {
  if (width < 4) return [width];
  const corner = Math.log(x / y) - Math.log(a / Math.max(b, 1));
  const at = [-216, -72, -24, -8, -2, 6].map((d) => corner + d);
  return [...at.filter((w) => w > 0.5 && w < width - 0.5), width];
}

/** The limits at the ends of the domain, or `undefined` inside it. */
function ends(a: number, b: number, x: number): number | undefined {
  if (!(a >= 0 && b >= 0 && x >= 0 && x <= 1) || (a === b && (a === 0 || a === Infinity))) return NaN;
  if (x === 0 || x === 1) return x;
  if (a === 0 || b === Infinity) return 1;
  return b === 0 || a === Infinity ? 0 : undefined;
}

/**
 * The regularized incomplete beta function I_x(a, b), the distribution function of Beta(a, b). NaN unless a, b ≥ 0 and
 * 0 ≤ x ≤ 1. Relative error below 1e-13, not counting what the rounding of x costs.
 */
export function betainc(a: number, b: number, x: number): number {
  const end = ends(a, b, x);
  if (end !== undefined) return end;
  const y = 1 - x;
  const k = betaKernel(a, b, x, y);
  // rounding may put a probability above 1
  return Math.min(1, a * y >= b * x ? k * lower(0, 0, a, b, x, y) : 1 - k * lower(0, 0, b, a, y, x));
}

/**
 * ∂ⁱ⁺ʲ I_x(a, b)/∂aⁱ∂bʲ; i + j ≥ 1. NaN unless a, b are positive and finite and 0 ≤ x ≤ 1. Relative error below 1e-13 for
 * i + j = 1; beyond, the integrand changes its sign: below 1e-12, or 1e-14 of the smaller of I and 1 − I, whichever is more.
 */
export function betaincGrad(i: number, j: number, a: number, b: number, x: number): number {
  if (i + j === 0) return betainc(a, b, x);
  if (!(a > 0 && b > 0 && a < Infinity && b < Infinity && x >= 0 && x <= 1)) return NaN;
  const y = 1 - x;
  if (x === 0 || y === 0) return 0;
  const k = betaKernel(a, b, x, y);
  if (k === 0) return 0;
  const slope = a * y - b * x;
  const below = i > 0 ? score(a, b, x, logOf(x, y), slope) < 0 : score(b, a, y, logOf(y, x), -slope) > 0;
  return below ? k * lower(i, j, a, b, x, y) : -k * lower(j, i, b, a, y, x);
}
