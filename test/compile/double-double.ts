/**
 * Numbers as unevaluated sums of two float64, of some 31 digits, with their elementary functions: an oracle for float64.
 *
 * T. J. Dekker, *A floating-point technique for extending the available precision*, Numer. Math. 18 (1971).
 */

/** high + low, where high is the sum rounded. */
export type Double = readonly [high: number, low: number];

const twoSum = (a: number, b: number): Double => {
  const s = a + b;
  const t = s - a;
  return [s, a - (s - t) + (b - t)];
};
const fastSum = (a: number, b: number): Double => {
  const s = a + b;
  return [s, b - (s - a)];
};
const twoProduct = (a: number, b: number): Double => {
  const p = a * b;
  const [c, d] = [134217729 * a, 134217729 * b];
  const [ah, bh] = [c - (c - a), d - (d - b)];
  const [al, bl] = [a - ah, b - bh];
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
};

export const of = (x: number): Double => [x, 0];
export function add(a: Double, b: Double): Double {
  const [s, e] = twoSum(a[0], b[0]);
  const [t, g] = twoSum(a[1], b[1]);
  const [u, w] = fastSum(s, e + t);
  return fastSum(u, w + g);
}
export const neg = (a: Double): Double => [-a[0], -a[1]];
export const sub = (a: Double, b: Double): Double => add(a, neg(b));
export function mul(a: Double, b: Double): Double {
  const [p, e] = twoProduct(a[0], b[0]);
  return fastSum(p, e + (a[0] * b[1] + a[1] * b[0]));
}
export function div(a: Double, b: Double): Double {
  const q = a[0] / b[0];
  const r = sub(a, mul(of(q), b));
  const q2 = r[0] / b[0];
  const r2 = sub(r, mul(of(q2), b));
  return add(fastSum(q, q2), of(r2[0] / b[0]));
}
/** Times a power of two. */
export const scale = (a: Double, s: number): Double => [a[0] * s, a[1] * s];
export function sqrt(a: Double): Double {
  if (a[0] === 0) return a;
  const r = Math.sqrt(a[0]);
  const rest = sub(a, twoProduct(r, r));
  return add(of(r), of(rest[0] / (2 * r)));
}
export const abs = (a: Double): Double => (a[0] < 0 ? neg(a) : a);

export const pi: Double = [3.141592653589793, 1.2246467991473532e-16];
const halfPi: Double = scale(pi, 0.5);
const halfPiRest = -1.4973849048591698e-33;
const logTwo: Double = [0.6931471805599453, 2.3190468138462996e-17];
const logTwoRest = 5.707708438416212e-34;
const one = of(1);

/** eˣ − 1 for |x| ≤ ½ log 2 and a little more. */
function expm1Near(x: Double): Double {
  const r = scale(x, 2 ** -8);
  let term = r;
  let sum = r;
  for (let k = 2; k < 12; k++) {
    term = div(mul(term, r), of(k));
    sum = add(sum, term);
  }
  for (let i = 0; i < 8; i++) sum = add(scale(sum, 2), mul(sum, sum));
  return sum;
}

/** eˣ as a number of moderate size and a power of two. */
function expParts(x: Double): readonly [Double, number] {
  const n = Math.round(x[0] / logTwo[0]);
  const r = sub(sub(x, mul(of(n), logTwo)), of(n * logTwoRest));
  return [add(one, expm1Near(r)), n];
}
const power = (a: Double, n: number): Double => {
  const half = Math.trunc(n / 2);
  return scale(scale(a, 2 ** half), 2 ** (n - half));
};
export function exp(x: Double): Double {
  if (x[0] > 720) return of(Infinity);
  if (x[0] < -800) return of(0);
  return power(...expParts(x));
}
export function expm1(x: Double): Double {
  if (Math.abs(x[0]) < 0.35) return expm1Near(x);
  return sub(exp(x), one);
}

