/**
 * Scalar instructions.
 *
 * @module
 */
import { atomic, Expr, misc, type ValueType } from './expr.js';

type Unary<A extends ValueType, R extends ValueType> = (a: Expr<A>) => Expr<R>;
type Binary<A extends ValueType, R extends ValueType> = (a: Expr<A>, b: Expr<A>) => Expr<R>;

const unary =
  <A extends ValueType, R extends ValueType>(type: R, code: number): Unary<A, R> =>
  (a) =>
    new Expr(type, code, [a]);
const binary =
  <A extends ValueType, R extends ValueType>(type: R, code: number): Binary<A, R> =>
  (a, b) =>
    new Expr(type, code, [a, b]);

/** A memory access: alignment as a power of two, and an offset in bytes that is added to the address. */
const access = (align: number, offset: number): { kind: 'unsigned'; values: number[] } => ({
  kind: 'unsigned',
  values: [align, offset],
});
type Load<R extends ValueType> = (address: Expr<'i32'>, offset?: number) => Expr<R>;
const load =
  <R extends ValueType>(type: R, code: number, align: number): Load<R> =>
  (address, offset = 0) =>
    new Expr(type, code, [address], access(align, offset));

const u32 = (value: number): Expr<'i32'> => new Expr('i32', 0x41, [], { kind: 'i32', value });

const i32Binary = (code: number): Binary<'i32', 'i32'> => binary<'i32', 'i32'>('i32', code);
const i64Binary = (code: number): Binary<'i64', 'i64'> => binary<'i64', 'i64'>('i64', code);
const i64Compare = (code: number): Binary<'i64', 'i32'> => binary<'i64', 'i32'>('i32', code);
const f32Binary = (code: number): Binary<'f32', 'f32'> => binary<'f32', 'f32'>('f32', code);
const f64Binary = (code: number): Binary<'f64', 'f64'> => binary<'f64', 'f64'>('f64', code);
const f32Compare = (code: number): Binary<'f32', 'i32'> => binary<'f32', 'i32'>('i32', code);
const f64Compare = (code: number): Binary<'f64', 'i32'> => binary<'f64', 'i32'>('i32', code);
const f32Unary = (code: number): Unary<'f32', 'f32'> => unary<'f32', 'f32'>('f32', code);
const f64Unary = (code: number): Unary<'f64', 'f64'> => unary<'f64', 'f64'>('f64', code);

