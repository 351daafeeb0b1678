/**
 * The operation names by family: each rule table is written one family a file.
 *
 * @module
 */
import type { BinaryName, OpName, SpecialName, UnaryName } from '../ir/index.js';

/** Decompositions and triangular solves. */
export type MatrixName = 'cholesky' | 'triangularSolve' | 'lu';

/** Orthogonal decompositions. */
export type DecompositionName = 'qr' | 'eigh' | 'svd';

/** Sorting, blocks at computed positions, convolution and pooling. */
export type WindowFamily = 'sort' | 'dynamicSlice' | 'dynamicUpdate' | 'conv' | 'poolSum' | 'poolMax';

/** Operations that run sub-graphs. */
export type ControlName = 'cond' | 'while' | 'scan';

/** Operations whose derivatives are those of an equation that their results satisfy. */
export type ImplicitName = 'linearSolve' | 'root';

/** Functions with derivative rules of their own. */
export type CustomName = 'custom' | 'linearCall';

/** Everything else: leaves, shape operations, reductions, contractions. */
export type ShapeName = Exclude<
  OpName,
  | UnaryName
  | BinaryName
  | MatrixName
  | DecompositionName
  | WindowFamily
  | SpecialName
  | ControlName
  | ImplicitName
  | CustomName
>;
