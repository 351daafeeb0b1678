/**
 * Expectations of what a program returns.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Num } from '../distributions/index.js';
import { objective, simulatedClosed, type Cost } from '../language/objective.js';
import type { Exactness, Prob, Program } from '../language/types.js';
import { trust, type Est, type Unbiased } from '../language/weights.js';

/**
 * E_{z~p} [f(z)], where the program p samples z and returns f(z), a scalar.
 *
 * @param p nothing in it is observed: the expectation is over what it samples.
 * @throws ModelError when it runs, if the program observes something or is at fault.
 * @example
 * const toy = gen(function* (p: tf.Tensor) {
 *   const b = yield* sample('b', reinforce(flip(p)));
 *   return tf.square(tf.sub(tf.cast(b, 'float32'), 0.45));
 * });
 * const estimator = gradientEstimator((p: tf.Tensor) => expectation(toy(p)));
 * estimator(key(1), tensor(0.3), undefined).gradient.shape; // []
 */
export function expectation<C>(p: Program<Num, C, Exactness>): Prob<Cost, Est<Unbiased>> {
  return objective(function* () {
    const { value } = yield* simulatedClosed(p, 'expectation');
    return trust(typeof value === 'number' ? tf.scalar(value) : value, 'unbiased');
  });
}