/** Instructions on 32-bit integers; addresses are these. */
export const i32: I32 = {
  const: u32,
  load: load('i32', 0x28, 2),
  load8s: load('i32', 0x2c, 0),
  load8u: load('i32', 0x2d, 0),
  atomicLoad: load('i32', atomic + 0x10, 2),
  eqz: unary('i32', 0x45),
  eq: i32Binary(0x46),
  ne: i32Binary(0x47),
  lt: i32Binary(0x48),
  ltU: i32Binary(0x49),
  gt: i32Binary(0x4a),
  gtU: i32Binary(0x4b),
  le: i32Binary(0x4c),
  leU: i32Binary(0x4d),
  ge: i32Binary(0x4e),
  geU: i32Binary(0x4f),
  clz: unary('i32', 0x67),
  ctz: unary('i32', 0x68),
  add: i32Binary(0x6a),
  sub: i32Binary(0x6b),
  mul: i32Binary(0x6c),
  div: i32Binary(0x6d),
  divU: i32Binary(0x6e),
  rem: i32Binary(0x6f),
  remU: i32Binary(0x70),
  and: i32Binary(0x71),
  or: i32Binary(0x72),
  xor: i32Binary(0x73),
  shl: i32Binary(0x74),
  shr: i32Binary(0x75),
  shrU: i32Binary(0x76),
  rotl: i32Binary(0x77),
  wrap: unary('i32', 0xa7),
  truncF32: unary('i32', misc + 0),
  truncF32U: unary('i32', misc + 1),
  truncF64: unary('i32', misc + 2),
  truncF64U: unary('i32', misc + 3),
  reinterpret: unary('i32', 0xbc),
  select: (condition, a, b) => new Expr('i32', 0x1b, [a, b, condition]),
  /** Old value; adds `b` to the number at an address, atomically. */
  atomicAdd: (address, b, offset = 0) => new Expr('i32', atomic + 0x1e, [address, b], access(2, offset)),
  /** Wakes at most `count` threads that wait at an address; how many. */
  atomicNotify: (address, count, offset = 0) =>
    new Expr('i32', atomic + 0x00, [address, count], access(2, offset)),
};
/** The type of `i32`. */
export interface I32 {
  readonly const: (value: number) => Expr<'i32'>;
  readonly load: Load<'i32'>;
  readonly load8s: Load<'i32'>;
  readonly load8u: Load<'i32'>;
  readonly atomicLoad: Load<'i32'>;
  readonly eqz: Unary<'i32', 'i32'>;
  readonly eq: Binary<'i32', 'i32'>;
  readonly ne: Binary<'i32', 'i32'>;
  readonly lt: Binary<'i32', 'i32'>;
  readonly ltU: Binary<'i32', 'i32'>;
  readonly gt: Binary<'i32', 'i32'>;
  readonly gtU: Binary<'i32', 'i32'>;
  readonly le: Binary<'i32', 'i32'>;
  readonly leU: Binary<'i32', 'i32'>;
  readonly ge: Binary<'i32', 'i32'>;
  readonly geU: Binary<'i32', 'i32'>;
  readonly clz: Unary<'i32', 'i32'>;
  readonly ctz: Unary<'i32', 'i32'>;
  readonly add: Binary<'i32', 'i32'>;
  readonly sub: Binary<'i32', 'i32'>;
  readonly mul: Binary<'i32', 'i32'>;
  readonly div: Binary<'i32', 'i32'>;
  readonly divU: Binary<'i32', 'i32'>;
  readonly rem: Binary<'i32', 'i32'>;
  readonly remU: Binary<'i32', 'i32'>;
  readonly and: Binary<'i32', 'i32'>;
  readonly or: Binary<'i32', 'i32'>;
  readonly xor: Binary<'i32', 'i32'>;
  readonly shl: Binary<'i32', 'i32'>;
  readonly shr: Binary<'i32', 'i32'>;
  readonly shrU: Binary<'i32', 'i32'>;
  readonly rotl: Binary<'i32', 'i32'>;
  readonly wrap: Unary<'i64', 'i32'>;
  /** Truncations saturate, and take NaN to 0. */
  readonly truncF32: Unary<'f32', 'i32'>;
  readonly truncF32U: Unary<'f32', 'i32'>;
  readonly truncF64: Unary<'f64', 'i32'>;
  readonly truncF64U: Unary<'f64', 'i32'>;
  readonly reinterpret: Unary<'f32', 'i32'>;
  /** `a` if the condition is not zero, else `b`; both are evaluated. */
  readonly select: (condition: Expr<'i32'>, a: Expr<'i32'>, b: Expr<'i32'>) => Expr<'i32'>;
  readonly atomicAdd: (address: Expr<'i32'>, b: Expr<'i32'>, offset?: number) => Expr<'i32'>;
  readonly atomicNotify: (address: Expr<'i32'>, count: Expr<'i32'>, offset?: number) => Expr<'i32'>;
}

/** Instructions on 64-bit integers. */
export const i64: I64 = {
  const: (value) => new Expr('i64', 0x42, [], { kind: 'i64', value }),
  load: load('i64', 0x29, 3),
  extend: unary('i64', 0xac),
  extendU: unary('i64', 0xad),
  reinterpret: unary('i64', 0xbd),
  truncF32: unary('i64', misc + 4),
  truncF64: unary('i64', misc + 6),
  eq: i64Compare(0x51),
  lt: i64Compare(0x53),
  ltU: i64Compare(0x54),
  gtU: i64Compare(0x56),
  clz: unary('i64', 0x79),
  add: i64Binary(0x7c),
  sub: i64Binary(0x7d),
  mul: i64Binary(0x7e),
  and: i64Binary(0x83),
  or: i64Binary(0x84),
  xor: i64Binary(0x85),
  shl: i64Binary(0x86),
  shr: i64Binary(0x87),
  shrU: i64Binary(0x88),
  select: (condition, a, b) => new Expr('i64', 0x1b, [a, b, condition]),
};
/** The type of `i64`. */
export interface I64 {
  readonly const: (value: bigint) => Expr<'i64'>;
  readonly load: Load<'i64'>;
  readonly extend: Unary<'i32', 'i64'>;
  readonly extendU: Unary<'i32', 'i64'>;
  readonly reinterpret: Unary<'f64', 'i64'>;
  /** Truncations saturate, and take NaN to 0. */
  readonly truncF32: Unary<'f32', 'i64'>;
  readonly truncF64: Unary<'f64', 'i64'>;
  readonly eq: Binary<'i64', 'i32'>;
  readonly lt: Binary<'i64', 'i32'>;
  readonly ltU: Binary<'i64', 'i32'>;
  readonly gtU: Binary<'i64', 'i32'>;
  readonly clz: Unary<'i64', 'i64'>;
  readonly add: Binary<'i64', 'i64'>;
  readonly sub: Binary<'i64', 'i64'>;
  readonly mul: Binary<'i64', 'i64'>;
  readonly and: Binary<'i64', 'i64'>;
  readonly or: Binary<'i64', 'i64'>;
  readonly xor: Binary<'i64', 'i64'>;
  readonly shl: Binary<'i64', 'i64'>;
  readonly shr: Binary<'i64', 'i64'>;
  readonly shrU: Binary<'i64', 'i64'>;
  readonly select: (condition: Expr<'i32'>, a: Expr<'i64'>, b: Expr<'i64'>) => Expr<'i64'>;
}

