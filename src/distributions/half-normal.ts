/**
 * The half-normal distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { normalNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** ½·log(2/π). */
const logConstant = 0.5 * Math.log(2 / Math.PI);

/**
 * Half-normal, the law of |Normal(0, scale)|: log p(x) = −½(x/scale)² − log scale + ½ log(2/π) for x ≥ 0.
 *
 * @param scale positive, any shape: the batch shape. Draws: scale·|ε|, differentiable in `scale`.
 * @example
 * halfNormal(1).mean(); // ≈ 0.79788: √(2/π)
 * halfNormal(1).logProb(-1); // -Infinity
 */
export function halfNormal(scale: Num): Dist {
  return makeDist({
    family: 'halfNormal',
    parameters: { scale: { value: scale, constraint: positive } },
    support: supports.positive,
    reparameterizable: true,
    draw: (key, p, shape) => ops.mul(p.scale, ops.abs(normalNode(key, shape))),
    score: (x, p) =>
      scoreOutside(ops.lt(x, 0), x, 0, (v) =>
        ops.sub(ops.mul(ops.square(ops.div(v, p.scale)), -0.5), ops.sub(ops.log(p.scale), logConstant)),
      ),
    mean: (p) => ops.mul(p.scale, Math.sqrt(2 / Math.PI)),
    variance: (p) => ops.mul(ops.square(p.scale), 1 - 2 / Math.PI),
  });
}
