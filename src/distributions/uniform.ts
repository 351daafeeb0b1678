/**
 * The uniform distribution on an interval.
 *
 * @module
 */
import { ops, stridesOf, type HostArray, type Shape } from '../ir/index.js';
import { uniformNode } from '../random/index.js';
import { finite, indexAt } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num, ParameterFault } from './types.js';

/** The element of `v` that broadcasting puts at an index of a larger shape. */
function elementAt(v: HostArray, index: readonly number[]): number {
  const strides = stridesOf(v.shape);
  const own = index.slice(index.length - v.shape.length);
  return v.data[own.reduce((sum, i, k) => sum + (v.shape[k] === 1 ? 0 : i) * strides[k]!, 0)]!;
}

/** The first place where `low` is not below `high`, as a fault of a family's parameter `high`. */
export function ordered(family: string, low: HostArray, high: HostArray): ParameterFault | undefined {
  const shape: Shape = ops.broadcastShapes(low.shape, high.shape) ?? [];
  const size = shape.reduce((n, d) => n * d, 1);
  for (let i = 0; i < size; i++) {
    const index = indexAt(i, shape);
    const [l, h] = [elementAt(low, index), elementAt(high, index)];
    if (l < h) continue;
    return {
      code: 'parameter',
      family,
      parameter: 'high',
      value: h,
      index,
      constraint: `greater than low (${l})`,
    };
  }
  return undefined;
}

/**
 * Uniform: log p(x) = −log(high − low) for low ≤ x ≤ high, −∞ elsewhere and at NaN.
 *
 * @param low finite, below `high`, any shape.
 * @param high finite; broadcasts with `low`. Batch shape: the two shapes broadcast. Draws: low + (high − low)·u,
 *   differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * uniform(-1, 3).logProb(tensor([0, 4])); // ≈ [-1.38629, -Infinity]: −log 4 inside
 */
export function uniform(low: Num, high: Num): Dist {
  return makeDist({
    family: 'uniform',
    parameters: {
      low: { value: low, constraint: finite },
      high: { value: high, constraint: finite },
    },
    support: supports.interval(low, high),
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.low, ops.mul(ops.sub(p.high, p.low), uniformNode(key, shape))),
    score: (x, p) => {
      const inside = ops.and(ops.ge(x, p.low), ops.le(x, p.high));
      return ops.select(inside, ops.neg(ops.log(ops.sub(p.high, p.low))), -Infinity);
    },
    mean: (p) => ops.mul(ops.add(p.low, p.high), 0.5),
    variance: (p) => ops.mul(ops.square(ops.sub(p.high, p.low)), 1 / 12),
    relations: ({ low: l, high: h }) =>
      l === undefined || h === undefined ? undefined : ordered('uniform', l, h),
  });
}
