/**
 * Deterministic random choices for tests.
 */
import { hostArray, sizeOf, type DType, type HostArray, type Shape } from '../../src/ir/index.js';

/** A source of random numbers: integers below n, and picks from lists. */
export interface Dice {
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
}

/** A small deterministic generator (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: (list) => list[below(list.length)]! };
}

/** Small values of any element type; reals are often whole or equal. */
export function randomValue(d: Dice, shape: Shape, dtype: DType): HostArray {
  const element = {
    f: () => d.pick([d.below(2000) / 500 - 2, d.below(2000) / 500 - 2, d.below(5) - 2, 0.5]),
    i32: () => d.below(9) - 4,
    u32: () => d.below(2 ** 32),
    bool: () => d.below(2),
  }[dtype];
  return hostArray(Array.from({ length: sizeOf(shape) }, element), shape, dtype);
}
