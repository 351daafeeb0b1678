/**
 * Planning of whole graphs: the table of all rules and the walk.
 *
 * @module
 */
import { interpret, type Graph, type OpName, type OpTable } from '../../ir/index.js';
import type { PlanRule, PlanTable, Planning } from './rule.js';
import { planControl } from './rules-control.js';
import { planElementwise } from './rules-elementwise.js';
import { planRoutines } from './rules-routines.js';
import { planShapes } from './rules-shapes.js';
import type { Value } from './value.js';

/** One rule an operation. */
export const planRules: PlanTable = {
  ...planElementwise,
  ...planShapes,
  ...planRoutines,
  ...planControl(planGraph),
  input: () => {
    throw new Error('wasm: inputs are bound before the walk');
  },
  proj: () => {
    throw new Error('wasm: projections are resolved by the walk');
  },
};

/** Adds what a graph does to a plan: the values of its outputs. */
export function planGraph(p: Planning, graph: Graph, inputs: readonly Value[]): Value[] {
  return interpret<Value>(graph, inputs, (node, operands) => {
    const { plan } = p;
    const outer = plan.node;
    plan.node = node;
    // the union over operations is correlated: node.attrs are those of node.op
    const rule = planRules[node.op] as PlanRule<OpName>;
    const values = rule(node.attrs as OpTable[OpName], operands, node.avals, p);
    plan.node = outer;
    return values;
  });
}
