/**
 * The operation catalogue: one typed table from operation name to attributes. Every other table (abstract
 * evaluation, reference evaluation, jvp, transpose, batching, emission) is a mapped type over its keys, so that a
 * missing rule does not compile.
 *
 * Conventions. Element-wise operations require operands of one shape: broadcasting is an explicit `broadcast` node.
 * Sub-graphs are attributes; what they close over has become leading operands (`consts`).
 *
 * @module
 */
import type { ControlTable } from './catalogue-control.js';
import type { WindowTable } from './catalogue-windows.js';
import type { DType, HostArray, Shape } from './types.js';
import {
  specialBinaryNames,
  specialUnaryNames,
  type SpecialBinaryTable,
  type SpecialTable,
  type SpecialUnaryTable,
} from './catalogue-special.js';

/** No attributes. */
export type None = Readonly<Record<never, never>>;

/** Comparison directions; floats compare as IEEE 754 (every comparison with NaN but `ne` is false). */
export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** Operations of one operand, applied element by element, that keep shape and element type. */
export interface UnaryTable extends SpecialUnaryTable {
  readonly neg: None;
  readonly abs: None;
  /** −1, 0 or 1; NaN stays NaN. */
  readonly sign: None;
  readonly exp: None;
  readonly expm1: None;
  readonly log: None;
  readonly log1p: None;
  readonly sqrt: None;
  readonly sin: None;
  readonly cos: None;
  readonly tan: None;
  readonly asin: None;
  readonly acos: None;
  readonly atan: None;
  readonly sinh: None;
  readonly cosh: None;
  readonly tanh: None;
  readonly asinh: None;
  readonly acosh: None;
  readonly atanh: None;
  /** σ(x) = 1/(1+e^{−x}). */
  readonly logistic: None;
  /** log(1+eˣ), without overflow. */
  readonly softplus: None;
  readonly erf: None;
  readonly erfc: None;
  readonly erfinv: None;
  readonly floor: None;
  readonly ceil: None;
  /** Nearest integer, halves to even. */
  readonly round: None;
  /** Logical not of bool, bitwise not of integers. */
  readonly not: None;
  /** The identity in value; zero in derivative. */
  readonly stopGradient: None;
}

/** Operations of two operands of one shape and element type. */
export interface BinaryTable extends SpecialBinaryTable {
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  /** Real division; truncating for integers. */
  readonly div: None;
  /** xʸ. */
  readonly pow: None;
  /** NaN if either operand is. */
  readonly maximum: None;
  readonly minimum: None;
  readonly atan2: None;
  /** Remainder with the divisor's sign. */
  readonly mod: None;
  readonly and: None;
  readonly or: None;
  readonly xor: None;
  readonly shiftLeft: None;
  /** Arithmetic for i32, logical for u32. */
  readonly shiftRight: None;
  /**
   * credit(signal, ℓ): zero in value, `signal · dℓ` in derivative: the surrogate of a score-function estimator.
   * It avoids the `ℓ − stop(ℓ)` form, whose value is NaN at ℓ = ±∞.
   */
  readonly credit: None;
}

