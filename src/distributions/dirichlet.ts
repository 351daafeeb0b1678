/**
 * The Dirichlet distribution.
 *
 * @module
 */
import { ops, shapes } from '../ir/index.js';
import { dirichletNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { shapeOfNum } from './params.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';
import { xlogy } from './xlogy.js';

/**
 * Dirichlet over vectors of K probabilities: log p(x) = Σ (aₖ − 1) log xₖ + log Γ(Σ aₖ) − Σ log Γ(aₖ), a density in the
 * first K − 1 coordinates; −∞ where an element is negative or the sum is not 1 (to 1e-6).
 *
 * @param concentration a[..., K], positive; leading axes are the batch shape, the event shape is [K].
 *   Draws: gamma variables over their sum, differentiable by implicit reparameterization.
 * @throws if the concentration has no axis.
 * @example
 * dirichlet(tf.tensor1d([1, 1, 2])).mean(); // [0.25, 0.25, 0.5]
 */
export function dirichlet(concentration: Num): Dist {
  const shape = shapeOfNum(concentration);
  const classes = shape[shape.length - 1];
  if (classes === undefined) throw new Error('dirichlet: expected concentration [..., K], found a scalar');
  return makeDist({
    family: 'dirichlet',
    parameters: { concentration: { value: concentration, constraint: positive, eventRank: 1 } },
    eventShape: [classes],
    support: supports.simplex,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, p, full) => dirichletNode(key, p.concentration, full.slice(0, -1)),
    score: (x, { concentration: a }) => {
      const inside = supports.simplex.contains(x);
      const v = ops.select(shapes.expandDims(inside, -1), x, 1 / classes);
      const powers = shapes.reduceSum(xlogy(ops.sub(a, 1), v), -1);
      const logGammas = shapes.reduceSum(ops.lgamma(a), -1);
      const density = ops.add(powers, ops.sub(ops.lgamma(shapes.reduceSum(a, -1)), logGammas));
      return ops.select(inside, density, -Infinity);
    },
    mean: ({ concentration: a }) => ops.div(a, shapes.reduceSum(a, -1, true)),
    variance: ({ concentration: a }) => {
      const total = shapes.reduceSum(a, -1, true);
      const mean = ops.div(a, total);
      return ops.div(ops.mul(mean, ops.sub(1, mean)), ops.add(total, 1));
    },
  });
}
