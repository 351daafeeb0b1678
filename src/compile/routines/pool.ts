/**
 * Routines of pooling.
 *
 * @module
 */
import {
  f32 as float32,
  f64 as float64,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  i8x16,
  v128,
  type Expr,
  type FunctionBuilder,
} from '../assembler/index.js';
import { sizeOf, type Shape, type WindowSteps } from '../../ir/index.js';
import { at, elementOf } from './elements.js';
import { axesOf, forPlaces, type Visitor } from './pool-geometry.js';
import { bytesOf, type Operand, type Routine, type RoutineRule, type Storage } from './routine.js';

type I = Expr<'i32'>;
type V = Expr<'v128'>;
type Pooled = Exclude<Storage, 'bool'>;
type Attrs = WindowSteps & { readonly window: Shape };

/** The first two lanes of each of two vectors. */
const firstTwo = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
/** The low halves of both 64-bit lanes. */
const lowHalves = [0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0];

/** Sums of one element; float32 in float64. */
function sumOfOne(f: FunctionBuilder, storage: Pooled, out: I): Visitor {
  const { load, store, shift, type, zero, add } = elementOf[storage];
  if (storage === 'f32') {
    const sum = f.local('f64');
    return {
      start: () => f.set(sum, float64.const(0)),
      take: (p, offset) => f.set(sum, float64.add(sum, float64.resize(float32.load(p, offset)))),
      finish: (place) => f.store(at(out, place, 2), float32.resize(sum)),
    };
  }
  const sum = f.local(type);
  return {
    start: () => f.set(sum, zero as I),
    take: (p, offset) => f.set(sum, add(sum, load(p, offset)) as I),
    finish: (place) => store(f, at(out, place, shift), sum),
  };
}

/** Sums of a vector of neighbours. */
function sumOfLanes(f: FunctionBuilder, storage: Pooled, out: I): Visitor {
  const sum = f.local('v128');
  const zero = i32x4.const(0);
  if (storage === 'f32') {
    const high = f.local('v128');
    const wide = (p: I, offset: number): V => f64x2.resize(v128.load64Zero(p, offset));
    return {
      start: () => {
        f.set(sum, zero);
        f.set(high, zero);
      },
      take: (p, offset) => {
        f.set(sum, f64x2.add(sum, wide(p, offset)));
        f.set(high, f64x2.add(high, wide(p, offset + 8)));
      },
      finish: (place) =>
        f.store(at(out, place, 2), i8x16.shuffle(f32x4.resize(sum), f32x4.resize(high), firstTwo)),
    };
  }
  const add = storage === 'f64' ? f64x2.add : i32x4.add;
  return {
    start: () => f.set(sum, zero),
    take: (p, offset) => f.set(sum, add(sum, v128.load(p, offset))),
    finish: (place) => f.store(at(out, place, elementOf[storage].shift), sum),
  };
}

/** The position of an element that is taken at an address. */
const positionOf = (x: I, p: I, offset: number, shift: number): I =>
  i32.shrU(i32.add(i32.sub(p, x), i32.const(offset)), i32.const(shift));

const lanesOf: {
  readonly [S in Pooled]: {
    readonly least: V;
    readonly gt: (a: V, b: V) => V;
    readonly ne?: (a: V, b: V) => V;
  };
} = {
  f32: { least: f32x4.const(-Infinity), gt: f32x4.gt, ne: f32x4.ne },
  f64: { least: f64x2.const(-Infinity), gt: f64x2.gt, ne: f64x2.ne },
  i32: { least: i32x4.const(-(2 ** 31)), gt: i32x4.gt },
  u32: { least: i32x4.const(0), gt: i32x4.gtU },
};

/**
 * The greatest elements of a vector of neighbours, or of its first lane alone: an element is taken if it is greater, if
 * nothing was there, or if it is the first NaN. Positions are as wide as the elements. One element is treated as a vector
 * too: a vector is selected without a branch, which could not be foreseen.
 */
function maxOfLanes(f: FunctionBuilder, storage: Pooled, x: I, out: I, where: I, single: boolean): Visitor {
  const { least, gt, ne } = lanesOf[storage];
  const { shift } = elementOf[storage];
  const wide = storage === 'f64';
  const [top, v, best] = [f.local('v128'), f.local('v128'), f.local('v128')];
  const negative = (a: V): V => (wide ? i64x2.lt(a, i64x2.const(0n)) : i32x4.lt(a, i32x4.const(0)));
  const positions = (first: I): V =>
    wide
      ? i64x2.add(i64x2.splat(i64.extendU(first)), i64x2.const(0n, 1n))
      : i32x4.add(i32x4.splat(first), i32x4.const(0, 1, 2, 3));
  return {
    start: () => {
      f.set(top, least);
      f.set(best, i32x4.const(-1));
    },
    take: (p, offset) => {
      f.set(v, v128.load(p, offset));
      let better = v128.or(gt(v, top), negative(best));
      if (ne !== undefined) better = v128.or(better, v128.andnot(ne(v, v), ne(top, top)));
      const mask = f.let(better);
      f.set(top, v128.bitselect(v, top, mask));
      f.set(best, v128.bitselect(positions(positionOf(x, p, offset, shift)), best, mask));
    },
    finish: (place) => {
      const [to, position] = [at(out, place, shift), at(where, place, 2)];
      if (single) {
        f.storeLane(wide ? 64 : 32, to, top, 0);
        f.storeLane(32, position, best, 0);
        return;
      }
      f.store(to, top);
      if (wide) f.storeLane(64, position, i8x16.shuffle(best, best, lowHalves), 0);
      else f.store(position, best);
    },
  };
}

/** A function of the module that visits all places with one index along the first axis, and the calls of it. */
function pooled(op: 'poolSum' | 'poolMax', attrs: Attrs, x: Operand, result: Operand): Routine {
  const storage = x.storage as Pooled;
  const bytes = bytesOf[storage];
  const axes = axesOf(x.shape, attrs);
  const name = `${op}.${storage}.${axes.map((a) => Object.values(a).join()).join('.')}`;
  return {
    scratch: 0,
    flops: sizeOf(result.shape) * sizeOf(attrs.window),
    emit: ({ module: m }, f, [source], [out, where]) => {
      if (sizeOf(result.shape) === 0) return;
      const row = m.once(name, () =>
        m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (g, first, from, to, positions) => {
          const max = (single: boolean): Visitor => maxOfLanes(g, storage, from, to, positions, single);
          const narrow = op === 'poolSum' ? sumOfOne(g, storage, to) : max(true);
          const visitor = op === 'poolSum' ? sumOfLanes(g, storage, to) : max(false);
          forPlaces(g, axes, first, from, bytes, narrow, { lanes: 16 / bytes, visitor });
        }),
      );
      f.for(i32.const(0), i32.const(axes[0]?.places ?? 1), 1, (first) =>
        f.call(row, first, source!, out!, where ?? out!),
      );
    },
  };
}

/** Sums of what a window covers. */
export const poolSum: RoutineRule<'poolSum'> = (attrs, [x], [result]) =>
  pooled('poolSum', attrs, x!, result!);
/** The greatest elements that a window covers, and their positions. */
export const poolMax: RoutineRule<'poolMax'> = (attrs, [x], [result]) =>
  pooled('poolMax', attrs, x!, result!);
