/**
 * Minimization as a differentiable layer.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval, outputAvals, type LinearMethod, type Node } from '../../src/ir/index.js';
import { flat, record } from '../../src/numerics/recorded.js';
import { newton } from '../../src/optimize/solvers/newton.js';
import { objective } from '../../src/optimize/solvers/problem.js';
import { solve, type StopOptions } from '../../src/optimize/solvers/solve.js';
import type { Solver } from '../../src/optimize/solvers/solver.js';
import { applyLayer, bodyNodes, expectReal } from './layer.js';
import type { Solution, SolverState } from './solution.js';

/** Options of {@link minimize}. */
export interface MinimizeOptions extends StopOptions {
  /** Default `newton()`; `lbfgs()` where a Hessian is too large, `gradientDescent()` to compare with. */
  readonly solver?: Solver<'minimize'>;
  /** How the derivative's system with the Hessian at the solution is solved; default Cholesky. */
  readonly linear?: LinearMethod;
  /** `state` of an earlier solution with the same solver and sizes. */
  readonly state?: SolverState;
}

/**
 * `y*(θ)` = argmin over y of f(y, θ), as a layer: by the implicit function theorem
 *
 *     dy* = −(∇²ᵧᵧ f)⁻¹ ∂_θ∇ᵧf dθ    at y*,
 *
 * whatever solver found it. Works eagerly and inside `grad`, `jvp`, `vjp`, `hessian`, `vmap` in any nesting.
 *
 * @param f real scalar from y and θ. Recorded values that it closes over are differentiated like θ.
 * @param y0 where to start: a tree of real tensors; without derivative.
 * @param theta a tree of any leaves, or undefined.
 * @param options `solver`, `tol` (‖∇f‖₂ ≤ tol + tol·‖∇f(y0)‖₂; default 1e-10), `maxSteps` (default 200), `linear`, `state`.
 * @returns a {@link Solution}; its derivative is right only where `status` is `converged` and the Hessian is regular.
 * `converged` speaks of the gradient alone: a saddle, or a maximum that is the start, is a solution too.
 * @throws an error if f is not a real scalar, or y0 not real. Never for numerical reasons.
 * @example
 * ```ts
 * const loss = (w: tf.Tensor, p: tf.Tensor) => tf.add(tf.square(tf.sub(w, 2)), tf.mul(p, tf.square(w)));
 * const shrunk = (penalty: tf.Tensor) => minimize(loss, tensor(0), penalty).value;
 * shrunk(tensor(1)); // 1
 * grad(shrunk)(1); // -0.5
 * grad(grad(shrunk))(1); // 0.5
 * ```
 */
export function minimize<Y, T = undefined>(
  f: (y: Y, theta: T) => tf.Tensor,
  y0: Y,
  theta?: T,
  options: MinimizeOptions = {},
): Solution<Y> {
  const { solver = newton(), linear = { kind: 'cholesky' }, state, ...stop } = options;
  const start = flat(y0);
  expectReal('minimize: the starting value', start);
  const params = flat(theta);
  const body = record((y, t) => [f(y as Y, t as T)], [y0, theta]);
  const [aval] = outputAvals(body.graph);
  if (aval!.dtype !== 'f' || aval!.shape.length > 0) {
    throw new Error(`minimize: expected a real scalar from the function, found ${formatAval(aval!)}`);
  }
  const value = bodyNodes(body, start);
  const at = (t: readonly Node[]): ReturnType<typeof objective> => objective((x) => value(x, t)[0]!);
  return applyLayer(
    {
      solve: (b, t, x0, memory) => solve(b, solver, at(t), x0, stop, memory),
      optimality: (x, t) => at(t).at(x).residual,
      linear,
    },
    start,
    params.leaves,
    body,
    state,
  );
}
