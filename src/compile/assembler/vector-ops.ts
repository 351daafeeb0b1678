/**
 * 128-bit vector instructions.
 *
 * @module
 */
import { Expr, simd, type ValueType } from './expr.js';

type V = Expr<'v128'>;
type Unary = (a: V) => V;
type Binary = (a: V, b: V) => V;
type Shift = (a: V, count: Expr<'i32'>) => V;
type Load = (address: Expr<'i32'>, offset?: number) => V;

const unary =
  (code: number): Unary =>
  (a) =>
    new Expr('v128', simd + code, [a]);
const binary =
  (code: number): Binary =>
  (a, b) =>
    new Expr('v128', simd + code, [a, b]);
const shift =
  (code: number): Shift =>
  (a, count) =>
    new Expr('v128', simd + code, [a, count]);
const unsigned = (...values: number[]): { kind: 'unsigned'; values: number[] } => ({
  kind: 'unsigned',
  values,
});
const raw = (bytes: Uint8Array): { kind: 'raw'; bytes: Uint8Array } => ({ kind: 'raw', bytes });
const load =
  (code: number, align: number): Load =>
  (address, offset = 0) =>
    new Expr('v128', simd + code, [address], unsigned(align, offset));
const loadLane =
  (code: number, align: number) =>
  (address: Expr<'i32'>, vector: V, lane: number, offset = 0): V =>
    new Expr('v128', simd + code, [address, vector], unsigned(align, offset, lane));
const test =
  (code: number) =>
  (a: V): Expr<'i32'> =>
    new Expr('i32', simd + code, [a]);

/** Lanes of one element type: splat, extract and replace. */
interface Lanes<T extends ValueType> {
  readonly splat: (a: Expr<T>) => V;
  readonly extract: (a: V, lane: number) => Expr<T>;
  readonly replace: (a: V, lane: number, b: Expr<T>) => V;
}

function lanes<T extends ValueType>(type: T, splat: number, extract: number): Lanes<T> {
  return {
    splat: (a) => new Expr('v128', simd + splat, [a]),
    extract: (a, lane) => new Expr(type, simd + extract, [a], unsigned(lane)),
    replace: (a, lane, b) => new Expr('v128', simd + extract + 1, [a, b], unsigned(lane)),
  };
}

/** The bytes of four 32-bit or two 64-bit elements. */
const bytesOf = (values: Float32Array | Float64Array | Int32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer as ArrayBuffer);

const constant = (bytes: Uint8Array): V => new Expr('v128', simd + 0x0c, [], raw(bytes));

interface Bits {
  readonly load: Load;
  readonly load32Splat: Load;
  readonly load64Splat: Load;
  readonly load8Splat: Load;
  /** The first element; zeros in the other lanes. */
  readonly load32Zero: Load;
  readonly load64Zero: Load;
  /** Eight bytes as eight 16-bit numbers. */
  readonly load8x8U: Load;
  readonly load32Lane: (address: Expr<'i32'>, vector: V, lane: number, offset?: number) => V;
  readonly load64Lane: (address: Expr<'i32'>, vector: V, lane: number, offset?: number) => V;
  readonly const: (bytes: Uint8Array) => V;
  readonly not: Unary;
  readonly and: Binary;
  /** a & ~b. */
  readonly andnot: Binary;
  readonly or: Binary;
  readonly xor: Binary;
  /** Bits of `a` where the mask has ones, of `b` elsewhere. */
  readonly bitselect: (a: V, b: V, mask: V) => V;
  readonly anyTrue: (a: V) => Expr<'i32'>;
  readonly select: (condition: Expr<'i32'>, a: V, b: V) => V;
}

/** Instructions that do not care for lanes. */
export const v128: Bits = {
  load: load(0x00, 2),
  load8x8U: load(0x02, 0),
  load8Splat: load(0x07, 0),
  load32Splat: load(0x09, 2),
  load64Splat: load(0x0a, 3),
  load32Zero: load(0x5c, 2),
  load64Zero: load(0x5d, 3),
  load32Lane: loadLane(0x56, 2),
  load64Lane: loadLane(0x57, 3),
  const: constant,
  not: unary(0x4d),
  and: binary(0x4e),
  andnot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  bitselect: (a, b, mask) => new Expr('v128', simd + 0x52, [a, b, mask]),
  anyTrue: test(0x53),
  select: (condition, a, b) => new Expr('v128', 0x1b, [a, b, condition]),
};

