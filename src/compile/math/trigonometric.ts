/**
 * Sine, cosine and tangent.
 *
 * x = n π/2 + r with |r| ≤ π/4, by subtracting n times π/2 in parts so short that the first products are exact (W. J. Cody
 * and W. Waite, *Software Manual for the Elementary Functions*, 1980): what cancels is exact, and what does not is small.
 * Arguments too large for that are reduced by `reduceHuge`.
 *
 * @module
 */
import { cosine, sine, sineHalf } from './coefficients.js';
import { reduceHuge } from './huge-angle.js';
import { vectorRule, type Kernel } from './kernel.js';
import type { RealRules, Vector } from './rule.js';

/** π/2 in parts. */
const halfPi = {
  f32: [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12],
  f64: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21],
};

/** An angle as a multiple of π/2 and a rest. */
interface Angle {
  /** A number whose low bits are the multiple. */
  readonly n: Vector;
  readonly r: Vector;
}

/** Beyond this, multiples of the parts are not exact. */
const limits = { f32: 12000, f64: 800000 };

function reduce(k: Kernel, x: Vector): Angle {
  const { v } = k;
  const magic = k.c(k.format.magic);
  const n = k.local(k.madd(x, k.c(2 / Math.PI), magic));
  const whole = k.let(v.sub(n, magic));
  const r = k.local(halfPi[k.float].reduce((rest, part) => k.nmadd(whole, k.c(part), rest), x));
  const limit = limits[k.float];
  k.f.if(k.notAll(v.lt(v.abs(x), k.c(limit))), () => reduceHuge(k, x, limit, n, r));
  return { n, r };
}

/** sin r and cos r for |r| ≤ π/4. */
export function kernels(k: Kernel, r: Vector): readonly [sin: Vector, cos: Vector] {
  const { v } = k;
  const z = k.let(v.mul(r, r));
  // the sign of −0, too
  const s = k.signed(k.madd(v.mul(r, z), k.polynomial(z, sine), r), r);
  const c = v.add(v.sub(k.c(1), v.mul(k.c(0.5), z)), v.mul(v.mul(z, z), k.polynomial(z, cosine)));
  return [k.let(s), k.let(c)];
}

/** sin(x + quarter π/2) from the nearest multiple of π, with one polynomial and the sign of the multiple's parity. */
function turned(k: Kernel, x: Vector, quarter: 0 | 1): Vector {
  const { v, format } = k;
  const magic = k.c(format.magic);
  const turns = v.mul(x, k.c(1 / Math.PI));
  const n = k.local(v.add(quarter === 1 ? v.sub(turns, k.c(0.5)) : turns, magic));
  let whole = k.let(v.sub(n, magic));
  if (quarter === 1) whole = k.let(v.add(whole, k.c(0.5)));
  // cos x = −sin(x − (n + ½) π), or plus that for odd n
  const near = halfPi[k.float].reduce((rest, part) => k.nmadd(whole, k.c(2 * part), rest), x);
  const r = k.local(quarter === 1 ? v.neg(near) : near);
  const limit = limits[k.float];
  k.f.if(k.notAll(v.lt(v.abs(x), k.c(limit))), () => reduceHuge(k, x, limit, n, r, BigInt(quarter)));
  const z = k.let(v.mul(r, r));
  const s = k.madd(v.mul(r, z), k.polynomial(z, sineHalf), r);
  // the sign of −0, too
  return k.xor(k.signed(s, r), k.left(n, k.float === 'f32' ? 31 : 63));
}

/** sin/cos, or −cos/sin after an odd number of quarter turns. */
function tan(k: Kernel, x: Vector): Vector {
  const { n, r } = reduce(k, x);
  const [s, c] = kernels(k, r);
  const one = k.bits(1n);
  const swapped = k.let(k.sameBits(k.and(n, one), one));
  return k.v.div(k.select(swapped, k.v.neg(c), s), k.select(swapped, s, c));
}

/** Rules of the trigonometric functions. */
export const trigonometricRules: RealRules<'sin' | 'cos' | 'tan'> = {
  sin: vectorRule('sin', [34, 43], (k, x) => turned(k, x!, 0)),
  cos: vectorRule('cos', [41, 50], (k, x) => turned(k, x!, 1)),
  tan: vectorRule('tan', [55, 72], tan),
};
