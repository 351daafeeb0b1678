/**
 * Lowering of kernels that move elements: reshape, transpose, tile, join, split, slice, pad, reverse.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Node } from '../ir/index.js';
import { upcast, type Kernel } from './kernels.js';

type X = tf.ReshapeInputs;
type List = tf.ConcatInputs;

const fromEnd = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** x repeated `reps[i]` times along axis i: a broadcast along new axes, merged with the old ones. */
function tile(x: Node, reps: readonly number[]): Node {
  if (x.shape.every((d, i) => d === 1 || reps[i] === 1)) {
    return ops.broadcastTo(
      x,
      x.shape.map((d, i) => d * reps[i]!),
    );
  }
  const wide = x.shape.flatMap((d, i) => [reps[i]!, d]);
  const repeated = shapes.broadcast(
    x,
    wide,
    x.shape.map((_, i) => 2 * i + 1),
  );
  return shapes.reshape(
    repeated,
    x.shape.map((d, i) => d * reps[i]!),
  );
}

/** Tensors joined along an axis. */
function join(tensors: readonly Node[], axis: number): Node {
  return shapes.concat(upcast(tensors), fromEnd(axis, tensors[0]!.shape.length));
}

/** Cuts along an axis into parts of given sizes. */
function cut(x: Node, sizes: readonly number[], axis: number): Node[] {
  let start = 0;
  return sizes.map((size) => shapes.sliceAxis(x, axis, start, (start += size)));
}

/** Elements begin, begin+stride, … before end, per axis; negative strides walk down. */
function stridedSlice(
  x: Node,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
): Node {
  const down: number[] = [];
  const start: number[] = [];
  const limit: number[] = [];
  const stride: number[] = [];
  x.shape.forEach((d, i) => {
    const s = strides[i]!;
    const count = Math.max(0, Math.ceil((end[i]! - begin[i]!) / s));
    if (s < 0) down.push(i);
    // a walk down is a walk up on the reversed axis
    const first = count === 0 ? 0 : s < 0 ? d - 1 - begin[i]! : begin[i]!;
    start.push(first);
    stride.push(Math.abs(s));
    limit.push(count === 0 ? first : first + (count - 1) * Math.abs(s) + 1);
  });
  return shapes.slice(shapes.reverse(x, down), start, limit, stride);
}

/** The elements next to each end of an axis, mirrored outwards; 'reflect' leaves the end itself out. */
function mirror(x: Node, axis: number, [before, after]: readonly [number, number], skip: 0 | 1): Node {
  const n = x.shape[axis]!;
  const parts: Node[] = [];
  if (before > 0) parts.push(shapes.reverse(shapes.sliceAxis(x, axis, skip, skip + before), [axis]));
  parts.push(x);
  if (after > 0) parts.push(shapes.reverse(shapes.sliceAxis(x, axis, n - skip - after, n - skip), [axis]));
  return shapes.concat(parts, axis);
}

/** Number of groups of the space–batch kernels, as tfjs computes their intermediate shapes. */
const product = (xs: readonly number[]): number => xs.reduce((p, d) => p * d, 1);

/** Kernels that move elements. */
interface Shapes {
  readonly BatchToSpaceND: Kernel<tf.BatchToSpaceNDInputs, tf.BatchToSpaceNDAttrs>;
  readonly BroadcastArgs: Kernel<tf.BroadcastArgsInputs>;
  readonly BroadcastTo: Kernel<tf.BroadcastToInputs, tf.BroadCastToAttrs>;
  readonly Concat: Kernel<List, tf.ConcatAttrs>;
  readonly DepthToSpace: Kernel<tf.DepthToSpaceInputs, tf.DepthToSpaceAttrs>;
  readonly ExpandDims: Kernel<tf.ExpandDimsInputs, tf.ExpandDimsAttrs>;
  readonly FlipLeftRight: Kernel<tf.FlipLeftRightInputs>;
  readonly MirrorPad: Kernel<tf.MirrorPadInputs, tf.MirrorPadAttrs>;
  readonly Pack: Kernel<List, tf.PackAttrs>;
  readonly PadV2: Kernel<tf.PadV2Inputs, tf.PadV2Attrs>;
  readonly Reshape: Kernel<X, tf.ReshapeAttrs>;
  readonly Reverse: Kernel<tf.ReverseInputs, { readonly dims?: number | number[] }>;
  readonly Slice: Kernel<tf.SliceInputs, tf.SliceAttrs>;
  readonly SpaceToBatchND: Kernel<tf.SpaceToBatchNDInputs, tf.SpaceToBatchNDAttrs>;
  readonly SplitV: Kernel<tf.SplitVInputs, tf.SplitVAttrs>;
  readonly StridedSlice: Kernel<tf.StridedSliceInputs, tf.StridedSliceAttrs>;
  readonly Tile: Kernel<tf.TileInputs, tf.TileAttrs>;
  readonly Transpose: Kernel<tf.TransposeInputs, tf.TransposeAttrs>;
  readonly Unpack: Kernel<tf.UnpackInputs, tf.UnpackAttrs>;
}

