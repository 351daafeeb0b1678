/**
 * The exponential distribution.
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

/**
 * Exponential: log p(x) = log rate − rate·x for x ≥ 0.
 *
 * @param rate inverse mean, positive, any shape: the batch shape. Draws: −log(1 − u)/rate, differentiable in `rate`.
 * @example
 * exponential(0.5).mean(); // 2
 * exponential(2).logProb(1); // ≈ -1.30685: log 2 − 2
 */
export function exponential(rate: Num): Dist {
  return makeDist({
    family: 'exponential',
    parameters: { rate: { value: rate, constraint: positive } },
    support: supports.positive,
    reparameterizable: true,
    draw: (key, p, shape) => ops.div(ops.neg(ops.log1p(ops.neg(uniformNode(key, shape)))), p.rate),
    score: (x, p) => scoreOutside(ops.lt(x, 0), x, 0, (v) => ops.sub(ops.log(p.rate), ops.mul(p.rate, v))),
    mean: (p) => ops.div(1, p.rate),
    variance: (p) => ops.div(1, ops.square(p.rate)),
  });
}
