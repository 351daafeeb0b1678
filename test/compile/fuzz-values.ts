/**
 * Sizes, shapes and values that matter to vector code.
 */
import { hostArray, sizeOf, type Aval, type DType, type HostArray, type Shape } from '../../src/ir/index.js';
import type { Dice } from '../ir/dice.js';

/** Around the widths of vectors (2, 4, 8, 16 elements) and of unrolled loops, and nothing at all. */
const sizes: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33];

/** Largest number of elements of a value, so that the reference stays fast. */
export const largest = 1500;

/** The axis sizes that one graph is made of: few, so that its values fit each other. */
export type Palette = readonly number[];

/** Three sizes; now and then an empty or a long one. */
export function palette(d: Dice): Palette {
  const list = [d.pick(sizes), d.pick(sizes), d.pick([1, 2, 3, 4, 5])];
  if (d.below(12) === 0) list[d.below(3)] = 0;
  if (d.below(12) === 0) list[d.below(3)] = 100;
  return list;
}

/** A shape of at most four axes. */
export function someShape(d: Dice, sizes: Palette, limit: number = largest): Shape {
  const shape = Array.from({ length: d.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]) }, () => d.pick(sizes));
  while (sizeOf(shape) > limit) shape.pop();
  return shape;
}

/** Zeros of both signs, NaN, infinities, subnormal and extreme numbers of both precisions. */
const specials: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-310,
  -1e-42,
  1e-38,
  3e38,
  1e30,
  -1e-30,
];

/** Reals of moderate size, whole numbers and halves among them; a few special ones if wanted. */
function reals(d: Dice, n: number, special: boolean): number[] {
  const out = Array.from({ length: n }, () =>
    d.pick([d.below(4001) / 1000 - 2, d.below(4001) / 700 - 3, d.below(7) - 3, (d.below(9) - 4) / 2]),
  );
  if (special) for (let k = 0; k < Math.min(n, 3); k++) out[d.below(n)] = d.pick(specials);
  return out;
}

/** Values of any element type. Integers are small, now and then extreme. */
export function someValue(d: Dice, { shape, dtype }: Aval, special: boolean): HostArray {
  const n = sizeOf(shape);
  const element: { readonly [D in Exclude<DType, 'f'>]: () => number } = {
    i32: () => (d.below(20) === 0 ? d.pick([2 ** 31 - 1, -(2 ** 31), 65536]) : d.below(13) - 4),
    u32: () => d.pick([d.below(2 ** 32), d.below(9)]),
    bool: () => d.below(2),
  };
  const values = dtype === 'f' ? reals(d, n, special) : Array.from({ length: n }, element[dtype]);
  return hostArray(values, shape, dtype);
}
