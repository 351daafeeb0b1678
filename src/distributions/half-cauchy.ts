/**
 * The half-Cauchy distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { uniformNode } from '../random/index.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** log(2/π). */
const logConstant = Math.log(2 / Math.PI);

/**
 * Half-Cauchy: log p(x) = log(2/π) − log scale − log(1 + (x/scale)²) for x ≥ 0. Mean and variance are infinite.
 *
 * @param scale median, positive, any shape: the batch shape. Draws: scale·tan(πu/2), differentiable in `scale`.
 * @example
 * halfCauchy(5).logProb(0); // ≈ -2.06102: log(2/(5π))
 */
export function halfCauchy(scale: Num): Dist {
  return makeDist({
    family: 'halfCauchy',
    parameters: { scale: { value: scale, constraint: positive } },
    support: supports.positive,
    reparameterizable: true,
    draw: (key, p, shape) => ops.mul(p.scale, ops.tan(ops.mul(uniformNode(key, shape), Math.PI / 2))),
    score: (x, p) =>
      scoreOutside(ops.lt(x, 0), x, 0, (v) =>
        ops.sub(ops.sub(logConstant, ops.log(p.scale)), ops.log1p(ops.square(ops.div(v, p.scale)))),
      ),
    mean: (p) => ops.fill(p.scale.builder, Infinity, p.scale.shape),
    variance: (p) => ops.fill(p.scale.builder, Infinity, p.scale.shape),
  });
}
