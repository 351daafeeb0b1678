/**
 * Damped Newton for minimization.
 *
 * @module
 */
import { ops, shapes, type Node } from '../../ir/index.js';
import { condNodes } from '../../numerics/control-nodes.js';
import { allFinite, choleskySolve, inner, luSolve } from '../../numerics/linear-nodes.js';
import { running, statuses } from '../status.js';
import { lineSearch } from './line-search.js';
import type { Solver } from './solver.js';

/** Options of {@link newton}. */
export interface NewtonOptions {
  /** Adds `damping · I` to the Hessian of the step; default 0. */
  readonly damping?: number;
}

/**
 * x ← x + t d with (∇²f(x) + δI) d = −∇f(x), and t = 1, ½, ¼, … by sufficient decrease.
 *
 * The system is solved by Cholesky; where the Hessian is not positive definite by LU, and d is turned round if it leads
 * uphill. A singular Hessian ends the solve with status `singular`. Cost: one Hessian (n Hessian-vector products) and
 * O(n³) a step; quadratic convergence near a minimizer with positive definite Hessian.
 *
 * @param options `damping` δ, default 0.
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => tf.sub(tf.exp(x), tf.mul(2, x));
 * minimize(f, tensor(1), undefined, { solver: newton() }).value; // 0.693147: log 2
 * ```
 */
export function newton(options: NewtonOptions = {}): Solver<'minimize'> {
  const { damping = 0 } = options;
  return {
    name: 'newton',
    solves: 'minimize',
    init: () => ({}),
    step(problem, point, memory) {
      const { x, residual: g } = point;
      const b = g.builder;
      const hessian = ops.add(problem.jacobian(x), ops.mul(shapes.eye(b, x.shape[0]!), damping));
      const factor = shapes.cholesky(hessian);
      const minusG = ops.neg(g);
      const [raw] = condNodes(
        b,
        allFinite(factor),
        (): Node[] => [choleskySolve(factor, minusG)],
        (): Node[] => [luSolve(hessian, minusG)],
        [],
      );
      const slope = inner(g, raw!);
      const d = ops.select(ops.gt(slope, 0), ops.neg(raw!), raw!);
      const solved = allFinite(d);
      const found = lineSearch(problem, point, d, ops.neg(ops.abs(slope)), { first: 1, wolfe: false });
      const moved = ops.select(
        ops.gt(found.length, 0),
        running,
        ops.fill(b, statuses.stagnated.code, [], 'i32'),
      );
      return {
        point: found.point,
        memory,
        code: ops.select(solved, moved, statuses.singular.code),
      };
    },
  };
}
