/**
 * Facts of binary floating point numbers: spacing, exactness of operations, exactness of sums in every order.
 */
import { sizeOf, type HostArray, type OpName } from '../../src/ir/index.js';

/** Precision of the reals of a program. */
export type Precision = 'float32' | 'float64';

/** The nearest number of a precision. */
export function toPrecision(x: number, precision: Precision): number {
  return precision === 'float32' ? Math.fround(x) : x;
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** Floor of log₂|x| of a finite x; −1022 for subnormal numbers and zero. */
function exponent(x: number): number {
  double[0] = x;
  const e = (doubleWords[1]! >>> 20) & 0x7ff;
  return Math.max(e, 1) - 1023;
}

/** The distance from |x| to the next larger number of a precision. */
export function spacing(x: number, precision: Precision): number {
  const e = exponent(x);
  return precision === 'float32' ? 2 ** Math.max(e - 23, -149) : 2 ** Math.max(e - 52, -1074);
}

/** The error of the product of two float64 numbers that was rounded to p (Dekker 1971); NaN where that overflows. */
function productError(x: number, y: number, p: number): number {
  const split = (v: number): readonly [number, number] => {
    const t = 134217729 * v;
    const high = t - (t - v);
    return [high, v - high];
  };
  const [[xh, xl], [yh, yl]] = [split(x), split(y)];
  return xl * yl - (p - xh * yh - xl * yh - xh * yl);
}

/** Whether the float64 result of add, sub, mul, div or sqrt needed no rounding to a precision. */
export function isExact(op: OpName, x: number, y: number, result: number, precision: Precision): boolean {
  // the exact result of float32 operands is a float32 number if its float64 rounding is
  if (precision === 'float32') return Math.fround(result) === result;
  if (op === 'add' || op === 'sub') {
    const z = op === 'add' ? y : -y;
    const part = result - x;
    return x - (result - part) + (z - part) === 0;
  }
  // underflowing errors would look like none
  const small = Math.abs(result) < 2 ** -900 && result !== 0;
  if (small) return false;
  if (op === 'mul') return result === 0 ? x === 0 || y === 0 : productError(x, y, result) === 0;
  if (result === 0) return x === 0;
  const [a, b, p] = op === 'div' ? [result, y, x] : [result, result, x];
  return a * b === p && productError(a, b, p) === 0;
}

/** Exponent of the lowest set bit of a finite number that is not zero. */
function lowestBit(x: number): number {
  double[0] = x;
  const [low, high] = [doubleWords[0]!, doubleWords[1]!];
  const e = ((high >>> 20) & 0x7ff) === 0 ? 1 : (high >>> 20) & 0x7ff;
  const trailing = (w: number): number => 31 - Math.clz32(w & -w);
  const at = low !== 0 ? trailing(low) : 32 + trailing((high & 0xfffff) | 0x100000);
  return e - 1075 + at;
}

/** Sum of the magnitudes of an array, the greatest of them, and the exponent of the lowest set bit of all. */
function extent(x: HostArray): { readonly total: number; readonly top: number; readonly low: number } {
  let [total, top, low] = [0, 0, Infinity];
  for (const v of x.data) {
    if (v === 0 || !Number.isFinite(v)) continue;
    total += Math.abs(v);
    top = Math.max(top, Math.abs(v));
    low = Math.min(low, lowestBit(v));
  }
  return { total, top, low };
}

/** Whether every sum that an operation takes of its operands, or their products, is exact in every order. */
export function hasExactSums(op: OpName, operands: readonly HostArray[], precision: Precision): boolean {
  const digits = precision === 'float32' ? 24 : 53;
  const real = operands.filter((x) => x.dtype === 'f').map(extent);
  if (real.length === 0) return true;
  const [x, y] = real as [ReturnType<typeof extent>, ReturnType<typeof extent> | undefined];
  if (op !== 'dot' && op !== 'conv') return x.low === Infinity || x.total <= 2 ** (x.low + digits);
  const terms = Math.min(sizeOf(operands[0]!.shape), sizeOf(operands[1]!.shape));
  return x.low + y!.low === Infinity || x.top * y!.top * terms <= 2 ** (x.low + y!.low + digits);
}
