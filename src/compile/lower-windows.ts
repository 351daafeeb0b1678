/**
 * Lowering of sorting, blocks at computed positions, convolution and pooling.
 *
 * A convolution becomes, for each group and batch element, a matrix of patches and one matrix product.
 *
 * @module
 */
import type { WindowName } from '../ir/abstract-windows.js';
import { extremes } from '../ir/evaluate-reductions.js';
import { sizeOf, stridesOf, type OpTable, type Shape } from '../ir/index.js';
import { forEachIndex } from '../ir/indexing.js';
import { convert } from './kernels-convert.js';
import { product, type ProductShape } from './kernels-dot.js';
import {
  patchesOf,
  poolMaxLoop,
  poolSumLoop,
  sortLoop,
  windowTable,
  type PoolShape,
} from './kernels-windows.js';
import { loop1, type Step } from './nest.js';
import type { LowerRule, LowerTable } from './rule.js';
import type { View } from './view.js';

const reals = (v: View): Float64Array => v.slot.data as Float64Array;

/** Whether an axis takes no part in pooling. */
function idle(attrs: OpTable['poolSum'], a: number): boolean {
  return (
    attrs.window[a] === 1 &&
    attrs.strides[a] === 1 &&
    attrs.low[a] === 0 &&
    attrs.high[a] === 0 &&
    attrs.baseDilation[a] === 1
  );
}

/** The axes that a window moves along, with idle ones before and after left out of the table. */
function poolShape(attrs: OpTable['poolSum'], x: Shape, out: Shape): readonly [PoolShape, Int32Array] {
  let [from, to] = [0, x.length];
  while (from < to && idle(attrs, from)) from++;
  while (to > from && idle(attrs, to - 1)) to--;
  const part = (s: readonly number[]): number[] => s.slice(from, to);
  const [space, window, places] = [part(x), part(attrs.window), part(out)];
  const steps = {
    strides: part(attrs.strides),
    low: part(attrs.low),
    high: part(attrs.high),
    baseDilation: part(attrs.baseDilation),
    windowDilation: part(attrs.windowDilation),
  };
  const shape = {
    lead: sizeOf(x.slice(0, from)),
    space: sizeOf(space),
    trail: sizeOf(x.slice(to)),
    places: sizeOf(places),
    elements: sizeOf(window),
  };
  return [shape, windowTable(steps, space, window, places)];
}

/** Elements of patches that are laid out at a time. */
const patchElements = 2 ** 15;

const conv: LowerRule<'conv'> = (attrs, [x0, w0], [result], plan) => {
  const [x, w] = [plan.contiguous(x0!), plan.contiguous(w0!)];
  const out = plan.result(result!);
  const [groups, batch, channels, ...space] = x.shape as readonly [number, number, number, ...number[]];
  const [, o, , ...window] = w.shape as readonly [number, number, number, ...number[]];
  const places = result!.shape.slice(3);
  const table = windowTable(attrs, space, window, places);
  const [n, elements, area] = [sizeOf(places), sizeOf(window), sizeOf(space)];
  const k = channels * elements;
  // as many places at a time as patches of them fit a near cache
  const some = Math.max(1, Math.min(n, Math.floor(patchElements / Math.max(1, k))));
  const patches = new Float64Array(some * k);
  // the side with more rows is worked on four rows at a time
  const turn = o < 4 && some > o;
  const shapeOf = (count: number): ProductShape =>
    turn
      ? { m: count, n: o, k, outM: 1, outN: n, aM: k, aK: 1, bK: 1, bN: k }
      : { m: o, n: count, k, outM: n, outN: 1, aM: k, aK: 1, bK: 1, bN: k };
  const [whole, rest] = [shapeOf(some), shapeOf(n % some)];
  const run: Step = () => {
    for (let g = 0; g < groups; g++) {
      const q = w.offset + g * o * k;
      for (let b = 0; b < batch; b++) {
        const at = g * batch + b;
        const from = x.offset + at * channels * area;
        for (let p = 0; p < n; p += some) {
          const end = Math.min(n, p + some);
          patchesOf(patches, table, p, end, channels, elements, reals(x), from, area);
          const shape = end - p === some ? whole : rest;
          const to = at * o * n + p;
          if (turn) product(shape, reals(out), to, patches, 0, reals(w), q);
          else product(shape, reals(out), to, reals(w), q, patches, 0);
        }
      }
    }
  };
  plan.emit(run, [x, w], [out]);
  return [out];
};

