/**
 * The normal distribution.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { normalNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** ½·log 2π. */
export const halfLog2Pi: number = 0.5 * Math.log(2 * Math.PI);

/**
 * Normal: log p(x) = −½((x − loc)/scale)² − log scale − ½ log 2π on the reals.
 *
 * @param loc mean, any shape.
 * @param scale standard deviation, positive; broadcasts with `loc`. Batch shape: the two shapes broadcast. Draws:
 *   loc + scale·ε, differentiable in both.
 * @throws if the shapes do not broadcast.
 * @example
 * normal(0, 1).logProb(0); // ≈ -0.91894: −½ log 2π
 * normal(tensor([0, 10]), 1).sample(key(0)).shape; // [2]
 * grad((loc: tf.Tensor) => normal(loc, 2).logProb(3))(1); // 0.5
 */
export function normal(loc: Num, scale: Num): Dist {
  return makeDist({
    family: 'normal',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, normalNode(key, shape))),
    score: (x, p) => {
      const z = ops.div(ops.sub(x, p.loc), p.scale);
      return ops.sub(ops.mul(ops.square(z), -0.5), ops.add(ops.log(p.scale), halfLog2Pi));
    },
    mean: (p) => p.loc,
    variance: (p) => ops.square(p.scale),
  });
}
