/**
 * The beta distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { betaNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';
import { xlog1py, xlogy } from './xlogy.js';

/**
 * Beta: log p(x) = (a − 1) log x + (b − 1) log(1 − x) + log Γ(a + b) − log Γ(a) − log Γ(b) for 0 ≤ x ≤ 1.
 *
 * @param a, b concentrations, positive; they broadcast. Draws: X/(X + Y) of gamma variables, differentiable in both by
 *   implicit reparameterization.
 * @throws if the shapes do not broadcast.
 * @example
 * beta(2, 3).mean(); // 0.4
 */
export function beta(a: Num, b: Num): Dist {
  return makeDist({
    family: 'beta',
    parameters: { a: { value: a, constraint: positive }, b: { value: b, constraint: positive } },
    support: supports.unitInterval,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, p, shape) => betaNode(key, p.a, p.b, shape),
    score: (x, p) =>
      scoreOutside(ops.or(ops.lt(x, 0), ops.gt(x, 1)), x, 0.5, (v) => {
        const powers = ops.add(xlogy(ops.sub(p.a, 1), v), xlog1py(ops.sub(p.b, 1), ops.neg(v)));
        // as one function: the difference of three lgamma loses digits for large concentrations
        return ops.sub(powers, ops.lbeta(p.a, p.b));
      }),
    mean: (p) => ops.div(p.a, ops.add(p.a, p.b)),
    variance: (p) => {
      const total = ops.add(p.a, p.b);
      return ops.div(ops.mul(p.a, p.b), ops.mul(ops.square(total), ops.add(total, 1)));
    },
  });
}
