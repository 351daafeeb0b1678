/**
 * Loops whose number of steps depends on values.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval } from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { applyNodes, flat, leavesLike, record, shareCaptures, type Flat } from './recorded.js';

/**
 * `while (condition(carry)) carry = body(carry)`, from `init`.
 *
 * Differentiable forwards; for reverse mode use `scan` with a fixed number of steps, or state the loop's result as a
 * root or minimizer with an implicit rule. Under `vmap` the loop runs until every lane is done, and a lane that is done
 * keeps its value.
 *
 * @param condition bool scalar from the carry.
 * @param body the next carry, of the same structure, shapes and types.
 * @throws an error naming the leaf of the carry that changes.
 * @example
 * ```ts
 * whileLoop((x: tf.Tensor) => tf.less(x, 100), (x) => tf.mul(x, 2), tensor(1)); // 128
 * ```
 */
export function whileLoop<C>(condition: (carry: C) => tf.Tensor, body: (carry: C) => C, init: C): C {
  const carry = flat(init);
  const test = record((c) => flat(condition(c as C)).leaves, [init]);
  const step = (c: unknown): Flat['leaves'] =>
    leavesLike('whileLoop: the next carry differs from the first', carry, flat(body(c as C)));
  const [result, ...more] = test.graph.outputs;
  if (result === undefined || more.length > 0 || result.dtype !== 'bool' || result.shape.length > 0) {
    throw new Error(
      `whileLoop: expected a bool scalar from the condition, found ${test.graph.outputs.map((o) => formatAval(o.avals[0]!)).join(', ')}`,
    );
  }
  const { graphs, captures, captureAvals } = shareCaptures(test, record(step, [init]));
  const count = captures.length;
  const out = applyNodes(carry.leaves, captures, captureAvals, (b, inputs, captured) =>
    b.nodes('while', { cond: graphs[0]!, body: graphs[1]!, condConsts: count, bodyConsts: count }, [
      ...captured,
      ...captured,
      ...inputs,
    ]),
  );
  return unflatten(carry.def, out) as C;
}
