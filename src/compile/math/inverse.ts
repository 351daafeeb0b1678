/**
 * Inverse trigonometric and hyperbolic functions.
 *
 * @module
 */
import { arcsine, arctangent } from './coefficients.js';
import { vectorRule, type Kernel } from './kernel.js';
import { assemble, parts } from './logarithm.js';
import type { RealRules, Vector } from './rule.js';

/** Multiples of π/4, and what their rounding leaves. */
const multiples = {
  f32: {
    quarter: [0.7853981852531433, -2.1855694143368964e-8],
    half: [1.5707963705062866, -4.371138828673793e-8],
    whole: [3.1415927410125732, -8.742277657347586e-8],
  },
  f64: {
    quarter: [0.7853981633974483, 3.061616997868383e-17],
    half: [1.5707963267948966, 6.123233995736766e-17],
    whole: [3.141592653589793, 1.2246467991473532e-16],
  },
} as const;

/**
 * arctan(y/x) for x, y ≥ 0 as a sum: of three quotients z the one with |z| ≤ tan π/8, by
 * arctan t = π/4 + arctan((t−1)/(t+1)) = π/2 − arctan(1/t). Above 1 only if `steep`.
 */
function arctanOf(k: Kernel, y: Vector, x: Vector, steep: boolean): readonly [base: Vector, rest: Vector] {
  const { v } = k;
  const { quarter, half } = multiples[k.float];
  const middle = k.let(v.gt(y, k.let(v.mul(x, k.c(0.41421356237309503)))));
  let above = k.let(k.select(middle, v.sub(y, x), y));
  let below = k.let(k.select(middle, v.add(y, x), x));
  let [base, low] = [k.c(quarter[0]), k.c(quarter[1])];
  if (steep) {
    const beyond = k.let(v.gt(y, k.let(v.mul(x, k.c(2.414213562373095)))));
    above = k.let(k.select(beyond, v.neg(x), above));
    below = k.let(k.select(beyond, y, below));
    base = k.let(k.select(beyond, k.c(half[0]), base));
    low = k.let(k.select(beyond, k.c(half[1]), low));
  }
  const z = k.let(v.div(above, below));
  const w = k.let(v.mul(z, z));
  const bent = v.mul(v.mul(z, w), k.polynomial(w, arctangent));
  return [k.let(k.and(middle, base)), k.let(v.add(z, v.add(bent, k.and(middle, low))))];
}

function atan(k: Kernel, x: Vector): Vector {
  const [base, low] = arctanOf(k, k.let(k.v.abs(x)), k.c(1), true);
  return k.signed(k.v.add(base, low), x);
}

/** arcsin z for 0 ≤ z ≤ ½, less z, given z². */
const bend = (k: Kernel, z: Vector, w: Vector): Vector => k.v.mul(k.v.mul(z, w), k.polynomial(w, arcsine));

/** arcsin |x| = π/2 − 2 arcsin √((1−|x|)/2) above ½. */
function asin(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const { half } = multiples[k.float];
  const a = k.let(v.abs(x));
  const outer = k.let(v.gt(a, k.c(0.5)));
  const w = k.let(k.select(outer, v.mul(v.sub(k.c(1), a), k.c(0.5)), v.mul(a, a)));
  const z = k.let(k.select(outer, v.sqrt(w), a));
  const y = k.let(v.add(z, bend(k, z, w)));
  const reflected = v.sub(k.c(half[0]), v.sub(v.add(y, y), k.c(half[1])));
  return k.signed(k.select(outer, reflected, y), x);
}

/** arccos x: π/2 − arcsin x inside ½; 2 arcsin √((1−|x|)/2), or π minus that, outside. */
function acos(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const { half, whole } = multiples[k.float];
  const a = k.let(v.abs(x));
  const outer = k.let(v.gt(a, k.c(0.5)));
  const w = k.let(k.select(outer, v.mul(v.sub(k.c(1), a), k.c(0.5)), v.mul(a, a)));
  const z = k.let(k.select(outer, v.sqrt(w), x));
  const y = k.let(v.add(z, bend(k, z, w)));
  const inner = v.sub(k.c(half[0]), v.sub(y, k.c(half[1])));
  const twice = k.let(v.add(y, y));
  const left = v.sub(k.c(whole[0]), v.sub(twice, k.c(whole[1])));
  return k.select(outer, k.select(v.lt(x, k.c(0)), left, twice), inner);
}

/**
 * log(1 + t) for t ≥ 0, or log 2t where t is large: `t` is then the number whose double's logarithm is wanted.
 */
