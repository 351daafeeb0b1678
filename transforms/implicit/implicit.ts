/**
 * The implicit function theorem for a solver of the user's own.
 *
 * @module
 */
import { inline, ops, type Builder, type LinearMethod, type Node } from '../../src/ir/index.js';
import { allFinite, norm } from '../../src/numerics/linear-nodes.js';
import { ravel, unravel } from '../../src/numerics/ravel.js';
import { flat, leavesLike, record, shareCaptures, type Flat } from '../../src/numerics/recorded.js';
import { tolerance, type Tolerance } from '../../src/optimize/solvers/solve.js';
import { statuses, type Status } from '../../src/optimize/status.js';
import { applyLayer, expectReal } from './layer.js';
import type { Found } from './root-nodes.js';
import type { Solution } from './solution.js';

/** Options of {@link implicit}. */
export interface ImplicitOptions {
  /** ‖F‖₂ ≤ absolute + relative · ‖F(init)‖₂ counts as converged; default 1e-8 each. */
  readonly tol?: number | Tolerance;
  /** How the derivative's system with ∂F at the solution is solved; default LU. */
  readonly linear?: LinearMethod;
}

/**
 * A solver made differentiable by the equation that its result satisfies.
 *
 * `y* = solver(θ, init)` is run as it stands, and no derivative is taken of it; derivatives of any order and mode come from
 * `F(y*, θ) = 0`: `dy* = −(∂ᵧF)⁻¹ ∂_θF dθ`. Recorded values that `solver` or `optimality` close over are differentiated like θ.
 *
 * @param solver (θ, init) ↦ `y*`, from any staged code (`whileLoop`, `scan`, tfjs). A tree of real tensors of init's structure.
 * @param optimality F(y, θ): residuals with y's structure and shapes; for a minimizer the gradient of its objective.
 * @returns (θ, init) ↦ {@link Solution} whose status says whether F is within the tolerance at `y*` (else `stagnated`, or
 * `nonfinite`), and whose `stats.steps` is 1.
 * @throws an error naming the leaf in which the result of `solver` or `optimality` differs from init. Never for numerical
 * reasons: look at `status`.
 * @example
 * ```ts
 * // Heron's square root
 * const sqrt = implicit(
 *   (a: tf.Tensor, x0: tf.Tensor) => foriLoop(0, 8, (_, x) => tf.mul(0.5, tf.add(x, tf.div(a, x))), x0),
 *   (x: tf.Tensor, a: tf.Tensor) => tf.sub(tf.square(x), a),
 * );
 * grad((a: tf.Tensor) => sqrt(a, tensor(1)).value)(4); // 0.25
 * ```
 */
export function implicit<Y, T>(
  solver: (theta: T, init: Y) => Y,
  optimality: (y: Y, theta: T) => Y,
  options: ImplicitOptions = {},
): (theta: T, init: Y) => Solution<Y> {
  const { linear = { kind: 'lu' } } = options;
  const { absolute, relative } = tolerance(options.tol ?? 1e-8);
  return (theta, init) => {
    const start = flat(init);
    expectReal('implicit: init', start);
    const params = flat(theta);
    const like =
      (what: string, f: (...args: never[]) => Y) =>
      (...args: unknown[]): Flat['leaves'] =>
        leavesLike(what, start, flat(f(...(args as never[]))));
    const shared = shareCaptures(
      record(like('implicit: the result of the solver differs from init', solver), [theta, init]),
      record(like('implicit: the residual differs from init', optimality), [init, theta]),
    );
    const [solverGraph, optimalityGraph] = shared.graphs;
    // a layer's θ is params ++ captures; the shared graphs take the captures first
    const count = params.leaves.length;
    const residual = (x: Node, t: readonly Node[]): Node =>
      ravel(
        inline(x.builder, optimalityGraph!, [
          ...t.slice(count),
          ...unravel(x, start.avals),
          ...t.slice(0, count),
        ]),
      );
    const run = (b: Builder, t: readonly Node[], x0: Node): Found => {
      const y = inline(b, solverGraph!, [
        ...t.slice(count),
        ...t.slice(0, count),
        ...unravel(x0, start.avals),
      ]);
      const x = ravel(y);
      const size = norm(residual(x, t));
      const target = ops.add(absolute, ops.mul(relative, norm(residual(x0, t))));
      const code = (of: Status): Node => ops.fill(b, statuses[of].code, [], 'i32');
      const finite = ops.and(ops.isFinite(size), allFinite(x));
      const end = ops.select(ops.le(size, target), code('converged'), code('stagnated'));
      return {
        x,
        code: ops.select(finite, end, code('nonfinite')),
        residual: size,
        steps: ops.fill(b, 1, [], 'i32'),
        memory: {},
      };
    };
    return applyLayer({ solve: run, optimality: residual, linear }, start, params.leaves, shared, undefined);
  };
}
