/**
 * The form of a lowering rule: how an operation becomes views and steps of a plan.
 *
 * @module
 */
import type { Aval, OpName, OpTable } from '../ir/index.js';
import type { Planner } from './planner.js';
import type { View } from './view.js';

/** The views of an operation's results, given attributes, the operands' views, and the results' abstract values. */
export type LowerRule<K extends OpName> = (
  attrs: OpTable[K],
  operands: readonly View[],
  results: readonly Aval[],
  plan: Planner,
) => readonly View[];

/** One rule an operation; a missing one does not compile. */
export type LowerTable = { readonly [K in OpName]: LowerRule<K> };
