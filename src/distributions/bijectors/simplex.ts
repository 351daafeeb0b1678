/**
 * Bijectors onto vectors with an order or a sum.
 *
 * @module
 */
import { ops, shapes, type Node } from '../../ir/index.js';
import type { Bijector } from '../types.js';
import { logisticLogDet } from './elementwise.js';

const lengthOf = (x: Node): number => x.shape[x.shape.length - 1]!;
const part = (x: Node, start: number, limit: number): Node =>
  shapes.sliceAxis(x, x.shape.length - 1, start, limit);
/** One element along the last axis, of a given value, in front of or behind nothing. */
const unit = (x: Node, value: number): Node => ops.fill(x.builder, value, [...x.shape.slice(0, -1), 1]);
const join = (...xs: Node[]): Node => shapes.concat(xs, xs[0]!.shape.length - 1);

/** log(K − k) for k = 1 … K − 1, by which x = 0 is the centre of the simplex. */
function centre(x: Node, n: number): Node {
  const logs = Array.from({ length: n }, (_, k) => Math.log(n - k));
  return ops.constant(x.builder, logs, [n]);
}

/** Logarithm of what is left of the stick before each break but the first: log Πⱼ (1 − zⱼ). */
function logRests(u: Node): Node {
  return shapes.cumsum(ops.neg(ops.softplus(u)), u.shape.length - 1);
}

/**
 * Stick-breaking onto the simplex {y ∈ [0, 1]ᴷ : Σ y = 1} from K − 1 reals:
 *
 *     zₖ = σ(xₖ − log(K − k)),   yₖ = zₖ Π_{j<k} (1 − zⱼ),   y_K = Π_j (1 − zⱼ),
 *
 * so that x = 0 is the centre. The log determinant is that of the first K − 1 coordinates,
 * Σₖ log zₖ + log(1 − zₖ) + log Π_{j<k}(1 − zⱼ). Source: the Stan reference manual, unit simplex.
 */
export const simplex: Bijector = {
  name: 'simplex',
  freeShape: (shape) => [...shape.slice(0, -1), shape[shape.length - 1]! - 1],
  forward(x) {
    const n = lengthOf(x);
    const u = ops.sub(x, centre(x, n));
    const rests = logRests(u);
    const before = join(unit(x, 0), part(rests, 0, Math.max(0, n - 1)));
    // n = 0 is the simplex of one point
    if (n === 0) return unit(x, 1);
    const pieces = ops.sub(before, ops.softplus(ops.neg(u)));
    return ops.exp(join(pieces, part(rests, n - 1, n)));
  },
  inverse(y) {
    const n = lengthOf(y) - 1;
    const after = part(shapes.cumsum(y, y.shape.length - 1, true), 1, n + 1);
    return ops.add(ops.sub(ops.log(part(y, 0, n)), ops.log(after)), centre(y, n));
  },
  forwardLogDet(x) {
    const n = lengthOf(x);
    const u = ops.sub(x, centre(x, n));
    const rests = part(logRests(u), 0, Math.max(0, n - 1));
    return ops.add(shapes.reduceSum(logisticLogDet(u), -1), shapes.reduceSum(rests, -1));
  },
};

/** Increasing vectors: y₁ = x₁, yₖ = yₖ₋₁ + exp(xₖ); log determinant Σ_{k≥2} xₖ. */
export const ordered: Bijector = {
  name: 'ordered',
  forward(x) {
    const n = lengthOf(x);
    return shapes.cumsum(join(part(x, 0, 1), ops.exp(part(x, 1, n))), x.shape.length - 1);
  },
  inverse(y) {
    const n = lengthOf(y);
    return join(part(y, 0, 1), ops.log(ops.sub(part(y, 1, n), part(y, 0, n - 1))));
  },
  forwardLogDet: (x) => shapes.reduceSum(part(x, 1, lengthOf(x)), -1),
};