/** 2 artanh(f/(2+f)) = log(1+f) for small f. */
function logNear(f: Double): Double {
  const s = div(f, add(f, of(2)));
  const z = mul(s, s);
  let term = s;
  let sum = s;
  for (let k = 3; k < 40 && Math.abs(term[0]) > 1e-34 * Math.abs(sum[0]); k += 2) {
    term = mul(term, z);
    sum = add(sum, div(term, of(k)));
  }
  return scale(sum, 2);
}
export function log(x: Double): Double {
  if (!(x[0] > 0)) return of(x[0] === 0 ? -Infinity : NaN);
  let e = 0;
  let m = x;
  if (m[0] < 1e-280) [m, e] = [scale(m, 2 ** 400), -400];
  const k = Math.round(Math.log2(m[0]));
  m = power(m, -k);
  e += k;
  const f = sub(m, one);
  if (Math.abs(f[0]) < 0.05) return e === 0 ? logNear(f) : add(logNear(f), mul(of(e), logTwo));
  const y = Math.log(m[0]);
  const [p, n] = expParts(of(-y));
  const d = sub(mul(m, power(p, n)), one);
  const step = sub(d, scale(mul(d, d), 0.5));
  return add(add(of(y), step), add(mul(of(e), logTwo), of(e * logTwoRest)));
}
export function log1p(x: Double): Double {
  return Math.abs(x[0]) < 0.05 ? logNear(x) : log(add(one, x));
}

/** sin and cos of |r| ≤ 1. */
function sinCosNear(r: Double): readonly [Double, Double] {
  const z = neg(mul(r, r));
  let [s, c] = [r, one];
  let [st, ct] = [r, one];
  for (let k = 1; k < 18; k++) {
    ct = div(mul(ct, z), of((2 * k - 1) * (2 * k)));
    st = div(mul(st, z), of(2 * k * (2 * k + 1)));
    [s, c] = [add(s, st), add(c, ct)];
  }
  return [s, c];
}

const bits = 1300n;
/** arctan(1/n) · 2^bits. */
function arctanInverse(n: bigint): bigint {
  let p = (1n << bits) / n;
  let sum = 0n;
  for (let k = 1n; p !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? p : -p) / k;
    p /= n * n;
  }
  return sum;
}
/** π/2 · 2^bits by Machin's formula. */
const halfPiBits = 2n * (4n * arctanInverse(5n) - arctanInverse(239n));

/** n mod 4 and x − n π/2. */
function reduce(x: Double): readonly [number, Double] {
  if (x[0] < 0) {
    const [n, r] = reduce(neg(x));
    return [(4 - n) % 4, neg(r)];
  }
  if (x[0] < 1e5) {
    const n = Math.round(x[0] / halfPi[0]);
    return [n % 4, sub(sub(x, mul(of(n), halfPi)), of(n * halfPiRest))];
  }
  const e = Math.floor(Math.log2(x[0])) - 60;
  const mantissa = BigInt(x[0] / 2 ** e);
  const value = e < 0 ? (mantissa << bits) >> BigInt(-e) : (mantissa << bits) << BigInt(e);
  const n = (2n * value + halfPiBits) / (2n * halfPiBits);
  const rest = (value - n * halfPiBits) >> (bits - 1000n);
  const high = Number(rest);
  return [Number(n % 4n), scale([high, Number(rest - BigInt(high))], 2 ** -1000)];
}
export function sinCos(x: Double): readonly [Double, Double] {
  const [n, r] = reduce(x);
  const [s, c] = sinCosNear(r);
  return n === 0 ? [s, c] : n === 1 ? [c, neg(s)] : n === 2 ? [neg(s), neg(c)] : [neg(c), s];
}
export function atan(x: Double): Double {
  const a = Math.atan(x[0]);
  const [s, c] = sinCos(of(a));
  const d = div(sub(mul(x, c), s), add(c, mul(x, s)));
  return add(of(a), d);
}
export function asin(x: Double): Double {
  if (x[0] > 0.75) return sub(halfPi, acos(x));
  if (x[0] < -0.75) return neg(asin(neg(x)));
  const a = Math.asin(x[0]);
  const [s, c] = sinCos(of(a));
  return add(of(a), div(sub(x, s), c));
}
export function acos(x: Double): Double {
  if (x[0] > 0.7) return scale(asin(sqrt(scale(sub(one, x), 0.5))), 2);
  if (x[0] < -0.7) return sub(pi, acos(neg(x)));
  return sub(halfPi, asin(x));
}
