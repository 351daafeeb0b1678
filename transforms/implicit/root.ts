/**
 * Systems of equations as differentiable layers.
 *
 * @module
 */
import type { LinearMethod, Node } from '../../src/ir/index.js';
import { flat, leavesLike, record } from '../../src/numerics/recorded.js';
import { ravel } from '../../src/numerics/ravel.js';
import { newtonRoot } from '../../src/optimize/solvers/newton-root.js';
import { equation } from '../../src/optimize/solvers/problem.js';
import { solve, type StopOptions } from '../../src/optimize/solvers/solve.js';
import type { Solver } from '../../src/optimize/solvers/solver.js';
import { applyLayer, bodyNodes, expectReal } from './layer.js';
import type { Solution, SolverState } from './solution.js';

/** Options of {@link root}. */
export interface RootOptions extends StopOptions {
  /** Default `newtonRoot()`. */
  readonly solver?: Solver<'root'>;
  /** How the derivative's system with ∂F at the solution is solved; default LU. */
  readonly linear?: LinearMethod;
  /** `state` of an earlier solution with the same solver and sizes. */
  readonly state?: SolverState;
}

/**
 * `y*(θ)` with `F(y*, θ) = 0`, as a layer: `dy* = −(∂ᵧF)⁻¹ ∂_θF dθ` at `y*`.
 *
 * Works eagerly and inside `grad`, `jvp`, `vjp`, `hessian`, `vmap` in any nesting.
 *
 * @param f the residual: a tree of the structure and shapes of y. Recorded values that it closes over are differentiated like θ.
 * @param y0 where to start: a tree of real tensors; without derivative. It decides which root is found.
 * @param theta a tree of any leaves, or undefined.
 * @param options `solver`, `tol` (‖F‖₂ ≤ tol + tol·‖F(y0)‖₂; default 1e-10), `maxSteps` (default 200), `linear`, `state`.
 * @throws an error naming the leaf in which F differs from y. Never for numerical reasons: look at `status`.
 * @example
 * ```ts
 * const cubic = (y: tf.Tensor, t: tf.Tensor) => tf.sub(tf.add(tf.pow(y, 3), tf.mul(t, y)), 1);
 * const x = (t: tf.Tensor) => root(cubic, tensor(1), t).value;
 * x(tensor(1)); // ≈ 0.682328
 * grad(x)(1); // ≈ -0.284693: −x/(3x² + 1)
 * ```
 */
export function root<Y, T = undefined>(
  f: (y: Y, theta: T) => Y,
  y0: Y,
  theta?: T,
  options: RootOptions = {},
): Solution<Y> {
  const { solver = newtonRoot(), linear = { kind: 'lu' }, state, ...stop } = options;
  const start = flat(y0);
  expectReal('root: the starting value', start);
  const params = flat(theta);
  const body = record(
    (y, t) => leavesLike('root: the residual differs from the unknowns', start, flat(f(y as Y, t as T))),
    [y0, theta],
  );
  const residual = bodyNodes(body, start);
  const at = (t: readonly Node[]): ReturnType<typeof equation> => equation((x) => ravel(residual(x, t)));
  return applyLayer(
    {
      solve: (b, t, x0, memory) => solve(b, solver, at(t), x0, stop, memory),
      optimality: (x, t) => ravel(residual(x, t)),
      linear,
    },
    start,
    params.leaves,
    body,
    state,
  );
}
