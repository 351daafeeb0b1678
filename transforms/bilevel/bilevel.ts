/**
 * Bilevel problems and their hypergradients.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval } from '../../src/ir/index.js';
import { flat, leavesLike, type Flat } from '../../src/numerics/recorded.js';
import { describeStatus, statusFromCode } from '../../src/optimize/status.js';
import { apply, currentRecording, hostOf, isRecorded, unflatten } from '../../src/staging/index.js';
import { expectReal } from '../implicit/layer.js';
import { minimize } from '../implicit/minimize.js';
import type { Solution } from '../implicit/solution.js';
import type { BilevelProblem, Diagnostics } from './problem.js';
import { nameOf, stageProblem, type Staged, type Warm } from './staged.js';

/** A hypergradient with what the next outer step can start from. */
export interface HypergradientResult<X, Y> {
  /** F(x) = outer(y, x). */
  readonly value: tf.Tensor;
  /** dF/dx, of the structure of x. */
  readonly gradient: X;
  /** The inner solution that both were taken at. */
  readonly y: Y;
  readonly diagnostics: Diagnostics;
  readonly state: BilevelState<Y>;
}

/** What warm-starts the next outer step: inner variables, and the solution of the linear system if there is one. */
export interface BilevelState<Y> {
  readonly y: Y;
  readonly v?: Y | undefined;
}

/** The functions that a bilevel problem becomes. */
export interface Bilevel<X, Y> {
  /**
   * F(x) and dF/dx. `state` of an earlier result starts the inner and the linear solve where that one ended.
   *
   * @throws an error naming the hyperparameter that reaches neither objective, or (outside recordings) whose
   * hypergradient is NaN; or the leaf in which `state` differs from the inner variables.
   */
  valueAndGrad(x: X, state?: BilevelState<Y>): HypergradientResult<X, Y>;
  /** The inner solution alone, as a layer of x that is differentiable by any transform. */
  solve(x: X, state?: BilevelState<Y>): Solution<Y>;
}

/**
 * min over x of `F(x) = outer(y*(x), x)`, where `y*(x)` = argmin over y of inner.objective(y, x), as functions that give
 * F and its gradient, the hypergradient.
 *
 * Methods are interchangeable on one problem: `'implicit-cg'` (default) solves the inner problem and one linear system
 * with its Hessian by conjugate gradients; `'unrolled'` differentiates T steps of gradient descent. Both report how far
 * to trust them (`diagnostics`). Results are trees of tensors and may be staged, batched, and (implicit-cg)
 * differentiated again.
 *
 * The functions of the problem are recorded once for each structure of x: they must not read outer values that change.
 *
 * @param problem `inner` (objective, init, solver, tol, steps), `outer`, and `hypergradient`, default `'implicit-cg'`.
 * @example
 * ```ts
 * // a penalty eˣ on the slope w of training points, judged by validation points
 * const slope = (x: tf.Tensor, y: tf.Tensor) => (w: tf.Tensor) => tf.sum(tf.square(tf.sub(tf.mul(x, w), y)));
 * const training = slope(tensor([1, 2]), tensor([3, 4]));
 * const validation = slope(tensor([3]), tensor([5]));
 * const ridge = bilevel({
 *   inner: {
 *     objective: (w: tf.Tensor, x: tf.Tensor) => tf.add(training(w), tf.mul(tf.exp(x), tf.square(w))),
 *     init: () => tensor(0),
 *   },
 *   outer: (w: tf.Tensor) => validation(w),
 * });
 * const { value, gradient, diagnostics, state } = ridge.valueAndGrad(tensor(0));
 * value; // 0.25: w = 11/6
 * gradient; // ≈ -0.9167
 * statusOf(diagnostics); // 'converged'
 * ridge.valueAndGrad(tensor(0.1), state); // started where that one ended
 * ```
 */
export function bilevel<X, Y>(problem: BilevelProblem<X, Y>): Bilevel<X, Y> {
  const { inner } = problem;
  const prepared = new Map<string, Staged>();

  /** The staged problem for x; kept, unless a recording is under way, whose values it may have captured. */
  const prepare = (x: Flat, tree: X, warm: Warm): Staged => {
    const key = `${x.def.key}|${x.avals.map(formatAval).join()}|${warm.y}|${warm.v}`;
    if (currentRecording() !== undefined) return stageProblem(problem, x, tree, warm);
    const found = prepared.get(key) ?? stageProblem(problem, x, tree, warm);
    prepared.set(key, found);
    return found;
  };

  return {
    valueAndGrad(x, state) {
      const hyper = flat(x);
      expectReal('bilevel: the hyperparameters', hyper);
      const at = prepare(hyper, x, { y: state !== undefined, v: state?.v !== undefined });
      const warm = (name: 'y' | 'v'): Flat['leaves'] =>
        state?.[name] === undefined
          ? []
          : leavesLike(`bilevel: state.${name} differs from the inner variables`, at.y, flat(state[name]));
      const out = apply(at.graph, [...hyper.leaves, ...warm('y'), ...warm('v')], at.captures) as tf.Tensor[];
      const result = assemble<X, Y>(hyper, at, out);
      if (!isRecorded(result.value))
        expectNumbers(hyper, out.slice(1, 1 + hyper.leaves.length), result.diagnostics);
      return result;
    },
    solve: (x, state) =>
      minimize(inner.objective, state === undefined ? inner.init(x) : state.y, x, {
        ...(inner.solver && { solver: inner.solver }),
        ...(inner.tol !== undefined && { tol: inner.tol }),
        ...(inner.steps !== undefined && { maxSteps: inner.steps }),
      }),
  };
}

/** Results by name. */
function assemble<X, Y>(x: Flat, at: Staged, out: readonly tf.Tensor[]): HypergradientResult<X, Y> {
  let next = 0;
  const take = (count: number): tf.Tensor[] => out.slice(next, (next += count));
  const [value] = take(1);
  const gradient = unflatten(x.def, take(x.leaves.length)) as X;
  const y = unflatten(at.y.def, take(at.y.def.size)) as Y;
  const diagnostics = Object.fromEntries(at.diagnostics.map((name) => [name, take(1)[0]!]));
  const v = at.hasV ? (unflatten(at.y.def, take(at.y.def.size)) as Y) : undefined;
  return {
    value: value!,
    gradient,
    y,
    diagnostics: diagnostics as Record<keyof Diagnostics, tf.Tensor>,
    state: v === undefined ? { y } : { y, v },
  };
}

/** Throws if a concrete hypergradient has a NaN. */
function expectNumbers(x: Flat, gradient: readonly tf.Tensor[], diagnostics: Diagnostics): void {
  const faults = gradient.flatMap((g, i) => {
    const at = hostOf(g).data.findIndex(Number.isNaN);
    return at < 0 ? [] : [`${nameOf(x.paths[i]!)}${g.size > 1 ? ` (first at element ${at})` : ''}`];
  });
  if (faults.length === 0) return;
  const ended = [...new Set(hostOf(diagnostics.status).data)].map(statusFromCode);
  const causes = ended.map((s) =>
    s === 'converged'
      ? 'The inner solve converged: look at its solution for a derivative of the outer objective that is not finite, or for second derivatives of the inner one.'
      : `The inner solve ended '${s}': ${describeStatus(s)}`,
  );
  throw new Error(`bilevel: the hypergradient of ${faults.join(' and ')} is NaN. ${causes.join(' ')}`);
}
