/**
 * log Γ and its derivative ψ.
 *
 * Below 8 they are rational functions with their zeros as factors, from 8 on Stirling's series; arguments near zero take
 * one step of the recurrence, negative ones are reflected.
 *
 * @module
 */
import { digammaCentre, logGamma, stirling, stirlingSlope } from './coefficients.js';
import { vectorRule, type Kernel } from './kernel.js';
import { logFull, logNormal } from './logarithm.js';
import { kernels } from './trigonometric.js';
import type { RealRules, Vector } from './rule.js';

/** Where Stirling's series begins. */
const large = 8;

/** sin and cos of π y for |y| ≤ ½, given |y|; near ½ by what is missing to it. */
function sinCosPi(k: Kernel, y: Vector): readonly [sin: Vector, cos: Vector] {
  const { v } = k;
  const outer = k.let(v.gt(y, k.c(0.25)));
  const near = k.let(k.select(outer, v.sub(k.c(0.5), y), y));
  const [s, c] = kernels(k, k.let(v.mul(near, k.c(Math.PI))));
  return [k.let(k.select(outer, c, s)), k.let(k.select(outer, s, c))];
}

/** log Γ(b) for b > −½, not too small. */
function lgammaRight(k: Kernel, b: Vector): Vector {
  const { v, f } = k;
  const one = k.c(1);
  const small = k.let(v.lt(v.abs(b), k.c(0.5)));
  const big = k.let(v.ge(b, k.c(large)));
  // with y = b or 1 + b, the factors y − 1 and y − 2 are exact where they are small
  const first = k.let(k.select(small, b, v.sub(b, one)));
  const middle = (w: Kernel, t: Vector): Vector => {
    const y = w.let(w.v.pmin(w.v.add(t, w.c(1)), w.c(large)));
    const [above, below] = w.fraction(y, logGamma[w.digits]);
    const factors = w.v.mul(t, w.v.sub(t, w.c(1)));
    // + 0: at 1 it is not −0
    const rest = w.v.div(above, below);
    return w.v.add(w.v.div(factors, w.v.add(w.madd(y, w.c(0.5), w.c(1)), rest)), w.c(0));
  };
  // computed whether a lane needs it or not: a branch around it costs as much as it saves
  const out = k.local(k.precisely([k.let(first)], middle));
  f.if(k.any(k.let(k.or(small, big))), () => {
    const log = k.let(logNormal(k, k.let(v.pmax(v.abs(b), k.c(k.format.least)))));
    const r = k.let(v.div(one, b));
    const series = v.mul(r, k.polynomial(k.let(v.mul(r, r)), stirling));
    const rest = v.add(series, k.c(0.4189385332046727));
    const far = k.let(k.madd(v.sub(b, k.c(0.5)), k.let(v.sub(log, one)), rest));
    const near = k.let(v.sub(out, log));
    f.set(out, k.select(big, far, k.let(k.select(small, near, out))));
  });
  return out;
}

/** log|Γ(x)|; by Γ(x) Γ(−x) = −π/(x sin πx) from −½ down. */
export function lgamma(k: Kernel, x: Vector): Vector {
  const { v, f } = k;
  const a = k.let(v.abs(x));
  const left = k.let(v.le(x, k.c(-0.5)));
  const out = k.local(lgammaRight(k, k.let(k.select(left, a, x))));
  const tiny = k.let(v.lt(a, k.c(k.format.least)));
  f.if(k.any(k.let(k.or(left, tiny))), () => {
    const y = k.let(v.abs(v.sub(a, v.nearest(a))));
    const [s] = sinCosPi(k, y);
    const reflected = k.let(v.sub(logFull(k, k.let(v.div(k.c(Math.PI), k.let(v.mul(a, s))))), out));
    const pole = k.let(k.or(v.eq(y, k.c(0)), v.eq(a, k.c(Infinity))));
    const value = k.let(k.select(pole, k.c(Infinity), reflected));
    f.set(out, k.select(left, value, k.let(k.select(tiny, v.neg(logFull(k, a)), out))));
  });
  return out;
}

/** The positive zero of ψ, in two parts. */
const rootHigh = 1.4616321449683622;
const rootLow = 9.549995429965697e-17;

/** ψ(x): for a = x, or 1 + x below 1 and 1 − x below 0. */
function digamma(k: Kernel, x: Vector): Vector {
  const { v, f } = k;
  const one = k.c(1);
  const small = k.let(v.lt(x, one));
  const left = k.let(v.le(x, k.c(0)));
  const a = k.let(k.select(small, v.add(one, v.abs(x)), x));
  const big = k.let(v.ge(a, k.c(large)));
  const y = k.let(v.pmin(a, k.c(large)));
  const middle = (w: Kernel, t: Vector): Vector => {
    const [above, below] = w.fraction(t, digammaCentre[w.digits]);
    const factor = w.v.sub(w.v.sub(t, w.c(rootHigh)), w.c(rootLow));
    const rest = w.v.div(above, below);
    return w.v.div(factor, w.v.add(w.madd(t, w.c(0.375), w.c(0.4375)), rest));
  };
  const out = k.local(k.precisely([y], middle));
  f.if(k.any(big), () => {
    const r = k.let(v.div(one, a));
    const z = k.let(v.mul(r, r));
    const series = k.madd(z, k.polynomial(z, stirlingSlope), v.mul(k.c(0.5), r));
    const far = k.let(v.sub(logNormal(k, a), series));
    const bounded = k.let(k.select(v.eq(a, k.c(Infinity)), a, far));
    f.set(out, k.select(big, bounded, out));
  });
  f.if(k.any(small), () => {
    f.set(out, v.sub(out, k.and(v.div(one, x), k.andnot(small, left))));
    f.if(k.any(left), () => {
      const y = k.let(v.sub(x, v.nearest(x)));
      const [s, c] = sinCosPi(k, k.let(v.abs(y)));
      const slope = k.let(v.div(v.mul(k.c(Math.PI), c), k.xor(s, k.and(y, k.c(-0)))));
      const value = k.let(v.sub(out, slope));
      const poles = k.let(k.select(v.eq(y, k.c(0)), k.c(NaN), value));
      const ends = k.let(
        k.select(v.eq(x, k.c(0)), v.div(k.c(-1), x), k.select(v.gt(x, k.c(-Infinity)), poles, k.c(NaN))),
      );
      f.set(out, k.select(left, ends, out));
    });
  });
  return out;
}

/** Rules of the gamma functions. */
export const gammaRules: RealRules<'lgamma' | 'digamma'> = {
  lgamma: vectorRule('lgamma', [193, 175], lgamma),
  digamma: vectorRule('digamma', [155, 133], digamma),
};
