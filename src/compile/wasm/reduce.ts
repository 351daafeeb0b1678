/**
 * Putting vectors, and the lanes of one, together.
 *
 * @module
 */
import { f32x4, f64x2, i32x4, i8x16, v128 } from '../assembler/index.js';
import type { Expr, FunctionBuilder } from '../assembler/index.js';
import type { Storage } from '../routines/routine.js';
import type { Combine } from './cluster.js';
import { constant, type Width } from './lanes.js';

type V = Expr<'v128'>;

const least = { f32: -Infinity, f64: -Infinity, i32: -(2 ** 31), u32: 0, bool: 0 } as const;
const greatest = { f32: Infinity, f64: Infinity, i32: 2 ** 31 - 1, u32: 2 ** 32 - 1, bool: 1 } as const;

/** What changes nothing. */
export function identity(combine: Combine, storage: Storage): V {
  const value =
    combine === 'sum' ? 0 : combine === 'prod' ? 1 : combine === 'max' ? least[storage] : greatest[storage];
  return constant(storage, value);
}

/** a ∘ b in every lane. */
export function combineVectors(combine: Combine, storage: Storage, a: V, b: V): V {
  if (storage === 'bool') return combine === 'max' || combine === 'sum' ? v128.or(a, b) : v128.and(a, b);
  if (storage === 'i32' || storage === 'u32') {
    const signed = storage === 'i32';
    switch (combine) {
      case 'sum':
        return i32x4.add(a, b);
      case 'prod':
        return i32x4.mul(a, b);
      case 'max':
        return signed ? i32x4.max(a, b) : i32x4.maxU(a, b);
      case 'min':
        return signed ? i32x4.min(a, b) : i32x4.minU(a, b);
    }
  }
  const vector = storage === 'f32' ? f32x4 : f64x2;
  switch (combine) {
    case 'sum':
      return vector.add(a, b);
    case 'prod':
      return vector.mul(a, b);
    case 'max':
      return vector.max(a, b);
    case 'min':
      return vector.min(a, b);
  }
}

const halves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const words = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

/** All lanes put together, in lane 0. Integers beside float64 lie in the low words. */
export function reduceLanes(f: FunctionBuilder, width: Width, combine: Combine, storage: Storage, v: V): V {
  const wide = storage === 'f64' || (storage === 'bool' && width === 2);
  const a = f.let(v);
  if (width === 2) return combineVectors(combine, storage, a, i8x16.shuffle(a, a, wide ? halves : words));
  const b = f.let(combineVectors(combine, storage, a, i8x16.shuffle(a, a, halves)));
  return combineVectors(combine, storage, b, i8x16.shuffle(b, b, words));
}

/** The first `valid` lanes of a vector; `other` in the rest. */
export function keepLanes(width: Width, storage: Storage, v: V, valid: number, other: V): V {
  const wide = width === 2 && (storage === 'f64' || storage === 'bool');
  const lane = (i: number): number => ((wide ? i >> 1 : i) < valid ? -1 : 0);
  return v128.bitselect(v, other, i32x4.const(lane(0), lane(1), lane(2), lane(3)));
}
