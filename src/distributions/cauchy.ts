/**
 * The Cauchy distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { cauchyNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/**
 * Cauchy: log p(x) = −log(π·scale) − log(1 + ((x − loc)/scale)²). It has no mean and no variance: both are NaN.
 *
 * @param loc median. @param scale half the distance of the quartiles, positive; broadcasts with `loc`.
 *   Draws: loc + scale·tan(π(u − ½)), differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * cauchy(0, 1).logProb(0); // -1.144730, minus log π
 */
export function cauchy(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'cauchy',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, cauchyNode(key, shape))),
    score: (x, p) =>
      ops.sub(
        ops.neg(ops.log(ops.mul(Math.PI, p.scale))),
        ops.log1p(ops.square(ops.div(ops.sub(x, p.loc), p.scale))),
      ),
    mean: (p) => ops.fill(p.loc.builder, NaN),
    variance: (p) => ops.fill(p.loc.builder, NaN),
  });
}
