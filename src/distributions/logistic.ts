/**
 * The logistic distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { logisticNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/**
 * Logistic: log p(x) = −log(1 + e^{z}) − log(1 + e^{−z}) − log scale with z = (x − loc)/scale.
 *
 * @param loc mean and median. @param scale positive; broadcasts with `loc`. Draws: loc + scale·(log u − log(1 − u)),
 *   differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * logistic(0, 1).logProb(0); // -1.386294, minus log 4
 */
export function logistic(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'logistic',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, logisticNode(key, shape))),
    score: (x, p) => {
      const z = ops.div(ops.sub(x, p.loc), p.scale);
      return ops.neg(ops.add(ops.add(ops.softplus(z), ops.softplus(ops.neg(z))), ops.log(p.scale)));
    },
    mean: (p) => p.loc,
    variance: (p) => ops.mul(Math.PI ** 2 / 3, ops.square(p.scale)),
  });
}