/** Lowerings of kernels that move elements. */
export const shapeKernels: Shapes = {
  BatchToSpaceND({ x }, { blockShape, crops }) {
    const u = tf.backend_util;
    const shape = x.shape as number[];
    const blocks = product(blockShape);
    const apart = shapes.reshape(x, u.getReshaped(shape, blockShape, blocks));
    const moved = shapes.transpose(apart, u.getPermuted(apart.shape.length, blockShape.length));
    const merged = shapes.reshape(moved, u.getReshapedPermuted(shape, blockShape, blocks));
    const low = merged.shape.map((_, i) => crops[i - 1]?.[0] ?? 0);
    return shapes.slice(
      merged,
      low,
      merged.shape.map((d, i) => d - (crops[i - 1]?.[1] ?? 0)),
    );
  },
  // shapes as data: a compiled program cannot throw where they do not fit
  BroadcastArgs({ s0, s1 }) {
    const rank = Math.max(s0.shape[0]!, s1.shape[0]!);
    const [a, b] = [s0, s1].map((s) =>
      shapes.pad(ops.cast(s, 'i32'), [rank - s.shape[0]!], [0], undefined, 1),
    );
    return ops.select(ops.eq(a!, 1), b!, a!);
  },
  BroadcastTo: ({ x }, { shape }) => ops.broadcastTo(x, shape),
  Concat: (tensors, { axis }) => join(tensors, axis),
  DepthToSpace({ x }, { blockSize: k, dataFormat }) {
    const channelsLast = dataFormat !== 'NCHW';
    const [n, h, w, c] = (channelsLast ? x.shape : [0, 2, 3, 1].map((i) => x.shape[i]!)) as [
      number,
      number,
      number,
      number,
    ];
    const last = channelsLast ? x : shapes.transpose(x, [0, 2, 3, 1]);
    const depth = c / (k * k);
    const apart = shapes.transpose(shapes.reshape(last, [n, h, w, k, k, depth]), [0, 1, 3, 2, 4, 5]);
    const out = shapes.reshape(apart, [n, h * k, w * k, depth]);
    return channelsLast ? out : shapes.transpose(out, [0, 3, 1, 2]);
  },
  ExpandDims: ({ input }, { dim }) => shapes.expandDims(input, dim),
  FlipLeftRight: ({ image }) => shapes.reverse(image, [2]),
  MirrorPad: ({ x }, { paddings, mode }) =>
    paddings.reduce<Node>((y, widths, axis) => mirror(y, axis, widths, mode === 'reflect' ? 1 : 0), x),
  Pack: (tensors, { axis }) => shapes.stack(upcast(tensors), fromEnd(axis, tensors[0]!.shape.length + 1)),
  PadV2: ({ x }, { paddings, constantValue }) =>
    shapes.pad(
      x,
      paddings.map((p) => p[0]),
      paddings.map((p) => p[1]),
      undefined,
      constantValue,
    ),
  Reshape({ x }, { shape }) {
    return shapes.reshape(x, tf.util.inferFromImplicitShape(shape, product(x.shape)));
  },
  Reverse({ x }, { dims }) {
    return shapes.reverse(x, tf.util.parseAxisParam(dims as number[], x.shape as number[]));
  },
  Slice({ x }, { begin, size }) {
    const [start, sizes] = tf.slice_util.parseSliceParams(
      { shape: x.shape as number[] } as tf.TensorInfo,
      begin,
      size,
    );
    return shapes.slice(
      x,
      start!,
      start!.map((v, i) => v + sizes![i]!),
    );
  },
  SpaceToBatchND({ x }, { blockShape, paddings }) {
    const u = tf.backend_util;
    const blocks = product(blockShape);
    const rest = x.shape.slice(1 + blockShape.length).map(() => 0);
    const low = [0, ...paddings.map((p) => p[0]!), ...rest];
    const high = [0, ...paddings.map((p) => p[1]!), ...rest];
    const padded = shapes.pad(x, low, high);
    const apart = shapes.reshape(padded, u.getReshaped(padded.shape as number[], blockShape, blocks, false));
    const moved = shapes.transpose(apart, u.getPermuted(apart.shape.length, blockShape.length, false));
    return shapes.reshape(moved, u.getReshapedPermuted(padded.shape as number[], blockShape, blocks, false));
  },
  SplitV({ x }, { numOrSizeSplits, axis }) {
    const a = fromEnd(axis, x.shape.length);
    return cut(x, tf.backend_util.prepareSplitSize({ shape: x.shape } as tf.Tensor, numOrSizeSplits, a), a);
  },
  StridedSlice({ x }, attrs) {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const info = tf.slice_util.sliceInfo(
      x.shape as number[],
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    return shapes.reshape(stridedSlice(x, info.begin, info.end, info.strides), info.finalShape);
  },
  Tile: ({ x }, { reps }) => tile(x, reps),
  Transpose: ({ x }, { perm }) => shapes.transpose(x, perm),
  Unpack({ value }, { axis }) {
    const a = fromEnd(axis, value.shape.length);
    return Array.from({ length: value.shape[a]! }, (_, i) => shapes.index(value, i, a));
  },
};
