/**
 * Cotangents under a mask.
 *
 * The cotangent of what a `select` did not choose is zero, whatever stands behind it: also where the derivative there
 * is infinite or NaN, as that of log x in select(x > 0, log x, 0) at x = 0. A zero times an infinity is NaN, so the mask
 * stays outermost: select(c, v, 0) · k is made as select(c, v · k, 0), until elements are summed.
 *
 * @module
 */
import { isOp, ops, type Node } from '../ir/index.js';

/** A cotangent of the form select(c, v, 0) or select(c, 0, v). */
interface Masked {
  readonly condition: Node;
  readonly value: Node;
  /** Whether the value stands where the condition is true. */
  readonly whenTrue: boolean;
}

function maskOf(ct: Node): Masked | undefined {
  if (!isOp(ct, 'select')) return undefined;
  const [condition, a, b] = ct.operands as readonly [Node, Node, Node];
  if (ops.filledWith(b) === 0) return { condition, value: a, whenTrue: true };
  return ops.filledWith(a) === 0 ? { condition, value: b, whenTrue: false } : undefined;
}

function masked(condition: Node, value: Node, whenTrue: boolean): Node {
  return whenTrue ? ops.select(condition, value, 0) : ops.select(condition, 0, value);
}

/** f of a cotangent, element by element, for an f that maps zero to zero. */
export function scale(ct: Node, f: (ct: Node) => Node): Node {
  const mask = maskOf(ct);
  return mask === undefined ? f(ct) : masked(mask.condition, scale(mask.value, f), mask.whenTrue);
}

/** f of a cotangent, for an f that moves or repeats elements. */
export function rearrange(ct: Node, f: (x: Node) => Node): Node {
  const mask = maskOf(ct);
  return mask === undefined ? f(ct) : masked(f(mask.condition), rearrange(mask.value, f), mask.whenTrue);
}

/** The sum of two cotangents; under one mask if they have the same. */
export function accumulate(a: Node, b: Node): Node {
  const [m, n] = [maskOf(a), maskOf(b)];
  if (m === undefined || n === undefined || m.condition !== n.condition || m.whenTrue !== n.whenTrue)
    return ops.add(a, b);
  return masked(m.condition, accumulate(m.value, n.value), m.whenTrue);
}
