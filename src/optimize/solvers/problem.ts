/**
 * What a solver sees of a problem: a point with its merit and optimality residual, and the residual's derivative.
 *
 * Minimization and root finding are one shape here: a minimizer is a root of the gradient whose merit is the objective.
 *
 * @module
 */
import { gradNodes, jvpNodes, vmapNodes } from '../../autodiff/index.js';
import { ops, shapes, type Node } from '../../ir/index.js';
import { inner } from '../../numerics/linear-nodes.js';

/** The kinds of problems. */
export type ProblemKind = 'minimize' | 'root';

/** A vector x[n] with what is known there. */
export interface Point {
  readonly x: Node;
  /** The scalar that a line search brings down: f(x), or ½‖F(x)‖². */
  readonly merit: Node;
  /** The optimality residual, [n]: ∇f(x), or F(x). */
  readonly residual: Node;
}

/** A problem over vectors x[n]. */
export interface Problem<K extends ProblemKind = ProblemKind> {
  readonly kind: K;
  at(x: Node): Point;
  /** Derivative of the residual, [n, n] with ∂ᵢ rⱼ at [j, i]: ∇²f(x), or ∂F(x). */
  jacobian(x: Node): Node;
}

function jacobian(residual: (x: Node) => Node, x: Node): Node {
  const basis = shapes.eye(x.builder, x.shape[0]!);
  const [columns] = vmapNodes((e) => jvpNodes((y) => [residual(y)], [x], [e]).tangent, [basis]);
  return shapes.matrixTranspose(columns!);
}

/** minₓ f(x): merit f, residual ∇f. */
export function objective(value: (x: Node) => Node): Problem<'minimize'> {
  const gradient = (x: Node): Node => gradNodes(value, [x]).gradient[0]!;
  return {
    kind: 'minimize',
    at(x) {
      const { value: merit, gradient: g } = gradNodes(value, [x]);
      return { x, merit, residual: g[0]! };
    },
    jacobian: (x) => jacobian(gradient, x),
  };
}

/** F(x) = 0 with F: ℝⁿ → ℝⁿ: merit ½‖F‖², residual F. */
export function equation(residual: (x: Node) => Node): Problem<'root'> {
  return {
    kind: 'root',
    at(x) {
      const r = residual(x);
      return { x, merit: ops.mul(0.5, inner(r, r)), residual: r };
    },
    jacobian: (x) => jacobian(residual, x),
  };
}
