/**
 * Lowering of kernels that address elements by index: gather, scatter, one-hot, counts, search, top k.
 *
 * A compiled program cannot throw on data: gathers clamp an index out of range; scatters and counts leave it out.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, windows, type Node } from '../ir/index.js';
import { dtypeOf } from './backend.js';
import { toNumber, toReal, type Kernel } from './kernels.js';

const product = (xs: readonly number[]): number => xs.reduce((p, d) => p * d, 1);
const toIndex = (x: Node): Node => ops.cast(x, 'i32');

/** The element number in row-major order of index tuples indices[..., k] into the leading k axes of a shape. */
function linearIndex(indices: Node, shape: readonly number[]): Node {
  const k = indices.shape[indices.shape.length - 1]!;
  let index = ops.fill(indices.builder, 0, indices.shape.slice(0, -1), 'i32');
  for (let j = 0; j < k; j++) {
    index = ops.add(ops.mul(index, shape[j]!), shapes.index(indices, j, indices.shape.length - 1));
  }
  return index;
}

/** Whether 0 ≤ index < size. */
const inRange = (index: Node, size: number): Node => ops.and(ops.ge(index, 0), ops.lt(index, size));

/** Sums of the rows u[i] at index[i]; rows whose index is out of range are dropped. */
function sumAt(index: Node, u: Node, size: number): Node {
  const keep = shapes.reshape(inRange(index, size), [index.shape[0]!, ...u.shape.slice(1).map(() => 1)]);
  return shapes.scatterAdd(index, ops.select(keep, u, 0), size);
}

/** Number (or total weight) of occurrences of each of 0 … size−1 along the last axis. */
function count(x: Node, weights: Node, size: number): Node {
  const used =
    weights.shape.length === 0 || product(weights.shape) === 0 ? ops.fill(x.builder, 1, x.shape) : weights;
  const masked = ops.select(inRange(x, size), used, 0);
  const batch = x.shape.length - 1;
  return x.builder.node('scatterAdd', { axis: batch, batchDims: batch, size }, [x, masked]);
}

/** How many elements of each sorted row are before each value: its place, left or right of equal elements. */
function search(sequence: Node, values: Node, side: 'left' | 'right'): Node {
  const [rows, n] = sequence.shape as [number, number];
  const m = values.shape[1]!;
  const s = ops.broadcastTo(shapes.expandDims(sequence, 1), [rows, m, n]);
  const before = ops.compare(side === 'left' ? 'lt' : 'le', s, shapes.expandDims(values, 2));
  return shapes.reduceSum(ops.cast(before, 'i32'), [2]);
}

/** The k largest along the last axis and where they stand; equal elements in their order, NaN last. */
function topK(x: Node, k: number): Node[] {
  const axis = x.shape.length - 1;
  // −x, for integers without overflow
  const falling = x.dtype === 'f' ? ops.neg(x) : ops.not(x);
  const indices = shapes.sliceAxis(windows.sort(falling, axis)[1], axis, 0, k);
  return [shapes.gather(x, indices, axis, axis), indices];
}

/** x[size, …] with the rows u[i] put at index[i]: of several for one place the last, those out of range nowhere. */
function lastAt(x: Node, index: Node, u: Node, size: number): Node {
  const n = index.shape[0]!;
  if (n === 0) return x;
  const [sorted, order] = windows.sort(index, 0);
  const next = shapes.pad(shapes.sliceAxis(sorted, 0, 1, n), [0], [1], [0], -1);
  const last = ops.and(ops.ne(sorted, next), inRange(sorted, size));
  const column = shapes.reshape(last, [n, ...u.shape.slice(1).map(() => 1)]);
  const hits = shapes.scatterAdd(sorted, ops.cast(last, 'i32'), size);
  const put = shapes.scatterAdd(sorted, ops.select(column, shapes.gather(u, order), 0), size);
  const hit = shapes.reshape(ops.gt(hits, 0), [size, ...u.shape.slice(1).map(() => 1)]);
  return ops.select(hit, put, x);
}

/** Kernels that address elements by index. */
interface Indexing {
  readonly Bincount: Kernel<tf.BincountInputs, tf.BincountAttrs>;
  readonly DenseBincount: Kernel<tf.DenseBincountInputs, tf.DenseBincountAttrs>;
  readonly GatherNd: Kernel<tf.GatherNdInputs>;
  readonly GatherV2: Kernel<tf.GatherV2Inputs, tf.GatherV2Attrs>;
  readonly LowerBound: Kernel<tf.LowerBoundInputs>;
  readonly OneHot: Kernel<tf.OneHotInputs, tf.OneHotAttrs>;
  readonly ScatterNd: Kernel<tf.ScatterNdInputs, tf.ScatterNdAttrs>;
  readonly SearchSorted: Kernel<tf.SearchSortedInputs, tf.SearchSortedAttrs>;
  readonly SparseToDense: Kernel<tf.SparseToDenseInputs, tf.SparseToDenseAttrs>;
  readonly TensorScatterUpdate: Kernel<tf.TensorScatterUpdateInputs>;
  readonly TopK: Kernel<tf.TopKInputs, tf.TopKAttrs>;
  readonly UnsortedSegmentSum: Kernel<tf.UnsortedSegmentSumInputs, tf.UnsortedSegmentSumAttrs>;
  readonly UpperBound: Kernel<tf.UpperBoundInputs>;
}

