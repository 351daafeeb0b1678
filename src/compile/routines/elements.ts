/**
 * Scalar code of each storage: what routines over several element types are written in.
 *
 * @module
 */
import { f32, f64, i32, type Expr, type FunctionBuilder } from '../assembler/index.js';
import { sizeOf, type Shape } from '../../ir/index.js';
import type { Storage } from './routine.js';

/** The scalar instructions of a storage. An `Expr` here is one of its `type`. */
export interface Element {
  readonly type: 'f32' | 'f64' | 'i32';
  /** Bytes of one element as a power of two. */
  readonly shift: number;
  readonly load: (address: Expr<'i32'>, offset?: number) => Expr;
  readonly store: (f: FunctionBuilder, address: Expr<'i32'>, value: Expr, offset?: number) => void;
  readonly add: (a: Expr, b: Expr) => Expr;
  readonly lt: (a: Expr, b: Expr) => Expr<'i32'>;
  readonly gt: (a: Expr, b: Expr) => Expr<'i32'>;
  /** Whether a value is NaN; absent for integers. */
  readonly isNaN?: (a: Expr) => Expr<'i32'>;
  readonly zero: Expr;
}

type Compare = (a: Expr, b: Expr) => Expr<'i32'>;
const whole = { add: i32.add, zero: i32.const(0), type: 'i32' } as {
  readonly add: (a: Expr, b: Expr) => Expr;
  readonly zero: Expr;
  readonly type: 'i32';
};
const store = (f: FunctionBuilder, address: Expr<'i32'>, value: Expr, offset?: number): void =>
  f.store(address, value, offset);
const signed = { lt: i32.lt as Compare, gt: i32.gt as Compare };
const unsigned = { lt: i32.ltU as Compare, gt: i32.gtU as Compare };

/** One entry a storage. */
export const elementOf: { readonly [S in Storage]: Element } = {
  f32: {
    type: 'f32',
    shift: 2,
    load: f32.load,
    store,
    add: f32.add as Element['add'],
    lt: f32.lt as Compare,
    gt: f32.gt as Compare,
    isNaN: (a) => f32.ne(a as Expr<'f32'>, a as Expr<'f32'>),
    zero: f32.const(0),
  },
  f64: {
    type: 'f64',
    shift: 3,
    load: f64.load,
    store,
    add: f64.add as Element['add'],
    lt: f64.lt as Compare,
    gt: f64.gt as Compare,
    isNaN: (a) => f64.ne(a as Expr<'f64'>, a as Expr<'f64'>),
    zero: f64.const(0),
  },
  i32: { ...whole, ...signed, shift: 2, load: i32.load, store },
  u32: { ...whole, ...unsigned, shift: 2, load: i32.load, store },
  bool: {
    ...whole,
    ...unsigned,
    shift: 0,
    load: i32.load8u,
    store: (f, address, value, offset) => f.store8(address, value as Expr<'i32'>, offset),
  },
};

/** The address of element `index` of a buffer whose elements have 2^shift bytes. */
export function at(base: Expr<'i32'>, index: Expr<'i32'>, shift: number): Expr<'i32'> {
  return i32.add(base, shift === 0 ? index : i32.shl(index, i32.const(shift)));
}

/** i moved into [0, most]. */
export function clamped(f: FunctionBuilder, i: Expr<'i32'>, most: Expr<'i32'>): Expr<'i32'> {
  const v = f.let(i);
  const low = f.let(i32.select(i32.lt(v, i32.const(0)), i32.const(0), v));
  return i32.select(i32.gt(low, most), most, low);
}

/** x[before, n, after] around an axis. */
export function aroundAxis(shape: Shape, axis: number): { before: number; n: number; after: number } {
  return {
    before: sizeOf(shape.slice(0, axis)),
    n: shape[axis]!,
    after: sizeOf(shape.slice(axis + 1)),
  };
}
