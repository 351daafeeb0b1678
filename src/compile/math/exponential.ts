/**
 * The exponential function and its relatives.
 *
 * x = n log 2 + r with |r| ≤ ½ log 2; eʳ − 1 = r + r² P(r); the power of two is added to the exponent's bits.
 *
 * @module
 */
import { exponential, logarithmOfSum } from './coefficients.js';
import { vectorRule, type Kernel } from './kernel.js';
import type { RealRules, Vector } from './rule.js';

/** The parts of an exponential. */
export interface Exponential {
  /** A number whose low bits are n. */
  readonly n: Vector;
  /** eʳ − 1. */
  readonly q: Vector;
}

/** e^{x − low} as 2ⁿ (1 + q), where n has to be in the range of an integer. */
export function split(k: Kernel, x: Vector, low?: Vector): Exponential {
  const { v, format } = k;
  const [high, rest] = format.logTwo;
  const magic = k.c(format.magic);
  const n = k.let(k.madd(x, k.c(Math.LOG2E), magic));
  const whole = k.let(v.sub(n, magic));
  const near = k.nmadd(whole, k.c(high), x);
  const r = k.let(
    low === undefined ? k.nmadd(whole, k.c(rest), near) : v.sub(near, k.madd(whole, k.c(rest), low)),
  );
  const square = k.let(v.mul(r, r));
  return { n, q: k.let(k.madd(square, k.polynomial(r, exponential), r)) };
}

/** 2ⁿ⁺ˢ of the number whose low bits are n. */
export function powerOfTwo(k: Kernel, n: Vector, shift = 0): Vector {
  const { mantissa, bias } = k.format;
  return k.plus(k.left(n, mantissa), k.bits(BigInt(bias + shift) << BigInt(mantissa)));
}

/** Below this |x|, eˣ is a normal number. */
export const normalExp = (k: Kernel): Vector => k.by(87, 708);

/** e^{x − low} where it is a normal number. */
export function expNormal(k: Kernel, x: Vector, low?: Vector): Vector {
  const { n, q } = split(k, x, low);
  return k.plus(k.v.add(q, k.c(1)), k.left(n, k.format.mantissa));
}

/**
 * e^{x − low}, times a factor, as a product of a normal number and a power of two, for any x; NaN stays NaN.
 */
export function expScaled(
  k: Kernel,
  x: Vector,
  low?: Vector,
  factor?: Vector,
): readonly [value: Vector, scale: Vector] {
  const { v } = k;
  const { mantissa, bias, overflow } = k.format;
  const bounded = k.let(v.pmax(v.pmin(x, k.c(overflow + 0.3)), k.by(-104, -746)));
  const { n, q } = split(k, bounded, low);
  const small = k.let(v.lt(bounded, k.by(-80, -700)));
  const away = mantissa === 23 ? 64 : 128;
  const offset = (s: number): Vector => k.bits(BigInt(bias + s) << BigInt(mantissa));
  const power = k.plus(k.left(n, mantissa), k.select(small, offset(away), offset(-1)));
  const value = factor === undefined ? v.add(q, k.c(1)) : k.madd(q, factor, factor);
  return [v.mul(value, power), k.select(small, k.c(2 ** -away), k.c(2))];
}

/** eˣ of any x. */
export function exp(k: Kernel, x: Vector): Vector {
  const { v } = k;
  // no call in the rare case: a call in a loop takes all vector registers away from it
  return k.unless(k.notAll(v.lt(v.abs(x), normalExp(k))), expNormal(k, x), () => v.mul(...expScaled(k, x)));
}

/** e^{−|x|} of any x. */
function expMinusAbs(k: Kernel, x: Vector): Vector {
  return exp(k, k.let(k.v.neg(k.v.abs(x))));
}

/** 2⁻ʰ (eˣ − 1) for x up to where that overflows; as small as x where that is. */
function expm1Half(k: Kernel, x: Vector, h: number): Vector {
  const { v } = k;
  const { n, q } = split(k, x);
  const power = k.let(powerOfTwo(k, n, -h));
  return k.madd(power, q, v.sub(power, k.c(2 ** -h)));
}

/** eˣ − 1. */
export function expm1(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const bounded = k.let(v.pmax(v.pmin(x, k.c(k.format.overflow + 0.3)), k.by(-20, -50)));
  return k.signed(v.mul(expm1Half(k, bounded, 1), k.c(2)), x);
}

/** tanh |x| = E/(E+2) with E = e^{2|x|} − 1. */
function tanh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.abs(x));
  const doubled = k.let(v.pmin(v.add(a, a), k.by(20, 40)));
  const e = k.let(expm1Half(k, doubled, 0));
  return k.signed(v.div(e, v.add(e, k.c(2))), x);
}

/** 2h = e^{|x|} − 1: sinh |x| = h + h/(2h+1). */
function sinh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const bounded = k.let(v.pmin(v.abs(x), k.by(89.5, 710.5)));
  const h = k.let(v.mul(expm1Half(k, bounded, 2), k.c(2)));
  // ∞/∞ becomes 1
  const rest = v.pmin(k.c(1), v.div(h, v.add(v.add(h, h), k.c(1))));
  return k.signed(v.add(h, rest), x);
}

/** e = ½ e^{|x|}: cosh x = e + 1/(4e). */
function cosh(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const bounded = k.let(v.pmin(v.abs(x), k.by(89.5, 710.5)));
  const { n, q } = split(k, bounded);
  const e = k.let(v.mul(v.mul(v.add(q, k.c(1)), powerOfTwo(k, n, -2)), k.c(2)));
  return v.add(e, v.div(k.c(0.25), e));
}

/** With e = e^{−|x|}: 1/(1+e) for x ≥ 0, e/(1+e) for x < 0. */
function logistic(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const e = k.let(expMinusAbs(k, x));
  const above = k.select(v.lt(x, k.c(0)), e, k.c(1));
  return v.div(above, v.add(e, k.c(1)));
}

/** log(1+e) for −½ ≤ e ≤ 1: with s = e/(2+e), it is 2 artanh s and 2s = e − s e. */
export function logSum(k: Kernel, e: Vector): Vector {
  const { v } = k;
  const s = k.let(v.div(e, v.add(e, k.c(2))));
  const z = k.let(v.mul(s, s));
  return k.nmadd(s, k.nmadd(z, k.polynomial(z, logarithmOfSum), e), e);
}

/** max(x, 0) + log(1 + e^{−|x|}). */
function softplus(k: Kernel, x: Vector): Vector {
  const e = k.let(expMinusAbs(k, x));
  return k.v.add(k.v.pmax(k.c(0), x), logSum(k, e));
}

/** Rules of the exponential functions. */
export const exponentialRules: RealRules<
  'exp' | 'expm1' | 'sinh' | 'cosh' | 'tanh' | 'logistic' | 'softplus'
> = {
  exp: vectorRule('exp', [27, 43], exp),
  expm1: vectorRule('expm1', [37, 53], expm1),
  sinh: vectorRule('sinh', [54, 70], sinh),
  cosh: vectorRule('cosh', [42, 62], cosh),
  tanh: vectorRule('tanh', [45, 62], tanh),
  logistic: vectorRule('logistic', [45, 59], logistic),
  softplus: vectorRule('softplus', [75, 115], softplus),
};
