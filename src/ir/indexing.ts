/**
 * Multi-indices of arrays: the plain way to say what an operation does to positions.
 *
 * @module
 */
import { sizeOf, stridesOf, type Shape } from './types.js';

/** Visits all multi-indices of a shape in row-major order, with their flat position. The index array is reused. */
export function forEachIndex(
  shape: Shape,
  visit: (index: readonly number[], position: number) => void,
): void {
  const index = new Array<number>(shape.length).fill(0);
  const n = sizeOf(shape);
  for (let position = 0; position < n; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The flat position of a multi-index in an array of a shape. */
export function positionIn(shape: Shape): (index: readonly number[]) => number {
  const strides = stridesOf(shape);
  return (index) => {
    let p = 0;
    for (let axis = 0; axis < strides.length; axis++) p += index[axis]! * strides[axis]!;
    return p;
  };
}

/** Elements of an index (or shape) at some axes. */
export function pick(index: readonly number[], axes: readonly number[]): number[] {
  return axes.map((a) => index[a]!);
}

/** The axes of a rank that are not listed. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));
}

/** i moved into [0, n − 1]. */
export function clampIndex(i: number, n: number): number {
  return Math.max(0, Math.min(i, n - 1));
}
