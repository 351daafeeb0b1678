/**
 * Shorthands for concrete values in tests.
 */
import {
  buildGraph,
  evaluate,
  hostArray,
  sizeOf,
  type DType,
  type HostArray,
  type Node,
  type Shape,
} from '../../src/ir/index.js';

/** Nested arrays of numbers. */
export type Nested = number | readonly Nested[];

/** A host array from nested arrays. */
export function arr(values: Nested, dtype: DType = 'f'): HostArray {
  const shape: number[] = [];
  for (let v = values; typeof v !== 'number'; v = v[0]!) {
    shape.push(v.length);
    if (v.length === 0) break;
  }
  return hostArray(typeof values === 'number' ? [values] : (values as number[]).flat(9), shape, dtype);
}

/** Nested arrays from a host array. */
export function nested({ data, shape }: HostArray): Nested {
  const build = (axis: number, offset: number): Nested => {
    if (axis === shape.length) return data[offset]!;
    const stride = sizeOf(shape.slice(axis + 1));
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, offset + i * stride));
  };
  return build(0, 0);
}

/** Values that are easy to tell apart: 0.5, 1.5, 2.5, … */
export function ramp(shape: Shape, dtype: DType = 'f'): HostArray {
  const offset = dtype === 'f' ? 0.5 : 0;
  return hostArray(
    Array.from({ length: sizeOf(shape) }, (_, i) => i + offset),
    shape,
    dtype,
  );
}

/** The results of a function of nodes on concrete arguments, as nested arrays. */
export function run(f: (...xs: Node[]) => readonly Node[], ...args: readonly HostArray[]): Nested[] {
  const graph = buildGraph(args, f);
  return evaluate(graph, args).map(nested);
}
