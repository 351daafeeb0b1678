/**
 * The binomial distribution.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';
import { binomialNode, countNode } from '../random/index.js';
import { count, notNaN, probability } from './constraints.js';
import { makeDist } from './make.js';
import { concreteScalar } from './params.js';
import { supports } from './supports.js';
import type { Dist, IntTensor, Num } from './types.js';
import { xlog1py, xlogy } from './xlogy.js';

/** log(n choose x) = −log(n + 1) − log B(x + 1, n − x + 1), which keeps the digits that factorials would cancel. */
function logChoose(n: Node, x: Node): Node {
  const logBeta = ops.lbeta(ops.add(x, 1), ops.add(ops.sub(n, x), 1));
  // the two cancel but for rounding where there is one way only
  const one = ops.or(ops.eq(x, 0), ops.eq(x, n));
  return ops.select(one, 0, ops.neg(ops.add(ops.log(ops.add(n, 1)), logBeta)));
}

/** c·log(1 + eˡ), zero where c is: even at l = ∞. */
function costs(c: Node, logits: Node): Node {
  const none = ops.eq(c, 0);
  return ops.select(none, 0, ops.mul(c, ops.softplus(ops.select(none, 0, logits))));
}

/** The density where x is a whole number from 0 to n, −∞ elsewhere; both see 0 where x is outside. */
function onCounts(x: Node, total: Node, density: (x: Node, n: Node) => Node): Node {
  const given = ops.cast(x, 'f');
  const n = ops.cast(total, 'f');
  const whole = ops.eq(ops.floor(given), given);
  const inside = ops.and(whole, ops.and(ops.ge(given, 0), ops.le(given, n)));
  return ops.select(inside, density(ops.select(inside, given, 0), n), -Infinity);
}

/**
 * Binomial: log p(x) = log(n choose x) + x log p + (n − x) log(1 − p) for x = 0, …, n = total; −∞ elsewhere.
 *
 * Not reparameterizable: in a guide, choose a strategy.
 *
 * @param total number of trials, whole. @param parameter probability of success, `{ probs }` the same, or `{ logits }`,
 *   log odds, exact where the probability would round to 0 or 1; broadcasts with the total.
 * @throws if the shapes do not broadcast.
 * @example
 * binomial(10, 0.3).mean(); // 3
 */
export function binomial(
  total: Num,
  parameter: Num | { readonly logits: Num } | { readonly probs: Num },
): Dist<IntTensor> {
  const trials = { value: total, constraint: count };
  const shared = {
    family: 'binomial',
    dtype: 'i32',
    support: supports.integerInterval(0, concreteScalar(total)),
    reparameterizable: false,
  } as const;
  if (typeof parameter === 'object' && 'logits' in parameter) {
    const probs = (logits: Node): Node => ops.logistic(logits);
    return makeDist<IntTensor, never, 'total' | 'logits'>({
      ...shared,
      parameters: { total: trials, logits: { value: parameter.logits, constraint: notNaN } },
      draw: (key, p, shape) => countNode(binomialNode(key, ops.cast(p.total, 'f'), probs(p.logits), shape)),
      score: (x, p) =>
        onCounts(x, p.total, (v, n) => {
          const misses = costs(ops.sub(n, v), p.logits);
          const hits = costs(v, ops.neg(p.logits));
          return ops.sub(logChoose(n, v), ops.add(hits, misses));
        }),
      mean: (p) => ops.mul(ops.cast(p.total, 'f'), probs(p.logits)),
      variance: (p) => ops.mul(ops.cast(p.total, 'f'), ops.mul(probs(p.logits), probs(ops.neg(p.logits)))),
    });
  }
  const value = typeof parameter === 'object' && 'probs' in parameter ? parameter.probs : parameter;
  return makeDist<IntTensor, never, 'total' | 'probs'>({
    ...shared,
    parameters: { total: trials, probs: { value, constraint: probability } },
    draw: (key, p, shape) => countNode(binomialNode(key, ops.cast(p.total, 'f'), p.probs, shape)),
    score: (x, p) =>
      onCounts(x, p.total, (v, n) =>
        ops.add(logChoose(n, v), ops.add(xlogy(v, p.probs), xlog1py(ops.sub(n, v), ops.neg(p.probs)))),
      ),
    mean: (p) => ops.mul(ops.cast(p.total, 'f'), p.probs),
    variance: (p) => ops.mul(ops.cast(p.total, 'f'), ops.mul(p.probs, ops.sub(1, p.probs))),
  });
}
