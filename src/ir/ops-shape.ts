/**
 * The typed node builder: shape operations, reductions, contractions, decompositions and composites of them.
 *
 * @example
 * const b = new Builder();
 * const x = b.input({ shape: [2, 2], dtype: 'f' });
 * const y = shapes.matmul(x, shapes.transpose(x));
 * const graph = b.finish([y, shapes.reduceSum(x, 0)]);
 * const a = { shape: [2, 2], dtype: 'f', data: new Float64Array([1, 2, 3, 4]) } as const;
 * const [product, sums] = evaluate(graph, [a]);
 * product!.data; // [5, 11, 11, 25]
 * sums!.data; // [4, 6]
 *
 * @module
 */
import { deepest, type Builder } from './builder.js';
import type { Node } from './graph.js';
import { add, broadcastTo, exp, fill, log, none, select, stopGradient, sub, isFinite } from './ops.js';
import { sameShape, sizeOf, type DType, type Shape } from './types.js';

/** Axes counted from the end if negative; all axes if undefined; sorted. */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axes === 'number' ? [axes] : axes;
  return list.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
}

/** The same elements, row-major, in another shape. */
export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const inner = x.op === 'reshape' ? x.operands[0]! : x;
  if (sameShape(inner.shape, shape)) return inner;
  return x.builder.node('reshape', { shape }, [inner]);
}

/** Output axis i is operand axis `perm[i]`; default all axes reversed. */
export function transpose(x: Node, perm?: readonly number[]): Node {
  const p = perm ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  if (p.every((a, i) => a === i)) return x;
  return x.builder.node('transpose', { perm: p }, [x]);
}

/** Repeats along new or unit axes: operand axis i becomes axis axes[i]. */
export function broadcast(x: Node, shape: Shape, axes: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  return x.builder.node('broadcast', { shape, axes }, [x]);
}

/** A unit axis put in at `axis`. */
export function expandDims(x: Node, axis: number): Node {
  const a = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, a), 1, ...x.shape.slice(a)]);
}

/** Elements start, start + stride, … below limit, on every axis; strides default to 1. */
export function slice(
  x: Node,
  start: readonly number[],
  limit: readonly number[],
  stride?: readonly number[],
): Node {
  const s = stride ?? start.map(() => 1);
  if (start.every((v, i) => v === 0 && limit[i] === x.shape[i] && s[i] === 1)) return x;
  return x.builder.node('slice', { start, limit, stride: s }, [x]);
}

/** Elements [start, limit) along one axis. */
export function sliceAxis(x: Node, axis: number, start: number, limit: number): Node {
  return slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((d, i) => (i === axis ? limit : d)),
  );
}

/** The slice at one static index of an axis, which is removed. */
export function index(x: Node, i: number, axis = 0): Node {
  return reshape(
    sliceAxis(x, axis, i, i + 1),
    x.shape.filter((_, k) => k !== axis),
  );
}

/**
 * Elements `value` put before (`low`), behind (`high`) and between (`interior`, default 0) the elements of every
 * axis.
 */
export function pad(
  x: Node,
  low: readonly number[],
  high: readonly number[],
  interior?: readonly number[],
  value = 0,
): Node {
  return x.builder.node('pad', { low, high, interior: interior ?? low.map(() => 0), value }, [x]);
}

/** Nodes joined along an existing axis; their other axes are equal. */
export function concat(xs: readonly Node[], axis: number): Node {
  return xs.length === 1 ? xs[0]! : deepest(xs).node('concat', { axis }, xs);
}

