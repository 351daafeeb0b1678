/**
 * Bijectors of single numbers without parameters.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';
import type { Bijector } from '../types.js';

/** y = x on the reals: log|dy/dx| = 0. */
export const identity: Bijector = {
  name: 'identity',
  forward: (x) => x,
  inverse: (y) => y,
  forwardLogDet: (x) => ops.zerosLike(x),
};

/** y = eˣ onto (0, ∞): log|dy/dx| = x. */
export const exp: Bijector = {
  name: 'exp',
  forward: (x) => ops.exp(x),
  inverse: (y) => ops.log(y),
  forwardLogDet: (x) => x,
};

/** y = log(1 + eˣ) onto (0, ∞), linear for large x: log|dy/dx| = −log(1 + e⁻ˣ); inverse y + log(1 − e⁻ʸ). */
export const softplus: Bijector = {
  name: 'softplus',
  forward: (x) => ops.softplus(x),
  inverse: (y) => ops.add(y, ops.log(ops.neg(ops.expm1(ops.neg(y))))),
  forwardLogDet: (x) => ops.neg(ops.softplus(ops.neg(x))),
};

/** log σ(x) + log σ(−x) = log|dσ/dx|. */
export function logisticLogDet(x: Node): Node {
  return ops.neg(ops.add(ops.softplus(x), ops.softplus(ops.neg(x))));
}

/** y = 1/(1 + e⁻ˣ) onto (0, 1): log|dy/dx| = −log(1 + eˣ) − log(1 + e⁻ˣ); inverse log y − log(1 − y). */
export const logistic: Bijector = {
  name: 'logistic',
  forward: (x) => ops.logistic(x),
  inverse: (y) => ops.sub(ops.log(y), ops.log1p(ops.neg(y))),
  forwardLogDet: logisticLogDet,
};
