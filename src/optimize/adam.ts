/**
 * Adam: adaptive moment estimation.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { tensor } from '../staging/index.js';
import { byLeaf, leavesLike, next, realParts, tidied, zerosOf, type Optimizer } from './optimizer.js';
import { rateAt, type Rate } from './schedules.js';

/** Options of {@link adam}. */
export interface AdamOptions {
  /** Decay β₁ of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay β₂ of the mean of squared gradients; default 0.999. */
  readonly beta2?: number;
  /** ε, added to the root of the second moment; default 1e-8. */
  readonly epsilon?: number;
}

/** State of {@link adam}. `mean` and `square` have the structure of the parameters. */
export interface AdamState {
  /** Number of steps taken, a scalar. */
  readonly step: tf.Tensor;
  /** m: the decaying mean of gradients. */
  readonly mean: unknown;
  /** v: the decaying mean of squared gradients. */
  readonly square: unknown;
}

/**
 * Adam, element by element:
 *
 *     m ← β₁ m + (1 − β₁) g            m̂ = m / (1 − β₁ᵗ)
 *     v ← β₂ v + (1 − β₂) g²           v̂ = v / (1 − β₂ᵗ)
 *     x ← x − η(t − 1) · m̂ / (√v̂ + ε)        t = 1, 2, …
 *
 * Source: Kingma and Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
 *
 * @param rate - The step size η: a number or a schedule; default 1e-3.
 * @throws Error if a decay is outside [0, 1) or ε is negative.
 * @example
 * const optimizer = adam(0.1);
 * const x = tensor([1, -2]);
 * const { params } = optimizer.update(tensor([3, -0.5]), optimizer.init(x), x);
 * params; // ≈ [0.9, -1.9]: the first step has length η
 */
export function adam(rate: Rate = 1e-3, options: AdamOptions = {}): Optimizer<AdamState> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  if (!(beta1 >= 0 && beta1 < 1)) throw new Error(`adam: beta1 must be in [0, 1), found ${beta1}`);
  if (!(beta2 >= 0 && beta2 < 1)) throw new Error(`adam: beta2 must be in [0, 1), found ${beta2}`);
  if (!(epsilon >= 0)) throw new Error(`adam: epsilon must not be negative, found ${epsilon}`);
  return {
    init(params) {
      const parts = realParts('adam', params);
      return { step: tensor(0), mean: zerosOf(parts), square: zerosOf(parts) };
    },
    update<P>(gradient: P, state: AdamState, params: P) {
      const parts = realParts('adam', params);
      return tidied(() => {
        const columns = [
          leavesLike('adam', 'gradient', gradient, parts),
          leavesLike('adam', 'mean', state.mean, parts),
          leavesLike('adam', 'square', state.square, parts),
          parts.leaves,
        ];
        const step = next(state.step);
        const scalars = [step, rateAt(rate, state.step)];
        const [mean, square, moved] = byLeaf(parts, scalars, columns, ([t, eta], [g, m, v, x]) => {
          const m1 = ops.add(ops.mul(beta1, m!), ops.mul(1 - beta1, g!));
          const v1 = ops.add(ops.mul(beta2, v!), ops.mul(1 - beta2, ops.square(g!)));
          const mHat = ops.div(m1, ops.sub(1, ops.pow(beta1, t!)));
          const vHat = ops.div(v1, ops.sub(1, ops.pow(beta2, t!)));
          const move = ops.div(ops.mul(eta!, mHat), ops.add(ops.sqrt(vHat), epsilon));
          return [m1, v1, ops.sub(x!, move)];
        });
        return { params: moved as P, state: { step, mean, square } };
      });
    },
  };
}
