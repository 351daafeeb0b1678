/**
 * Conditionals on tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { applyNodes, flat, leavesLike, record, shareCaptures, type Flat } from './recorded.js';

/**
 * `f(...args)` if `predicate` holds, else `g(...args)`; only that branch is run (both, and a selection, under `vmap`
 * with a batched predicate).
 *
 * @param predicate bool scalar.
 * @param f the branch where it holds: a function of the arguments, and of any outer values.
 * @param g the other branch, with results of the same structure, shapes and types.
 * @throws an error naming the leaf in which the results of the branches differ.
 * @example
 * ```ts
 * const relu = (x: tf.Tensor) =>
 *   cond(
 *     tf.greater(x, 0),
 *     (y) => y,
 *     (y) => tf.zerosLike(y),
 *     x,
 *   );
 * relu(tensor(2)); // 2
 * grad(relu)(tensor(-2)); // 0
 * ```
 */
export function cond<A extends readonly unknown[], R>(
  predicate: tf.Tensor | boolean,
  f: (...args: A) => R,
  g: (...args: A) => R,
  ...args: A
): R {
  let result: Flat | undefined;
  const run =
    (h: (...args: A) => R) =>
    (...xs: unknown[]): Flat['leaves'] => {
      const found = flat(h(...(xs as unknown as A)));
      result ??= found;
      return leavesLike('cond: the second branch returns another value than the first', result, found);
    };
  const { graphs, captures, captureAvals } = shareCaptures(record(run(f), args), record(run(g), args));
  const [whenTrue, whenFalse] = graphs;
  const leaves = [predicate, ...flat(args).leaves];
  const out = applyNodes(leaves, captures, captureAvals, (b, [p, ...xs], captured) => {
    if (p!.dtype !== 'bool' || p!.shape.length > 0) {
      throw new Error(`cond: expected a bool scalar as predicate, found ${p!.dtype}[${p!.shape.join(',')}]`);
    }
    return b.nodes('cond', { branches: [whenFalse!, whenTrue!] }, [ops.cast(p!, 'i32'), ...captured, ...xs]);
  });
  return unflatten(result!.def, out) as R;
}
