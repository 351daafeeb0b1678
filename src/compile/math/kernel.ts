/**
 * Writing vector code on real numbers of either width.
 *
 * @module
 */
import {
  i32,
  i32x4,
  i64x2,
  i8x16,
  f32x4,
  f64x2,
  v128,
  type Expr,
  type FunctionBuilder,
  type Local,
} from '../assembler/index.js';
import type { Fraction, Polynomial } from './coefficients.js';
import type { MathContext } from './context.js';
import { byHost, vectorOf, type Lanes } from './host.js';
import type { RealName, RealRule, Vector } from './rule.js';

/** The shape of a binary floating-point format. */
export interface Format {
  /** Bits of the mantissa that are stored. */
  readonly mantissa: number;
  readonly bias: number;
  /** 1.5 · 2^mantissa: added and subtracted, it rounds to the nearest integer, which the sum's low bits hold. */
  readonly magic: number;
  /** Least normal number. */
  readonly least: number;
  /** Least exponent whose exponential overflows, natural logarithm of the greatest number. */
  readonly overflow: number;
  /** log 2 in two parts, of which the first has so few bits that its multiples by an exponent are exact. */
  readonly logTwo: readonly [high: number, low: number];
}

/** The two formats. */
export const formats: { readonly f32: Format; readonly f64: Format } = {
  f32: {
    mantissa: 23,
    bias: 127,
    magic: 1.5 * 2 ** 23,
    least: 2 ** -126,
    overflow: 88.72,
    logTwo: [0.693145751953125, 1.42860677e-6],
  },
  f64: {
    mantissa: 52,
    bias: 1023,
    magic: 1.5 * 2 ** 52,
    least: 2 ** -1022,
    overflow: 709.78,
    logTwo: [0.6931471803691238, 1.9082149292705877e-10],
  },
};

/** Vector code of one width as it is written into a function. */
export class Kernel {
  readonly cx: MathContext;
  readonly f: FunctionBuilder;
  readonly float: 'f32' | 'f64';
  readonly v: Lanes;
  readonly format: Format;
  /** The width whose approximations are used: float32 also where float64 lanes work for it. */
  readonly digits: 'f32' | 'f64';

  constructor(cx: MathContext, f: FunctionBuilder, digits: 'f32' | 'f64' = cx.float) {
    this.digits = digits;
    this.cx = cx;
    this.f = f;
    this.float = cx.float;
    this.v = vectorOf(cx.float);
    this.format = formats[cx.float];
  }

  /** A number in every lane. */
  c(value: number): Vector {
    return this.v.const(value);
  }

  /** The number of the width at hand. */
  by(single: number, double: number): Vector {
    return this.v.const(this.float === 'f32' ? single : double);
  }

  /** An integer, as the bits of every lane. */
  bits(value: bigint): Vector {
    return this.float === 'f32' ? i32x4.const(Number(BigInt.asIntN(32, value))) : i64x2.const(value);
  }

  let(x: Vector): Vector {
    return this.f.let(x);
  }

  local(x: Vector): Local<'v128'> {
    return this.f.local('v128', x);
  }

  /** a·b + c, fused where that may be. */
  madd(a: Vector, b: Vector, c: Vector): Vector {
    return this.cx.relaxed ? this.v.relaxedMadd(a, b, c) : this.v.add(this.v.mul(a, b), c);
  }

  /** c − a·b. */
  nmadd(a: Vector, b: Vector, c: Vector): Vector {
    return this.cx.relaxed ? this.v.relaxedNmadd(a, b, c) : this.v.sub(c, this.v.mul(a, b));
  }

  /**
   * The polynomial with these coefficients, lowest first: Horner's rule when it is short, else Estrin's, half after half
   * so that few values live at a time. `x` is a local.
   */
  powers(x: Vector, coefficients: readonly number[]): Vector {
    if (coefficients.length <= 4) return this.horner(x, coefficients);
    const squares = [x];
    while (2 ** squares.length < coefficients.length) {
      const last = squares[squares.length - 1]!;
      squares.push(this.let(this.v.mul(last, last)));
    }
    const part = (from: number, level: number): Vector => {
      if (level === 0 || from + 2 ** (level - 1) >= coefficients.length) {
        return level === 0 ? this.c(coefficients[from]!) : part(from, level - 1);
      }
      return this.madd(part(from + 2 ** (level - 1), level - 1), squares[level - 1]!, part(from, level - 1));
    };
    return part(0, squares.length);
  }

  private horner(x: Vector, coefficients: readonly number[]): Vector {
    return coefficients
      .slice(0, -1)
      .reduceRight((s, c) => this.madd(s, x, this.c(c)), this.c(coefficients[coefficients.length - 1]!));
  }

  /** A polynomial with coefficients for each width. */
  polynomial(x: Vector, { f32, f64 }: Polynomial): Vector {
    return this.powers(x, this.digits === 'f32' ? f32 : f64);
  }

