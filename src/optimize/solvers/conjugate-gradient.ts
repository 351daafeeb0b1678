/**
 * Conjugate gradients with a report: residual, steps, and the sign of the curvature met.
 *
 * @module
 */
import { stepLimit, toleranceOf } from '../../autodiff/index.js';
import { ops, type Builder, type Node } from '../../ir/index.js';
import { whileNodes } from '../../numerics/control-nodes.js';
import { allFinite, inner, norm } from '../../numerics/linear-nodes.js';

/** Options of {@link conjugateGradient}. */
export interface ConjugateGradientOptions {
  /** Stops at ‖b − A v‖ ≤ tol · ‖b‖; default 1e-12. */
  readonly tol?: number;
  /** Step limit; default 10 times the dimension. */
  readonly maxSteps?: number;
}

/** A curvature below this part of the largest met so far is zero to rounding. */
const smallest = 1e-15;

/** What a run of conjugate gradients found. */
export interface ConjugateGradientResult {
  /** NaN where b is not finite. */
  readonly v: Node;
  /** ‖b − A v‖ / ‖b‖, recomputed from v; 0 for b = 0. */
  readonly residual: Node;
  /** i32 scalar. */
  readonly steps: Node;
  /** i32 scalar: 1 if pᵀAp > 0 in every direction p that was tried, −1 where it was not, which stops the run. */
  readonly curvature: Node;
}

/**
 * v with A v = b for a symmetric positive definite A, from the warm start `v0`:
 *
 *     r = b − A v;  p = r;  ρ = rᵀr
 *     repeat until √ρ ≤ tol·‖b‖:   q = A p;  a = ρ/pᵀq;  v += a p;  r −= a q;  p = r + (rᵀr/ρ) p;  ρ = rᵀr
 *
 * Where pᵀAp ≤ 0, to rounding, the matrix is not positive definite: the run stops with the v reached before. For b = 0
 * it starts, and ends, at v = 0.
 */
export function conjugateGradient(
  b: Builder,
  matvec: (v: Node) => Node,
  rhs: Node,
  v0: Node,
  options: ConjugateGradientOptions = {},
): ConjugateGradientResult {
  const tol = toleranceOf('tol', options.tol ?? 1e-12);
  const maxSteps = stepLimit('maxSteps', options.maxSteps ?? 10 * rhs.shape[0]!);
  const int = (v: number): Node => ops.fill(b, v, [], 'i32');
  const size = norm(rhs);
  const target = ops.mul(tol, size);
  const start = ops.select(ops.eq(size, 0), 0, v0);
  const r0 = ops.sub(rhs, matvec(start));
  const out = whileNodes(
    b,
    [b.lift(start), r0, r0, inner(r0, r0), int(0), int(1), ops.fill(b, 0)],
    (...[, , , rho, steps, curvature]) =>
      ops.and(ops.and(ops.gt(ops.sqrt(rho!), target), ops.lt(steps!, maxSteps)), ops.gt(curvature!, 0)),
    (v, r, p, rho, steps, curvature, top) => {
      const q = matvec(p!);
      const bend = inner(p!, q);
      const rate = ops.div(bend, inner(p!, p!));
      const nextTop = ops.maximum(top!, rate);
      const positive = ops.gt(rate, ops.mul(smallest, nextTop));
      const a = ops.select(positive, ops.div(rho!, ops.select(positive, bend, 1)), 0);
      const nextV = ops.add(v!, ops.mul(a, p!));
      const nextR = ops.sub(r!, ops.mul(a, q));
      const nextRho = inner(nextR, nextR);
      const nextP = ops.add(nextR, ops.mul(ops.div(nextRho, rho!), p!));
      return [
        nextV,
        nextR,
        nextP,
        nextRho,
        ops.select(positive, ops.add(steps!, 1), steps!),
        ops.select(positive, curvature!, -1),
        nextTop,
      ];
    },
  );
  const v = ops.select(allFinite(rhs), out[0]!, NaN);
  const left = norm(ops.sub(rhs, matvec(v)));
  return {
    v,
    residual: ops.div(left, ops.select(ops.gt(size, 0), size, 1)),
    steps: out[4]!,
    curvature: out[5]!,
  };
}
