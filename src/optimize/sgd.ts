/**
 * Stochastic gradient descent, with momentum.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { tensor } from '../staging/index.js';
import { byLeaf, leavesLike, next, realParts, tidied, zerosOf, type Optimizer } from './optimizer.js';
import { rateAt, type Rate } from './schedules.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** μ: the share of the last direction that is kept; default 0. */
  readonly momentum?: number;
  /** Takes the gradient step from the point that momentum leads to (Nesterov); default false. */
  readonly nesterov?: boolean;
}

/** State of {@link sgd}. */
export interface SgdState {
  /** Number of steps taken, a scalar. */
  readonly step: tf.Tensor;
  /** v: the accumulated direction, with the structure of the parameters; absent without momentum. */
  readonly velocity?: unknown;
}

/**
 * Gradient descent with (heavy-ball) momentum:
 *
 *     v ← μ v + g,   x ← x − η(t) v,          or with `nesterov`   x ← x − η(t) (g + μ v).
 *
 * Sources: Robbins and Monro (1951); Polyak (1964); Sutskever et al., *On the importance of initialization and momentum
 * in deep learning* (2013), in the form in which η multiplies the accumulated direction.
 *
 * @param rate - The step size η: a number or a schedule; default 1e-2.
 * @throws Error if the momentum is outside [0, 1), or if `nesterov` is asked for without momentum.
 * @example
 * const optimizer = sgd(0.1, { momentum: 0.9 });
 * const x = tensor(1);
 * const first = optimizer.update(tensor(2), optimizer.init(x), x);
 * first.params; // 0.8
 * optimizer.update(tensor(2), first.state, first.params).params; // 0.42: 0.8 − 0.1·(0.9·2 + 2)
 */
export function sgd(rate: Rate = 1e-2, options: SgdOptions = {}): Optimizer<SgdState> {
  const { momentum = 0, nesterov = false } = options;
  if (!(momentum >= 0 && momentum < 1)) throw new Error(`sgd: momentum must be in [0, 1), found ${momentum}`);
  if (nesterov && momentum === 0) throw new Error('sgd: nesterov needs a momentum');
  return {
    init(params) {
      const parts = realParts('sgd', params);
      const step = tensor(0);
      return momentum === 0 ? { step } : { step, velocity: zerosOf(parts) };
    },
    update<P>(gradient: P, state: SgdState, params: P) {
      const parts = realParts('sgd', params);
      return tidied(() => {
        const scalars = [rateAt(rate, state.step)];
        const g = leavesLike('sgd', 'gradient', gradient, parts);
        const step = next(state.step);
        if (momentum === 0) {
          const [moved] = byLeaf(parts, scalars, [g, parts.leaves], ([eta], [d, x]) => [
            ops.sub(x!, ops.mul(eta!, d!)),
          ]);
          return { params: moved as P, state: { step } };
        }
        const columns = [g, leavesLike('sgd', 'velocity', state.velocity, parts), parts.leaves];
        const [velocity, moved] = byLeaf(parts, scalars, columns, ([eta], [d, v, x]) => {
          const v1 = ops.add(ops.mul(momentum, v!), d!);
          const direction = nesterov ? ops.add(d!, ops.mul(momentum, v1)) : v1;
          return [v1, ops.sub(x!, ops.mul(eta!, direction))];
        });
        return { params: moved as P, state: { step, velocity } };
      });
    },
  };
}
