/**
 * The normal distribution function Φ.
 *
 * @module
 */
import { millsRatio } from './coefficients.js';
import { scaled, squareOf, type Scaled } from './error.js';
import { expScaled, logSum } from './exponential.js';
import { vectorRule, type Kernel } from './kernel.js';
import { logNormal } from './logarithm.js';
import type { RealRules, Vector } from './rule.js';

/** e^{x²/2} erfc(x/√2) as a function of x ≥ 0: 2Φ(−x) without its exponential. */
const mills: Scaled = {
  middle: 5.3125,
  slope: 0.796875,
  end: 0.796875 * Math.sqrt(2 / Math.PI),
  rest: millsRatio,
};

/** ½ e^{x²/2} erfc(x/√2) for x ≥ 0: Φ(−x) without its exponential. */
const half = (k: Kernel, x: Vector): Vector =>
  k.precisely([x], (w, y) => {
    const [above, below] = scaled(w, y!, mills);
    return w.v.div(w.v.mul(w.c(0.5), above), below);
  });

/** e^{−x²/2} times a factor, for x ≥ 0, as a product of two numbers. */
function density(k: Kernel, x: Vector, factor: Vector): readonly [value: Vector, scale: Vector] {
  const { v } = k;
  const [high, low] = squareOf(k, k.let(v.pmin(x, k.by(14.5, 39))));
  const [value, scale] = expScaled(k, k.let(v.mul(high, k.c(-0.5))), k.let(v.mul(low, k.c(0.5))), factor);
  return [k.let(value), k.let(scale)];
}

/**
 * log Φ(x): −x²/2 + log of the rest for x ≤ 0, log(1 − Φ(−x)) for x > 0. Each half is computed where a lane needs it.
 */
function logNdtr(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.pmin(v.abs(x), k.by(1e19, 1e154)));
  const rest = k.let(half(k, a));
  const right = k.let(v.gt(x, k.c(0)));
  const out = k.local(rest);
  const { f } = k;
  f.if(k.notAll(right), () => {
    f.set(out, v.sub(logNormal(k, rest), v.mul(x, v.mul(x, k.c(0.5)))));
  });
  f.if(k.any(right), () => {
    const p = k.let(v.mul(...density(k, a, rest)));
    f.set(out, k.select(right, logSum(k, k.let(v.neg(p))), out));
  });
  return out;
}

/** φ(x)/Φ(x) = (2/√2π)/(e^{x²/2} erfc(−x/√2)) for x ≤ 0; φ(x)/(1 − Φ(−x)) for x > 0. */
function normalHazard(k: Kernel, x: Vector): Vector {
  const { v, f } = k;
  const a = k.let(v.abs(x));
  // far on the left it is |x| to the last digit, and t would be ∞/∞
  const far = k.by(1e30, 1e300);
  const left = k.precisely([k.let(v.pmin(a, far))], (w, b) => {
    const [above, below] = scaled(w, b!, mills);
    return w.v.div(w.v.mul(w.c(Math.sqrt(2 / Math.PI)), below), above);
  });
  const out = k.local(k.select(v.gt(a, far), a, left));
  const right = k.let(v.gt(x, k.c(0)));
  f.if(k.any(right), () => {
    const near = k.let(v.pmin(a, k.by(14.5, 39)));
    const [e, scale] = density(k, near, k.c(Math.sqrt(0.5 / Math.PI)));
    const p = v.mul(v.mul(v.mul(e, scale), k.c(Math.sqrt(2 * Math.PI))), half(k, near));
    const hazard = v.mul(v.div(e, v.sub(k.c(1), p)), scale);
    f.set(out, k.select(right, hazard, out));
  });
  return out;
}

/** Rules of the normal distribution. */
export const normalRules: RealRules<'logNdtr' | 'normalHazard'> = {
  logNdtr: vectorRule('logNdtr', [310, 325], logNdtr),
  normalHazard: vectorRule('normalHazard', [275, 250], normalHazard),
};
