/**
 * Products with a logarithm that are zero where their factor is.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';

/** c·log x, zero where c and x both are, with the derivatives of c·log x elsewhere. */
export function xlogy(c: Node, x: Node): Node {
  const both = ops.and(ops.eq(c, 0), ops.eq(x, 0));
  return ops.select(both, 0, ops.mul(c, ops.log(ops.select(both, 1, x))));
}

/** c·log(1 + x), zero where c and 1 + x both are. */
export function xlog1py(c: Node, x: Node): Node {
  const both = ops.and(ops.eq(c, 0), ops.eq(x, -1));
  return ops.select(both, 0, ops.mul(c, ops.log1p(ops.select(both, 0, x))));
}
