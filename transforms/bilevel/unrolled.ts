/**
 * Hypergradient by differentiating the steps of the inner solver.
 *
 * @module
 */
import { gradNodes, vjpNodes } from '../../src/autodiff/index.js';
import { ops, type Node } from '../../src/ir/index.js';
import { scanNodes } from '../../src/numerics/control-nodes.js';
import { norm } from '../../src/numerics/linear-nodes.js';
import { tolerance, type Tolerance } from '../../src/optimize/solvers/solve.js';
import { statuses } from '../../src/optimize/status.js';
import type { Method } from './problem.js';

/** What unrolling needs: the number of steps, their length as a node of θ, and when y counts as converged. */
export interface UnrolledOptions {
  readonly steps: number;
  readonly step: number | ((theta: readonly Node[]) => Node);
  readonly tol: number | Tolerance | undefined;
}

/**
 * y_t = y_{t−1} − η ∇ᵧg(y_{t−1}, x) for t = 1..T from y₀ = init(x), and F = f(y_T, x), differentiated in reverse mode
 * through all of it. For a strongly convex g the hypergradient's error falls like T qᵀ, q the contraction factor.
 */
export function unrolled(options: UnrolledOptions): Method {
  const { steps, step } = options;
  if (!Number.isInteger(steps) || steps < 0)
    throw new Error(`bilevel: expected a whole number of steps to unroll, 0 or more, found ${steps}`);
  const { absolute, relative } = tolerance(options.tol);
  return (b, problem, theta, warm) => {
    const rest = theta.slice(problem.count);
    const slope = (y: Node, t: readonly Node[]): Node =>
      gradNodes((z) => problem.inner(z, t), [y]).gradient[0]!;
    const start = warm.y ?? problem.init(theta);
    const { out, pullback } = vjpNodes(
      (...xs) => {
        const t = [...xs, ...rest];
        const deep = xs[0]!.builder;
        const eta = typeof step === 'number' ? step : step(t);
        const y0 = deep.lift(warm.y ?? problem.init(t));
        const { carry } = scanNodes(deep, [y0], [], steps, (y) => [ops.sub(y!, ops.mul(eta, slope(y!, t)))]);
        return [problem.outer(carry[0]!, t), carry[0]!];
      },
      theta.slice(0, problem.count),
      b,
    );
    const [value, y] = out;
    const gradient = pullback([ops.fill(b, 1), undefined]);
    const residual = norm(slope(y!, theta));
    const startResidual = norm(slope(start, theta));
    const target = ops.add(absolute, ops.mul(relative, startResidual));
    const int = (v: number): Node => ops.fill(b, v, [], 'i32');
    // steps that are short enough never end steeper than they began, if g is convex
    const open = ops.select(
      ops.gt(residual, startResidual),
      int(statuses.diverged.code),
      int(statuses.maxSteps.code),
    );
    const ended = ops.select(ops.le(residual, target), int(statuses.converged.code), open);
    return {
      value: value!,
      gradient,
      y: y!,
      diagnostics: {
        innerGradientNorm: residual,
        innerSteps: int(steps),
        status: ops.select(ops.isFinite(residual), ended, int(statuses.nonfinite.code)),
        linearResidual: ops.fill(b, NaN),
        linearSteps: int(0),
        curvature: int(0),
      },
    };
  };
}
