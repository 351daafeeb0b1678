/**
 * Gradient descent, with a fixed step or a backtracking one.
 *
 * @module
 */
import { ops } from '../../ir/index.js';
import { inner } from '../../numerics/linear-nodes.js';
import { running, statuses } from '../status.js';
import { lineSearch } from './line-search.js';
import type { Solver } from './solver.js';

/** Options of {@link gradientDescent}. */
export interface GradientDescentOptions {
  /** Fixed step length; without it the step is found by backtracking, starting from twice the last one. */
  readonly step?: number;
}

/**
 * x ← x − η ∇f(x). With `step`, η is fixed: for a gradient that is L-Lipschitz choose η < 2/L, else the iterates run away
 * (status `diverged`). Without, η is halved until f falls sufficiently.
 *
 * @param options `step` η; without it the first length tried is 1, then twice the last one that was taken.
 * @throws Error if `step` is not positive.
 * @example
 * ```ts
 * const loss = (x: tf.Tensor) => tf.square(tf.sub(x, 3));
 * minimize(loss, tensor(0), undefined, { solver: gradientDescent({ step: 0.1 }), maxSteps: 200 }).value; // 3
 * ```
 */
export function gradientDescent(options: GradientDescentOptions = {}): Solver<'minimize'> {
  const { step } = options;
  if (step !== undefined && !(step > 0))
    throw new Error(`gradientDescent: expected a positive step, found ${step}`);
  if (step !== undefined) {
    return {
      name: 'gradientDescent',
      solves: 'minimize',
      init: () => ({}),
      step: (problem, point, memory) => ({
        point: problem.at(ops.sub(point.x, ops.mul(step, point.residual))),
        memory,
        code: ops.fill(point.x.builder, running, [], 'i32'),
      }),
    };
  }
  return {
    name: 'gradientDescent',
    solves: 'minimize',
    init: (b) => ({ length: ops.fill(b, 0.5) }),
    step(problem, point, memory) {
      const d = ops.neg(point.residual);
      const found = lineSearch(problem, point, d, ops.neg(inner(d, d)), {
        first: ops.mul(2, memory.length!),
        wolfe: false,
        // a quarter of the slope: on a quadratic a step of at most 3/2 of the best along d, so that none overshoots for ever
        decrease: 0.25,
      });
      const moved = ops.gt(found.length, 0);
      return {
        point: found.point,
        memory: { length: ops.select(moved, found.length, memory.length!) },
        code: ops.select(moved, running, ops.fill(moved.builder, statuses.stagnated.code, [], 'i32')),
      };
    },
  };
}
