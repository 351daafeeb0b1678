/**
 * A plain outer loop over a bilevel problem.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../../src/optimize/optimizer.js';
import { statusFromCode, type Status } from '../../src/optimize/status.js';
import { flatten, hostOf, type Leaf } from '../../src/staging/index.js';
import type { Bilevel, BilevelState } from './bilevel.js';

/** Options of {@link tune}. */
export interface TuneOptions {
  readonly optimizer: Optimizer;
  /** Number of updates of x. */
  readonly steps: number;
}

/** One point of the path: x, and what was found there, as numbers. */
export interface TuneStep<X> {
  readonly x: X;
  readonly value: number;
  /** ‖dF/dx‖₂. */
  readonly gradientNorm: number;
  readonly status: Status;
  readonly linearResidual: number;
}

/**
 * x_{t+1} = update(dF/dx(x_t), x_t) from x₀, each inner and linear solve started where the last ended.
 *
 * @param problem as `bilevel` returns it.
 * @param x0 where to start, a tree of real tensors; it stays the caller's.
 * @returns the path, `steps + 1` points of which the last is the result; its tensors are the caller's to dispose of.
 * @example
 * ```ts
 * const problem = bilevel({
 *   inner: { objective: (y: tf.Tensor, x: tf.Tensor) => tf.square(tf.sub(y, x)), init: () => tensor(0) },
 *   outer: (y: tf.Tensor) => tf.square(tf.sub(y, 2)),
 * });
 * const path = tune(problem, tensor(0), { optimizer: sgd(0.25), steps: 20 });
 * path.length; // 21
 * path.at(-1)!.x; // ≈ 2.0000
 * ```
 */
export function tune<X, Y>(problem: Bilevel<X, Y>, x0: X, { optimizer, steps }: TuneOptions): TuneStep<X>[] {
  const path: TuneStep<X>[] = [];
  let x = x0;
  let memory = optimizer.init(x0);
  let state: BilevelState<Y> | undefined;
  for (let t = 0; t <= steps; t++) {
    const found = problem.valueAndGrad(x, state);
    const { gradient, value, diagnostics } = found;
    path.push({
      x,
      value: number(value),
      gradientNorm: Math.hypot(...flatten(gradient).leaves.flatMap((g) => [...hostOf(g).data])),
      status: statusFromCode(number(diagnostics.status)),
      linearResidual: number(diagnostics.linearResidual),
    });
    const next = t < steps ? optimizer.update(gradient, memory, x) : { params: x, state: undefined };
    const keep = [path.map((p) => p.x), next.params, next.state, found.state, x0];
    dispose([found, memory, state], t < steps ? keep : [path.map((p) => p.x), x0]);
    ({ params: x, state: memory } = next);
    state = found.state;
  }
  return path;
}

const number = (x: Leaf): number => hostOf(x).data[0]!;

/** Disposes of the tensors of a tree that another does not hold. */
function dispose(tree: unknown, keep: unknown): void {
  const kept = new Set<unknown>(flatten(keep).leaves);
  for (const leaf of flatten(tree).leaves) if (leaf instanceof tf.Tensor && !kept.has(leaf)) leaf.dispose();
}