/** The whole catalogue: operation name → attributes. */
export interface OpTable extends UnaryTable, BinaryTable, SpecialTable, WindowTable, ControlTable {
  /** The `index`-th input of the graph. No operands. */
  readonly input: { readonly index: number; readonly aval: { readonly shape: Shape; readonly dtype: DType } };
  /** A concrete value. */
  readonly const: { readonly value: HostArray };
  /** 0, 1, 2, … along `axis`. */
  readonly iota: { readonly shape: Shape; readonly axis: number; readonly dtype: DType };
  /** Result `index` of an operation with several results. */
  readonly proj: { readonly index: number };
  /** isNaN or isFinite of a real value → bool. */
  readonly isNaN: None;
  readonly isFinite: None;
  readonly compare: { readonly direction: Comparison };
  /** select(c, a, b): `a` where `c`, else `b`; c is bool of the same shape. */
  readonly select: None;
  /** Real → integer truncates toward zero; integer ↔ integer keeps 32 bits; to bool: non-zero. */
  readonly cast: { readonly dtype: DType };
  /** Operand axis `i` becomes output axis `axes[i]` (increasing); operand axes of size 1 or equal size; others repeat. */
  readonly broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  readonly reshape: { readonly shape: Shape };
  /** Output axis `i` is operand axis `perm[i]`. */
  readonly transpose: { readonly perm: readonly number[] };
  /** Elements start, start+stride, … below limit, per axis. */
  readonly slice: {
    readonly start: readonly number[];
    readonly limit: readonly number[];
    readonly stride: readonly number[];
  };
  /** Pads with `value`; `interior` elements are put between neighbours. Widths are non-negative. */
  readonly pad: {
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly interior: readonly number[];
    readonly value: number;
  };
  /** Concatenates operands along `axis`. */
  readonly concat: { readonly axis: number };
  readonly reverse: { readonly axes: readonly number[] };
  /**
   * gather(x, i): takes slices of x along `axis` at integer indices. The first `batchDims` axes of x and i are shared.
   * Result shape: x.shape[0..axis) ++ i.shape[batchDims..] ++ x.shape(axis..]; `batchDims <= axis`. Out-of-range indices clamp.
   */
  readonly gather: { readonly axis: number; readonly batchDims: number };
  /** scatterAdd(i, u): zeros of size `size` along `axis`, with the slices of u added at i: the transpose of gather. Out of range clamps. */
  readonly scatterAdd: { readonly axis: number; readonly batchDims: number; readonly size: number };
  readonly reduceSum: { readonly axes: readonly number[] };
  readonly reduceProd: { readonly axes: readonly number[] };
  /** Maximum over axes (bool: any). NaN if any element is. */
  readonly reduceMax: { readonly axes: readonly number[] };
  /** Minimum over axes (bool: all). */
  readonly reduceMin: { readonly axes: readonly number[] };
  /** Index (i32) of the first maximum along `axis`, which is removed. */
  readonly argMax: { readonly axis: number };
  readonly argMin: { readonly axis: number };
  /** Inclusive running sum along `axis`, from the end if `reverse`. */
  readonly cumsum: { readonly axis: number; readonly reverse: boolean };
  /** General contraction. Result axes: batch axes, then the free axes of the left, then of the right operand. */
  readonly dot: {
    readonly lhsContract: readonly number[];
    readonly rhsContract: readonly number[];
    readonly lhsBatch: readonly number[];
    readonly rhsBatch: readonly number[];
  };
  /** Lower L with L Lᵀ = A for A[..., n, n], of which the lower triangle is read; NaN where A is not positive definite. */
  readonly cholesky: None;
  /** X with op(A) X = B, A[..., n, n] triangular (other triangle ignored), B[..., n, k]; op(A) = Aᵀ if `transposeA`. */
  readonly triangularSolve: {
    readonly lower: boolean;
    readonly transposeA: boolean;
    readonly unitDiagonal: boolean;
  };
  /** Partial pivoting: (LU[..., n, n], perm i32[..., n]) with A[perm] = L U, L unit lower. */
  readonly lu: None;
  /**
   * A[..., m, n] = Q R by Householder reflections, k = min(m, n): Q[..., m, k] with QᵀQ = I, R[..., k, n] upper triangular
   * with a non-negative diagonal. NaN where A is not finite, as for `eigh` and `svd`.
   */
  readonly qr: None;
  /**
   * (w[..., n], V[..., n, n]) with A = V diag(w) Vᵀ for symmetric A[..., n, n], of which the lower triangle is read. w is
   * ascending; in each column of V the first component of largest magnitude is positive.
   */
  readonly eigh: None;
  /**
   * (U[..., m, k], s[..., k], Vᵀ[..., k, n]) with A[..., m, n] = U diag(s) Vᵀ, k = min(m, n), s descending; in each column
   * of U the first component of largest magnitude is positive.
   */
  readonly svd: None;
  /**
   * Random u32 of shape key.shape[0..-1) ++ shape from keys u32[..., 2], as JAX ≥ 0.5 with `jax_threefry_partitionable`:
   * threefry2x32(key, (hi, lo) of the 64-bit element index within `shape`), the two output words xored.
   */
  readonly randomBits: { readonly shape: Shape };
  /** threefry2x32(key[..., 2], counter[..., 2]) → u32[..., 2], leading axes equal. */
  readonly threefry: None;
}

/** Name of an operation. */
export type OpName = keyof OpTable;
/** Name of an element-wise operation of one operand. */
export type UnaryName = keyof UnaryTable;
/** Name of an element-wise operation of two operands. */
export type BinaryName = keyof BinaryTable;

/** Element-wise operations of one operand, in catalogue order. */
export const unaryNames: readonly UnaryName[] = [
  'neg',
  'abs',
  'sign',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'logistic',
  'softplus',
  'erf',
  'erfc',
  'erfinv',
  'floor',
  'ceil',
  'round',
  'not',
  'stopGradient',
  ...specialUnaryNames,
];

/** Element-wise operations of two operands, in catalogue order. */
export const binaryNames: readonly BinaryName[] = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'atan2',
  'mod',
  'and',
  'or',
  'xor',
  'shiftLeft',
  'shiftRight',
  'credit',
  ...specialBinaryNames,
];