/** Equal shapes joined along a new axis. */
export function stack(xs: readonly Node[], axis = 0): Node {
  return concat(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** The elements of the given axes in reverse order. */
export function reverse(x: Node, axes: readonly number[]): Node {
  return axes.length === 0 ? x : x.builder.node('reverse', { axes }, [x]);
}

/** 0, 1, 2, … along `axis`, repeated along the others. */
export function iota(b: Builder, shape: Shape, axis = 0, dtype: DType = 'i32'): Node {
  return b.node('iota', { shape, axis, dtype }, []);
}

/**
 * Slices of x along `axis` at integer indices, clamped to the axis; the first `batchDims` axes of both are shared.
 * Shape: x.shape[0..axis) ++ indices.shape[batchDims..] ++ x.shape(axis..].
 */
export function gather(x: Node, indices: Node, axis = 0, batchDims = 0): Node {
  return deepest([x, indices]).node('gather', { axis, batchDims }, [x, indices]);
}

/**
 * Zeros of `size` along `axis` with the slices of `updates` added at the indices, clamped to it: the transpose of
 * {@link gather}.
 */
export function scatterAdd(indices: Node, updates: Node, size: number, axis = 0, batchDims = 0): Node {
  return deepest([indices, updates]).node('scatterAdd', { axis, batchDims, size }, [indices, updates]);
}

function reduce(op: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin') {
  return (x: Node, axes?: number | readonly number[], keepDims = false): Node => {
    const a = normalizeAxes(axes, x.shape.length);
    const r = a.length === 0 ? x : x.builder.node(op, { axes: a }, [x]);
    return keepDims
      ? reshape(
          r,
          x.shape.map((d, i) => (a.includes(i) ? 1 : d)),
        )
      : r;
  };
}

/** A reduction over axes (all if omitted; negative axes count from the end). */
export type Reduction = (x: Node, axes?: number | readonly number[], keepDims?: boolean) => Node;
/** Σ over axes. */
export const reduceSum: Reduction = reduce('reduceSum');
/** Π over axes. */
export const reduceProd: Reduction = reduce('reduceProd');
/** Maximum over axes (any, for bool); NaN if an element is. */
export const reduceMax: Reduction = reduce('reduceMax');
/** Minimum over axes (all, for bool); NaN if an element is. */
export const reduceMin: Reduction = reduce('reduceMin');

/** Mean over axes (all if omitted). */
export function reduceMean(x: Node, axes?: number | readonly number[], keepDims = false): Node {
  const n = normalizeAxes(axes, x.shape.length).reduce((s, a) => s * x.shape[a]!, 1);
  const total = reduceSum(x, axes, keepDims);
  return total.builder.node('div', none, [total, fill(total.builder, n, total.shape)]);
}

/** Running sum along an axis, the element itself included; from the end if `reverseOrder`. */
export function cumsum(x: Node, axis: number, reverseOrder = false): Node {
  return x.builder.node('cumsum', { axis, reverse: reverseOrder }, [x]);
}

/** Contraction of the last axis of `a` with the first (1-D) or next-to-last axis of `b`, leading axes batched: numpy's `matmul`. */
export function matmul(a: Node, b: Node): Node {
  const [ra, rb] = [a.shape.length, b.shape.length];
  const rhsContract = [rb === 1 ? 0 : rb - 2];
  const batch = Math.max(0, Math.min(ra, rb) - 2);
  const axes = Array.from({ length: batch }, (_, i) => i);
  return dot(a, b, { lhsContract: [ra - 1], rhsContract, lhsBatch: axes, rhsBatch: axes });
}

/** The general contraction. */
export function dot(
  a: Node,
  b: Node,
  attrs: {
    readonly lhsContract: readonly number[];
    readonly rhsContract: readonly number[];
    readonly lhsBatch?: readonly number[];
    readonly rhsBatch?: readonly number[];
  },
): Node {
  const { lhsContract, rhsContract, lhsBatch = [], rhsBatch = [] } = attrs;
  return deepest([a, b]).node('dot', { lhsContract, rhsContract, lhsBatch, rhsBatch }, [a, b]);
}

/**
 * Lower L with L Lᵀ = A for A[..., n, n], of which the lower triangle is read; NaN where A is not positive definite.
 */
export const cholesky = (a: Node): Node => a.builder.node('cholesky', none, [a]);

/** X with op(A) X = B for triangular A. */
export function triangularSolve(
  a: Node,
  b: Node,
  opts: { readonly lower?: boolean; readonly transposeA?: boolean; readonly unitDiagonal?: boolean } = {},
): Node {
  const { lower = true, transposeA = false, unitDiagonal = false } = opts;
  return deepest([a, b]).node('triangularSolve', { lower, transposeA, unitDiagonal }, [a, b]);
}

/** Swaps the last two axes. */
export function matrixTranspose(a: Node): Node {
  const r = a.shape.length;
  return transpose(
    a,
    a.shape.map((_, i) => (i === r - 1 ? r - 2 : i === r - 2 ? r - 1 : i)),
  );
}

/** bool[..., n, m] mask of the triangle i + k ≥ j, broadcast to `shape`. */
export function lowerMask(b: Builder, shape: Shape, k = 0): Node {
  const r = shape.length;
  const rows = iota(b, shape, r - 2);
  const columns = iota(b, shape, r - 1);
  return b.node('compare', { direction: 'ge' }, [add(rows, k), columns]);
}

/** The lower triangle of a matrix (diagonal k and below), zeros above. */
export function tril(a: Node, k = 0): Node {
  return select(lowerMask(a.builder, a.shape, k), a, 0);
}

/** Vector on the diagonal of a square matrix, over leading axes. */
export function diag(v: Node): Node {
  const n = v.shape[v.shape.length - 1]!;
  const shape = [...v.shape, n];
  const r = shape.length;
  const on = v.builder.node('compare', { direction: 'eq' }, [
    iota(v.builder, shape, r - 2),
    iota(v.builder, shape, r - 1),
  ]);
  return select(
    on,
    broadcast(
      v,
      shape,
      v.shape.map((_, i) => (i === v.shape.length - 1 ? r - 1 : i)),
    ),
    0,
  );
}

/** Diagonal of square matrices. */
export function diagonal(a: Node): Node {
  const r = a.shape.length;
  const on = a.builder.node('compare', { direction: 'eq' }, [
    iota(a.builder, a.shape, r - 2),
    iota(a.builder, a.shape, r - 1),
  ]);
  return reduceSum(select(on, a, 0), [r - 1]);
}

/** The identity matrix. */
export function eye(b: Builder, n: number): Node {
  return diag(fill(b, 1, [n]));
}

/** log Σ exp over axes, exact for large and for all-infinite arguments. */
export function logSumExp(x: Node, axes?: number | readonly number[], keepDims = false): Node {
  const top = stopGradient(reduceMax(x, axes, true));
  const safe = select(isFinite(top), top, 0);
  const sum = log(reduceSum(exp(sub(x, broadcastTo(safe, x.shape))), axes, true));
  const out = add(sum, safe);
  return keepDims
    ? out
    : reshape(
        out,
        x.shape.filter((_, i) => !normalizeAxes(axes, x.shape.length).includes(i)),
      );
}

/** All elements in a vector. */
export function flatten(x: Node): Node {
  return reshape(x, [sizeOf(x.shape)]);
}
