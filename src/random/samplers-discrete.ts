/**
 * Samplers of discrete laws, permutations and choices over tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, sizeOf, type Node, type Shape } from '../ir/index.js';
import type { Key } from '../staging/index.js';
import { binomialNode, multinomialNode } from './binomial-nodes.js';
import {
  bernoulliNode,
  categoricalNode,
  countNode,
  geometricNode,
  integerNode,
  permutationNode,
  weightedIndexNode,
  weightedSubsetNode,
} from './discrete-nodes.js';
import { poissonNode } from './poisson-nodes.js';
import { draw } from './samplers.js';

type Real = tf.Tensor | number;

/**
 * true where u < p, a bool tensor, as `jax.random.bernoulli`.
 *
 * @param key one key; a batch of keys gives a draw of this shape for each, its axes leading.
 * @param p probability of true, default ½; broadcasts with the draw. @param shape shape of the draw, default [].
 * @throws if `key` is no key, or is used twice in one recording (`reuse(key)` allows it).
 * @example
 * randomBernoulli(key(0), 0.3, [4]);
 */
export function randomBernoulli(key: Key, p: Real = 0.5, shape: Shape = []): tf.Tensor {
  return draw('randomBernoulli', key, [p], (k, v) => bernoulliNode(k, v!, shape));
}

/**
 * Classes 0, …, K − 1 with probabilities softmax(logits), an int32 tensor, as `jax.random.categorical`.
 *
 * @param logits [..., K], whose leading axes broadcast with the draw.
 * @param shape shape of the draw, default the leading axes of the logits. @param key as {@link randomBernoulli}.
 * @example
 * randomCategorical(key(0), tf.tensor1d([0, 1, 2]), [10]);
 */
export function randomCategorical(key: Key, logits: tf.Tensor, shape?: Shape): tf.Tensor {
  return draw('randomCategorical', key, [logits], (k, l) =>
    categoricalNode(k, l!, shape ?? l!.shape.slice(0, -1)),
  );
}

/**
 * Numbers of trials up to and with the first success, 1, 2, …, an int32 tensor, as `jax.random.geometric`.
 *
 * @param key, shape as {@link randomBernoulli}. @param p probability of success; broadcasts with the draw.
 * @example
 * randomGeometric(key(0), 0.2, [4]);
 */
export function randomGeometric(key: Key, p: Real, shape: Shape = []): tf.Tensor {
  return draw('randomGeometric', key, [p], (k, v) => countNode(geometricNode(k, v!, shape)));
}

/**
 * Integers low ≤ x < high, an int32 tensor, as `jax.random.randint`; an empty range gives `low`.
 *
 * @param key as {@link randomBernoulli}. @param low, high int32 bounds that broadcast with the draw.
 * @example
 * randomInteger(key(0), [10], 1, 7).shape; // [10], ten throws of a die
 */
export function randomInteger(key: Key, shape: Shape, low: Real, high: Real): tf.Tensor {
  return draw('randomInteger', key, [low, high], (k, l, h) =>
    integerNode(k, countNode(l!), countNode(h!), shape),
  );
}

/**
 * Poisson counts, an int32 tensor, as `jax.random.poisson`.
 *
 * @param key, shape as {@link randomBernoulli}. @param rate mean, not negative, below 2³¹; broadcasts with the draw.
 * @example
 * randomPoisson(key(0), 2.5, [4]);
 */
export function randomPoisson(key: Key, rate: Real, shape: Shape = []): tf.Tensor {
  return draw('randomPoisson', key, [rate], (k, v) => countNode(poissonNode(k, ops.cast(v!, 'f'), shape)));
}

/**
 * Numbers of successes in `count` trials, an int32 tensor, as `jax.random.binomial`.
 *
 * @param key, shape as {@link randomBernoulli}. @param count, p broadcast with the draw.
 * @example
 * randomBinomial(key(0), 10, 0.3, [4]);
 */
export function randomBinomial(key: Key, count: Real, p: Real, shape: Shape = []): tf.Tensor {
  return draw('randomBinomial', key, [count, p], (k, n, v) =>
    countNode(binomialNode(k, ops.cast(n!, 'f'), v!, shape)),
  );
}

/**
 * How `count` trials fall into K classes, an int32 tensor [..., K], as `jax.random.multinomial`.
 *
 * @param p [..., K], weights up to a factor. @param shape shape of the draw without its last axis, default the leading
 *   axes of p. @param key as {@link randomBernoulli}.
 * @example
 * randomMultinomial(key(0), 20, tf.tensor1d([1, 2, 1]));
 */
export function randomMultinomial(key: Key, count: Real, p: tf.Tensor, shape?: Shape): tf.Tensor {
  return draw('randomMultinomial', key, [count, p], (k, n, v) =>
    countNode(multinomialNode(k, ops.cast(n!, 'f'), v!, shape ?? v!.shape.slice(0, -1))),
  );
}

/**
 * A random permutation of 0, …, n − 1, or of the slices of a tensor along its first axis, as `jax.random.permutation`.
 *
 * @param key as {@link randomBernoulli}. @param x a number n, or a tensor with one axis or more.
 * @example
 * permutation(key(0), 10);
 */
export function permutation(key: Key, x: number | tf.Tensor): tf.Tensor {
  if (typeof x === 'number') return draw('permutation', key, [], (k) => permutationNode(k, x));
  return draw('permutation', key, [x], (k, v) => shapes.gather(v!, permutationNode(k, v!.shape[0]!)));
}

/** Options of {@link choice}. */
export interface ChoiceOptions {
  /** Whether an element may be drawn more than once; default true. */
  readonly replace?: boolean;
  /** Weights [n] up to a factor; default equal. */
  readonly weights?: tf.Tensor;
}

/**
 * Elements drawn from 0, …, n − 1, or from the slices of a tensor along its first axis, as `jax.random.choice`.
 *
 * @param key as {@link randomBernoulli}. @param x a number n, or a tensor with one axis or more.
 * @param shape shape of the choice; the other axes of x follow.
 * @throws if more elements are asked for than there are, without replacement.
 * @example
 * choice(key(0), tf.tensor1d([3, 5, 8]), [2], { replace: false });
 */
export function choice(
  key: Key,
  x: number | tf.Tensor,
  shape: Shape = [],
  { replace = true, weights }: ChoiceOptions = {},
): tf.Tensor {
  const n = typeof x === 'number' ? x : x.shape[0];
  const count = sizeOf(shape);
  if (n === undefined || !(n > 0))
    throw new Error('choice: expected something to choose from, found nothing');
  if (!replace && count > n) {
    throw new Error(`choice: ${count} elements were asked for without replacement, there are ${n}`);
  }
  const leaves = [...(weights === undefined ? [] : [weights]), ...(typeof x === 'number' ? [] : [x])];
  return draw('choice', key, leaves, (k, ...given) => {
    const p = weights === undefined ? undefined : given[0]!;
    const batch = k.shape.slice(0, -1);
    const first = (order: Node): Node =>
      shapes.reshape(shapes.sliceAxis(order, batch.length, 0, count), [...batch, ...shape]);
    const bound = (v: number): Node => ops.fill(k.builder, v, [], 'i32');
    const indices = replace
      ? p === undefined
        ? integerNode(k, bound(0), bound(n), shape)
        : weightedIndexNode(k, p, shape)
      : first(p === undefined ? permutationNode(k, n) : weightedSubsetNode(k, p, count));
    return typeof x === 'number' ? indices : shapes.gather(given[given.length - 1]!, indices);
  });
}
