/**
 * Counting loops.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { hostArray } from '../ir/index.js';
import { tensorFromHost } from '../staging/index.js';
import { range } from './rewire.js';
import { scan } from './scan.js';
import { whileLoop } from './while-loop.js';

/**
 * `for (let i = lo; i < hi; i++) carry = body(i, carry)`, from `init`; `i` is an int32 scalar.
 *
 * With numbers as bounds it is a `scan`, differentiable in both modes; with a tensor bound a `whileLoop`, forwards only.
 *
 * @param body the next carry, of the same structure, shapes and types.
 * @throws an error if a bound is not whole (a number, or an int32 scalar), or naming the leaf of the carry that changes.
 * @example
 * ```ts
 * foriLoop(1, 6, (i, p: tf.Tensor) => tf.mul(p, tf.cast(i, 'float32')), tensor(1)); // 120
 * ```
 */
export function foriLoop<C>(
  lo: number | tf.Tensor,
  hi: number | tf.Tensor,
  body: (i: tf.Scalar, carry: C) => C,
  init: C,
): C {
  if (typeof lo === 'number' && typeof hi === 'number') {
    if (!Number.isInteger(lo) || !Number.isInteger(hi))
      throw new Error(`foriLoop: expected whole bounds, found ${lo} and ${hi}`);
    const length = Math.max(0, hi - lo);
    const indices = tensorFromHost(hostArray(range(lo, length), [length], 'i32'));
    return scan((c: C, i: tf.Tensor) => [body(i as tf.Scalar, c), undefined], init, indices, { length })[0];
  }
  const whole = (v: number | tf.Tensor): tf.Tensor => {
    if (typeof v === 'number' ? Number.isInteger(v) : v.dtype === 'int32')
      return typeof v === 'number' ? tf.scalar(v, 'int32') : v;
    throw new Error(
      `foriLoop: expected bounds that are whole numbers or int32 scalars, found ${typeof v === 'number' ? v : v.dtype}`,
    );
  };
  const end = whole(hi);
  const one = tf.scalar(1, 'int32');
  const [, last] = whileLoop<readonly [tf.Tensor, C]>(
    ([i]) => tf.less(i, end),
    ([i, c]) => [tf.add(i, one), body(i as tf.Scalar, c)],
    [whole(lo), init],
  );
  return last;
}
