/**
 * Poisson variables as graph nodes.
 *
 * @module
 */
import { deepest, ops, type Node, type Shape } from '../ir/index.js';
import { splitNodes, uniformNode } from './nodes.js';
import { untilDone } from './rejection.js';

/** Knuth's count of arrivals: how many uniforms can be multiplied before the product is e^{−rate} or less. */
function countArrivals(k: Node, rate: Node, live: Node, shape: Shape): Node {
  const start = ops.zerosLike(rate);
  const [count] = untilDone(live, k, [start, start], (key, n, logProduct) => {
    const [next, own] = splitNodes(key, 2);
    const product = ops.add(logProduct!, ops.log(uniformNode(own!, shape)));
    const again = ops.gt(product, ops.neg(rate));
    return { key: next!, state: [ops.add(n!, ops.cast(again, 'f')), product], again };
  });
  return count!;
}

/** Hörmann's transformed rejection PTRS, for rates of 10 and more. */
function transformedRejection(k: Node, rate: Node, live: Node, shape: Shape): Node {
  const b = ops.add(0.931, ops.mul(2.53, ops.sqrt(rate)));
  const a = ops.add(-0.059, ops.mul(0.02483, b));
  const inverseAlpha = ops.add(1.1239, ops.div(1.1328, ops.sub(b, 3.4)));
  const vr = ops.sub(0.9277, ops.div(3.6224, ops.sub(b, 2)));
  const [count] = untilDone(live, k, [ops.zerosLike(rate)], (key) => {
    const [next, first, second] = splitNodes(key, 3);
    const u = ops.sub(uniformNode(first!, shape), 0.5);
    const v = uniformNode(second!, shape);
    const us = ops.sub(0.5, ops.abs(u));
    const slope = ops.add(ops.div(ops.mul(2, a), us), b);
    const n = ops.floor(ops.add(ops.add(ops.mul(slope, u), rate), 0.43));
    const hat = ops.add(ops.div(a, ops.square(us)), b);
    const s = ops.log(ops.div(ops.mul(v, inverseAlpha), hat));
    const t = ops.sub(ops.sub(ops.mul(n, ops.log(rate)), rate), ops.lgamma(ops.add(n, 1)));
    const quick = ops.and(ops.ge(us, 0.07), ops.le(v, vr));
    const refused = ops.or(ops.lt(n, 0), ops.and(ops.lt(us, 0.013), ops.gt(v, us)));
    const accepted = ops.or(quick, ops.and(ops.not(refused), ops.le(s, t)));
    return { key: next!, state: [n], again: ops.not(accepted) };
  });
  return count!;
}

/**
 * Poisson variables, key u32[..., 2] → f[..., ...shape], as `jax.random.poisson`: Knuth's product of uniforms for rates
 * below 10, Hörmann's PTRS from there. NaN where the rate is negative or NaN.
 *
 * @param rate broadcasts with the draw.
 * Source: W. Hörmann, *The transformed rejection method for generating Poisson random variables* (1993).
 */
export function poissonNode(k: Node, rate: Node, shape: Shape): Node {
  const b = deepest([k, rate]);
  const full = ops.stopGradient(ops.broadcastTo(b.lift(rate), [...k.shape.slice(0, -1), ...shape]));
  const key = b.lift(k);
  const large = ops.ge(full, 10);
  const few = countArrivals(key, full, ops.and(ops.gt(full, 0), ops.not(large)), shape);
  const many = transformedRejection(key, ops.select(large, full, 1e5), large, shape);
  return ops.select(ops.ge(full, 0), ops.select(large, many, few), NaN);
}