function logOfOneAnd(k: Kernel, t: Vector, large: Vector): Vector {
  const { v } = k;
  const u = k.let(k.select(large, t, v.add(t, k.c(1))));
  const lost = k.let(k.andnot(v.div(v.sub(t, v.sub(u, k.c(1))), u), large));
  const { exponent, fraction } = parts(k, u);
  const moved = k.let(v.add(exponent, k.and(large, k.c(1))));
  return assemble(k, { exponent: moved, fraction }, lost);
}

/** arsinh |x| = log(1 + a + a²/(1 + √(1+a²))), and log 2a where a² + 1 = a². */
function asinh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.abs(x));
  const large = k.let(v.gt(a, k.by(2 ** 13, 2 ** 28)));
  const square = k.let(v.mul(a, a));
  const root = v.sqrt(v.add(square, k.c(1)));
  const t = v.add(a, v.div(square, v.add(root, k.c(1))));
  const value = k.let(logOfOneAnd(k, k.let(k.select(large, a, t)), large));
  return k.signed(k.select(v.lt(a, k.c(Infinity)), value, a), x);
}

/** arcosh x = log(1 + t + √(2t + t²)) with t = x − 1. */
function acosh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const large = k.let(v.gt(x, k.by(2 ** 13, 2 ** 28)));
  const t = k.let(v.sub(x, k.c(1)));
  const sum = v.add(t, v.sqrt(v.mul(t, v.add(t, k.c(2)))));
  const value = k.let(logOfOneAnd(k, k.let(k.select(large, x, sum)), large));
  const bounded = k.let(k.select(v.lt(x, k.c(Infinity)), value, x));
  return k.select(v.ge(x, k.c(1)), bounded, k.c(NaN));
}

/** artanh |x| = ½ log(1 + 2a/(1−a)). */
function atanh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.abs(x));
  const t = k.let(v.div(v.add(a, a), v.sub(k.c(1), a)));
  const u = k.let(v.add(t, k.c(1)));
  const lost = v.div(v.sub(t, v.sub(u, k.c(1))), u);
  const value = k.let(v.mul(k.c(0.5), assemble(k, parts(k, u), lost)));
  const outside = k.let(k.select(v.eq(a, k.c(1)), k.c(Infinity), k.c(NaN)));
  return k.signed(k.select(v.lt(a, k.c(1)), value, outside), x);
}

/** The angle of (x, y): that between the larger and the smaller coordinate, added to or taken from 0, π/2 or π. */
function atan2(k: Kernel, y: Vector, x: Vector): Vector {
  const { v } = k;
  const { half, whole } = multiples[k.float];
  const [a, b] = [k.let(v.abs(x)), k.let(v.abs(y))];
  const steep = k.let(v.gt(b, a));
  const low = k.let(v.min(a, b));
  const high = k.let(v.max(a, b));
  // two infinite coordinates count as 1 and 1, two zeros as 0 and 1; sums of coordinates must not overflow
  const infinite = k.let(v.eq(low, k.c(Infinity)));
  const equal = k.let(k.or(infinite, v.eq(high, k.c(0))));
  const scale = k.let(k.select(v.gt(high, k.by(1e38, 1e307)), k.c(0.25), k.c(1)));
  const one = k.c(1);
  const smaller = k.let(k.select(equal, k.and(infinite, one), v.mul(low, scale)));
  const larger = k.let(k.select(equal, one, v.mul(high, scale)));
  const [base, rest] = arctanOf(k, smaller, larger, false);
  const left = k.let(v.lt(k.signed(one, x), k.c(0)));
  const origin = (i: 0 | 1): Vector => k.let(k.select(steep, k.c(half[i]), k.and(left, k.c(whole[i]))));
  const turn = k.let(k.and(k.xor(steep, left), k.c(-0)));
  const sum = v.add(v.add(origin(0), k.xor(base, turn)), v.add(origin(1), k.xor(rest, turn)));
  return k.signed(sum, y);
}

/** Rules of the inverse functions. */
export const inverseRules: RealRules<'asin' | 'acos' | 'atan' | 'asinh' | 'acosh' | 'atanh' | 'atan2'> = {
  asin: vectorRule('asin', [38, 59], asin),
  acos: vectorRule('acos', [43, 63], acos),
  atan: vectorRule('atan', [49, 72], atan),
  asinh: vectorRule('asinh', [95, 120], asinh),
  acosh: vectorRule('acosh', [84, 108], acosh),
  atanh: vectorRule('atanh', [67, 90], atanh),
  atan2: vectorRule('atan2', [100, 125], atan2),
};
