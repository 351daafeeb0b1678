/**
 * Bijectors with bounds, locations and scales, and composition.
 *
 * @module
 */
import { ops, type Node, type Shape } from '../../ir/index.js';
import type { Operand } from '../../ir/ops.js';
import type { Bijector } from '../types.js';
import { logisticLogDet } from './elementwise.js';

/** Shape of the unconstrained value for a value's shape. */
export function freeShapeOf(bijector: Bijector, shape: Shape): Shape {
  return bijector.freeShape?.(shape) ?? shape;
}

/** `v` broadcast with x: a term that has the shape of the result even where it does not depend on x. */
const like = (v: Operand, x: Node): Node => ops.add(ops.zerosLike(x), v);

/** y = loc + scale·x for scale ≠ 0: log|dy/dx| = log|scale|. */
export function affine(loc: Operand, scale: Operand): Bijector {
  const logScale = typeof scale === 'number' ? Math.log(Math.abs(scale)) : ops.log(ops.abs(scale));
  return {
    name: 'affine',
    forward: (x) => ops.add(loc, ops.mul(scale, x)),
    inverse: (y) => ops.div(ops.sub(y, loc), scale),
    forwardLogDet: (x) => like(logScale, x),
  };
}

/**
 * y = low + (high − low)·σ(x) onto (low, high): log|dy/dx| = log(high − low) + log σ(x) + log σ(−x);
 * inverse log(y − low) − log(high − y).
 */
export function interval(low: Node, high: Node): Bijector {
  const width = ops.sub(high, low);
  return {
    name: 'interval',
    forward: (x) => ops.add(low, ops.mul(width, ops.logistic(x))),
    inverse: (y) => ops.sub(ops.log(ops.sub(y, low)), ops.log(ops.sub(high, y))),
    forwardLogDet: (x) => ops.add(ops.log(width), logisticLogDet(x)),
  };
}

/** y = outer(inner(x)): the log determinants add up. */
export function compose(outer: Bijector, inner: Bijector): Bijector {
  return {
    name: `${outer.name}∘${inner.name}`,
    forward: (x) => outer.forward(inner.forward(x)),
    inverse: (y) => inner.inverse(outer.inverse(y)),
    forwardLogDet: (x) => ops.add(outer.forwardLogDet(inner.forward(x)), inner.forwardLogDet(x)),
    freeShape: (shape) => freeShapeOf(inner, freeShapeOf(outer, shape)),
  };
}
