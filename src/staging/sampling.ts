/**
 * Reading images between pixels.
 *
 * @module
 */
import { ops, shapes, type Builder, type Node } from '../ir/index.js';

/** Nearest integer, halves up, as JavaScript rounds. */
export const roundUp = (x: Node): Node => ops.floor(ops.add(x, 0.5));

/** x limited to [low, high], with derivative inside. */
export const within = (x: Node, low: number, high: number): Node => ops.minimum(ops.maximum(x, low), high);

/** A vector of i32. */
export const indices = (b: Builder, values: readonly number[]): Node =>
  ops.constant(b, values, [values.length], 'i32');

/** Values on one axis, of rank `rank`, constant along the others. */
export function along(v: Node, axis: number, rank: number): Node {
  return shapes.reshape(v, [
    ...new Array<number>(axis).fill(1),
    ...v.shape,
    ...new Array<number>(rank - axis - v.shape.length).fill(1),
  ]);
}

/** a + (b − a)·t. */
export const mix = (a: Node, b: Node, t: Node): Node => ops.add(a, ops.mul(ops.sub(b, a), t));

/**
 * Pixels of images[n, h, w, c] at whole rows and columns [n, …points] (real), one list an image; `fill` outside.
 */
export function pixelsAt(images: Node, rows: Node, columns: Node, fill: Node | number): Node {
  const [n, h, w, c] = images.shape as readonly [number, number, number, number];
  const inside = ops.and(
    ops.and(ops.ge(rows, 0), ops.lt(rows, h)),
    ops.and(ops.ge(columns, 0), ops.lt(columns, w)),
  );
  // products of coordinates far outside would not be integers of 32 bits
  const row = within(ops.stopGradient(rows), 0, h - 1);
  const column = within(ops.stopGradient(columns), 0, w - 1);
  const at = ops.cast(ops.add(ops.mul(row, w), column), 'i32');
  const found = shapes.gather(shapes.reshape(images, [n, h * w, c]), at, 1, 1);
  return ops.select(shapes.expandDims(inside, rows.shape.length), found, fill);
}
