/**
 * Supports: the sets in which values lie, with their bijectors from the reals.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import {
  affine,
  compose,
  exp,
  identity,
  independentBijector,
  interval as intervalBijector,
  logistic,
} from './bijectors/index.js';
import { concreteScalar, nodesOf } from './params.js';
import { integerInterval, structured } from './supports-vector.js';
import type { Num, Support } from './types.js';

/** An infinite value of an integer or boolean node does not exist; NaN and ±∞ of a real one lie in no support. */
const finite = (x: Node): Node =>
  x.dtype === 'f' ? ops.isFinite(x) : ops.fill(x.builder, 1, x.shape, 'bool');

const real: Support = {
  name: 'real',
  eventRank: 0,
  contains: finite,
  bijector: () => identity,
};

const positive: Support = {
  name: 'positive',
  eventRank: 0,
  contains: (x) => ops.and(finite(x), ops.ge(x, 0)),
  bijector: () => exp,
};

const unitInterval: Support = {
  name: 'unitInterval',
  eventRank: 0,
  contains: (x) => ops.and(ops.ge(x, 0), ops.le(x, 1)),
  bijector: () => logistic,
};

const boolean: Support = {
  name: 'boolean',
  eventRank: 0,
  contains: (x) => (x.dtype === 'bool' ? finite(x) : ops.or(ops.eq(x, 0), ops.eq(x, 1))),
};

/** A bound as a name shows it: its value, or nothing where it is recorded or not a scalar. */
const named = (name: string, ...bounds: readonly Num[]): string => {
  const values = bounds.map(concreteScalar);
  return values.every((v) => v !== undefined) ? `${name}(${values.join(', ')})` : name;
};

function interval(low: Num, high: Num): Support {
  if (low === 0 && high === 1) return unitInterval;
  return {
    name: named('interval', low, high),
    eventRank: 0,
    contains: (x) => {
      const [l, h] = nodesOf([low, high], [x]) as [Node, Node];
      return ops.and(ops.ge(x, l), ops.le(x, h));
    },
    bijector: (b) => {
      const [l, h] = nodesOf([low, high], [ops.fill(b, 0)]) as [Node, Node];
      return intervalBijector(l, h);
    },
  };
}

function greaterThan(low: Num): Support {
  if (low === 0) return positive;
  return {
    name: named('greaterThan', low),
    eventRank: 0,
    contains: (x) => ops.and(finite(x), ops.ge(x, nodesOf([low], [x])[0]!)),
    bijector: (b) => compose(affine(nodesOf([low], [ops.fill(b, 0)])[0]!, 1), exp),
  };
}

function lessThan(high: Num): Support {
  return {
    name: named('lessThan', high),
    eventRank: 0,
    contains: (x) => ops.and(finite(x), ops.le(x, nodesOf([high], [x])[0]!)),
    bijector: (b) => compose(affine(nodesOf([high], [ops.fill(b, 0)])[0]!, -1), exp),
  };
}

/**
 * The set of arrays whose elements lie in a set of scalars: the last `rank` axes become one event.
 *
 * @param rank number of axes, 0 for the support as it is.
 *
 * @example
 * const box = independentSupport(supports.unitInterval, 1);
 * box.eventRank; // 1: an array with one element outside is outside
 * improperUniform(box, [2]).logProb(tensor([0.5, 2])); // -Infinity
 */
export function independentSupport(support: Support, rank: number): Support {
  if (rank === 0) return support;
  const axes = Array.from({ length: rank }, (_, i) => i - rank);
  const { bijector } = support;
  return {
    name: support.name,
    eventRank: support.eventRank + rank,
    element: support.element ?? support,
    contains: (x) => shapes.reduceMin(support.contains(x), axes),
    ...(bijector === undefined ? {} : { bijector: (b) => independentBijector(bijector(b), rank) }),
  };
}

const realVector: Support = { ...independentSupport(real, 1), name: 'realVector' };

/**
 * The supports of this package.
 *
 * - `real`: every finite number; bijector identity.
 * - `positive`: [0, ∞); bijector eˣ onto (0, ∞). Zero belongs to the set, so that data may hold exact zeros; whether
 *   its density is finite there is the distribution's affair.
 * - `unitInterval`: [0, 1]; bijector 1/(1 + e⁻ˣ).
 * - `interval(low, high)`: [low, high]; bijector low + (high − low)/(1 + e⁻ˣ).
 * - `greaterThan(low)`, `lessThan(high)`: [low, ∞) and (−∞, high]; bijectors low + eˣ and high − eˣ.
 * - `boolean`: false and true (0 and 1); no bijector.
 * - `realVector`: vectors of finite numbers, the last axis being one event; bijector identity.
 * - `nonNegativeInteger`, `integerInterval(low, high)`: whole numbers, as integers or reals; no bijector.
 * - `simplex`: vectors of numbers in [0, 1] with sum 1 (to 1e-6); bijector stick-breaking from one number fewer.
 * - `ordered`: vectors that increase; bijector cumulative sums of exponentials.
 * - `lowerCholesky`: lower triangular matrices with a positive diagonal; bijector from n(n + 1)/2 numbers.
 * - `correlationCholesky`: those with rows of length one (to 1e-6); bijector from n(n − 1)/2 partial correlations.
 *
 * @example
 * improperUniform(supports.interval(-1, 1), [2]).support.name; // 'interval(-1, 1)'
 */
export const supports: {
  readonly real: Support;
  readonly positive: Support;
  readonly unitInterval: Support;
  readonly boolean: Support;
  readonly realVector: Support;
  readonly nonNegativeInteger: Support;
  readonly simplex: Support;
  readonly ordered: Support;
  readonly lowerCholesky: Support;
  readonly correlationCholesky: Support;
  integerInterval(low: number, high?: number): Support;
  interval(low: Num, high: Num): Support;
  greaterThan(low: Num): Support;
  lessThan(high: Num): Support;
} = {
  real,
  positive,
  unitInterval,
  boolean,
  realVector,
  ...structured,
  integerInterval,
  interval,
  greaterThan,
  lessThan,
};

/**
 * Whether two supports are one set of numbers as far as their names tell, whatever is called event or batch. Bounds
 * that are not known (`interval` for `interval(0, 2)`) fit any.
 *
 * @example
 * sameSupport(supports.real, supports.realVector); // true
 * sameSupport(supports.interval(0, 2), supports.interval(0, 3)); // false
 */
export function sameSupport(a: Support, b: Support): boolean {
  const scalar = (s: Support): string => (s.name === 'realVector' ? 'real' : s.name);
  const kind = (s: Support): string => scalar(s).replace(/\(.*$/, '');
  const open = scalar(a) === kind(a) || scalar(b) === kind(b);
  return open ? kind(a) === kind(b) : scalar(a) === scalar(b);
}
