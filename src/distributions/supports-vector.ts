/**
 * Supports of integers, vectors and matrices.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import { correlationCholesky, lowerCholesky, ordered, simplex } from './bijectors/index.js';
import type { Support } from './types.js';

/** How far sums and norms may be from one: data are often given to seven figures. */
const tolerance = 1e-6;

const real = (x: Node): Node => ops.cast(x, 'f');
const whole = (x: Node): Node => ops.eq(ops.floor(x), x);
const lengthOf = (x: Node): number => x.shape[x.shape.length - 1]!;
const nearOne = (x: Node): Node => ops.le(ops.abs(ops.sub(x, 1)), tolerance);

const nonNegativeInteger: Support = {
  name: 'nonNegativeInteger',
  eventRank: 0,
  contains: (x) => {
    const v = real(x);
    return ops.and(ops.and(ops.ge(v, 0), whole(v)), ops.isFinite(v));
  },
};

/** Integers from `low` to `high`, both included; a bound that is not known bounds nothing. */
export function integerInterval(low: number, high?: number): Support {
  return {
    name: high === undefined ? 'integerInterval' : `integerInterval(${low}, ${high})`,
    eventRank: 0,
    contains: (x) => {
      const v = real(x);
      const inside = ops.and(ops.and(ops.ge(v, low), whole(v)), ops.isFinite(v));
      return high === undefined ? inside : ops.and(inside, ops.le(v, high));
    },
  };
}

const simplexSupport: Support = {
  name: 'simplex',
  eventRank: 1,
  contains: (x) => ops.and(shapes.reduceMin(ops.ge(x, 0), -1), nearOne(shapes.reduceSum(x, -1))),
  bijector: () => simplex,
};

const orderedSupport: Support = {
  name: 'ordered',
  eventRank: 1,
  contains: (x) => {
    const last = x.shape.length - 1;
    const n = lengthOf(x);
    const rises = ops.lt(shapes.sliceAxis(x, last, 0, n - 1), shapes.sliceAxis(x, last, 1, n));
    return ops.and(shapes.reduceMin(ops.isFinite(x), -1), shapes.reduceMin(rises, -1));
  },
  bijector: () => ordered,
};

/** Finite, zero above the diagonal, positive on it. */
function isFactor(x: Node): Node {
  const n = lengthOf(x);
  const b = x.builder;
  const above = ops.not(shapes.lowerMask(b, [n, n]));
  const on = ops.eq(shapes.iota(b, [n, n], 0), shapes.iota(b, [n, n], 1));
  const fits = ops.and(
    ops.and(ops.isFinite(x), ops.or(ops.not(above), ops.eq(x, 0))),
    ops.or(ops.not(on), ops.gt(x, 0)),
  );
  return shapes.reduceMin(fits, [-2, -1]);
}

const lowerCholeskySupport: Support = {
  name: 'lowerCholesky',
  eventRank: 2,
  contains: isFactor,
  bijector: () => lowerCholesky,
};

const correlationCholeskySupport: Support = {
  name: 'correlationCholesky',
  eventRank: 2,
  contains: (x) => ops.and(isFactor(x), shapes.reduceMin(nearOne(shapes.reduceSum(ops.square(x), -1)), -1)),
  bijector: () => correlationCholesky,
};

/** The supports of this file, by their names in `supports`. */
export const structured: {
  readonly nonNegativeInteger: Support;
  readonly simplex: Support;
  readonly ordered: Support;
  readonly lowerCholesky: Support;
  readonly correlationCholesky: Support;
} = {
  nonNegativeInteger,
  simplex: simplexSupport,
  ordered: orderedSupport,
  lowerCholesky: lowerCholeskySupport,
  correlationCholesky: correlationCholeskySupport,
};
