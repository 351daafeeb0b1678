/**
 * Densities that are zero outside a set.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';

/**
 * density(x) where not `outside`, −∞ elsewhere, and no derivative there.
 *
 * The density is computed at `inner` instead of x where x is outside, so that neither its value nor its derivative is
 * NaN at a place that is not selected: 0·NaN would reach the parameters. NaN is outside of nothing: it stays NaN.
 */
export function scoreOutside(outside: Node, x: Node, inner: Node | number, density: (x: Node) => Node): Node {
  return ops.select(outside, -Infinity, density(ops.select(outside, inner, x)));
}
