/**
 * Damped Newton for systems of equations.
 *
 * @module
 */
import { ops } from '../../ir/index.js';
import { allFinite, luSolve } from '../../numerics/linear-nodes.js';
import { running, statuses } from '../status.js';
import { lineSearch } from './line-search.js';
import type { Solver } from './solver.js';

/**
 * x ← x + t d with ∂F(x) d = −F(x) by LU, and t = 1, ½, ¼, … until ½‖F‖² falls sufficiently.
 *
 * A singular Jacobian ends the solve with status `singular`; a point from which ‖F‖ cannot be brought down along d, with
 * `stagnated`.
 *
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => tf.sub(tf.square(x), 2);
 * root(f, tensor(1), undefined, { solver: newtonRoot() }).value; // 1.414214: √2
 * ```
 */
export function newtonRoot(): Solver<'root'> {
  return {
    name: 'newtonRoot',
    solves: 'root',
    init: () => ({}),
    step(problem, point, memory) {
      const b = point.residual.builder;
      const d = luSolve(problem.jacobian(point.x), ops.neg(point.residual));
      // φ'(0) of ½‖F(x + t d)‖² is Fᵀ∂F d = −‖F‖²
      const found = lineSearch(problem, point, d, ops.mul(-2, point.merit), { first: 1, wolfe: false });
      const moved = ops.select(
        ops.gt(found.length, 0),
        running,
        ops.fill(b, statuses.stagnated.code, [], 'i32'),
      );
      return { point: found.point, memory, code: ops.select(allFinite(d), moved, statuses.singular.code) };
    },
  };
}
