/**
 * Samplers over tensors: explicit keys, the numbers of JAX.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type Node, type Shape } from '../ir/index.js';
import { lift, type Key, type Leaf } from '../staging/index.js';
import { bitsNode, normalNode, uniformNode } from './nodes.js';
import { requireKey, useKey } from './reuse.js';

/** What every sampler does: a key is asked for and used up, and a function of nodes runs on it. */
export function draw(
  who: string,
  key: Key,
  rest: readonly Leaf[],
  f: (k: Node, ...rest: Node[]) => Node,
): tf.Tensor {
  requireKey(who, key);
  useKey(who, key);
  return lift([key, ...rest], (_, k, ...nodes) => f(k!, ...nodes))[0] as tf.Tensor;
}

/**
 * Uniforms on [low, high): low + (high − low)·u with u = (bits ≫ 9)·2⁻²³, as `jax.random.uniform` (the u exactly; the
 * scaling is done here in the precision of the executor).
 *
 * @param key one key; a batch of keys gives a draw of this shape for each, its axes leading.
 * @param shape shape of the draw, default [].
 * @param low lower bound, a number or a tensor that broadcasts with the draw, default 0.
 * @param high upper bound, likewise, default 1.
 * @throws if `key` is no key, or is used twice in one recording (`reuse(key)` allows it).
 * @example
 * const u = randomUniform(key(0), [2, 3], -1, 1);
 * u.shape; // [2, 3]
 * tf.all(tf.lessEqual(tf.abs(u), 1)); // true
 */
export function randomUniform(
  key: Key,
  shape: Shape = [],
  low: tf.Tensor | number = 0,
  high: tf.Tensor | number = 1,
): tf.Tensor {
  return draw('randomUniform', key, [low, high], (k, l, h) =>
    ops.add(l!, ops.mul(ops.sub(h!, l!), uniformNode(k, shape))),
  );
}

/**
 * Standard normals: √2·erfinv(u), u uniform on (−1, 1), as `jax.random.normal` up to rounding.
 *
 * @param key one key; a batch of keys gives a draw of this shape for each, its axes leading.
 * @param shape shape of the draw, default [].
 * @throws if `key` is no key, or is used twice in one recording (`reuse(key)` allows it).
 * @example
 * randomNormal(key(0), [3]); // ≈ [1.6226, 2.0253, -0.4336], as JAX draws
 */
export function randomNormal(key: Key, shape: Shape = []): tf.Tensor {
  return draw('randomNormal', key, [], (k) => normalNode(k, shape));
}

/**
 * Random 32-bit words as an int32 tensor, as `jax.random.bits` (there unsigned: `x >>> 0` for an element x).
 *
 * @param key one key; a batch of keys gives words of this shape for each, its axes leading.
 * @param shape shape of the result, default [].
 * @throws if `key` is no key, or is used twice in one recording (`reuse(key)` allows it).
 * @example
 * randomBits(key(0), [4]).dtype; // 'int32'
 */
export function randomBits(key: Key, shape: Shape = []): tf.Tensor {
  return draw('randomBits', key, [], (k) => ops.cast(bitsNode(k, shape), 'i32'));
}
