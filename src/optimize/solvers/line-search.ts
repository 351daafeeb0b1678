/**
 * Line search by bracketing: sufficient decrease, and on demand the weak Wolfe curvature condition.
 *
 * Along φ(t) = merit(x + t d) with φ'(0) = slope < 0 it seeks t with
 *
 *     φ(t) ≤ φ(0) + c₁ t slope        (decrease, c₁ = 1e-4 unless `decrease` says otherwise)
 *     φ'(t) ≥ c₂ slope                (curvature, c₂ = 0.9; only if `wolfe`)
 *
 * by doubling until the bracket is finite and then halving it (Lewis and Overton 2013). Near a minimum differences of φ
 * drown in rounding: φ(t) = φ(0) is no decrease, even if the bound rounds to it, and a step within rounding of φ(0) is one
 * if φ'(t) ≤ (2c₁ − 1) slope, the approximate Wolfe condition of Hager and Zhang (2005), and if it is long enough
 * to change φ': |φ'(t) − slope| ≥ c₃ |slope|, c₃ = 1e-3.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';
import { whileNodes } from '../../numerics/control-nodes.js';
import { allFinite, inner } from '../../numerics/linear-nodes.js';
import type { Point, Problem } from './problem.js';

const c2 = 0.9;
const c3 = 1e-3;
/** Relative rounding of a merit that is a long sum. */
const rounding = 1e-12;

/** What to search for. */
export interface SearchOptions {
  /** First trial; a node or number. */
  readonly first: Node | number;
  readonly wolfe: boolean;
  /** c₁; default 1e-4. */
  readonly decrease?: number;
  /** Limit of trials; default 50. */
  readonly maxTrials?: number;
}

/** The best point found that satisfies decrease. */
export interface Search {
  readonly point: Point;
  /** Its step length; 0 if none was found, and the point is the start. */
  readonly length: Node;
}

/** Searches from `point` along `d` with directional derivative `slope` of the merit. */
export function lineSearch(
  problem: Problem,
  point: Point,
  d: Node,
  slope: Node,
  options: SearchOptions,
): Search {
  const { first, wolfe, decrease: c1 = 1e-4, maxTrials = 50 } = options;
  const b = slope.builder;
  const real = (v: number): Node => ops.fill(b, v);
  const trial = typeof first === 'number' ? real(first) : first;
  const zero = real(0);
  // merit and residual of a minimization know φ'; those of an equation do not
  const derivative = problem.kind === 'minimize';
  const carry = [
    trial,
    zero,
    real(Infinity),
    point.x,
    point.merit,
    point.residual,
    ops.fill(b, 0, [], 'bool'),
    ops.fill(b, 0, [], 'i32'),
  ];
  const out = whileNodes(
    b,
    carry,
    (...c) => ops.and(ops.not(c[6]!), ops.lt(c[7]!, maxTrials)),
    (t, lo, hi, x, merit, residual, _, trials) => {
      const p = problem.at(ops.add(point.x, ops.mul(t!, d)));
      const finite = ops.and(ops.isFinite(p.merit), allFinite(p.residual));
      const bound = ops.add(point.merit, ops.mul(ops.mul(c1, t!), slope));
      const armijo = ops.and(ops.le(p.merit, bound), ops.lt(p.merit, point.merit));
      const rate = inner(p.residual, d);
      const within = ops.le(p.merit, ops.add(point.merit, ops.mul(rounding, ops.abs(point.merit))));
      const changed = ops.ge(ops.abs(ops.sub(rate, slope)), ops.mul(c3, ops.abs(slope)));
      const flat = ops.and(ops.le(rate, ops.mul(2 * c1 - 1, slope)), changed);
      const decrease = ops.and(finite, derivative ? ops.or(armijo, ops.and(within, flat)) : armijo);
      const done = wolfe && derivative ? ops.and(decrease, ops.ge(rate, ops.mul(c2, slope))) : decrease;
      const low = ops.select(decrease, t!, lo!);
      const high = ops.select(decrease, hi!, t!);
      const next = ops.select(ops.isFinite(high), ops.mul(0.5, ops.add(low, high)), ops.mul(2, t!));
      const keep = (a: Node, old: Node): Node => ops.select(decrease, a, old);
      return [
        next,
        low,
        high,
        keep(p.x, x!),
        keep(p.merit, merit!),
        keep(p.residual, residual!),
        done,
        ops.add(trials!, 1),
      ];
    },
  );
  return { point: { x: out[3]!, merit: out[4]!, residual: out[5]! }, length: out[1]! };
}
