/**
 * 128-bit vector instructions on bits and integers.
 *
 * @module
 */
import { Expr, simd } from './expr.js';
import {
  unary,
  binary,
  shift,
  raw,
  load,
  loadLane,
  test,
  lanes,
  bytesOf,
  constant,
  four,
  two,
  type V,
  type Unary,
  type Binary,
  type Shift,
  type Load,
  type Lanes,
} from './vector-op.js';

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
