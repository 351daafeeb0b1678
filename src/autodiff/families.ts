/**
 * The operation names by family: each rule table is written one family a file.
 *
 * @module
 */
import type { BinaryName, OpName, UnaryName } from '../ir/index.js';

/** Decompositions and triangular solves. */
export type MatrixName = 'cholesky' | 'triangularSolve' | 'lu';

/** Operations that run sub-graphs. */
export type ControlName = 'cond' | 'while' | 'scan';

/** Operations whose derivatives are those of an equation that their results satisfy. */
export type ImplicitName = 'linearSolve' | 'root';

/** Everything else: leaves, shape operations, reductions, contractions. */
export type ShapeName = Exclude<OpName, UnaryName | BinaryName | MatrixName | ControlName | ImplicitName>;
