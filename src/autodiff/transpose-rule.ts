/**
 * The form of a transpose rule.
 *
 * @module
 */
import type { Aval, Builder, Graph, Node, OpName, OpTable } from '../ir/index.js';
import type { Tangent } from './jvp-rule.js';

/** A cotangent, or `undefined` for one that is zero. */
export type Cotangent = Tangent;

/** Transposition of a graph: see `transposeInto`. */
export type TransposeOf = (
  graph: Graph,
  args: readonly (Node | undefined)[],
  cotangents: readonly Cotangent[],
  builder: Builder,
) => readonly Cotangent[];

/** What a rule is given: one operation that is linear in some of its operands, and cotangents of its results. */
export interface TransposeStep<K extends OpName> {
  readonly op: K;
  readonly attrs: OpTable[K];
  /** The values of the operands; `undefined` for those in which the operation is linear. */
  readonly operands: readonly (Node | undefined)[];
  /** Abstract values of all operands. */
  readonly avals: readonly Aval[];
  /** Abstract values of the results. */
  readonly results: readonly Aval[];
  /** Cotangents of the results, at least one of them known. */
  readonly cotangents: readonly Cotangent[];
  readonly builder: Builder;
  /** Transposes a sub-graph. */
  readonly transpose: TransposeOf;
}

/** Cotangents of the operands; those of operands with values are ignored. */
export type TransposeRule<K extends OpName> = (step: TransposeStep<K>) => readonly Cotangent[];

/** One rule an operation; a missing one does not compile. */
export type TransposeTable<K extends OpName = OpName> = { readonly [N in K]: TransposeRule<N> };
