/**
 * Batching of leaves, shape operations, reductions and contractions.
 *
 * @module
 */
import { shapes } from '../ir/index.js';
import {
  aligned,
  batched,
  laneShape,
  moveAxis,
  shifted,
  spreadLanes,
  type BatchRule,
  type BatchTable,
} from './batch-rule.js';
import type { DecompositionName, ShapeName } from './families.js';

/** A leaf has no operand that could be batched. */
function leaf(): never {
  throw new Error('batch: a leaf has no operands');
}

/** Reductions of the same axes of each lane. */
const reduction = aligned<'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'>(({ axes }) => ({
  axes: shifted(axes),
}));
const argExtreme = aligned<'argMax' | 'argMin'>(({ axis }) => ({ axis: axis + 1 }));

/** Lanes are a batch axis where both sides have them, else a free axis of the side that has. */
const dot: BatchRule<'dot'> = ({ attrs, operands: [a, b] }) => {
  const { lhsContract, rhsContract, lhsBatch, rhsBatch } = attrs;
  const lhs = a!.batched
    ? { lhsContract: shifted(lhsContract), lhsBatch: shifted(lhsBatch) }
    : { lhsContract, lhsBatch };
  const rhs = b!.batched
    ? { rhsContract: shifted(rhsContract), rhsBatch: shifted(rhsBatch) }
    : { rhsContract, rhsBatch };
  if (a!.batched && b!.batched) {
    const both = { ...lhs, ...rhs, lhsBatch: [0, ...lhs.lhsBatch], rhsBatch: [0, ...rhs.rhsBatch] };
    return batched([shapes.dot(a!.node, b!.node, both)]);
  }
  const out = shapes.dot(a!.node, b!.node, { ...lhs, ...rhs });
  const freeLeft = a!.node.shape.length - lhsContract.length - lhsBatch.length;
  return batched([moveAxis(out, a!.batched ? lhsBatch.length : lhsBatch.length + freeLeft, 0)]);
};

/** Lanes of indices alone are one more axis of indices; lanes of both are a shared leading axis. */
const gather: BatchRule<'gather'> = ({ attrs: { axis, batchDims }, operands: [x, i], size }) => {
  if (!x!.batched) {
    const out = shapes.gather(x!.node, moveAxis(i!.node, 0, batchDims), axis, batchDims);
    return batched([moveAxis(out, axis, 0)]);
  }
  if (!i!.batched && batchDims === 0) return batched([shapes.gather(x!.node, i!.node, axis + 1, 0)]);
  return batched([shapes.gather(x!.node, spreadLanes(i!, size), axis + 1, batchDims + 1)]);
};

const scatterAdd: BatchRule<'scatterAdd'> = ({ attrs, operands: [i, u], size }) => {
  const axis = attrs.axis + 1;
  if (!i!.batched && attrs.batchDims === 0)
    return batched([shapes.scatterAdd(i!.node, u!.node, attrs.size, axis, 0)]);
  return batched([
    shapes.scatterAdd(spreadLanes(i!, size), spreadLanes(u!, size), attrs.size, axis, attrs.batchDims + 1),
  ]);
};

/** Rules of the operations that are neither element-wise, decompositions nor control flow. */
export const batchShapes: BatchTable<ShapeName> = {
  input: leaf,
  const: leaf,
  iota: leaf,
  proj: leaf,
  isNaN: aligned(),
  isFinite: aligned(),
  compare: aligned(),
  select: aligned(),
  cast: aligned(),
  broadcast: aligned(({ shape, axes }, size) => ({ shape: [size, ...shape], axes: [0, ...shifted(axes)] })),
  reshape: aligned(({ shape }, size) => ({ shape: [size, ...shape] })),
  transpose: aligned(({ perm }) => ({ perm: [0, ...shifted(perm)] })),
  slice: aligned(({ start, limit, stride }, size) => ({
    start: [0, ...start],
    limit: [size, ...limit],
    stride: [1, ...stride],
  })),
  pad: aligned(({ low, high, interior, value }) => ({
    low: [0, ...low],
    high: [0, ...high],
    interior: [0, ...interior],
    value,
  })),
  concat: aligned(({ axis }) => ({ axis: axis + 1 })),
  reverse: aligned(({ axes }) => ({ axes: shifted(axes) })),
  gather,
  scatterAdd,
  reduceSum: reduction,
  reduceProd: reduction,
  reduceMax: reduction,
  reduceMin: reduction,
  argMax: argExtreme,
  argMin: argExtreme,
  cumsum: aligned(({ axis, reverse }) => ({ axis: axis + 1, reverse })),
  dot,
  // a batch of keys draws a batch of bits, each as its key alone would
  randomBits: aligned(),
  threefry: aligned(),
};

/** A matrix of one lane: all its leading axes are a batch already. */
export const batchMatrices: BatchTable<'cholesky' | 'triangularSolve' | 'lu'> = {
  cholesky: aligned(),
  lu: aligned(),
  // right-hand sides of all lanes are columns of one solve if they share the matrix
  triangularSolve: ({ attrs, operands: [a, b], size }) => {
    if (a!.batched) return batched([shapes.triangularSolve(a!.node, spreadLanes(b!, size), attrs)]);
    const lane = laneShape(b!);
    const [n, k] = [lane[lane.length - 2]!, lane[lane.length - 1]!];
    const lead = lane.slice(0, -2);
    const columns = shapes.reshape(moveAxis(b!.node, 0, lane.length - 1), [...lead, n, size * k]);
    const x = shapes.triangularSolve(a!.node, columns, attrs);
    return batched([moveAxis(shapes.reshape(x, [...lead, n, size, k]), lane.length - 1, 0)]);
  },
};

/** A matrix of one lane, as above. */
export const batchDecompositions: BatchTable<DecompositionName> = {
  qr: aligned(),
  eigh: aligned(),
  svd: aligned(),
};
