/**
 * Student's t distribution.
 *
 * @module
 */
import { ops, type Node } from '../ir/index.js';
import { studentTNode } from '../random/index.js';
import { finite, positive } from './constraints.js';
import { makeDist } from './make.js';
import { halfLog2Pi } from './normal.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** Half degrees of freedom from which the series is right to rounding, and the gamma functions would cancel. */
const large = 100;

/** log Γ(h + ½) − log Γ(h) − ½ log h, which vanishes as the law becomes normal. */
function logGammaRatio(h: Node): Node {
  const isLarge = ops.gt(h, large);
  const small = ops.select(isLarge, 1, h);
  const direct = ops.sub(
    ops.lgamma(ops.add(small, 0.5)),
    ops.add(ops.lgamma(small), ops.mul(ops.log(small), 0.5)),
  );
  const r = ops.div(1, ops.select(isLarge, h, large));
  const r2 = ops.square(r);
  // −1/8h + 1/192h³ − 1/640h⁵ + 17/14336h⁷
  const series = [-1 / 640, 1 / 192, -1 / 8].reduce<Node>(
    (sum, c) => ops.add(ops.mul(sum, r2), c),
    ops.fill(h.builder, 17 / 14336, h.shape),
  );
  return ops.select(isLarge, ops.mul(series, r), direct);
}

/**
 * Student's t: log p(x) = log Γ((v + 1)/2) − log Γ(v/2) − ½ log(πv) − log scale − (v + 1)/2 · log(1 + z²/v) with
 * v = df and z = (x − loc)/scale.
 *
 * @param df degrees of freedom, positive: the mean is NaN for df ≤ 1, the variance infinite for 1 < df ≤ 2 and NaN
 *   below. @param loc median, default 0. @param scale positive, default 1. All broadcast.
 *   Draws: loc + scale·z√((df/2)/X) for X ~ Gamma(df/2), differentiable in all three, in `df` by implicit
 *   reparameterization.
 * @throws if the shapes do not broadcast.
 * @example
 * studentT(4, 0, 2).variance(); // 8
 */
export function studentT(df: Num, loc: Num = 0, scale: Num = 1): Dist {
  return makeDist({
    family: 'studentT',
    parameters: {
      df: { value: df, constraint: positive },
      loc: { value: loc, constraint: finite },
      scale: { value: scale, constraint: positive },
    },
    support: supports.real,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, p, shape) => ops.add(p.loc, ops.mul(p.scale, studentTNode(key, p.df, shape))),
    score: (x, { df: v, loc: m, scale: s }) => {
      const z = ops.div(ops.sub(x, m), s);
      const half = ops.mul(v, 0.5);
      const tail = ops.mul(ops.add(half, 0.5), ops.log1p(ops.div(ops.square(z), v)));
      return ops.sub(ops.sub(logGammaRatio(half), ops.add(ops.log(s), halfLog2Pi)), tail);
    },
    mean: (p) => ops.select(ops.gt(p.df, 1), p.loc, NaN),
    variance: ({ df: v, scale: s }) => {
      const exists = ops.gt(v, 2);
      const safe = ops.select(exists, v, 3);
      const finiteValue = ops.mul(ops.square(s), ops.div(safe, ops.sub(safe, 2)));
      return ops.select(exists, finiteValue, ops.select(ops.gt(v, 1), Infinity, ops.fill(v.builder, NaN)));
    },
  });
}
