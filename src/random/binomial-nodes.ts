/**
 * Binomial and multinomial variables as graph nodes.
 *
 * @module
 */
import { deepest, ops, shapes, type Node, type Shape } from '../ir/index.js';
import { scanNodes } from '../numerics/control-nodes.js';
import { splitBatchNode, splitNodes, uniformNode } from './nodes.js';
import { untilDone } from './rejection.js';

/** Counts by waiting times: how many geometric variables fit into `count` trials. For count·p of 10 or less. */
function waitingTimes(k: Node, count: Node, p: Node, live: Node, shape: Shape): Node {
  const start = ops.zerosLike(count);
  const logQ = ops.log1p(ops.neg(p));
  const [n] = untilDone(live, k, [start, start], (key, successes, trials) => {
    const [own, next] = splitNodes(key, 2);
    const ratio = ops.div(ops.log(uniformNode(own!, shape)), logQ);
    const wait = ops.neg(ops.floor(ops.neg(ratio)));
    const total = ops.add(trials!, wait);
    const again = ops.le(total, count);
    return { key: next!, state: [ops.add(successes!, ops.cast(again, 'f')), total], again };
  });
  return n!;
}

/** Hörmann's transformed rejection BTRS, for p ≤ ½ and count·p above 10. */
function transformedRejection(k: Node, count: Node, p: Node, live: Node, shape: Shape): Node {
  const sd = ops.sqrt(ops.mul(ops.mul(count, p), ops.sub(1, p)));
  const b = ops.add(1.15, ops.mul(2.53, sd));
  const a = ops.add(ops.add(-0.0873, ops.mul(0.0248, b)), ops.mul(0.01, p));
  const c = ops.add(ops.mul(count, p), 0.5);
  const vr = ops.sub(0.92, ops.div(4.2, b));
  const logOdds = ops.sub(ops.log(p), ops.log1p(ops.neg(p)));
  const alpha = ops.mul(ops.add(2.83, ops.div(5.1, b)), sd);
  /** log of the probability of n, up to a constant. */
  const logMass = (n: Node): Node =>
    ops.sub(
      ops.mul(n, logOdds),
      ops.add(ops.lgamma(ops.add(n, 1)), ops.lgamma(ops.add(ops.sub(count, n), 1))),
    );
  const top = logMass(ops.floor(ops.mul(ops.add(count, 1), p)));
  const [found] = untilDone(live, k, [ops.zerosLike(count)], (key) => {
    const [next, first, second] = splitNodes(key, 3);
    const u = ops.sub(uniformNode(first!, shape), 0.5);
    const v = uniformNode(second!, shape);
    const us = ops.sub(0.5, ops.abs(u));
    const n = ops.floor(ops.add(ops.mul(ops.add(ops.div(ops.mul(2, a), us), b), u), c));
    const possible = ops.and(ops.ge(n, 0), ops.le(n, count));
    const hat = ops.add(ops.div(a, ops.square(us)), b);
    const below = ops.le(
      ops.log(ops.div(ops.mul(v, alpha), hat)),
      ops.sub(logMass(ops.select(possible, n, 0)), top),
    );
    const quick = ops.and(ops.ge(us, 0.07), ops.le(v, vr));
    return { key: next!, state: [n], again: ops.not(ops.or(quick, ops.and(possible, below))) };
  });
  return found!;
}

/**
 * Numbers of successes in `count` trials, key u32[..., 2] → f[..., ...shape], as `jax.random.binomial`: waiting times
 * where count·min(p, 1 − p) is 10 or less, Hörmann's BTRS above. NaN where a parameter is NaN, the count is negative or
 * infinite, or p is outside [0, 1].
 *
 * @param count rounded down; broadcasts with the draw, as p does.
 * Source: W. Hörmann, *The generation of binomial random variates* (1993).
 */
export function binomialNode(k: Node, count: Node, p: Node, shape: Shape): Node {
  const b = deepest([k, count, p]);
  const key = b.lift(k);
  const full = [...k.shape.slice(0, -1), ...shape];
  const spread = (v: Node): Node => ops.stopGradient(ops.broadcastTo(b.lift(v), full));
  const [given, prob] = [spread(count), spread(p)];
  const valid = ops.and(
    ops.and(ops.ge(given, 0), ops.isFinite(given)),
    ops.and(ops.ge(prob, 0), ops.le(prob, 1)),
  );
  const n = ops.floor(given);
  const flipped = ops.ge(prob, 0.5);
  const q = ops.select(flipped, ops.sub(1, prob), prob);
  const many = ops.gt(ops.mul(given, q), 10);
  const few = waitingTimes(key, n, q, ops.and(valid, ops.not(many)), shape);
  const rejected = transformedRejection(
    key,
    ops.select(many, n, 1e4),
    ops.select(many, q, 0.5),
    ops.and(valid, many),
    shape,
  );
  const successes = ops.select(many, rejected, few);
  return ops.select(valid, ops.select(flipped, ops.sub(n, successes), successes), NaN);
}

/**
 * How `count` trials fall into K classes, key u32[..., 2] → f[..., ...shape, K], as `jax.random.multinomial`: class by
 * class, a binomial share of the trials that are left.
 *
 * @param count broadcasts with [..., ...shape]. @param p f[..., K], weights up to a factor, whose leading axes do too.
 */
export function multinomialNode(k: Node, count: Node, p: Node, shape: Shape): Node {
  const b = deepest([k, count, p]);
  const key = b.lift(k);
  const full = [...k.shape.slice(0, -1), ...shape];
  const last = full.length;
  const classes = p.shape[p.shape.length - 1]!;
  const weights = ops.stopGradient(ops.broadcastTo(b.lift(p), [...full, classes]));
  const left = shapes.cumsum(weights, last, true);
  const shares = ops.div(weights, ops.select(ops.eq(left, 0), 1, left));
  const clipped = ops.minimum(ops.maximum(shares, 0), 1);
  const toFront = (x: Node, axis: number): Node =>
    shapes.transpose(x, [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)]);
  const keys = toFront(splitBatchNode(key, classes), full.length - shape.length);
  const start = ops.stopGradient(ops.floor(ops.broadcastTo(b.lift(count), full)));
  const { ys } = scanNodes(b, [start], [toFront(clipped, last), keys], classes, (rest, share, own) => {
    const found = binomialNode(own!, rest!, share!, shape);
    return [ops.sub(rest!, found), found];
  });
  const counts = ys[0]!;
  return shapes.transpose(counts, [...counts.shape.map((_, i) => i).slice(1), 0]);
}