interface I8x16 {
  /** Bytes 0–15 of `a`, 16–31 of `b`. */
  readonly shuffle: (a: V, b: V, indices: readonly number[]) => V;
  readonly narrow: Binary;
  readonly narrowU: Binary;
  readonly bitmask: (a: V) => Expr<'i32'>;
}

/** Instructions on bytes. */
export const i8x16: I8x16 = {
  shuffle: (a, b, indices) => new Expr('v128', simd + 0x0d, [a, b], raw(Uint8Array.from(indices))),
  narrow: binary(0x65),
  narrowU: binary(0x66),
  bitmask: test(0x64),
};

interface I16x8 {
  readonly extendLowU: Unary;
  readonly extendLow: Unary;
  readonly extendHighU: Unary;
  readonly narrowU: Binary;
  readonly narrow: Binary;
}

/** Instructions on 16-bit integers: between bytes and 32 bits. `extend…` is from i8x16, `narrow…` from two i32x4. */
export const i16x8: I16x8 = {
  extendLow: unary(0x87),
  extendLowU: unary(0x89),
  extendHighU: unary(0x8a),
  narrow: binary(0x85),
  narrowU: binary(0x86),
};

interface I32x4 extends Lanes<'i32'> {
  readonly const: (...values: number[]) => V;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly ltU: Binary;
  readonly gt: Binary;
  readonly gtU: Binary;
  readonly le: Binary;
  readonly leU: Binary;
  readonly ge: Binary;
  readonly geU: Binary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly shl: Shift;
  readonly shr: Shift;
  readonly shrU: Shift;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly min: Binary;
  readonly minU: Binary;
  readonly max: Binary;
  readonly maxU: Binary;
  readonly extendLow: Unary;
  readonly extendLowU: Unary;
  readonly extendHigh: Unary;
  readonly extendHighU: Unary;
  /** Truncations saturate, and take NaN to 0. */
  readonly truncF32: Unary;
  readonly truncF32U: Unary;
  /** Two numbers into the low lanes, zeros above. */
  readonly truncF64: Unary;
  readonly truncF64U: Unary;
  readonly allTrue: (a: V) => Expr<'i32'>;
  readonly bitmask: (a: V) => Expr<'i32'>;
}

/** One value in every lane, or four values. */
const four = (values: readonly number[]): readonly number[] =>
  values.length === 1 ? [values[0]!, values[0]!, values[0]!, values[0]!] : values;
const two = <N>(values: readonly N[]): readonly N[] =>
  values.length === 1 ? [values[0]!, values[0]!] : values;

/** Instructions on four 32-bit integers. `extend…` is from i16x8. */
export const i32x4: I32x4 = {
  ...lanes('i32', 0x11, 0x1b),
  const: (...values) => constant(bytesOf(Int32Array.from(four(values), (v) => v | 0))),
  eq: binary(0x37),
  ne: binary(0x38),
  lt: binary(0x39),
  ltU: binary(0x3a),
  gt: binary(0x3b),
  gtU: binary(0x3c),
  le: binary(0x3d),
  leU: binary(0x3e),
  ge: binary(0x3f),
  geU: binary(0x40),
  abs: unary(0xa0),
  neg: unary(0xa1),
  shl: shift(0xab),
  shr: shift(0xac),
  shrU: shift(0xad),
  add: binary(0xae),
  sub: binary(0xb1),
  mul: binary(0xb5),
  min: binary(0xb6),
  minU: binary(0xb7),
  max: binary(0xb8),
  maxU: binary(0xb9),
  extendLow: unary(0xa7),
  extendHigh: unary(0xa8),
  extendLowU: unary(0xa9),
  extendHighU: unary(0xaa),
  truncF32: unary(0xf8),
  truncF32U: unary(0xf9),
  truncF64: unary(0xfc),
  truncF64U: unary(0xfd),
  allTrue: test(0xa3),
  bitmask: test(0xa4),
};

interface I64x2 extends Lanes<'i64'> {
  readonly const: (...values: bigint[]) => V;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly gt: Binary;
  readonly neg: Unary;
  readonly shl: Shift;
  readonly shr: Shift;
  readonly shrU: Shift;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly extendLow: Unary;
  readonly extendLowU: Unary;
  readonly extendHigh: Unary;
  readonly bitmask: (a: V) => Expr<'i32'>;
}

