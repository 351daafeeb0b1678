/**
 * The gamma distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { gammaNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';
import { xlogy } from './xlogy.js';

/**
 * Gamma: log p(x) = a log r + (a − 1) log x − r x − log Γ(a) for x ≥ 0, with a = concentration and r = rate.
 *
 * @param concentration a, positive. @param rate r, inverse scale, positive; broadcasts with the concentration.
 *   Draws: Gamma(a, 1)/r, differentiable in both: in `a` by implicit reparameterization.
 * @throws if the shapes do not broadcast.
 * @example
 * gamma(2, 0.5).mean(); // 4
 */
export function gamma(concentration: Num, rate: Num): Dist {
  return makeDist({
    family: 'gamma',
    parameters: {
      concentration: { value: concentration, constraint: positive },
      rate: { value: rate, constraint: positive },
    },
    support: supports.positive,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, p, shape) => ops.div(gammaNode(key, p.concentration, shape), p.rate),
    score: (x, { concentration: a, rate: r }) =>
      scoreOutside(ops.or(ops.lt(x, 0), ops.eq(x, Infinity)), x, 1, (v) => {
        const power = ops.add(xlogy(ops.sub(a, 1), v), ops.mul(a, ops.log(r)));
        return ops.sub(ops.sub(power, ops.mul(r, v)), ops.lgamma(a));
      }),
    mean: (p) => ops.div(p.concentration, p.rate),
    variance: (p) => ops.div(p.concentration, ops.square(p.rate)),
  });
}
