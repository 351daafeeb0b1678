/**
 * The catalogue's operations with sub-graphs: control flow, implicit functions, functions with rules of their own.
 *
 * @module
 */
import type { Graph } from './graph.js';

/** How a square linear system is solved inside `root` derivatives and `linearSolve` construction. */
export interface LinearMethod {
  /** `cholesky` and `cg` need a symmetric positive definite system; `lu` any invertible one; `normalCg` applies CG to AᵀA. */
  readonly kind: 'cholesky' | 'lu' | 'cg' | 'normalCg';
  /** Relative residual at which the iterative methods stop; default 1e-12. */
  readonly tol?: number;
  /** Iteration limit of the iterative methods; default 10 times the dimension. */
  readonly maxSteps?: number;
  /** Adds `damping · I` to the operator; default 0. */
  readonly damping?: number;
  /** The first `lanes` axes of the unknowns count independent systems, as batching a `root` makes them; default 0: one system. */
  readonly lanes?: number;
}

/** Width of real numbers in compiled programs. */
export type Precision = 'float32' | 'float64';

/** Operations that run sub-graphs. What a sub-graph closes over has become leading operands. */
export interface ControlTable {
  /**
   * Calls branch `index` (i32 scalar, clamped) with the remaining operands. Branches take and return equal avals. In a
   * compiled program the real numbers of the branches have the given precision; default that of what is around.
   */
  readonly cond: { readonly branches: readonly Graph[]; readonly precision?: Precision };
  /**
   * while cond(condConsts, carry): carry = body(bodyConsts, carry). Operands: condConsts ++ bodyConsts ++ carry.
   * `cond` returns one bool scalar.
   */
  readonly while: {
    readonly cond: Graph;
    readonly body: Graph;
    readonly condConsts: number;
    readonly bodyConsts: number;
  };
  /**
   * (carry, y_t) = body(consts, carry, x_t) for t = 0..length−1, or backwards if `reverse`.
   * Operands: consts ++ carry ++ xs (leading axis `length`). Results: carry ++ ys (stacked on a leading axis, y_t at t).
   */
  readonly scan: {
    readonly body: Graph;
    readonly length: number;
    readonly consts: number;
    readonly carry: number;
    readonly reverse: boolean;
  };
  /**
   * x with matvec(consts, x) = b. Operands: consts ++ b; results x, with the avals of b. `matvec`, `solve` and
   * `transposeSolve` take consts ++ a vector; matvec is linear in the vector and is never differentiated through `solve`.
   */
  readonly linearSolve: {
    readonly matvec: Graph;
    readonly solve: Graph;
    readonly transposeSolve: Graph;
    readonly consts: number;
  };
  /**
   * The implicit function x*(θ) with optimality(x*, θ) = 0. Operands: θ ++ init, where the last `inits` operands are
   * starting values without derivative. `solve`: (θ, init) → x ++ aux; results x ++ aux, aux without derivative.
   * `optimality`: (x, θ) → residuals with the avals of x. `linear` solves for derivatives.
   */
  readonly root: {
    readonly solve: Graph;
    readonly optimality: Graph;
    readonly inits: number;
    readonly solutions: number;
    readonly linear: LinearMethod;
  };
  /**
   * A function with derivative rules of its own. Operands: captures ++ arguments; results are those of `fun`.
   * `jvp`: (operands ++ tangents of the real arguments) → results ++ tangents of the real results. Or `forward`:
   * operands → results ++ residuals, with `backward`: (residuals ++ cotangents of the real results) → cotangents of the
   * real arguments. Rules say nothing of the captures; derivatives in these are those of `fun`. A node without any rule
   * stands in a rule, and is a call of the function that the rule belongs to.
   */
  readonly custom: {
    readonly fun: Graph;
    readonly captures: number;
    readonly jvp?: Graph;
    readonly forward?: Graph;
    readonly backward?: Graph;
  };
  /**
   * y = A(c) x for the operands c ++ x, linear in x, with its transpose given. `forward`: (c, x) → y; without it the
   * operation can be transposed, but not run. `transpose`: (c, ȳ) → x̄.
   */
  readonly linearCall: { readonly forward?: Graph; readonly transpose: Graph; readonly consts: number };
}
