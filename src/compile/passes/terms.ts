/**
 * Shorthands for rules: known constants, and nodes of the common operations.
 *
 * @module
 */
import { ops, sameShape, type BinaryName, type Node, type Shape, type UnaryName } from '../../ir/index.js';
import { isFiniteRange } from './range.js';
import type { Target } from './rewrite.js';

/** The number in every element of a node, if it is a filled constant. */
export const valueOf: (x: Node) => number | undefined = ops.filledWith;

/** An element-wise operation of one operand. */
export function unary(to: Target, op: UnaryName, x: Node): Node {
  return to.node(op, ops.none, [x]);
}

/** An element-wise operation of two operands. */
export function binary(to: Target, op: BinaryName, x: Node, y: Node): Node {
  return to.node(op, ops.none, [x, y]);
}

/** A node filled with a number, like another one. */
export function fillLike(to: Target, value: number, x: Node): Node {
  return to.fill(value, x.shape, x.dtype);
}

/** A node in another shape. */
export function reshaped(to: Target, x: Node, shape: Shape): Node {
  const inner = x.op === 'reshape' ? x.operands[0]! : x;
  return sameShape(inner.shape, shape) ? inner : to.node('reshape', { shape }, [inner]);
}

/** A node repeated: its axis i becomes axis `axes[i]` of the shape. */
export function repeated(to: Target, x: Node, shape: Shape, axes: readonly number[]): Node {
  return sameShape(x.shape, shape) ? x : to.node('broadcast', { shape, axes }, [x]);
}

/** A node with its axes permuted. */
export function transposed(to: Target, x: Node, perm: readonly number[]): Node {
  return perm.every((p, i) => p === i) ? x : to.node('transpose', { perm }, [x]);
}

/** Elements of a node between bounds; strides are 1 unless given. */
export function sliced(
  to: Target,
  x: Node,
  start: readonly number[],
  limit: readonly number[],
  stride: readonly number[] = start.map(() => 1),
): Node {
  return to.node('slice', { start, limit, stride }, [x]);
}

/** Whether no element can be NaN or infinite. */
export function isKnownFinite(to: Target, x: Node): boolean {
  return x.dtype !== 'f' || isFiniteRange(to.range(x));
}

/** ±2ᵏ with a modest k: products and quotients by it are exact, in float32 too. */
export function isPowerOfTwo(c: number): boolean {
  const k = Math.log2(Math.abs(c));
  return Number.isInteger(k) && Math.abs(k) <= 60 && 2 ** k === Math.abs(c);
}

/** 0, 1, …, n − 1. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
