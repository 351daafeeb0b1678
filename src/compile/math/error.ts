/**
 * The error function, its complement and its inverse.
 *
 * @module
 */
import { v128 } from '../assembler/index.js';
import {
  errorCentre,
  errorTail,
  inverseError,
  inverseErrorCentre,
  inverseErrorTail,
  scaledComplement,
  type Polynomial,
} from './coefficients.js';
import { expNormal, expScaled } from './exponential.js';
import { vectorRule, type Kernel } from './kernel.js';
import { logNormal } from './logarithm.js';
import type { RealRules, Vector } from './rule.js';

/** erf x for |x| ≤ 1, given x². */
const centre = (k: Kernel, x: Vector, square: Vector): Vector =>
  k.let(k.madd(x, k.polynomial(square, errorCentre), x));

/** A polynomial in z inside, 1 − e^{−z} p outside, signed. */
function erf(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.pmin(v.abs(x), k.by(4, 6)));
  const square = k.let(v.mul(a, a));
  const inner = centre(k, x, square);
  const t = k.let(v.div(v.sub(a, k.c(2)), v.add(a, k.c(2))));
  const complement = v.mul(expNormal(k, k.let(v.neg(square))), k.polynomial(t, errorTail));
  return k.select(v.gt(a, k.c(1)), k.signed(v.sub(k.c(1), complement), x), inner);
}

/** The square of the leading bits of a, exactly, and what is missing of a². */
export function squareOf(k: Kernel, a: Vector): readonly [high: Vector, low: Vector] {
  const { v } = k;
  const head = k.let(v128.and(a, k.float === 'f32' ? k.bits(0xfffff000n) : k.bits(0xfffffffff8000000n)));
  return [k.let(v.mul(head, head)), k.let(v.mul(v.sub(a, head), v.add(a, head)))];
}

/** An approximation of e^{y²} erfc y, y ≥ 0. */
export interface Scaled {
  readonly middle: number;
  readonly slope: number;
  /** Limit of the product with 1 + slope · y for large y. */
  readonly end: number;
  readonly rest: Polynomial;
}

/**
 * e^{y²} erfc y as a quotient, for y ≥ 0 or a multiple of it. In t = (y − middle)/(y + middle) its product with
 * 1 + slope · y is nearly straight (after M. M. Shepherd and J. G. Laframboise, Math. Comp. 36, 1981).
 */
export function scaled(k: Kernel, y: Vector, s: Scaled): readonly [above: Vector, below: Vector] {
  const { v } = k;
  const middle = k.c(s.middle);
  const t = k.let(v.div(v.sub(y, middle), v.add(y, middle)));
  // the sum of the small parts first
  const bent = k.nmadd(t, k.c((1 - s.end) / 2), v.mul(k.nmadd(t, t, k.c(1)), k.polynomial(t, s.rest)));
  const above = v.add(bent, k.c((1 + s.end) / 2));
  return [k.let(above), k.let(k.madd(y, k.c(s.slope), k.c(1)))];
}

const plain: Scaled = { middle: 3.75, slope: 1, end: 1 / Math.sqrt(Math.PI), rest: scaledComplement };

/** erfc x: 1 − erf x near zero; e^{−a²} (e^{a²} erfc a) for a = |x|, or 2 minus that. */
function erfc(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const a = k.let(v.pmin(v.abs(x), k.by(10.5, 27.5)));
  const [high, low] = squareOf(k, a);
  const rest = k.let(k.precisely([a], (w, b) => w.v.div(...scaled(w, b!, plain))));
  const tail = k.let(v.mul(...expScaled(k, k.let(v.neg(high)), low, rest)));
  const inner = v.sub(k.c(1), centre(k, x, k.let(v.mul(a, a))));
  const outer = k.let(k.select(v.lt(x, k.c(0)), v.sub(k.c(2), tail), tail));
  return k.select(v.gt(a, k.c(0.5)), outer, inner);
}

/**
 * In float32 x (½√π + w F(w)), w = −log(1 − x²); in float64 x (½√π + x² F(0.7225 − x²)) up to 0.85, beyond it
 * u − F(u) with u = √−log(1−|x|).
 */
function erfinv(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const one = k.c(1);
  const a = k.let(v.abs(x));
  let value: Vector;
  if (k.float === 'f32') {
    const w = k.let(v.neg(logNormal(k, k.let(v.mul(v.sub(one, x), v.add(one, x))))));
    const [above, below] = k.fraction(w, inverseError);
    const factor = v.add(v.mul(w, v.div(above, below)), k.c(Math.sqrt(Math.PI) / 2));
    value = k.let(v.mul(x, factor));
  } else {
    const z = k.let(v.mul(x, x));
    const [above, below] = k.fraction(k.let(v.sub(k.c(0.7225), z)), inverseErrorCentre);
    const bent = v.mul(v.mul(x, z), v.div(above, below));
    const inner = k.let(v.add(v.mul(x, k.c(Math.sqrt(Math.PI) / 2)), bent));
    const far = k.let(v.gt(a, k.c(0.85)));
    value = k.unless(k.any(far), inner, () => {
      const u = k.let(v.sqrt(v.neg(logNormal(k, k.let(v.sub(one, a))))));
      const [p, q] = k.fraction(u, inverseErrorTail);
      return k.select(far, k.signed(v.sub(u, v.div(p, q)), x), inner);
    });
  }
  const inside = k.let(v.lt(a, one));
  return k.unless(k.notAll(inside), value, () => {
    const end = k.let(k.select(v.eq(a, one), v.mul(x, k.c(Infinity)), k.c(NaN)));
    return k.select(inside, value, end);
  });
}

/** Rules of the error functions. */
export const errorRules: RealRules<'erf' | 'erfc' | 'erfinv'> = {
  erf: vectorRule('erf', [80, 128], erf),
  erfc: vectorRule('erfc', [175, 178], erfc),
  erfinv: vectorRule('erfinv', [97, 117], erfinv),
};