/** Instructions on two 64-bit integers. `extend…` is from i32x4. */
export const i64x2: I64x2 = {
  ...lanes('i64', 0x12, 0x1d),
  const: (...values) => constant(bytesOf(BigInt64Array.from(two(values), (v) => BigInt.asIntN(64, v)))),
  eq: binary(0xd6),
  ne: binary(0xd7),
  lt: binary(0xd8),
  gt: binary(0xd9),
  neg: unary(0xc1),
  shl: shift(0xcb),
  shr: shift(0xcc),
  shrU: shift(0xcd),
  add: binary(0xce),
  sub: binary(0xd1),
  mul: binary(0xd5),
  extendLow: unary(0xc7),
  extendHigh: unary(0xc8),
  extendLowU: unary(0xc9),
  bitmask: test(0xc4),
};

/** Instructions on a vector of real numbers. */
export interface VectorFloat<T extends 'f32' | 'f64'> extends Lanes<T> {
  /** One number in every lane, or all lanes. */
  readonly const: (...values: number[]) => V;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly gt: Binary;
  readonly le: Binary;
  readonly ge: Binary;
  readonly ceil: Unary;
  readonly floor: Unary;
  readonly trunc: Unary;
  /** To the nearest integer, halves to even. */
  readonly nearest: Unary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  /** NaN if either is. */
  readonly min: Binary;
  readonly max: Binary;
  /** b < a ? b : a; a NaN in `a` or `b` gives `a`. */
  readonly pmin: Binary;
  /** a < b ? b : a. */
  readonly pmax: Binary;
  /** From signed, unsigned 32-bit integers (the low two, for float64). */
  readonly convertI32: Unary;
  readonly convertU32: Unary;
  /** From the low lanes of the other width; zeros above in demotion. */
  readonly resize: Unary;
  /** a·b + c in one rounding, or in two: the host's choice. Needs relaxed SIMD. */
  readonly relaxedMadd: (a: V, b: V, c: V) => V;
  /** −a·b + c. */
  readonly relaxedNmadd: (a: V, b: V, c: V) => V;
}

/** Instructions on four float32. */
export const f32x4: VectorFloat<'f32'> = {
  ...lanes('f32', 0x13, 0x1f),
  const: (...values) => constant(bytesOf(Float32Array.from(four(values)))),
  eq: binary(0x41),
  ne: binary(0x42),
  lt: binary(0x43),
  gt: binary(0x44),
  le: binary(0x45),
  ge: binary(0x46),
  ceil: unary(0x67),
  floor: unary(0x68),
  trunc: unary(0x69),
  nearest: unary(0x6a),
  abs: unary(0xe0),
  neg: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  sub: binary(0xe5),
  mul: binary(0xe6),
  div: binary(0xe7),
  min: binary(0xe8),
  max: binary(0xe9),
  pmin: binary(0xea),
  pmax: binary(0xeb),
  convertI32: unary(0xfa),
  convertU32: unary(0xfb),
  resize: unary(0x5e),
  relaxedMadd: (a, b, c) => new Expr('v128', simd + 0x105, [a, b, c]),
  relaxedNmadd: (a, b, c) => new Expr('v128', simd + 0x106, [a, b, c]),
};

/** Instructions on two float64. */
export const f64x2: VectorFloat<'f64'> = {
  ...lanes('f64', 0x14, 0x21),
  const: (...values) => constant(bytesOf(Float64Array.from(two(values)))),
  eq: binary(0x47),
  ne: binary(0x48),
  lt: binary(0x49),
  gt: binary(0x4a),
  le: binary(0x4b),
  ge: binary(0x4c),
  ceil: unary(0x74),
  floor: unary(0x75),
  trunc: unary(0x7a),
  nearest: unary(0x94),
  abs: unary(0xec),
  neg: unary(0xed),
  sqrt: unary(0xef),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  min: binary(0xf4),
  max: binary(0xf5),
  pmin: binary(0xf6),
  pmax: binary(0xf7),
  convertI32: unary(0xfe),
  convertU32: unary(0xff),
  resize: unary(0x5f),
  relaxedMadd: (a, b, c) => new Expr('v128', simd + 0x107, [a, b, c]),
  relaxedNmadd: (a, b, c) => new Expr('v128', simd + 0x108, [a, b, c]),
};
