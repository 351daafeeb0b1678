/**
 * Elementary functions that keep their digits near zero, as graphs of functions that do: for backends whose kernels
 * take the difference of rounded numbers.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';

/** log(1+x) = x·log(u)/(u−1) for u the rounded 1+x: the errors of u cancel. */
export function log1p(x: Node): Node {
  const u = ops.add(x, 1);
  const close = ops.eq(u, 1);
  const quotient = ops.div(ops.mul(x, ops.log(u)), ops.select(close, 1, ops.sub(u, 1)));
  return ops.select(close, x, ops.select(ops.eq(u, Infinity), u, quotient));
}

/** eˣ − 1 = (u−1)·x/log(u) for u the rounded eˣ. */
export function expm1(x: Node): Node {
  const u = ops.exp(x);
  const close = ops.eq(u, 1);
  const less = ops.sub(u, 1);
  // where eˣ rounds away the 1, or overflows, the plain difference is the value
  const plain = ops.or(ops.eq(less, -1), ops.eq(u, Infinity));
  const quotient = ops.div(ops.mul(less, x), ops.select(ops.or(close, plain), 1, ops.log(u)));
  return ops.select(close, x, ops.select(plain, less, quotient));
}

/** (eˣ − e⁻ˣ)/2 by m = e^{|x|} − 1: (m + m/(m+1))/2. */
export function sinh(x: Node): Node {
  const m = ops.expm1(ops.abs(x));
  const half = ops.mul(ops.add(m, ops.select(ops.eq(m, Infinity), 1, ops.div(m, ops.add(m, 1)))), 0.5);
  return ops.mul(ops.sign(x), half);
}

/** tanh x by m = e^{−2|x|} − 1: −m/(m+2). */
export function tanh(x: Node): Node {
  const m = ops.expm1(ops.mul(ops.abs(x), -2));
  return ops.mul(ops.sign(x), ops.div(ops.neg(m), ops.add(m, 2)));
}

/** asinh x = log1p(|x| + x²/(1+√(1+x²))), and log 2|x| where x² is beyond float32. */
export function asinh(x: Node): Node {
  const a = ops.abs(x);
  const square = ops.mul(a, a);
  const near = ops.log1p(ops.add(a, ops.div(square, ops.add(ops.sqrt(ops.add(square, 1)), 1))));
  const far = ops.add(ops.log(a), Math.LN2);
  return ops.mul(ops.sign(x), ops.select(ops.gt(a, 1e9), far, near));
}

/** atanh x = ½ log1p(2x/(1−x)). */
export function atanh(x: Node): Node {
  const a = ops.abs(x);
  const value = ops.mul(ops.log1p(ops.div(ops.mul(a, 2), ops.sub(1, a))), 0.5);
  return ops.mul(ops.sign(x), value);
}

/** max(x, 0) + log1p(e^{−|x|}). */
export function softplus(x: Node): Node {
  return ops.add(ops.maximum(x, 0), ops.log1p(ops.exp(ops.neg(ops.abs(x)))));
}
