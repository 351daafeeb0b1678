/**
 * Batching of sorting, blocks at computed positions, convolution and pooling.
 *
 * @module
 */
import { ops, shapes, windows, type Node, type OpTable, type Shape } from '../ir/index.js';
import {
  aligned,
  batched,
  laneShape,
  moveAxis,
  spreadLanes,
  type BatchRule,
  type BatchTable,
} from './batch-rule.js';
import type { WindowFamily } from './families.js';

type Pool = OpTable['poolSum'];

/** The window over lanes: one lane wide. */
const overLanes = ({ window, strides, low, high, baseDilation, windowDilation }: Pool): Pool => ({
  window: [1, ...window],
  strides: [1, ...strides],
  low: [0, ...low],
  high: [0, ...high],
  baseDilation: [1, ...baseDilation],
  windowDilation: [1, ...windowDilation],
});

/** A start for all lanes. */
const withLane = (start: Node): Node => shapes.concat([ops.fill(start.builder, 0, [1], 'i32'), start], 0);

/** First index of each lane's block along an axis, i32[size], moved so that the block lies inside. */
function firstOf(starts: Node, axis: number, space: number, block: number): Node {
  const column = shapes.index(starts, axis, 1);
  return ops.minimum(ops.maximum(column, 0), space - block);
}

/** Lanes cut at places of their own: along one axis after another. */
function sliceLanes(x: Node, starts: Node, size: Shape): Node {
  return size.reduce((y, block, axis) => {
    const space = x.shape[axis + 1]!;
    if (block === space) return y;
    const first = firstOf(starts, axis, space, block);
    const offsets = shapes.iota(first.builder, [block]);
    const index = ops.add(shapes.expandDims(first, 1), offsets);
    return shapes.gather(y, index, axis + 1, 1);
  }, x);
}

/** Lanes of x with blocks at places of their own: each element is taken from the block where one covers it. */
function updateLanes(x: Node, u: Node, starts: Node): Node {
  const lanes = x.shape[0]!;
  let moved = u;
  let inside: Node | undefined;
  for (let axis = 1; axis < x.shape.length; axis++) {
    const [space, block] = [x.shape[axis]!, u.shape[axis]!];
    if (space === block) continue;
    if (block === 0) return x;
    const first = firstOf(starts, axis - 1, space, block);
    const within = ops.sub(shapes.iota(first.builder, [space]), shapes.expandDims(first, 1));
    moved = shapes.gather(moved, ops.minimum(ops.maximum(within, 0), block - 1), axis, 1);
    const here = ops.and(ops.ge(within, 0), ops.lt(within, block));
    const shape = x.shape.map((_, a) => (a === 0 ? lanes : a === axis ? space : 1));
    const mask = ops.broadcastTo(shapes.reshape(here, shape), x.shape);
    inside = inside === undefined ? mask : ops.and(inside, mask);
  }
  return inside === undefined ? moved : ops.select(inside, moved, x);
}

const dynamicSlice: BatchRule<'dynamicSlice'> = ({ attrs: { size }, operands: [x, start], size: lanes }) => {
  const values = spreadLanes(x!, lanes);
  if (!start!.batched)
    return batched([windows.dynamicSlice(values, withLane(start!.node), [lanes, ...size])]);
  return batched([sliceLanes(values, start!.node, size)]);
};

const dynamicUpdate: BatchRule<'dynamicUpdate'> = ({ operands: [x, u, start], size: lanes }) => {
  const [values, blocks] = [spreadLanes(x!, lanes), spreadLanes(u!, lanes)];
  if (!start!.batched) return batched([windows.dynamicUpdate(values, blocks, withLane(start!.node))]);
  return batched([updateLanes(values, blocks, start!.node)]);
};

/** Lanes of x are more of its batch, lanes of w more output channels, lanes of both more groups. */
const conv: BatchRule<'conv'> = ({ attrs, operands: [x, w], size, builder }) => {
  const [xs, ws] = [laneShape(x!), laneShape(w!)];
  const over = (a: Node, b: Node): Node => builder.node('conv', attrs, [a, b]);
  const [g, n, o] = [xs[0]!, xs[1]!, ws[1]!];
  const merge = (v: Node, axis: number, lane: Shape): Node =>
    shapes.reshape(
      moveAxis(v, 0, axis),
      lane.map((d, a) => (a === axis ? size * d : d)),
    );
  if (x!.batched && w!.batched) {
    const y = over(merge(x!.node, 0, xs), merge(w!.node, 0, ws));
    return batched([shapes.reshape(y, [size, g, ...y.shape.slice(1)])]);
  }
  if (x!.batched) {
    const y = over(merge(x!.node, 1, xs), w!.node);
    return batched([moveAxis(shapes.reshape(y, [g, size, n, ...y.shape.slice(2)]), 1, 0)]);
  }
  const y = over(x!.node, merge(w!.node, 1, ws));
  return batched([moveAxis(shapes.reshape(y, [g, n, size, o, ...y.shape.slice(3)]), 2, 0)]);
};

/** Positions within one lane. */
const poolMax: BatchRule<'poolMax'> = ({ attrs, operands: [x] }) => {
  const [max, at] = windows.poolMax(x!.node, overLanes(attrs).window, overLanes(attrs));
  const lane = x!.node.shape.slice(1).reduce((p, d) => p * d, 1);
  const offset = ops.mul(shapes.iota(at.builder, at.shape), lane);
  return batched([max, ops.select(ops.ge(at, 0), ops.sub(at, offset), -1)]);
};

/** Rules of the family. */
export const batchWindows: BatchTable<WindowFamily> = {
  sort: aligned(({ axis }) => ({ axis: axis + 1 })),
  dynamicSlice,
  dynamicUpdate,
  conv,
  poolSum: aligned(overLanes),
  poolMax,
};
