/**
 * Powers and remainders.
 *
 * The logarithm to base 2 is carried in two numbers, so that its product with a large exponent keeps its digits below the
 * point. The steps are those of `e_pow.c` (Sun Microsystems, 1993), without its table.
 *
 * @module
 */
import { realBinary } from '../../ir/scalar.js';
import { logarithm, logarithmPower, exponential } from './coefficients.js';
import { expNormal } from './exponential.js';
import { vectorRule, type Kernel } from './kernel.js';
import { parts } from './logarithm.js';
import type { RealRules, Vector } from './rule.js';

/** The leading 26 bits of the mantissa: products of two such numbers are exact. */
const head = (k: Kernel, x: Vector): Vector => k.let(k.and(x, k.bits(0xfffffffff8000000n)));

/** aʸ for positive float64, in float32's accuracy and range. */
function powerShort(k: Kernel, a: Vector, y: Vector): Vector {
  const { v } = k;
  const { exponent, fraction } = parts(k, a);
  const s = k.let(v.div(fraction, v.add(fraction, k.c(2))));
  const z = k.let(v.mul(s, s));
  const log = k.madd(v.mul(s, z), k.powers(z, logarithm.f64.slice(0, 5)), v.add(s, s));
  const product = v.mul(y, k.madd(exponent, k.c(Math.LN2), log));
  return expNormal(k, k.let(v.pmax(v.pmin(product, k.c(140)), k.c(-140))));
}

/** log₂ a of a positive number, in two parts. */
function logTwo(k: Kernel, a: Vector): readonly [high: Vector, low: Vector] {
  const { v } = k;
  const three = k.c(3);
  const tiny = k.let(v.lt(a, k.c(k.format.least)));
  const { exponent, fraction: f } = parts(k, k.let(k.select(tiny, v.mul(a, k.c(2 ** 64)), a)));
  const n = k.let(v.sub(exponent, k.and(tiny, k.c(64))));
  // s = f/(2+f)
  const below = k.let(v.add(f, k.c(2)));
  const belowHead = head(k, below);
  const belowRest = v.add(v.sub(below, belowHead), v.sub(f, v.sub(below, k.c(2))));
  const inverse = k.let(v.div(k.c(1), below));
  const s = k.let(v.mul(f, inverse));
  const sHead = head(k, s);
  const sRest = k.let(v.mul(v.sub(v.sub(f, v.mul(sHead, belowHead)), v.mul(sHead, belowRest)), inverse));
  // 3 artanh(s)/s = 3 + s² + s⁴ L(s²)
  const z = k.let(v.mul(s, s));
  const square = k.let(v.mul(sHead, sHead));
  const bent = v.mul(v.mul(z, z), k.polynomial(z, logarithmPower));
  const rest = k.let(v.add(bent, v.mul(sRest, v.add(sHead, s))));
  const t = head(k, v.add(v.add(three, square), rest));
  const tRest = v.sub(rest, v.sub(v.sub(t, three), square));
  // log m = ⅔ s t
  const u = k.let(v.mul(sHead, t));
  const w = k.let(v.add(v.mul(sRest, t), v.mul(tRest, s)));
  const p = head(k, v.add(u, w));
  const pRest = v.sub(w, v.sub(p, u));
  const high = k.let(v.mul(k.c(0.9617966860532761), p));
  const low = k.let(v.add(v.mul(k.c(7.872699542894897e-9), p), v.mul(pRest, k.c(0.9617966939259756))));
  const sum = head(k, v.add(v.add(high, low), n));
  return [sum, k.let(v.sub(low, v.sub(v.sub(sum, n), high)))];
}

