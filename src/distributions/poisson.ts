/**
 * The Poisson distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { countNode, poissonNode } from '../random/index.js';
import { nonNegative } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, IntTensor, Num } from './types.js';
import { xlogy } from './xlogy.js';

/**
 * Poisson: log p(n) = n log rate − rate − log n! for n = 0, 1, 2, …; −∞ elsewhere.
 *
 * Values may be integers, or reals that are whole. Not reparameterizable: in a guide, choose a strategy.
 *
 * @param rate mean and variance, not negative, any shape: the batch shape. Draws: Knuth's count of arrivals below 10,
 *   Hörmann's rejection from there; rates below 2³¹.
 * @example
 * poisson(2.5).sample(key(0)).dtype; // 'int32'
 */
export function poisson(rate: Num): Dist<IntTensor> {
  return makeDist<IntTensor, never, 'rate'>({
    family: 'poisson',
    parameters: { rate: { value: rate, constraint: nonNegative } },
    dtype: 'i32',
    support: supports.nonNegativeInteger,
    reparameterizable: false,
    draw: (key, p, shape) => countNode(poissonNode(key, p.rate, shape)),
    score: (x, p) => {
      const inside = supports.nonNegativeInteger.contains(x);
      const n = ops.select(inside, ops.cast(x, 'f'), 0);
      const density = ops.sub(ops.sub(xlogy(n, p.rate), p.rate), ops.lgamma(ops.add(n, 1)));
      return ops.select(inside, density, -Infinity);
    },
    mean: (p) => p.rate,
    variance: (p) => p.rate,
  });
}
