/**
 * The natural logarithm and its relatives.
 *
 * x = 2ᵏ (1+f) with 1+f between √½ and √2; with s = f/(2+f), log(1+f) = 2 artanh s, of which 2s = f − s f.
 *
 * @module
 */
import { v128 } from '../assembler/index.js';
import { logarithm } from './coefficients.js';
import { vectorRule, type Kernel } from './kernel.js';
import type { RealRules, Vector } from './rule.js';

/** A positive normal number as 2^exponent · (1 + fraction). */
export interface Parts {
  readonly exponent: Vector;
  readonly fraction: Vector;
}

const bitsOf = {
  f32: { one: 0x3f800000n, root: 0x3f3504f3n },
  f64: { one: 0x3ff0000000000000n, root: 0x3fe6a09e667f3bcdn },
};

/** Exponent and fraction, √½ ≤ 1 + fraction < √2. */
export function parts(k: Kernel, x: Vector): Parts {
  const { v } = k;
  const { mantissa, bias } = k.format;
  const { one, root } = bitsOf[k.float];
  const moved = k.let(k.plus(x, k.bits(one - root)));
  // an integer in the low bits of 2^mantissa is what is above it
  const integer = 2 ** mantissa;
  const exponent = k.let(v.sub(v128.or(k.right(moved, mantissa), k.c(integer)), k.c(integer + bias)));
  const low = v128.and(moved, k.bits((1n << BigInt(mantissa)) - 1n));
  return { exponent, fraction: k.let(v.sub(k.plus(low, k.bits(root)), k.c(1))) };
}

/** exponent · log 2 + log(1 + fraction) + extra. */
export function assemble(k: Kernel, { exponent, fraction: f }: Parts, extra?: Vector): Vector {
  const { v } = k;
  const [high, low] = k.format.logTwo;
  const s = k.let(v.div(f, v.add(f, k.c(2))));
  const z = k.let(v.mul(s, s));
  const bent = v.mul(s, k.nmadd(z, k.polynomial(z, logarithm), f));
  const rest = v.mul(exponent, k.c(low));
  const small = v.sub(extra === undefined ? rest : v.add(rest, extra), bent);
  return k.madd(exponent, k.c(high), v.add(f, small));
}

/** log x of a positive normal number. */
export const logNormal = (k: Kernel, x: Vector): Vector => assemble(k, parts(k, x));

/** log x of any x. */
export function logFull(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const steps = k.float === 'f32' ? 32 : 64;
  const tiny = k.let(v.lt(x, k.c(k.format.least)));
  const y = k.let(k.select(tiny, v.mul(x, k.c(2 ** steps)), x));
  const { exponent, fraction } = parts(k, y);
  const shifted = k.let(v.sub(exponent, v128.and(tiny, k.c(steps))));
  const value = k.let(assemble(k, { exponent: shifted, fraction }));
  const inside = k.let(k.select(v.eq(x, k.c(0)), k.c(-Infinity), value));
  const bounded = k.let(k.select(v.eq(x, k.c(Infinity)), x, inside));
  return k.select(v.ge(x, k.c(0)), bounded, k.c(NaN));
}

/** log x; −∞ at zero, NaN below. */
export function log(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const normal = v128.and(v.ge(x, k.c(k.format.least)), v.lt(x, k.c(Infinity)));
  return k.unless(k.notAll(normal), logNormal(k, x), () => logFull(k, x));
}

/** log(1+x) for −1 < x < ∞: with u = 1+x rounded, log u + (x − (u−1))/u. */
function log1pInside(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const u = k.let(v.add(x, k.c(1)));
  const lost = v.div(v.sub(x, v.sub(u, k.c(1))), u);
  return k.signed(assemble(k, parts(k, u), lost), x);
}

/** log(1+x). */
export function log1p(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const inside = k.let(v128.and(v.gt(x, k.c(-1)), v.lt(x, k.c(Infinity))));
  const value = k.let(log1pInside(k, x));
  return k.unless(k.notAll(inside), value, () => {
    const infinite = k.let(k.select(v.eq(x, k.c(-1)), k.c(-Infinity), k.c(NaN)));
    return k.select(inside, value, k.let(k.select(v.eq(x, k.c(Infinity)), x, infinite)));
  });
}

/** x log y, and 0 at x = 0 whatever y but NaN. */
const product =
  (of: (k: Kernel, y: Vector) => Vector) =>
  (k: Kernel, x: Vector, y: Vector): Vector => {
    const { v } = k;
    const value = k.let(v.mul(x, k.let(of(k, y))));
    const zero = v128.and(v.eq(x, k.c(0)), v.eq(y, y));
    return v128.andnot(value, zero);
  };

/** Rules of the logarithms. */
export const logarithmRules: RealRules<'log' | 'log1p' | 'xlogy' | 'xlog1py'> = {
  log: vectorRule('log', [31, 51], log),
  log1p: vectorRule('log1p', [42, 60], log1p),
  xlogy: vectorRule('xlogy', [40, 58], (k, x, y) => product(log)(k, x!, y!)),
  xlog1py: vectorRule('xlog1py', [51, 70], (k, x, y) => product(log1p)(k, x!, y!)),
};
