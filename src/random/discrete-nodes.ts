/**
 * Draws from discrete laws by one uniform or one Gumbel variable each, as graph nodes: the algorithms of JAX.
 *
 * @module
 */
import { deepest, ops, shapes, type Node, type Shape } from '../ir/index.js';
import { gumbelNode } from './continuous-nodes.js';
import { bitsNode, splitNodes, uniformNode } from './nodes.js';

/** Counts as int32, those that it cannot hold as the largest that it can. */
export function countNode(n: Node): Node {
  return ops.cast(ops.minimum(n, 2 ** 31 - 1), 'i32');
}

/** u < p: key u32[..., 2] → bool[..., ...shape], as `jax.random.bernoulli`. p broadcasts with the draw. */
export function bernoulliNode(k: Node, p: Node, shape: Shape): Node {
  return ops.lt(uniformNode(k, shape), p);
}

/**
 * Classes by the Gumbel-max trick: argmaxᵢ (logitsᵢ + gᵢ), key u32[..., 2] → i32[..., ...shape], as
 * `jax.random.categorical`.
 *
 * @param logits f[..., K], log probabilities up to a constant, whose axes before the last broadcast with the draw.
 */
export function categoricalNode(k: Node, logits: Node, shape: Shape): Node {
  const classes = logits.shape[logits.shape.length - 1]!;
  const noisy = ops.add(gumbelNode(k, [...shape, classes]), logits);
  return noisy.builder.node('argMax', { axis: noisy.shape.length - 1 }, [noisy]);
}

/**
 * Number of Bernoulli trials up to and with the first success: ⌊log u/log(1 − p)⌋ + 1 ≥ 1, as `jax.random.geometric`;
 * f[..., ...shape]. p broadcasts with the draw.
 */
export function geometricNode(k: Node, p: Node, shape: Shape): Node {
  const u = uniformNode(k, shape);
  const logU = ops.log(ops.select(ops.eq(u, 0), 1, u));
  return ops.add(ops.floor(ops.div(logU, ops.log1p(ops.neg(p)))), 1);
}

/** x mod span for u32 nodes. */
const rem = (x: Node, span: Node): Node => ops.mod(x, span);

/**
 * Integers low ≤ x < high, key u32[..., 2] → i32[..., ...shape], as `jax.random.randint`: 64 random bits modulo the
 * span, so that the bias is below 2⁻³² for every span. An empty range gives `low`.
 *
 * @param low, high i32 nodes that broadcast with the draw.
 */
export function integerNode(k: Node, low: Node, high: Node, shape: Shape): Node {
  const [first, second] = splitNodes(k, 2);
  const [upper, lower] = [bitsNode(first!, shape), bitsNode(second!, shape)];
  const b = deepest([upper, low, high]);
  const [l, h] = [b.lift(low), b.lift(high)];
  const width = ops.cast(ops.sub(h, l), 'u32');
  const span = ops.select(ops.le(h, l), ops.fill(b, 1, [], 'u32'), width);
  // 2³² mod span, without 33 bits
  const half = rem(ops.fill(b, 2 ** 16, span.shape, 'u32'), span);
  const multiplier = rem(ops.mul(half, half), span);
  const offset = rem(ops.add(ops.mul(rem(upper, span), multiplier), rem(lower, span)), span);
  return ops.add(l, ops.cast(offset, 'i32'));
}

/** The places from which a stable sort along the last axis takes its elements: i32[..., n] for words or reals [..., n]. */
export function orderNode(x: Node): Node {
  return x.builder.nodes('sort', { axis: x.shape.length - 1 }, [x])[1]!;
}

/** Rounds of sorting after which equal random words are no longer to be feared, as JAX counts them. */
const roundsFor = (n: number): number => Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));

/**
 * A random permutation of 0, …, n − 1: key u32[..., 2] → i32[..., n], as `jax.random.permutation(key, n)`: sorted by
 * random words, once for n ≤ 1625, twice up to 2.6 million.
 */
export function permutationNode(k: Node, n: number): Node {
  const batch = k.shape.slice(0, -1);
  let order = shapes.iota(k.builder, [...batch, n], batch.length);
  let rest = k;
  for (let round = 0; round < roundsFor(n); round++) {
    const [next, own] = splitNodes(rest, 2);
    rest = next!;
    order = shapes.gather(order, orderNode(bitsNode(own!, [n])), batch.length, batch.length);
  }
  return order;
}

/**
 * Indices drawn with replacement with probabilities p[n] (up to a factor): the number of cumulative sums below
 * Σp·(1 − u), i32[..., ...shape], as `jax.random.choice(key, n, shape, p=p)`.
 */
export function weightedIndexNode(k: Node, p: Node, shape: Shape): Node {
  const n = p.shape[0]!;
  const sums = shapes.cumsum(p, 0);
  const r = ops.mul(shapes.index(sums, n - 1), ops.sub(1, uniformNode(k, shape)));
  return shapes.reduceSum(ops.cast(ops.lt(sums, shapes.expandDims(r, -1)), 'i32'), -1);
}

/** `count` of n indices drawn without replacement, in random order, with weights p[n]: the Gumbel top-k trick. */
export function weightedSubsetNode(k: Node, p: Node, count: number): Node {
  const noisy = ops.add(gumbelNode(k, [p.shape[0]!]), ops.log(p));
  return shapes.sliceAxis(orderNode(ops.neg(noisy)), noisy.shape.length - 1, 0, count);
}
