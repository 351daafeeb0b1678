/**
 * Averages of the iterates of an optimizer.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { lift, tensor } from '../staging/index.js';
import { byLeaf, leavesLike, next, realParts, tidied, type Optimizer } from './optimizer.js';

/** Options of {@link averaged}. */
export interface AveragingOptions {
  /** The first step whose result enters the average, counted from 0; before it, the average is the iterate itself. Default 0. */
  readonly start?: number;
}

/** State of {@link averaged}. */
export interface AveragedState<S> {
  /** Number of steps taken, a scalar. */
  readonly step: tf.Tensor;
  /** The averaged parameters x̄, with the structure of the parameters. */
  readonly average: unknown;
  /** State of the optimizer within. */
  readonly inner: S;
}

/**
 * The mean of the last iterates of an optimizer, which itself runs unchanged:
 *
 *     x̄_t = (x_{start+1} + … + x_{t+1}) / (t − start + 1)      for step t ≥ start,   x̄_t = x_{t+1} before.
 *
 * With steps that do not vanish, iterates wander around the optimum by an amount of the order of √η; their mean does
 * not. Source: Polyak and Juditsky, *Acceleration of stochastic approximation by averaging* (1992).
 *
 * @param optimizer any optimizer; its steps are taken as they are.
 * @throws Error if `start` is not a number of steps.
 * @example
 * const optimizer = averaged(sgd(0.5));
 * let x = tensor(4);
 * let state = optimizer.init(x);
 * for (let t = 0; t < 2; t++) ({ params: x, state } = optimizer.update(x, state, x)); // ∇ ½x² = x
 * x; // 1
 * state.average; // 1.5: the mean of 2 and 1
 */
export function averaged<S>(
  optimizer: Optimizer<S>,
  options: AveragingOptions = {},
): Optimizer<AveragedState<S>> {
  const { start = 0 } = options;
  if (!Number.isInteger(start) || start < 0) {
    throw new Error(`averaged: start is a number of steps, found ${start}`);
  }
  return {
    init(params) {
      const parts = realParts('averaged', params);
      // new tensors: the caller keeps the parameters and may dispose them
      const [average] = byLeaf(parts, [], [parts.leaves], (_scalars, [x]) => [x!]);
      return { step: tensor(0), average, inner: optimizer.init(params) };
    },
    update<P>(gradient: P, state: AveragedState<S>, params: P) {
      return tidied(() => {
        const { params: moved, state: inner } = optimizer.update(gradient, state.inner, params);
        const parts = realParts('averaged', moved);
        const columns = [leavesLike('averaged', 'average', state.average, parts), parts.leaves];
        const [weight] = lift([state.step], (_b, t) => ops.div(1, ops.maximum(ops.sub(t!, start - 1), 1)));
        const [average] = byLeaf(parts, [weight!], columns, ([w], [a, x]) => [
          ops.add(a!, ops.mul(w!, ops.sub(x!, a!))),
        ]);
        return { params: moved, state: { step: next(state.step), average, inner } };
      });
    },
    average: (state) => state.average,
  };
}
