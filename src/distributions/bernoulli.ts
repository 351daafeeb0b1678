/**
 * The Bernoulli distribution over false and true, by logits or by probabilities.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';
import { uniformNode } from '../random/index.js';
import { notNaN, probability } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { BoolTensor, Dist, Num } from './types.js';

const zeroOrOne = (x: Node): Node => ops.or(ops.eq(x, 1), ops.eq(x, 0));

/** ifTrue where the value is true (1), ifFalse where it is false (0), −∞ at numbers that are neither. */
function byValue(x: Node, ifTrue: (is: Node) => Node, ifFalse: (is: Node) => Node): Node {
  const is = x.dtype === 'bool' ? x : ops.eq(x, 1);
  const score = ops.select(is, ifTrue(is), ifFalse(is));
  return x.dtype === 'bool' ? score : ops.select(zeroOrOne(x), score, -Infinity);
}

/**
 * Bernoulli by logits: log p(true) = −log(1 + e⁻ˡ), log p(false) = −log(1 + eˡ), exact for logits of any size.
 *
 * @param logits log odds, any shape: the batch shape.
 * @example
 * bernoulliLogits(0).logProb(true); // ≈ -0.69315: −log 2
 * bernoulliLogits(1000).logProb(false); // -1000, where the probability would round to 0
 */
export function bernoulliLogits(logits: Num): Dist<BoolTensor, boolean> {
  return makeDist<BoolTensor, boolean, 'logits'>({
    family: 'bernoulli',
    parameters: { logits: { value: logits, constraint: notNaN } },
    dtype: 'bool',
    support: supports.boolean,
    reparameterizable: false,
    draw: (key, p, shape) => ops.lt(uniformNode(key, shape), ops.logistic(p.logits)),
    // one softplus of ±l: it and its derivative cost twice as much as all the rest
    score: (x, p) => {
      const is = x.dtype === 'bool' ? x : ops.ne(x, 0);
      const score = ops.neg(ops.softplus(ops.select(is, ops.neg(p.logits), p.logits)));
      return x.dtype === 'bool' ? score : ops.select(zeroOrOne(x), score, -Infinity);
    },
    mean: (p) => ops.logistic(p.logits),
    variance: (p) => ops.mul(ops.logistic(p.logits), ops.logistic(ops.neg(p.logits))),
  });
}

/**
 * Bernoulli by probability: log p(true) = log p, log p(false) = log(1 − p); −∞ for what is impossible.
 *
 * @param p probability of true, in [0, 1], any shape: the batch shape. Draws: u < p.
 * @example
 * flip(0.3).logProb(true); // ≈ -1.20397: log 0.3
 * flip(tensor([0, 1])).sample(key(1)); // [false, true]
 */
export function flip(p: Num): Dist<BoolTensor, boolean> {
  return makeDist<BoolTensor, boolean, 'probs'>({
    family: 'bernoulli',
    parameters: { probs: { value: p, constraint: probability } },
    dtype: 'bool',
    support: supports.boolean,
    reparameterizable: false,
    draw: (key, { probs }, shape) => ops.lt(uniformNode(key, shape), probs),
    // Each logarithm sees ½ where the other one is taken: no 0·∞ in its derivative at p = 0 and p = 1.
    score: (x, { probs }) =>
      byValue(
        x,
        (is) => ops.log(ops.select(is, probs, 0.5)),
        (is) => ops.log1p(ops.neg(ops.select(is, 0.5, probs))),
      ),
    mean: ({ probs }) => probs,
    variance: ({ probs }) => ops.mul(probs, ops.sub(1, probs)),
  });
}

/**
 * Bernoulli over {false, true}: by the probability of true, or by `{ logits }`, which is exact where the probability
 * would round to 0 or 1.
 *
 * Values to score may be bool, or numbers 0 and 1. Not reparameterizable: in a guide, choose a strategy.
 *
 * @param parameter probability of true, as for {@link flip}, or logits, as for {@link bernoulliLogits}.
 * @example
 * const x = tensor([[1, 0], [1, 2]]);
 * const w = tensor([0.5, -1]);
 * bernoulli({ logits: tf.dot(x, w) }).logProb(tensor([true, false])); // ≈ [-0.4741, -0.2014]
 */
export function bernoulli(
  parameter: Num | { readonly logits: Num } | { readonly probs: Num },
): Dist<BoolTensor, boolean> {
  if (typeof parameter === 'object' && 'logits' in parameter) return bernoulliLogits(parameter.logits);
  return flip(typeof parameter === 'object' && 'probs' in parameter ? parameter.probs : parameter);
}
