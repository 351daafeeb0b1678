/**
 * The log-normal distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { normalNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { halfLog2Pi } from './normal.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/**
 * Log-normal, the law of exp(Normal(loc, scale)): log p(x) = −½((log x − loc)/scale)² − log x − log scale − ½ log 2π
 * for x > 0, −∞ at 0.
 *
 * @param loc mean of log x, any shape.
 * @param scale standard deviation of log x, positive; broadcasts with `loc`. Batch shape: the two shapes broadcast.
 *   Draws: exp(loc + scale·ε), differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * logNormal(0, 1).mean(); // ≈ 1.64872: √e
 */
export function logNormal(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'logNormal',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.positive,
    reparameterizable: true,
    draw: (key, p, shape) => ops.exp(ops.add(p.loc, ops.mul(p.scale, normalNode(key, shape)))),
    score: (x, p) =>
      scoreOutside(ops.le(x, 0), x, 1, (v) => {
        const y = ops.log(v);
        const z = ops.div(ops.sub(y, p.loc), p.scale);
        return ops.sub(ops.mul(ops.square(z), -0.5), ops.add(ops.add(ops.log(p.scale), y), halfLog2Pi));
      }),
    mean: (p) => ops.exp(ops.add(p.loc, ops.mul(ops.square(p.scale), 0.5))),
    variance: (p) => {
      const s2 = ops.square(p.scale);
      return ops.mul(ops.expm1(s2), ops.exp(ops.add(ops.mul(p.loc, 2), s2)));
    },
  });
}