/** Index tuples indices[..., k] as a list, and the matching updates as rows. */
function scatterRows(
  indices: Node,
  updates: Node,
  shape: readonly number[],
): { index: Node; rows: Node; size: number } {
  const k =
    indices.shape.length === 0
      ? 1
      : indices.shape.length === 1
        ? 1
        : indices.shape[indices.shape.length - 1]!;
  const list = shapes.reshape(toIndex(indices), [product(indices.shape) / k, k]);
  const index = linearIndex(list, shape);
  const rows = shapes.reshape(updates, [list.shape[0]!, product(shape.slice(k))]);
  return { index, rows, size: product(shape.slice(0, k)) };
}

/** Lowerings of kernels that address elements by index. */
export const indexKernels: Indexing = {
  Bincount: ({ x, weights }, { size }) => count(toIndex(x), toReal(weights), size),
  DenseBincount({ x, weights }, { size, binaryOutput }) {
    const i = toIndex(x);
    if (binaryOutput !== true) return count(i, toReal(weights), size);
    return toReal(ops.gt(count(i, ops.fill(x.builder, 1, x.shape), size), 0));
  },
  GatherNd({ params, indices }) {
    const k = indices.shape[indices.shape.length - 1]!;
    const rest = params.shape.slice(k);
    const rows = shapes.reshape(params, [product(params.shape.slice(0, k)), ...rest]);
    return shapes.gather(rows, linearIndex(toIndex(indices), params.shape));
  },
  GatherV2({ x, indices }, { axis, batchDims }) {
    const a = tf.util.parseAxisParam(axis, x.shape as number[])[0]!;
    const batch = (batchDims ?? 0) < 0 ? batchDims + indices.shape.length : (batchDims ?? 0);
    return shapes.gather(x, toIndex(indices), a, batch);
  },
  LowerBound: ({ sortedSequence, values }) => search(sortedSequence, values, 'left'),
  OneHot({ indices }, { depth, onValue, offValue, dtype }, b) {
    const shape = [...indices.shape, depth];
    const hit = ops.eq(
      shapes.expandDims(toIndex(indices), indices.shape.length),
      shapes.iota(b, shape, shape.length - 1),
    );
    const d = dtypeOf(dtype ?? 'int32');
    return ops.select(hit, ops.fill(b, onValue, [], d), ops.fill(b, offValue, [], d));
  },
  ScatterNd({ indices, updates }, { shape }) {
    const { index, rows, size } = scatterRows(indices, toNumber(updates), shape);
    return shapes.reshape(sumAt(index, rows, size), shape);
  },
  SearchSorted: ({ sortedSequence, values }, { side }) => search(sortedSequence, values, side),
  SparseToDense({ sparseIndices, sparseValues, defaultValue }, { outputShape }) {
    const k = sparseIndices.shape.length < 2 ? 1 : sparseIndices.shape[1]!;
    const n = product(sparseIndices.shape) / k;
    const values = ops.broadcastTo(toNumber(sparseValues), [n]);
    const { index, rows, size } = scatterRows(sparseIndices, values, outputShape);
    const rest = ops.broadcastTo(ops.cast(defaultValue, rows.dtype), [size, ...rows.shape.slice(1)]);
    return shapes.reshape(lastAt(rest, index, rows, size), outputShape);
  },
  TensorScatterUpdate({ tensor, indices, updates }) {
    const { index, rows, size } = scatterRows(indices, toNumber(updates), tensor.shape);
    const old = shapes.reshape(ops.cast(tensor, rows.dtype), [size, ...rows.shape.slice(1)]);
    return ops.cast(shapes.reshape(lastAt(old, index, rows, size), tensor.shape), tensor.dtype);
  },
  TopK: ({ x }, { k }) => topK(toNumber(x), k),
  UnsortedSegmentSum({ x, segmentIds }, { numSegments }) {
    const n = product(segmentIds.shape);
    const rest = x.shape.slice(segmentIds.shape.length);
    const rows = shapes.reshape(toNumber(x), [n, ...rest]);
    return sumAt(shapes.reshape(toIndex(segmentIds), [n]), rows, numSegments);
  },
  UpperBound: ({ sortedSequence, values }) => search(sortedSequence, values, 'right'),
};