/** aʸ for a > 0 in float64. */
function powerLong(k: Kernel, a: Vector, y: Vector): Vector {
  const { v } = k;
  const { magic, mantissa, bias } = k.format;
  const [high, low] = logTwo(k, a);
  // unless a = 1, exponents beyond overflow anyway
  const bounded = k.let(v.pmax(v.pmin(y, k.c(2 ** 66)), k.c(-(2 ** 66))));
  const yHead = head(k, bounded);
  const rest = v.add(v.mul(v.sub(bounded, yHead), high), v.mul(bounded, low));
  const main = k.let(v.mul(yHead, high));
  const sum = k.let(v.add(k.let(rest), main));
  const outside = k.let(k.or(v.gt(sum, k.c(1024)), v.lt(sum, k.c(-1080))));
  const far = k.let(k.select(v.gt(sum, k.c(0)), k.c(1024), k.c(-1080)));
  const p = k.let(k.select(outside, far, main));
  const pRest = k.let(k.andnot(rest, outside));
  const shifted = k.let(v.add(v.add(p, pRest), k.c(magic)));
  const whole = v.sub(shifted, k.c(magic));
  // 2^{t} with |t| ≤ ½ as e^{t log 2}
  const fraction = k.let(v.sub(p, whole));
  const t = head(k, v.add(fraction, pRest));
  const u = k.let(v.mul(t, k.c(0.6931471675634384)));
  const lower = v.mul(v.sub(pRest, v.sub(t, fraction)), k.c(Math.LN2));
  const w = k.let(v.add(lower, v.mul(t, k.c(1.2996506893889889e-8))));
  const r = k.let(v.add(u, w));
  const lost = v.sub(w, v.sub(r, u));
  const q = v.add(k.madd(v.mul(r, r), k.polynomial(r, exponential), lost), r);
  const small = k.let(v.lt(p, k.c(-1000)));
  const offset = (s: number): Vector => k.bits(BigInt(bias + s) << BigInt(mantissa));
  const power = k.plus(k.left(shifted, mantissa), k.select(small, offset(128), offset(-1)));
  return v.mul(v.mul(v.add(q, k.c(1)), power), k.select(small, k.c(2 ** -128), k.c(2)));
}

/** xʸ, as IEEE 754 has it. */
function pow(k: Kernel, x: Vector, y: Vector): Vector {
  const { v } = k;
  const [zero, one, infinity] = [k.c(0), k.c(1), k.c(Infinity)];
  const a = k.let(v.abs(x));
  const value = k.let(
    k.float === 'f64' ? powerLong(k, a, y) : k.precisely([a, y], (w, b, c) => powerShort(w, b!, c!)),
  );
  const usual = k.and(k.and(v.ge(x, k.c(k.format.least)), v.lt(x, infinity)), v.lt(v.abs(y), infinity));
  return k.unless(k.notAll(usual), value, () => {
    const still = k.let(v.eq(a, infinity));
    const edge = k.let(k.or(still, v.eq(x, zero)));
    const large = k.let(k.xor(still, v.lt(y, zero)));
    const infinite = k.let(v.eq(v.abs(y), infinity));
    const growing = k.let(k.xor(v.gt(a, one), v.lt(y, zero)));
    const limit = k.let(k.select(v.eq(a, one), one, k.and(growing, infinity)));
    const bounded = k.let(k.select(infinite, limit, value));
    const positive = k.let(k.select(edge, k.and(large, infinity), bounded));
    const half = k.let(v.mul(y, k.c(0.5)));
    const whole = k.let(v.eq(v.nearest(y), y));
    const odd = k.let(k.and(whole, v.ne(v.nearest(half), half)));
    const signed = k.let(k.xor(positive, k.and(odd, k.and(x, k.c(-0)))));
    const complex = k.let(k.andnot(k.andnot(v.lt(x, zero), edge), whole));
    const nan = k.let(k.or(complex, k.or(v.ne(x, x), v.ne(y, y))));
    const known = k.let(k.or(v.eq(y, zero), v.eq(x, one)));
    return k.select(known, one, k.let(k.select(nan, k.c(NaN), signed)));
  });
}

/** The remainder of x/y, by an exact product of y and the truncated quotient, moved to y's sign. */
function mod(k: Kernel, x: Vector, y: Vector): Vector {
  const { v } = k;
  const value = k.precisely([x, y], (w, a, b) => {
    const q = w.let(w.v.trunc(w.v.div(a!, b!)));
    const high = head(w, b!);
    const rest = w.let(w.v.sub(w.v.sub(a!, w.v.mul(q, high)), w.v.mul(q, w.v.sub(b!, high))));
    // a quotient that was rounded up leaves a rest of the other sign
    const sign = w.let(w.and(a!, w.c(-0)));
    const over = w.v.lt(w.xor(rest, sign), w.c(0));
    const exact = w.let(w.or(w.v.add(rest, w.and(w.xor(w.v.abs(b!), sign), over)), sign));
    const zero = w.c(0);
    const apart = w.xor(w.v.lt(exact, zero), w.v.lt(b!, zero));
    return w.select(w.let(w.and(apart, w.v.ne(exact, zero))), w.v.add(exact, b!), exact);
  });
  const usual = k.and(v.lt(v.abs(v.div(x, y)), k.by(2 ** 28, 2 ** 26)), v.lt(v.abs(y), k.c(Infinity)));
  return k.unless(k.notAll(usual), value, () =>
    k.host('mod', realBinary.mod as (...args: number[]) => number, [x, y]),
  );
}

/** Rules of powers and remainders. */
export const powerRules: RealRules<'pow' | 'mod'> = {
  pow: vectorRule('pow', [173, 305], pow),
  mod: vectorRule('mod', [65, 32], mod),
};