/** Instructions on one real number of type `T`, whose other width is `O`. */
export interface ScalarFloat<T extends 'f32' | 'f64', O extends 'f32' | 'f64', I extends 'i32' | 'i64'> {
  readonly const: (value: number) => Expr<T>;
  readonly load: Load<T>;
  readonly eq: Binary<T, 'i32'>;
  readonly ne: Binary<T, 'i32'>;
  readonly lt: Binary<T, 'i32'>;
  readonly gt: Binary<T, 'i32'>;
  readonly le: Binary<T, 'i32'>;
  readonly ge: Binary<T, 'i32'>;
  readonly abs: Unary<T, T>;
  readonly neg: Unary<T, T>;
  readonly ceil: Unary<T, T>;
  readonly floor: Unary<T, T>;
  readonly trunc: Unary<T, T>;
  readonly nearest: Unary<T, T>;
  readonly sqrt: Unary<T, T>;
  readonly add: Binary<T, T>;
  readonly sub: Binary<T, T>;
  readonly mul: Binary<T, T>;
  readonly div: Binary<T, T>;
  /** NaN if either is. */
  readonly min: Binary<T, T>;
  readonly max: Binary<T, T>;
  readonly copysign: Binary<T, T>;
  readonly convertI32: Unary<'i32', T>;
  readonly convertU32: Unary<'i32', T>;
  readonly convertI64: Unary<'i64', T>;
  /** From the other width: demotion or promotion. */
  readonly resize: Unary<O, T>;
  readonly reinterpret: Unary<I, T>;
  readonly select: (condition: Expr<'i32'>, a: Expr<T>, b: Expr<T>) => Expr<T>;
}

/** Instructions on one float32. */
export const f32: ScalarFloat<'f32', 'f64', 'i32'> = {
  const: (value) => new Expr('f32', 0x43, [], { kind: 'f32', value }),
  load: load('f32', 0x2a, 2),
  eq: f32Compare(0x5b),
  ne: f32Compare(0x5c),
  lt: f32Compare(0x5d),
  gt: f32Compare(0x5e),
  le: f32Compare(0x5f),
  ge: f32Compare(0x60),
  abs: f32Unary(0x8b),
  neg: f32Unary(0x8c),
  ceil: f32Unary(0x8d),
  floor: f32Unary(0x8e),
  trunc: f32Unary(0x8f),
  nearest: f32Unary(0x90),
  sqrt: f32Unary(0x91),
  add: f32Binary(0x92),
  sub: f32Binary(0x93),
  mul: f32Binary(0x94),
  div: f32Binary(0x95),
  min: f32Binary(0x96),
  max: f32Binary(0x97),
  copysign: f32Binary(0x98),
  convertI32: unary('f32', 0xb2),
  convertU32: unary('f32', 0xb3),
  convertI64: unary('f32', 0xb4),
  resize: unary('f32', 0xb6),
  reinterpret: unary('f32', 0xbe),
  select: (condition, a, b) => new Expr('f32', 0x1b, [a, b, condition]),
};

/** Instructions on one float64. */
export const f64: ScalarFloat<'f64', 'f32', 'i64'> = {
  const: (value) => new Expr('f64', 0x44, [], { kind: 'f64', value }),
  load: load('f64', 0x2b, 3),
  eq: f64Compare(0x61),
  ne: f64Compare(0x62),
  lt: f64Compare(0x63),
  gt: f64Compare(0x64),
  le: f64Compare(0x65),
  ge: f64Compare(0x66),
  abs: f64Unary(0x99),
  neg: f64Unary(0x9a),
  ceil: f64Unary(0x9b),
  floor: f64Unary(0x9c),
  trunc: f64Unary(0x9d),
  nearest: f64Unary(0x9e),
  sqrt: f64Unary(0x9f),
  add: f64Binary(0xa0),
  sub: f64Binary(0xa1),
  mul: f64Binary(0xa2),
  div: f64Binary(0xa3),
  min: f64Binary(0xa4),
  max: f64Binary(0xa5),
  copysign: f64Binary(0xa6),
  convertI32: unary('f64', 0xb7),
  convertU32: unary('f64', 0xb8),
  convertI64: unary('f64', 0xb9),
  resize: unary('f64', 0xbb),
  reinterpret: unary('f64', 0xbf),
  select: (condition, a, b) => new Expr('f64', 0x1b, [a, b, condition]),
};
