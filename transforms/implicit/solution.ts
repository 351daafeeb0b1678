/**
 * The result of a solve.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { statusFromCode, type Status } from '../../src/optimize/status.js';
import { hostOf } from '../../src/staging/index.js';

/** Counts of a solve, one lane each under `vmap`; without derivative. */
export interface SolveStats {
  /** int32: steps made. */
  readonly steps: tf.Tensor;
}

/** What a solver remembers beside the point, as tensors; hand it to the next solve to start warm. Without derivative. */
export type SolverState = Readonly<Record<string, tf.Tensor>>;

/**
 * The result of a solve: a tree of tensors, so it may be returned from staged and batched functions. Only `value` is
 * differentiable. A solve never throws for numerical reasons: look at `status`.
 */
export interface Solution<Y, Stats = SolveStats> {
  /** The solution, of the structure of the starting value. */
  readonly value: Y;
  /** int32 code of how the solve ended, one lane each under `vmap`; {@link statusOf} names it. */
  readonly status: tf.Tensor;
  /** ‖optimality residual‖₂ at `value`: the gradient's, or the equation's. */
  readonly residual: tf.Tensor;
  readonly stats: Stats;
  readonly state: SolverState;
}

/**
 * The status of a concrete solution by name; a list of them, in row-major order, if it has lanes.
 *
 * @example
 * ```ts
 * const solution = minimize((x: tf.Tensor) => tf.square(tf.sub(x, 3)), tensor(0));
 * statusOf(solution); // 'converged'
 * solution.value; // 3
 * ```
 */
export function statusOf(solution: { readonly status: tf.Tensor }): Status | Status[] {
  const { data, shape } = hostOf(solution.status);
  const names = Array.from(data, statusFromCode);
  return shape.length === 0 ? names[0]! : names;
}
