/**
 * The form of a planning rule: how an operation becomes views, kernel operations and steps.
 *
 * @module
 */
import type { Aval, Graph, OpName, OpTable } from '../../ir/index.js';
import type { Emitter } from './emitter.js';
import type { Plan } from './plan.js';
import type { Float, Value } from './value.js';

/** Where a graph is planned. */
export interface Planning {
  readonly plan: Plan;
  readonly e: Emitter;
  /** The width of real numbers here. */
  readonly float: Float;
}

/** The values of an operation's results. */
export type PlanRule<K extends OpName> = (
  attrs: OpTable[K],
  operands: readonly Value[],
  results: readonly Aval[],
  p: Planning,
) => readonly Value[];

/** One rule an operation; a missing one does not compile. */
export type PlanTable = { readonly [K in OpName]: PlanRule<K> };

/** Plans a graph: the values of its outputs. */
export type PlanGraph = (p: Planning, graph: Graph, inputs: readonly Value[]) => Value[];
