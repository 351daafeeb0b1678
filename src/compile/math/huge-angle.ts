/**
 * Angles so large that π/2 has to be known in more digits than fit in a few numbers.
 *
 * x = M 2ᵉ with an integer M: of the bits of 2/π those with a weight of 4 or more in x · 2/π count nothing modulo 4, and the
 * 192 bits from there on, times M, give the quadrant and the angle in it (M. H. Payne and R. N. Hanek, *Radian reduction for
 * trigonometric functions*, SIGNUM Newsletter 18, 1983). One lane after the other, in a loop that calls nothing.
 *
 * @module
 */
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  i8x16,
  type Expr,
  type Local,
} from '../assembler/index.js';
import type { Kernel } from './kernel.js';
import { lanesOf } from './host.js';

/** The bits of 2/π behind the point. */
const twoOverPi: readonly bigint[] = [
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
];

/** The high 64 bits of the product of a number below 2⁵³ and any number. */
function highProduct(k: Kernel, m: Expr<'i64'>, a: Expr<'i64'>): Expr<'i64'> {
  const { f } = k;
  const half = i64.const(32n);
  const ones = i64.const(0xffffffffn);
  const [mh, ml] = [f.let(i64.shrU(m, half)), f.let(i64.and(m, ones))];
  const [ah, al] = [f.let(i64.shrU(a, half)), f.let(i64.and(a, ones))];
  const u = f.let(i64.add(i64.mul(mh, al), i64.shrU(i64.mul(ml, al), half)));
  const w = i64.add(i64.mul(ml, ah), i64.and(u, ones));
  return f.let(i64.add(i64.mul(mh, ah), i64.add(i64.shrU(u, half), i64.shrU(w, half))));
}

/** n modulo 4 and r with x = n π/2 + r, |r| ≤ π/4, of a number beyond 2¹²; NaN for ±∞. */
function reduceOne(k: Kernel, x: Expr<'f64'>): readonly [n: Expr<'i64'>, r: Expr<'f64'>] {
  const { f } = k;
  const a = f.let(i64.reinterpret(f64.abs(x)));
  const exponent = i64.shrU(a, i64.const(52n));
  const m = f.let(i64.or(i64.and(a, i64.const((1n << 52n) - 1n)), i64.const(1n << 52n)));
  // with 64 zeros put in front of 2/π: where the bits of weight 2 begin, e + 62
  const offset = f.let(i64.sub(exponent, i64.const(1075n - 62n)));
  const words = [0, 1, 2, 3].map(() => f.local('i64'));
  const table = [0n, ...twoOverPi];
  // the exponents of float32 need no more than the first three
  const cases = k.float === 'f32' ? 3 : table.length - 3;
  f.switch(
    i32.wrap(i64.shrU(offset, i64.const(6n))),
    Array.from({ length: cases }, (_, w) => () => {
      words.forEach((word, i) => f.set(word, i64.const(BigInt.asIntN(64, table[w + i]!))));
    }),
  );
  const shift = f.let(i64.and(offset, i64.const(63n)));
  const back = f.let(i64.sub(i64.const(63n), shift));
  const [a0, a1, a2] = [0, 1, 2].map((i) =>
    f.let(i64.or(i64.shl(words[i]!, shift), i64.shrU(i64.shrU(words[i + 1]!, i64.const(1n)), back))),
  );
  const low = highProduct(k, m, a2!);
  const middle = f.let(i64.add(i64.mul(m, a1!), low));
  const carry = i64.extendU(i64.ltU(middle, low));
  const top = f.let(i64.add(i64.add(i64.mul(m, a0!), highProduct(k, m, a1!)), carry));
  const n = f.let(i64.shrU(i64.add(top, i64.const(1n << 61n)), i64.const(62n)));
  const rest = f64.convertI64(i64.sub(top, i64.shl(n, i64.const(62n))));
  const below = f64.mul(f64.convertI64(i64.shrU(middle, i64.const(1n))), f64.const(2 ** -63));
  const r = f64.mul(f64.add(rest, below), f64.const((Math.PI / 2) * 2 ** -62));
  // the sign of x for both, and NaN for what is not finite
  const sign = f.let(i64.shr(i64.reinterpret(x), i64.const(63n)));
  const signed = f64.mul(r, f64.copysign(f64.const(1), x));
  return [i64.sub(i64.xor(n, sign), sign), f64.add(signed, f64.sub(x, x))];
}

const turns = {
  f32: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3],
  f64: [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7],
};

/** The sign's bit and the angle of sin(r + (n + quarter) π/2) as of a sine between ±π/2. */
function half(
  k: Kernel,
  n: Expr<'i64'>,
  r: Expr<'f64'>,
  quarter: bigint,
): readonly [n: Expr<'i64'>, r: Expr<'f64'>] {
  const count = k.f.let(i64.add(n, i64.const(quarter)));
  const angle = k.f.let(r);
  const other = f64.sub(f64.const(Math.PI / 2), f64.abs(angle));
  const odd = i32.and(i32.wrap(count), i32.const(1));
  return [i64.shr(count, i64.const(1n)), f64.select(odd, other, angle)];
}

/** Puts n, in the low bits, and r of the lanes of x beyond a limit of at least 2¹² into the same lanes of `n` and `r`. With
 * `quarter` it is for the sine of x + quarter π/2, as an angle between ±π/2 and its sign in the low bit of n. */
export function reduceHuge(
  k: Kernel,
  x: Expr<'v128'>,
  limit: number,
  n: Local<'v128'>,
  r: Local<'v128'>,
  quarter?: bigint,
): void {
  const { f } = k;
  const rest = k.local(x);
  const first = (): void => {
    const one = f.let(k.float === 'f32' ? f64.resize(f32x4.extract(rest, 0)) : f64x2.extract(rest, 0));
    f.if(i32.eqz(f64.lt(f64.abs(one), f64.const(limit))), () => {
      const reduced = reduceOne(k, one);
      const [count, angle] = quarter === undefined ? reduced : half(k, ...reduced, quarter);
      if (k.float === 'f32') {
        f.set(n, i32x4.replace(n, 0, i32.wrap(count)));
        f.set(r, f32x4.replace(r, 0, f32.resize(angle)));
      } else {
        f.set(n, i64x2.replace(n, 0, count));
        f.set(r, f64x2.replace(r, 0, angle));
      }
    });
  };
  if (k.cx.scalar) return first();
  f.for(i32.const(0), i32.const(lanesOf[k.float]), 1, () => {
    first();
    for (const v of [rest, n, r]) f.set(v, i8x16.shuffle(v, v, turns[k.float]));
  });
}
