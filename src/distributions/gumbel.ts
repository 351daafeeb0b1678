/**
 * The Gumbel distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { gumbelNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** Euler's constant γ. */
const euler = 0.5772156649015329;

/**
 * Gumbel, the law of maxima: log p(x) = −z − e^{−z} − log scale with z = (x − loc)/scale.
 *
 * @param loc mode. @param scale positive; broadcasts with `loc`. Draws: loc − scale·log(−log u), differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * gumbel(0, 1).mean(); // 0.577216, Euler's constant
 */
export function gumbel(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'gumbel',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, gumbelNode(key, shape))),
    score: (x, p) =>
      scoreOutside(ops.eq(x, -Infinity), x, 0, (v) => {
        const z = ops.div(ops.sub(v, p.loc), p.scale);
        return ops.sub(ops.neg(ops.add(z, ops.exp(ops.neg(z)))), ops.log(p.scale));
      }),
    mean: (p) => ops.add(p.loc, ops.mul(euler, p.scale)),
    variance: (p) => ops.mul(Math.PI ** 2 / 6, ops.square(p.scale)),
  });
}
