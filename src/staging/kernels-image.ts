/**
 * Lowering of kernels on images: resizing, cropping, rotation and projective maps.
 *
 * Where a result lies between pixels, it is differentiable in the image and in the coordinates that are operands.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Builder, type Node } from '../ir/index.js';
import { toReal, type Kernel } from './kernels.js';
import { along, indices, mix, pixelsAt, roundUp, within } from './sampling.js';

/** Positions in the source of each place of a resized axis. */
function positions(from: number, to: number, alignCorners: boolean, half: boolean): number[] {
  const corner = alignCorners && to > 1 ? 1 : 0;
  const ratio = (from - corner) / (to - corner);
  return Array.from({ length: to }, (_, i) => (half ? ratio * (i + 0.5) : ratio * i));
}

/** Values between the neighbours on one axis. */
function interpolate(x: Node, axis: number, places: readonly number[]): Node {
  const n = x.shape[axis]!;
  const low = places.map((p) => Math.max(0, Math.floor(p)));
  const high = places.map((p) => Math.min(n - 1, Math.ceil(p)));
  const between = ops.constant(
    x.builder,
    places.map((p, i) => p - low[i]!),
    [places.length],
  );
  const at = (list: readonly number[]): Node => shapes.gather(x, indices(x.builder, list), axis);
  return mix(at(low), at(high), along(between, axis, x.shape.length));
}

function nearest(x: Node, axis: number, places: readonly number[], round: (p: number) => number): Node {
  const n = x.shape[axis]!;
  const list = places.map((p) => Math.max(0, Math.min(n - 1, round(p))));
  return shapes.gather(x, indices(x.builder, list), axis);
}

/** Rows or columns [boxes, count] of a crop, in pixels: from `low` to `high`, which are parts of the image. */
function cropAxis(low: Node, high: Node, pixels: number, count: number): Node {
  if (count === 1) return shapes.expandDims(ops.mul(ops.add(low, high), 0.5 * (pixels - 1)), 1);
  const step = ops.mul(ops.sub(high, low), (pixels - 1) / (count - 1));
  const places = shapes.iota(low.builder, [1, count], 1, 'f');
  return ops.add(shapes.expandDims(ops.mul(low, pixels - 1), 1), ops.mul(places, shapes.expandDims(step, 1)));
}

/** Boxes [k, 4] of images, one image a box, resized to one size. */
function crop(images: Node, boxes: Node, image: Node, attrs: tf.CropAndResizeAttrs): Node {
  const [n, h, w] = images.shape as readonly [number, number, number];
  const [height, width] = attrs.cropSize;
  const side = (i: number): Node => shapes.index(boxes, i, 1);
  const rows = cropAxis(side(0), side(2), h, height);
  const columns = cropAxis(side(1), side(3), w, width);
  const own = shapes.gather(images, ops.cast(image, 'i32'));
  const take = (r: Node, c: Node): Node =>
    shapes.gather(shapes.gather(own, index(r, h), 1, 1), index(c, w), 2, 1);
  const spread = (v: Node, axis: number): Node =>
    shapes.reshape(v, axis === 1 ? [v.shape[0]!, v.shape[1]!, 1, 1] : [v.shape[0]!, 1, v.shape[1]!, 1]);
  let y: Node;
  if (attrs.method === 'nearest') y = take(roundUp(rows), roundUp(columns));
  else {
    const [top, left] = [ops.floor(rows), ops.floor(columns)];
    const [bottom, right] = [ops.unary('ceil', rows), ops.unary('ceil', columns)];
    const across = spread(ops.sub(columns, left), 2);
    y = mix(
      mix(take(top, left), take(top, right), across),
      mix(take(bottom, left), take(bottom, right), across),
      spread(ops.sub(rows, top), 1),
    );
  }
  const inside = (v: Node, pixels: number): Node => ops.and(ops.ge(v, 0), ops.le(v, pixels - 1));
  const seen = ops.and(spread(inside(rows, h), 1), spread(inside(columns, w), 2));
  const known = along(ops.lt(image, n), 0, 4);
  return ops.select(known, ops.select(seen, y, attrs.extrapolationValue), 0);
}

const index = (x: Node, n: number): Node => ops.cast(within(ops.stopGradient(x), 0, n - 1), 'i32');

/** Coordinates outside an axis of n pixels, brought back by the rule of a fill mode. */
function refill(x: Node, n: number, mode: string): Node {
  if (mode === 'constant') return x;
  if (mode === 'nearest' || n <= 1) return within(x, 0, n - 1);
  const whole = (v: Node): Node => ops.floor(v);
  const [before, beyond] = [ops.lt(x, 0), ops.gt(x, n - 1)];
  if (mode === 'wrap') {
    const left = ops.add(x, ops.mul(ops.add(whole(ops.div(ops.neg(x), n - 1)), 1), n));
    const right = ops.sub(x, ops.mul(whole(ops.div(x, n - 1)), n));
    return within(ops.select(before, left, ops.select(beyond, right, x)), 0, n - 1);
  }
  const turn = ops.add(x, ops.mul(whole(ops.div(ops.neg(x), 2 * n)), 2 * n));
  const left = ops.select(ops.lt(turn, -n), ops.add(turn, 2 * n), ops.sub(ops.neg(turn), 1));
  const rest = ops.sub(x, ops.mul(whole(ops.div(x, 2 * n)), 2 * n));
  const right = ops.select(ops.ge(rest, n), ops.sub(2 * n - 1, rest), rest);
  return within(ops.select(before, left, ops.select(beyond, right, x)), 0, n - 1);
}

