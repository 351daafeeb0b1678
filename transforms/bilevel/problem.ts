/**
 * Bilevel problems: what the user states, and what a hypergradient method sees of it.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Builder, Node } from '../../src/ir/index.js';
import type { Tolerance } from '../../src/optimize/solvers/solve.js';
import type { Solver } from '../../src/optimize/solvers/solver.js';

/** The lower level: `y*(x)` = argmin over y of objective(y, x). */
export interface InnerProblem<X, Y> {
  /** Real scalar from the inner variables y and the hyperparameters x. */
  readonly objective: (y: Y, x: X) => tf.Tensor;
  /** Where the inner solver starts, a tree of real tensors. Only unrolling differentiates it. */
  readonly init: (x: X) => Y;
  /** Solver of the implicit methods; default `newton()`. */
  readonly solver?: Solver<'minimize'>;
  /** When the inner solve counts as converged: ‖∇ᵧ‖₂ ≤ tol + tol·‖∇ᵧ at the start‖₂; default 1e-10. */
  readonly tol?: number | Tolerance;
  /** Step limit of the solver, default 200; the number T of steps when unrolling, default 100. */
  readonly steps?: number;
}

/** Hypergradient by the implicit function theorem, its linear system solved by conjugate gradients. */
export interface ImplicitCg {
  readonly kind: 'implicit-cg';
  /** Stops at ‖∇ᵧf − Hv‖ ≤ tol·‖∇ᵧf‖; default 1e-12. */
  readonly tol?: number;
  /** Step limit; default 10 times the number of inner variables. */
  readonly maxSteps?: number;
  /** Replaces H by H + damping·I, for a Hessian that is only semi-definite, also where dy is taken; default 0. */
  readonly damping?: number;
}

/** Hypergradient by reverse differentiation of T steps of gradient descent. */
export interface Unrolled<X = unknown> {
  readonly kind: 'unrolled';
  /** T; default `inner.steps`, else 100. */
  readonly steps?: number;
  /** Step length η < 2/L, or a function of the hyperparameters; default 0.1. */
  readonly step?: number | ((x: X) => tf.Tensor);
}

/** A way to a hypergradient, by name for its defaults. */
export type Hypergradient<X = unknown> = 'implicit-cg' | 'unrolled' | ImplicitCg | Unrolled<X>;

/** min over x of `outer(y*(x), x)`. */
export interface BilevelProblem<X, Y> {
  readonly inner: InnerProblem<X, Y>;
  /** Real scalar from the inner solution and the hyperparameters. */
  readonly outer: (y: Y, x: X) => tf.Tensor;
  /** Default 'implicit-cg'. */
  readonly hypergradient?: Hypergradient<X>;
}

/** How far to trust a hypergradient: scalars, one lane each under `vmap`. */
export interface Diagnostics<L = tf.Tensor> {
  /** ‖∇ᵧ inner objective‖₂ where the outer objective was evaluated: the error of y is of its order. */
  readonly innerGradientNorm: L;
  /** int32: steps of the inner solver. */
  readonly innerSteps: L;
  /** int32 code of how the inner solve ended; `statusOf(diagnostics)` names it. */
  readonly status: L;
  /** ‖∇ᵧf − Hv‖/‖∇ᵧf‖ of the linear system; NaN when unrolling, which has none. */
  readonly linearResidual: L;
  /** int32: steps of the linear solver; 0 when unrolling. */
  readonly linearSteps: L;
  /** int32: 1 if every direction had positive curvature, −1 if one had not (the linear solve stopped there), 0 if none was looked at. */
  readonly curvature: L;
}

/** The problem as functions of nodes: y a vector, θ the hyperparameters' leaves followed by captured values. */
export interface NodeProblem {
  readonly inner: (y: Node, theta: readonly Node[]) => Node;
  readonly outer: (y: Node, theta: readonly Node[]) => Node;
  readonly init: (theta: readonly Node[]) => Node;
  /** Number of hyperparameters among θ. */
  readonly count: number;
}

/** Where a method starts: values kept from the last outer step. */
export interface WarmStart {
  readonly y?: Node;
  readonly v?: Node;
}

/** What a method finds. */
export interface Hyper {
  readonly value: Node;
  readonly gradient: readonly Node[];
  readonly y: Node;
  /** Solution of the linear system, if the method has one. */
  readonly v?: Node;
  readonly diagnostics: Diagnostics<Node>;
}

/** A hypergradient method at node level. */
export type Method = (b: Builder, problem: NodeProblem, theta: readonly Node[], warm: WarmStart) => Hyper;
