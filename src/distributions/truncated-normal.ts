/**
 * The normal distribution on an interval.
 *
 * @module
 */
import { ops, special, type Node } from '../ir/index.js';
import { truncatedNormalNode } from '../random/index.js';
import { finite, notNaN, positive } from './constraints.js';
import { makeDist, type Nodes } from './make.js';
import { halfLog2Pi } from './normal.js';
import { scoreOutside } from './on-support.js';
import { supports } from './supports.js';
import type { Dist, Num, Support } from './types.js';
import { ordered } from './uniform.js';

/** Beyond every finite bound, and with a finite square: an infinite bound itself would give NaN derivatives. */
const far = 1e150;

/** The bounds in units of the scale. */
function standardized(p: Nodes<'loc' | 'scale' | 'low' | 'high'>): [a: Node, b: Node] {
  const bound = (v: Node, infinite: number): Node => {
    const known = ops.isFinite(v);
    const z = ops.div(ops.sub(ops.select(known, v, p.loc), p.loc), p.scale);
    return ops.select(known, z, infinite);
  };
  return [bound(p.low, -far), bound(p.high, far)];
}

/** log(Φ(b) − Φ(a)): by the tails on the side where both are small, by the density at the middle where they cancel. */
function logMassOf(a: Node, b: Node): Node {
  const [width, middle] = [ops.sub(b, a), ops.mul(ops.add(a, b), 0.5)];
  const narrow = ops.lt(ops.mul(width, ops.maximum(1, ops.abs(middle))), 1e-3);
  const [w, m] = [ops.select(narrow, width, 1), ops.select(narrow, middle, 0)];
  // the next term is of fourth order in w·m
  const bend = ops.mul(ops.sub(ops.square(m), 1), ops.mul(ops.square(w), 1 / 24));
  const byMiddle = ops.add(ops.add(logDensity(m), ops.log(w)), ops.log1p(bend));
  return ops.select(narrow, byMiddle, logMassOfTails(a, ops.select(narrow, ops.add(a, 1), b)));
}

function logMassOfTails(a: Node, b: Node): Node {
  const flip = ops.gt(a, 0);
  const [low, high] = [ops.select(flip, ops.neg(b), a), ops.select(flip, ops.neg(a), b)];
  const below = ops.logNdtr(high);
  return ops.add(below, special.log1mexp(ops.sub(below, ops.logNdtr(low))));
}

const logDensity = (z: Node): Node => ops.sub(ops.mul(ops.square(z), -0.5), halfLog2Pi);

function supportOf(low: Num, high: Num): Support {
  if (low === -Infinity) return high === Infinity ? supports.real : supports.lessThan(high);
  return high === Infinity ? supports.greaterThan(low) : supports.interval(low, high);
}

/** TruncationBounds of {@link truncatedNormal}; numbers or tensors that broadcast with its parameters. */
export interface TruncationBounds {
  /** Default −∞. */
  readonly low?: Num;
  /** Default ∞. */
  readonly high?: Num;
}

/**
 * Normal(loc, scale) given low ≤ x ≤ high: log p(x) = −½z² − log scale − ½ log 2π − log(Φ(b) − Φ(a)) with
 * z = (x − loc)/scale and a, b the bounds in the same units.
 *
 * @param loc mean before truncation. @param scale standard deviation before truncation, positive. @param bounds
 *   low < high. Draws: by the quantile function, differentiable in all four; for an interval beyond 5.8 scales on one
 *   side they are its near bound.
 * @throws if the shapes do not broadcast.
 * @example
 * truncatedNormal(0, 1, { low: 0 }).mean(); // 0.797885, √(2/π)
 */
export function truncatedNormal(loc: Num, scale: Num, bounds: TruncationBounds = {}): Dist {
  const { low = -Infinity, high = Infinity } = bounds;
  const moments = (p: Nodes<'loc' | 'scale' | 'low' | 'high'>): { mean: Node; variance: Node } => {
    const [a, b] = standardized(p);
    const logMass = logMassOf(a, b);
    const [atLow, atHigh] = [a, b].map((z) => ops.exp(ops.sub(logDensity(z), logMass))) as [Node, Node];
    const shift = ops.sub(atLow, atHigh);
    const ends = ops.sub(ops.mul(a, atLow), ops.mul(b, atHigh));
    return { mean: shift, variance: ops.sub(ops.add(1, ends), ops.square(shift)) };
  };
  return makeDist({
    family: 'truncatedNormal',
    parameters: {
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
      low: { value: low, constraint: notNaN },
      high: { value: high, constraint: notNaN },
    },
    support: supportOf(low, high),
    reparameterizable: true,
    draw: (key, p, shape) => {
      const [a, b] = standardized(p);
      return ops.add(p.loc, ops.mul(p.scale, truncatedNormalNode(key, a, b, shape)));
    },
    score: (x, p) => {
      const [a, b] = standardized(p);
      const inner = ops.select(ops.isFinite(p.low), p.low, ops.select(ops.isFinite(p.high), p.high, p.loc));
      return scoreOutside(ops.or(ops.lt(x, p.low), ops.gt(x, p.high)), x, inner, (v) => {
        const z = ops.div(ops.sub(v, p.loc), p.scale);
        return ops.sub(logDensity(z), ops.add(ops.log(p.scale), logMassOf(a, b)));
      });
    },
    mean: (p) => ops.add(p.loc, ops.mul(p.scale, moments(p).mean)),
    variance: (p) => ops.mul(ops.square(p.scale), moments(p).variance),
    relations: ({ low: l, high: h }) =>
      l === undefined || h === undefined ? undefined : ordered('truncatedNormal', l, h),
  });
}