  /** The two polynomials of a quotient. */
  fraction(x: Vector, { above, below }: Fraction): readonly [Vector, Vector] {
    return [this.let(this.powers(x, above)), this.let(this.powers(x, below))];
  }

  /** `a` in the lanes where the mask is set, else `b`. */
  select(mask: Vector, a: Vector, b: Vector): Vector {
    return v128.bitselect(a, b, mask);
  }

  /** |x| with the sign of `s`, for x ≥ 0. */
  signed(x: Vector, s: Vector): Vector {
    return v128.or(x, v128.and(s, this.c(-0)));
  }

  /** The bits of the lanes added as integers. */
  plus(a: Vector, b: Vector): Vector {
    return this.float === 'f32' ? i32x4.add(a, b) : i64x2.add(a, b);
  }

  minus(a: Vector, b: Vector): Vector {
    return this.float === 'f32' ? i32x4.sub(a, b) : i64x2.sub(a, b);
  }

  left(a: Vector, count: number): Vector {
    return (this.float === 'f32' ? i32x4 : i64x2).shl(a, i32.const(count));
  }

  right(a: Vector, count: number): Vector {
    return (this.float === 'f32' ? i32x4 : i64x2).shrU(a, i32.const(count));
  }

  and(a: Vector, b: Vector): Vector {
    return v128.and(a, b);
  }

  or(a: Vector, b: Vector): Vector {
    return v128.or(a, b);
  }

  /** a and not b. */
  andnot(a: Vector, b: Vector): Vector {
    return v128.andnot(a, b);
  }

  xor(a: Vector, b: Vector): Vector {
    return v128.xor(a, b);
  }

  sameBits(a: Vector, b: Vector): Vector {
    return this.float === 'f32' ? i32x4.eq(a, b) : i64x2.eq(a, b);
  }

  /** Whether a lane that counts is set in a mask. */
  any(mask: Vector): Expr<'i32'> {
    const bits = this.float === 'f32' ? i32x4.bitmask(mask) : i64x2.bitmask(mask);
    return this.cx.scalar ? i32.and(bits, i32.const(1)) : bits;
  }

  /** Whether a lane that counts is not set. */
  notAll(mask: Vector): Expr<'i32'> {
    const all = this.cx.scalar ? 1 : this.float === 'f32' ? 15 : 3;
    return i32.ne(this.any(mask), i32.const(all));
  }

  /** A value, replaced by another one if a condition holds. */
  unless(exception: Expr<'i32'>, value: Vector, other: () => Vector): Vector {
    const out = this.local(value);
    this.f.if(exception, () => this.f.set(out, other()));
    return out;
  }

  /** The result of a shared function that `body` writes. */
  shared(
    name: string,
    args: readonly Vector[],
    body: (k: Kernel, ...args: readonly Vector[]) => Vector,
  ): Vector {
    const { module, relaxed, scalar } = this.cx;
    const short = this.digits === this.float ? '' : '_short';
    const key = `${name}_${this.float}${short}${scalar ? '_scalar' : ''}${relaxed ? '_fused' : ''}`;
    const func = module.once(key, () =>
      module.func(
        key,
        args.map(() => 'v128' as const),
        'v128',
        (f, ...xs) => f.return(body(new Kernel(this.cx, f, this.digits), ...xs)),
      ),
    );
    return func.call(...args);
  }

  /** By the host, lane by lane. */
  host(name: string, f: (...args: number[]) => number, args: readonly Vector[]): Vector {
    return byHost(this.cx, name, f, args);
  }

  /** In float32, a function of float64 lanes on the low and the high half of the operands; in float64 the function itself. */
  precisely(args: readonly Vector[], body: (k: Kernel, ...args: readonly Vector[]) => Vector): Vector {
    if (this.float === 'f64') return body(this, ...args);
    const k = new Kernel({ ...this.cx, float: 'f64' }, this.f, 'f32');
    const low = k.let(body(k, ...args.map((a) => k.let(f64x2.resize(a)))));
    if (this.cx.scalar) return f32x4.resize(low);
    const upper = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
    const high = k.let(body(k, ...args.map((a) => k.let(f64x2.resize(i8x16.shuffle(a, a, upper))))));
    const joined = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
    return i8x16.shuffle(f32x4.resize(low), f32x4.resize(high), joined);
  }
}

/** A rule whose code is written in place in long loops and shared as a function elsewhere. */
export function vectorRule<K extends RealName>(
  name: K,
  [f32, f64]: readonly [f32: number, f64: number],
  body: (k: Kernel, ...args: readonly Vector[]) => Vector,
): RealRule<K> {
  return {
    weight: { f32, f64 },
    emit: (cx, f, _, args) => {
      const k = new Kernel(cx, f);
      return cx.inline ? body(k, ...args) : k.shared(name, args, body);
    },
  };
}
