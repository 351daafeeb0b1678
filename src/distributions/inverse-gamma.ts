/**
 * The inverse gamma distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { logGammaNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/**
 * Inverse gamma, the law of scale/X for X ~ Gamma(a, 1): log p(x) = a log s − (a + 1) log x − s/x − log Γ(a) for x > 0,
 * −∞ at 0, with a = concentration and s = scale.
 *
 * @param concentration a, positive; the mean is infinite for a ≤ 1, the variance for a ≤ 2. @param scale s, positive;
 *   broadcasts with the concentration. Draws are differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * inverseGamma(3, 2).mean(); // 1
 */
export function inverseGamma(concentration: Num, scale: Num): Dist {
  return makeDist({
    family: 'inverseGamma',
    parameters: {
      concentration: { value: concentration, constraint: positive },
      scale: { value: scale, constraint: positive },
    },
    support: supports.positive,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, p, shape) => ops.mul(p.scale, ops.exp(ops.neg(logGammaNode(key, p.concentration, shape)))),
    score: (x, { concentration: a, scale: s }) =>
      scoreOutside(ops.or(ops.le(x, 0), ops.eq(x, Infinity)), x, 1, (v) => {
        const power = ops.sub(ops.mul(a, ops.log(s)), ops.mul(ops.add(a, 1), ops.log(v)));
        return ops.sub(ops.sub(power, ops.div(s, v)), ops.lgamma(a));
      }),
    mean: ({ concentration: a, scale: s }) => {
      const exists = ops.gt(a, 1);
      return ops.select(exists, ops.div(s, ops.sub(ops.select(exists, a, 2), 1)), Infinity);
    },
    variance: ({ concentration: a, scale: s }) => {
      const exists = ops.gt(a, 2);
      const b = ops.select(exists, a, 3);
      const ratio = ops.div(ops.square(ops.div(s, ops.sub(b, 1))), ops.sub(b, 2));
      return ops.select(exists, ratio, Infinity);
    },
  });
}
