/**
 * The form of a rule that writes vector code for one element-wise real operation.
 *
 * @module
 */
import type { BinaryName, OpTable, UnaryName } from '../../ir/catalogue.js';
import type { SpecialName } from '../../ir/catalogue-special.js';
import type { Expr, FunctionBuilder } from '../assembler/index.js';
import type { MathContext } from './context.js';

/** Operations that only integers and truth values have. */
type Bitwise = 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight';

/** Every element-wise operation on real numbers that computes something. */
export type RealName =
  Exclude<UnaryName, 'not' | 'stopGradient'> | Exclude<BinaryName, Bitwise | 'credit'> | SpecialName;

/** A vector of real numbers. */
export type Vector = Expr<'v128'>;

/** How one operation is written, and what it costs. */
export interface RealRule<K extends RealName = RealName> {
  /** Estimated number of instructions on one vector. */
  readonly weight: { readonly f32: number; readonly f64: number };
  /** Writes the operation; operands are locals or constants. */
  readonly emit: (cx: MathContext, f: FunctionBuilder, attrs: OpTable[K], args: readonly Vector[]) => Vector;
}

/** A rule for each of some operations. */
export type RealRules<K extends RealName> = { readonly [N in K]: RealRule<N> };
