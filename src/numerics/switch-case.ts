/**
 * Choices among several functions.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type Node } from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { applyNodes, flat, leavesLike, record, shareCaptures, type Flat } from './recorded.js';

/** The index as a node; a real one is refused, unless it is a whole number that was given as such. */
function indexOf(index: Node, given: number | tf.Tensor): Node {
  const whole = index.dtype === 'i32' || (typeof given === 'number' && Number.isInteger(given));
  if (!whole || index.shape.length > 0) {
    const found = typeof given === 'number' ? given : `${index.dtype}[${index.shape.join(',')}]`;
    throw new Error(`switchCase: expected an int32 scalar or a whole number as index, found ${found}`);
  }
  return ops.cast(index, 'i32');
}

/**
 * `branches[index](...args)`; only that branch is run (all of them, and a selection, under `vmap` with a batched index).
 *
 * @param index int32 scalar or whole number; below 0 it means the first branch, above the last the last one.
 * @param branches functions of the arguments, and of any outer values, with results of one structure, shapes and types.
 * @throws an error naming the leaf in which the results of two branches differ.
 * @example
 * ```ts
 * const power = (k: tf.Tensor, x: tf.Scalar) => switchCase(k, [(x) => tf.onesLike(x), (x) => x, (x) => tf.square(x)], x);
 * power(tf.scalar(2, 'int32'), tf.scalar(3)); // 9
 * ```
 */
export function switchCase<A extends readonly unknown[], R>(
  index: number | tf.Tensor,
  branches: readonly ((...args: A) => R)[],
  ...args: A
): R {
  if (branches.length === 0) throw new Error('switchCase: expected at least one branch');
  let result: Flat | undefined;
  const bodies = branches.map((h, k) =>
    record((...xs) => {
      const found = flat(h(...(xs as unknown as A)));
      result ??= found;
      return leavesLike(`switchCase: branch ${k} returns another value than the first`, result, found);
    }, args),
  );
  const { graphs, captures, captureAvals } = shareCaptures(...bodies);
  const out = applyNodes([index, ...flat(args).leaves], captures, captureAvals, (b, [k, ...xs], captured) =>
    b.nodes('cond', { branches: graphs }, [indexOf(k!, index), ...captured, ...xs]),
  );
  return unflatten(result!.def, out) as R;
}
