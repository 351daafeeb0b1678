/**
 * The vectors that matrix products are made of: four float32 or 32-bit integers, two float64.
 *
 * @module
 */
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  i8x16,
  v128,
  type Expr,
  type FunctionBuilder,
} from '../assembler/index.js';
import type { Storage } from './routine.js';

type V = Expr<'v128'>;

/** Instructions on vectors of one element type. */
export interface Lanes {
  /** Bytes of an element. */
  readonly bytes: 4 | 8;
  /** Elements of a vector. */
  readonly count: 2 | 4;
  /** The element at an address in every lane. */
  readonly splat: (address: Expr<'i32'>, offset?: number) => V;
  readonly add: (a: V, b: V) => V;
  /** a·b + c, in one rounding where that was asked for and the host has it. */
  readonly madd: (a: V, b: V, c: V) => V;
}

/** All lanes zero. */
export const zero: V = i32x4.const(0);

/**
 * The instructions for a storage.
 *
 * @param relaxed - Whether relaxed-SIMD multiply-add may be used.
 * @throws Error for bool, of which there are no products.
 */
export function lanesOf(storage: Storage, relaxed: boolean): Lanes {
  switch (storage) {
    case 'f32':
    case 'f64': {
      const x = storage === 'f32' ? f32x4 : f64x2;
      const madd = relaxed ? x.relaxedMadd : (a: V, b: V, c: V): V => x.add(c, x.mul(a, b));
      return storage === 'f32'
        ? { bytes: 4, count: 4, splat: v128.load32Splat, add: x.add, madd }
        : { bytes: 8, count: 2, splat: v128.load64Splat, add: x.add, madd };
    }
    case 'i32':
    case 'u32': {
      const madd = (a: V, b: V, c: V): V => i32x4.add(c, i32x4.mul(a, b));
      return { bytes: 4, count: 4, splat: v128.load32Splat, add: i32x4.add, madd };
    }
    case 'bool':
      throw new Error('dot: there are no products of bool');
  }
}

/** Stores the first `count` elements of a vector, and nothing else. */
export function storePart(
  f: FunctionBuilder,
  lanes: Lanes,
  address: Expr<'i32'>,
  value: V,
  count: number,
  offset: number,
): void {
  if (count === lanes.count) f.store(address, value, offset);
  else if (lanes.bytes === 8 || count === 1)
    f.storeLane(lanes.bytes === 8 ? 64 : 32, address, value, 0, offset);
  else {
    f.storeLane(64, address, value, 0, offset);
    if (count === 3) f.storeLane(32, address, value, 2, offset + 8);
  }
}

/** The first `count` lanes of a vector, zeros in the others. */
export function keepLanes(lanes: Lanes, value: V, count: number): V {
  if (count === lanes.count) return value;
  const kept = (count * lanes.bytes) / 4;
  return v128.and(value, i32x4.const(...[0, 1, 2, 3].map((i) => (i < kept ? -1 : 0))));
}

const bytesAt = (lanes: Lanes, elements: readonly number[]): number[] =>
  elements.flatMap((e) => Array.from({ length: lanes.bytes }, (_, b) => e * lanes.bytes + b));

/** Lanes of two vectors: `elements` counts through `a`, then through `b`. */
export function pickLanes(lanes: Lanes, a: V, b: V, elements: readonly number[]): V {
  return i8x16.shuffle(a, b, bytesAt(lanes, elements));
}

/** The vector whose lane i is the sum of the lanes of `v[i]`, in the order ((0 + 2) + (1 + 3)). */
export function sumsOf(f: FunctionBuilder, lanes: Lanes, v: readonly V[]): V {
  const at = (i: number): V => v[Math.min(i, v.length - 1)]!;
  const pair = (a: V, b: V, low: readonly number[], high: readonly number[]): V =>
    lanes.add(pickLanes(lanes, a, b, low), pickLanes(lanes, a, b, high));
  if (lanes.count === 2) return pair(at(0), at(1), [0, 2], [1, 3]);
  const first = f.let(pair(at(0), at(1), [0, 4, 1, 5], [2, 6, 3, 7]));
  const second = v.length > 2 ? f.let(pair(at(2), at(3), [0, 4, 1, 5], [2, 6, 3, 7])) : first;
  return pair(first, second, [0, 1, 4, 5], [2, 3, 6, 7]);
}

/** The rows of the transpose of a square of vectors. */
export function transposed(f: FunctionBuilder, lanes: Lanes, v: readonly V[]): V[] {
  const pick = (a: V, b: V, e: readonly number[]): V => pickLanes(lanes, a, b, e);
  if (lanes.count === 2) return [pick(v[0]!, v[1]!, [0, 2]), pick(v[0]!, v[1]!, [1, 3])];
  const [low, high] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const a = f.let(pick(v[0]!, v[1]!, low!));
  const b = f.let(pick(v[2]!, v[3]!, low!));
  const c = f.let(pick(v[0]!, v[1]!, high!));
  const d = f.let(pick(v[2]!, v[3]!, high!));
  const [left, right] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  return [pick(a, b, left!), pick(a, b, right!), pick(c, d, left!), pick(c, d, right!)];
}

/** Sum of an address and a number of bytes known when the code is written. */
export function plus(address: Expr<'i32'>, bytes: number): Expr<'i32'> {
  return bytes === 0 ? address : i32.add(address, i32.const(bytes));
}

/** Product with a number known when the code is written. */
export function times(e: Expr<'i32'>, factor: number): Expr<'i32'> {
  if (factor === 1) return e;
  const constant = e.immediate;
  if (constant?.kind === 'i32') return i32.const(Math.imul(constant.value, factor));
  return factor === 0 ? i32.const(0) : i32.mul(e, i32.const(factor));
}