/** Where a block begins in a row-major value, moved inside; and where its rows begin, seen from there. */
function blockOf(
  x: Shape,
  size: Shape,
  start: View,
): { readonly first: () => number; readonly rows: Int32Array; readonly length: number } {
  const strides = stridesOf(x);
  const rank = x.length;
  const rows: number[] = [];
  forEachIndex(size.slice(0, -1), (index) => {
    rows.push(index.reduce((at, i, a) => at + i * strides[a]!, 0));
  });
  const first = (): number => {
    let at = 0;
    for (let a = 0; a < rank; a++) {
      const i = start.slot.data[start.offset + a]!;
      at += Math.max(0, Math.min(i, x[a]! - size[a]!)) * strides[a]!;
    }
    return at;
  };
  return { first, rows: Int32Array.from(rows), length: size[rank - 1] ?? 1 };
}

const dynamicSlice: LowerRule<'dynamicSlice'> = ({ size }, [x0, start0], [result], plan) => {
  const [x, start] = [plan.contiguous(x0!), plan.contiguous(start0!)];
  const out = plan.result(result!);
  const { first, rows, length } = blockOf(x.shape, size, start);
  const run: Step = () => {
    const [to, from] = [out.slot.data, x.slot.data];
    const base = x.offset + first();
    let k = 0;
    for (const row of rows) for (let i = 0; i < length; i++) to[k++] = from[base + row + i]!;
  };
  plan.emit(run, [x, start], [out]);
  return [out];
};

const dynamicUpdate: LowerRule<'dynamicUpdate'> = (_, [x0, u0, start0], [result], plan) => {
  const [x, u, start] = [x0!, plan.contiguous(u0!), plan.contiguous(start0!)];
  const out = plan.result(result!);
  const copy = loop1(convert(x.dtype, x.dtype), out, x);
  const { first, rows, length } = blockOf(x.shape, u.shape, start);
  const run: Step = () => {
    copy();
    const [to, from] = [out.slot.data, u.slot.data];
    const base = first();
    let k = u.offset;
    for (const row of rows) for (let i = 0; i < length; i++) to[base + row + i] = from[k++]!;
  };
  plan.emit(run, [x, u, start], [out]);
  return [out];
};

/** Rules of the family. */
export const lowerWindows: Pick<LowerTable, WindowName> = {
  sort: ({ axis }, [x0], [result, permutation], plan) => {
    const x = plan.contiguous(x0!);
    const [out, perm] = [plan.result(result!), plan.result(permutation!)];
    const { shape } = x;
    const [before, after] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    const run: Step = () =>
      sortLoop(before, shape[axis]!, after, out.slot.data, perm.slot.data, x.slot.data, x.offset);
    plan.emit(run, [x], [out, perm]);
    return [out, perm];
  },
  dynamicSlice,
  dynamicUpdate,
  conv,
  poolSum: (attrs, [x0], [result], plan) => {
    const x = plan.contiguous(x0!);
    const out = plan.result(result!);
    const [shape, table] = poolShape(attrs, x.shape, result!.shape);
    plan.emit(() => poolSumLoop(shape, table, out.slot.data, x.slot.data, x.offset), [x], [out]);
    return [out];
  },
  poolMax: (attrs, [x0], [result, positions], plan) => {
    const x = plan.contiguous(x0!);
    const [out, at] = [plan.result(result!), plan.result(positions!)];
    const [shape, table] = poolShape(attrs, x.shape, result!.shape);
    const least = extremes[x.dtype][0];
    const run: Step = () =>
      poolMaxLoop(shape, table, least, out.slot.data, at.slot.data, x.slot.data, x.offset);
    plan.emit(run, [x], [out, at]);
    return [out, at];
  },
};
