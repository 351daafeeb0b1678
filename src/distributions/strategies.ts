/**
 * Gradient strategies as descriptors on distributions.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Dist, Strategy } from './types.js';

/**
 * The same distribution with a strategy of the caller's own: `strategy.kind` names it, and a transform that knows the
 * name gives it meaning.
 *
 * @example
 * withStrategy(flip(0.3), { kind: 'mine', samples: 4 }).strategy; // { kind: 'mine', samples: 4 }
 */
export function withStrategy<V, H>(d: Dist<V, H>, strategy: Strategy): Dist<V, H> {
  return { ...d, strategy };
}

/**
 * Score-function gradient at this site: ∇ E f(x) = E f(x) ∇ log p(x). Fits every distribution that has a score and can
 * be drawn from; the variance is larger than that of `reparam` where both fit.
 *
 * @example
 * const guide = gen(function* (p: tf.Tensor) {
 *   yield* sample('coin', reinforce(flip(p)));
 * });
 * reinforce(flip(0.5)).strategy; // { kind: 'reinforce' }
 */
export function reinforce<V = tf.Tensor, H = never>(d: Dist<V, H>): Dist<V, H> {
  return withStrategy(d, { kind: 'reinforce' });
}

/**
 * Pathwise gradient at this site: ∇ E f(x(ε)) = E ∇ f(x(ε)). It is the default where the distribution has it.
 *
 * @throws if a draw is not a differentiable function of the parameters.
 * @example
 * const guide = gen(function* (loc: tf.Tensor) {
 *   yield* sample('w', reparam(normal(loc, 1))); // as normal(loc, 1) alone
 * });
 * normal(0, 1).strategy; // { kind: 'reparam' }
 */
export function reparam<V = tf.Tensor, H = never>(d: Dist<V, H>): Dist<V, H> {
  if (!d.reparameterizable) {
    throw new Error(
      `reparam: a draw of ${d.family} is not a differentiable function of its parameters; use reinforce(${d.family}(...))`,
    );
  }
  return withStrategy(d, { kind: 'reparam' });
}
