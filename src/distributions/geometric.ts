/**
 * The geometric distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { countNode, geometricNode } from '../random/index.js';
import { possible } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, IntTensor, Num } from './types.js';
import { xlog1py } from './xlogy.js';

/**
 * Geometric, the number of failures before the first success: log p(n) = n log(1 − p) + log p for n = 0, 1, 2, …
 *
 * Not reparameterizable: in a guide, choose a strategy.
 *
 * @param p probability of success, in (0, 1], any shape: the batch shape.
 * @example
 * geometric(0.25).mean(); // 3
 */
export function geometric(p: Num): Dist<IntTensor> {
  return makeDist<IntTensor, never, 'probs'>({
    family: 'geometric',
    parameters: { probs: { value: p, constraint: possible } },
    dtype: 'i32',
    support: supports.nonNegativeInteger,
    reparameterizable: false,
    draw: (key, { probs }, shape) => countNode(ops.sub(geometricNode(key, probs, shape), 1)),
    score: (x, { probs }) => {
      const inside = supports.nonNegativeInteger.contains(x);
      const n = ops.select(inside, ops.cast(x, 'f'), 0);
      return ops.select(inside, ops.add(xlog1py(n, ops.neg(probs)), ops.log(probs)), -Infinity);
    },
    mean: ({ probs }) => ops.div(ops.sub(1, probs), probs),
    variance: ({ probs }) => ops.div(ops.sub(1, probs), ops.square(probs)),
  });
}
