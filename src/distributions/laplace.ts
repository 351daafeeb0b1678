/**
 * The Laplace distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { laplaceNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/**
 * Laplace: log p(x) = −|x − loc|/scale − log(2·scale).
 *
 * @param loc mean and median. @param scale mean absolute deviation, positive; broadcasts with `loc`.
 *   Draws: loc + scale·ε, differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * laplace(0, 1).logProb(0); // -0.693147, minus log 2
 */
export function laplace(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'laplace',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, laplaceNode(key, shape))),
    score: (x, p) =>
      ops.sub(ops.neg(ops.div(ops.abs(ops.sub(x, p.loc)), p.scale)), ops.log(ops.mul(2, p.scale))),
    mean: (p) => p.loc,
    variance: (p) => ops.mul(2, ops.square(p.scale)),
  });
}