/** Images seen through projective maps [n or 1, 8] from places of the result to places of the image. */
function project(images: Node, maps: Node, attrs: tf.TransformAttrs): Node {
  const [n, h, w] = images.shape as readonly [number, number, number];
  const [height, width] = attrs.outputShape ?? [h, w];
  const grid = [n, height, width];
  const x = ops.broadcastTo(shapes.iota(images.builder, [1, height, width], 2, 'f'), grid);
  const y = ops.broadcastTo(shapes.iota(images.builder, [1, height, width], 1, 'f'), grid);
  const entry = (i: number): Node => along(shapes.index(maps, i, 1), 0, 3);
  const linear = (a: number, b: number): Node => ops.add(ops.mul(entry(a), x), ops.mul(entry(b), y));
  const depth = ops.add(linear(6, 7), 1);
  const visible = ops.ne(depth, 0);
  const safe = ops.select(visible, depth, 1);
  const at = (a: number, b: number, c: number, pixels: number): Node =>
    refill(ops.div(ops.add(linear(a, b), entry(c)), safe), pixels, attrs.fillMode);
  const [column, row] = [at(0, 1, 2, w), at(3, 4, 5, h)];
  const value = ops.fill(images.builder, attrs.fillValue, [], images.dtype);
  const read = (r: Node, c: Node): Node => pixelsAt(images, r, c, value);
  let out: Node;
  if (attrs.interpolation === 'nearest') out = read(roundUp(row), roundUp(column));
  else {
    const [top, left] = [ops.floor(row), ops.floor(column)];
    const [down, across] = [
      shapes.expandDims(ops.sub(row, top), 3),
      shapes.expandDims(ops.sub(column, left), 3),
    ];
    const corner = (r: number, c: number): Node => toReal(read(ops.add(top, r), ops.add(left, c)));
    out = mix(mix(corner(0, 0), corner(0, 1), across), mix(corner(1, 0), corner(1, 1), across), down);
  }
  const shown = ops.select(shapes.expandDims(visible, 3), out, ops.cast(value, out.dtype));
  return ops.cast(shown, images.dtype);
}

/** Images turned around a point; the turn is known, so every result has its pixel or the fill value. */
function rotate(images: Node, b: Builder, { radians, fillValue, center }: tf.RotateWithOffsetAttrs): Node {
  const [n, h, w, c] = images.shape as readonly [number, number, number, number];
  const [cx, cy] = tf.backend_util.getImageCenter(center, h, w) as [number, number];
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const source: number[] = [];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const column = Math.round((x - cx) * cos - (y - cy) * sin + cx);
      const row = Math.round((x - cx) * sin + (y - cy) * cos + cy);
      source.push(column >= 0 && column < w && row >= 0 && row < h ? row * w + column : -1);
    }
  }
  const at = indices(b, source);
  const found = shapes.gather(shapes.reshape(images, [n, h * w, c]), at, 1);
  const opaque = 255;
  const outside = Array.from({ length: c }, (_, k) =>
    typeof fillValue === 'number' ? fillValue : k === 3 ? opaque : fillValue[k]!,
  );
  const value = ops.constant(b, outside, [c], images.dtype);
  const y = ops.select(along(ops.ge(at, 0), 1, 3), found, along(value, 2, 3));
  return shapes.reshape(y, images.shape);
}

/** Kernels on images. */
interface Images {
  readonly CropAndResize: Kernel<tf.CropAndResizeInputs, tf.CropAndResizeAttrs>;
  readonly ResizeBilinear: Kernel<tf.ResizeBilinearInputs, tf.ResizeBilinearAttrs>;
  readonly ResizeNearestNeighbor: Kernel<tf.ResizeNearestNeighborInputs, tf.ResizeNearestNeighborAttrs>;
  readonly RotateWithOffset: Kernel<tf.RotateWithOffsetInputs, tf.RotateWithOffsetAttrs>;
  readonly Transform: Kernel<tf.TransformInputs, tf.TransformAttrs>;
}

/** Lowerings of kernels on images. */
export const imageKernels: Images = {
  CropAndResize: ({ image, boxes, boxInd }, attrs) => crop(toReal(image), toReal(boxes), boxInd, attrs),
  ResizeBilinear({ images }, { size, alignCorners, halfPixelCenters: half }) {
    return size.reduce<Node>((x, to, i) => {
      const places = positions(x.shape[i + 1]!, to, alignCorners, half);
      return interpolate(
        x,
        i + 1,
        // centres of pixels lie half a pixel in
        half ? places.map((p) => Math.max(0, p - 0.5)) : places,
      );
    }, toReal(images));
  },
  ResizeNearestNeighbor({ images }, { size, alignCorners, halfPixelCenters }) {
    const round = alignCorners ? Math.round : Math.floor;
    return size.reduce<Node>(
      (x, to, i) => nearest(x, i + 1, positions(x.shape[i + 1]!, to, alignCorners, halfPixelCenters), round),
      images,
    );
  },
  RotateWithOffset: ({ image }, attrs, b) => rotate(image, b, attrs),
  Transform: ({ image, transforms }, attrs) => project(image, toReal(transforms), attrs),
};
