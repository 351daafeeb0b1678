/**
 * The element-wise functions of neural networks, as operations of the graph.
 *
 * Functions with a kink or a steep branch choose by `select` on an argument that is harmless in the branch not taken, so
 * that no derivative of any order is NaN there. NaN arguments stay NaN. At a kink the derivative is tfjs's: relu' (0) = 0.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';

/** Slope of selu for large arguments, and its limit at −∞ divided by that (Klambauer et al. 2017). */
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** max(x, 0). */
export const relu = (x: Node): Node => ops.select(ops.le(x, 0), 0, x);

/** min(max(x, 0), 6). */
export const relu6 = (x: Node): Node => ops.select(ops.le(x, 0), 0, ops.select(ops.gt(x, 6), 6, x));

/** x for x ≥ 0, eˣ − 1 below. */
export function elu(x: Node): Node {
  const negative = ops.lt(x, 0);
  return ops.select(negative, ops.expm1(ops.select(negative, x, 0)), x);
}

/** λx for x ≥ 0, λα(eˣ − 1) below, with the constants that keep mean and variance of a layer. */
export function selu(x: Node): Node {
  const negative = ops.lt(x, 0);
  const below = ops.mul(ops.expm1(ops.select(negative, x, 0)), seluScale * seluAlpha);
  return ops.select(negative, below, ops.mul(x, seluScale));
}

/** x for x ≥ 0, alpha · x below. */
export const leakyRelu = (x: Node, alpha: Node | number): Node =>
  ops.select(ops.lt(x, 0), ops.mul(x, alpha), x);

/** 1 for x > 0, alpha elsewhere; constant in derivative. */
export function step(x: Node, alpha: number): Node {
  const y = ops.select(ops.gt(x, 0), ops.fill(x.builder, 1, [], x.dtype), alpha);
  return x.dtype === 'f' ? ops.select(ops.isNaN(x), ops.stopGradient(x), y) : y;
}

/** x limited to [low, high]; the bounds themselves count as inside in derivative. */
export const clip = (x: Node, low: number, high: number): Node =>
  ops.select(ops.lt(x, low), low, ops.select(ops.gt(x, high), high, x));

/** The function that a fused kernel applies to its result, by tfjs's name; undefined for an unknown one. */
export function activation(
  name: string | undefined,
  x: Node,
  prelu: Node | undefined,
  slope: number | undefined,
): Node | undefined {
  switch (name ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return relu(x);
    case 'relu6':
      return relu6(x);
    case 'elu':
      return elu(x);
    case 'prelu':
      return prelu && leakyRelu(x, prelu);
    case 'leakyrelu':
      return leakyRelu(x, slope ?? 0.2);
    case 'sigmoid':
      return ops.logistic(x);
    default:
      return undefined;
  }
}
