/**
 * 128-bit vector instructions on real numbers.
 *
 * @module
 */
import { Expr, simd } from './expr.js';
import {
  unary,
  binary,
  lanes,
  bytesOf,
  constant,
  four,
  two,
  type V,
  type Unary,
  type Binary,
  type Lanes,
} from './vector-op.js';

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
