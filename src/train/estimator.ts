/**
 * The interface between objectives and training.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Key } from '../staging/index.js';

/**
 * A stochastic value and gradient of an objective F(θ): for a key drawn at random
 *
 *     E[value] = F(θ)   (or a stated bound of it),   E[gradient] = ∇F(θ).
 *
 * An estimator is a pure function: the same arguments give the same bits. What it learns between calls (baselines,
 * control-variate parameters) is its `state`, threaded by the caller. {@link fit} runs any estimator, and
 * `gradientEstimator` of `adjoint/transforms` makes one from an objective program; the interface can be implemented by
 * hand just as well.
 *
 * @typeParam P - The tree of parameters: nested records, arrays and tuples of real tensors.
 * @typeParam S - The tree of the estimator's own state; `undefined` where there is none.
 * @typeParam D - The types of the data arguments.
 * @example
 * // a loss without noise: x²
 * const loss: Estimator<tf.Tensor, undefined> = Object.assign(
 *   (key: Key, x: tf.Tensor, state: undefined) => ({ value: tf.square(x), gradient: tf.mul(2, x), state }),
 *   { sense: 'minimize' as const, init: () => undefined },
 * );
 * fit(loss, { params: tensor(1), optimizer: sgd(0.25), steps: 3, key: key(0) }).runSync().params; // 0.125
 */
export interface Estimator<P, S = unknown, D extends readonly unknown[] = readonly unknown[]> {
  /** Whether the objective is a utility (`maximize`) or a loss (`minimize`). The gradient is that of the objective itself. */
  readonly sense: 'maximize' | 'minimize';
  /** The state before the first step. */
  init(params: P): S;
  /** One estimate: `value` a scalar, `gradient` with the structure and shapes of `params`, and the next state. */
  (key: Key, params: P, state: S, ...data: D): Estimate<P, S>;
}

/** What one call of an estimator gives. */
export interface Estimate<P, S = unknown> {
  readonly value: tf.Tensor;
  readonly gradient: P;
  readonly state: S;
}
