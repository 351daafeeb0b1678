/**
 * The element-wise operations on single numbers, shared by executors: IEEE 754 float64 for reals; results of integer
 * operations are reduced modulo 2³² when they are stored in their typed array.
 *
 * @module
 */
import type { BinaryName, Comparison, UnaryName } from './catalogue.js';
import type { SpecialBinaryTable } from './catalogue-special.js';
import { erf, erfc, erfinv } from './error-function.js';
import { specialBinary, specialUnary } from './special/index.js';

type Bitwise = 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight';
type RealOnly = 'pow' | 'atan2' | 'credit' | keyof SpecialBinaryTable;

/** σ(x) = 1/(1+e^{−x}), without overflow and with full relative precision for negative x. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1+eˣ) = max(x, 0) + log1p(e^{−|x|}). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Nearest integer, halves to even. */
export function roundEven(x: number): number {
  const r = Math.round(x);
  return Math.abs(x - Math.trunc(x)) === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

/** xʸ of IEEE 754: 1 to any power is 1, as is −1 to ±∞, where JavaScript gives NaN. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return 1;
  return x ** y;
}

/** Remainder of x/y with the sign of y. */
export function modulo(x: number, y: number): number {
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 ? r + y : r;
}

/** Operations of one real operand. */
export const realUnary: { readonly [K in Exclude<UnaryName, 'not'>]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  logistic,
  softplus,
  erf,
  erfc,
  erfinv,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundEven,
  stopGradient: (x) => x,
  ...specialUnary,
};

/** Operations of one operand that is bool (0 or 1), i32 or u32. */
export const discreteUnary: {
  readonly [K in 'neg' | 'abs' | 'sign' | 'stopGradient']: (x: number) => number;
} & { readonly not: (x: number, bool: boolean) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  stopGradient: (x) => x,
  not: (x, bool) => (bool ? 1 - x : ~x),
};

/** Operations of two real operands. */
export const realBinary: { readonly [K in Exclude<BinaryName, Bitwise>]: (x: number, y: number) => number } =
  {
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: (x, y) => x / y,
    pow: power,
    maximum: Math.max,
    minimum: Math.min,
    atan2: Math.atan2,
    mod: modulo,
    credit: () => 0,
    ...specialBinary,
  };

/** Operations of two operands that are bool (0 or 1), i32 or u32. Division by zero gives 0; shifts count modulo 32. */
export const discreteBinary: {
  readonly [K in Exclude<BinaryName, RealOnly>]: (x: number, y: number) => number;
} = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: Math.imul,
  div: (x, y) => Math.trunc(x / y),
  maximum: Math.max,
  minimum: Math.min,
  mod: modulo,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shiftLeft: (x, y) => x << y,
  // only an i32 can be negative: arithmetic there, logical for u32
  shiftRight: (x, y) => (x < 0 ? x >> y : x >>> y),
};

/** Comparisons of numbers. */
export const comparisons: { readonly [K in Comparison]: (x: number, y: number) => boolean } = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
};
