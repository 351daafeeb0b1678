/**
 * Hypergradient by the implicit function theorem with conjugate gradients.
 *
 * @module
 */
import { gradNodes, jvpNodes } from '../../src/autodiff/index.js';
import { deepest, ops, type LinearMethod, type Node } from '../../src/ir/index.js';
import { inner } from '../../src/numerics/linear-nodes.js';
import { conjugateGradient } from '../../src/optimize/solvers/conjugate-gradient.js';
import { newton } from '../../src/optimize/solvers/newton.js';
import { objective } from '../../src/optimize/solvers/problem.js';
import { solve } from '../../src/optimize/solvers/solve.js';
import { statuses } from '../../src/optimize/status.js';
import { rootNodes } from '../implicit/root-nodes.js';
import type { ImplicitCg, InnerProblem, Method, NodeProblem } from './problem.js';

/**
 * With y = y*(x), H = ∇²ᵧᵧ g and v from H v = ∇ᵧf:
 *
 *     dF/dx = ∇ₓf(y, x) − ∂ₓ⟨∇ᵧg(y, x), v⟩.
 *
 * Both y and v are `root` operations, so the hypergradient is itself differentiable to any order.
 */
export function implicitCg<X, Y>(options: Omit<ImplicitCg, 'kind'>, level: InnerProblem<X, Y>): Method {
  const { damping = 0 } = options;
  const linear: LinearMethod = { kind: 'cg', ...options };
  // the adjoint's own equation has the damping in it
  const undamped: LinearMethod = { ...linear, damping: 0 };
  const { solver = newton(), tol, steps: maxSteps } = level;
  const stop = { ...(tol === undefined ? {} : { tol }), ...(maxSteps === undefined ? {} : { maxSteps }) };
  return (b, problem, theta, warm) => {
    const lower = rootNodes(
      b,
      {
        solve: (builder, t, y0, memory) =>
          solve(
            builder,
            solver,
            objective((y) => problem.inner(y, t)),
            y0,
            stop,
            memory,
          ),
        optimality: (y, t) => slope(problem.inner, y, t),
        linear,
      },
      theta,
      warm.y ?? problem.init(theta),
      undefined,
    );
    const y = lower.x;
    const hessianProduct = (v: Node, at: Node, t: readonly Node[]): Node => {
      const hv = jvpNodes((z) => [slope(problem.inner, z, t)], [at], [v]).tangent[0]!;
      return damping === 0 ? hv : ops.add(hv, ops.mul(damping, v));
    };
    const adjoint = rootNodes(
      b,
      {
        solve: (builder, [at, ...t], v0) => {
          const rhs = slope(problem.outer, at!, t);
          const { v, residual, steps, curvature } = conjugateGradient(
            builder,
            (p) => hessianProduct(p, at!, t),
            rhs,
            v0,
            options,
          );
          const code = ops.fill(builder, statuses.converged.code, [], 'i32');
          return { x: v, residual, steps, code, memory: { curvature } };
        },
        optimality: (v, [at, ...t]) => ops.sub(hessianProduct(v, at!, t), slope(problem.outer, at!, t)),
        linear: undamped,
      },
      [y, ...theta],
      warm.v ?? ops.zerosLike(y),
      undefined,
    );
    const v = adjoint.x;
    const hyper = theta.slice(0, problem.count);
    const rest = theta.slice(problem.count);
    const direct = gradNodes((...xs) => problem.outer(y, [...xs, ...rest]), hyper);
    const cross = gradNodes((...xs) => inner(slope(problem.inner, y, [...xs, ...rest]), v), hyper);
    return {
      value: direct.value,
      gradient: direct.gradient.map((g, i) => ops.sub(g, cross.gradient[i]!)),
      y,
      v,
      diagnostics: {
        innerGradientNorm: lower.residual,
        innerSteps: lower.steps,
        status: lower.code,
        linearResidual: adjoint.residual,
        linearSteps: adjoint.steps,
        curvature: adjoint.memory.curvature!,
      },
    };
  };
}

/** Gradient in the first argument; θ may lie deeper than y, where a derivative with respect to θ is being taken. */
function slope(f: NodeProblem['inner'], y: Node, theta: readonly Node[]): Node {
  return gradNodes((z) => f(z, theta), [y], deepest([y, ...theta])).gradient[0]!;
}
