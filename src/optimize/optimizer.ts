/**
 * The optimizer interface, and what the optimizers of this folder share.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, type Node } from '../ir/index.js';
import {
  avalOf,
  currentRecording,
  flatten,
  Key,
  lift,
  unflatten,
  type Leaf,
  type TreeDef,
} from '../staging/index.js';

/**
 * A first-order optimizer as two pure functions over trees of real tensors:
 *
 *     state₀ = init(x₀),   (x_{t+1}, state_{t+1}) = update(∇f(x_t), state_t, x_t),
 *
 * where `update` takes a step that *decreases* f. The state is a plain readonly record of tensors. Both functions may
 * be called inside a recording (the step becomes part of the staged program) or eagerly.
 *
 * @typeParam S - The tree of the state.
 * @example
 * const optimizer = sgd(0.25);
 * const gradient = grad((x: tf.Tensor) => tf.sum(tf.square(x)));
 * let x = tensor([1, 2]);
 * let state = optimizer.init(x);
 * for (let t = 0; t < 3; t++) ({ params: x, state } = optimizer.update(gradient(x), state, x));
 * x; // [0.125, 0.25]
 */
export interface Optimizer<S = unknown> {
  /** The state before the first step. */
  init(params: unknown): S;
  /** One step of descent: new parameters of the structure of `params`, and the next state. */
  update<P>(gradient: P, state: S, params: P): Updated<P, S>;
  /** The running average of the iterates, where the optimizer keeps one (see `averaged`). */
  average?(state: S): unknown;
}

/** Parameters and state after a step. */
export interface Updated<P, S> {
  readonly params: P;
  readonly state: S;
}

/** A tree taken apart: its leaves, what puts them together again, and the path of each leaf. */
export interface Parts {
  readonly leaves: readonly Leaf[];
  readonly def: TreeDef;
  readonly paths: readonly string[];
}

/**
 * The leaves of parameters, all real.
 *
 * @throws Error that names the leaf if one is a key, an integer or a boolean.
 */
export function realParts(optimizer: string, params: unknown): Parts {
  const parts = flatten(params);
  parts.leaves.forEach((leaf, i) => {
    if (!(leaf instanceof Key) && avalOf(leaf).dtype === 'f') return;
    const kind = leaf instanceof Key ? 'a key' : `of type ${avalOf(leaf).dtype}`;
    throw new Error(`${optimizer}: parameters are real tensors, '${parts.paths[i] || '(root)'}' is ${kind}`);
  });
  return parts;
}

/** The leaves of a tree that must have the structure of `params`: a gradient, a moment. */
export function leavesLike(optimizer: string, what: string, tree: unknown, params: Parts): readonly Leaf[] {
  const parts = flatten(tree);
  if (parts.def.key !== params.def.key) {
    const [found, expected] = [parts, params].map((p) => `[${p.paths.join(', ')}]`);
    throw new Error(`${optimizer}: the ${what} has leaves ${found}, the parameters ${expected}`);
  }
  return parts.leaves;
}

/** A tree of zeros with the structure and shapes of `params`. */
export function zerosOf(params: Parts): unknown {
  const zeros = lift(params.leaves, (_b, ...xs) => xs.map((x) => ops.zerosLike(x)));
  return unflatten(params.def, zeros);
}

/**
 * Applies one rule to every parameter: `rule(scalars, row)`, where a row holds the i-th leaf of each column.
 *
 * @returns The columns that the rule gives, each with the structure of `params`.
 */
export function byLeaf(
  params: Parts,
  scalars: readonly Leaf[],
  columns: readonly (readonly Leaf[])[],
  rule: (scalars: readonly Node[], row: readonly Node[]) => readonly Node[],
): unknown[] {
  const n = params.leaves.length;
  if (n === 0) return columns.map(() => unflatten(params.def, []));
  const out = lift([...scalars, ...columns.flat()], (_b, ...nodes) => {
    const head = nodes.slice(0, scalars.length);
    const rows = params.leaves.map((_, i) =>
      rule(
        head,
        columns.map((_column, k) => nodes[scalars.length + k * n + i]!),
      ),
    );
    return rows[0]!.flatMap((_, k) => rows.map((row) => row[k]!));
  });
  const count = out.length / n;
  return Array.from({ length: count }, (_, k) => unflatten(params.def, out.slice(k * n, (k + 1) * n)));
}

/** Runs a function whose intermediate tensors are of no use afterwards. In a recording there is nothing to dispose. */
export function tidied<T>(f: () => T): T {
  // tf.tidy wants a container type; the trees here are records of tensors
  return currentRecording() === undefined ? (tf.tidy(f as () => tf.TensorContainer) as T) : f();
}

/** A step count, one more. */
export function next(step: tf.Tensor): tf.Tensor {
  return lift([step], (_b, t) => ops.add(t!, 1))[0] as tf.Tensor;
}
