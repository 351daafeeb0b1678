/**
 * Lowering of whole graphs: the table of all rules and the walk.
 *
 * @module
 */
import { interpret, type Graph, type OpName, type OpTable } from '../ir/index.js';
import { lowerControl } from './lower-control.js';
import { lowerCustom } from './lower-custom.js';
import { lowerDecompositions } from './lower-decompositions.js';
import { lowerElementwise } from './lower-elementwise.js';
import { lowerMatrix } from './lower-matrix.js';
import { lowerShapes } from './lower-shapes.js';
import { lowerSpecial } from './lower-special.js';
import { lowerWindows } from './lower-windows.js';
import type { Planner } from './planner.js';
import type { LowerRule, LowerTable } from './rule.js';
import type { View } from './view.js';

/** One rule an operation. */
export const lowerRules: LowerTable = {
  ...lowerElementwise,
  ...lowerShapes,
  ...lowerWindows,
  ...lowerSpecial,
  ...lowerMatrix,
  ...lowerDecompositions,
  ...lowerControl(planGraph),
  ...lowerCustom(planGraph),
  input: () => {
    throw new Error('lower: inputs are bound before the walk');
  },
  proj: () => {
    throw new Error('lower: projections are resolved by the walk');
  },
};

/** Adds the steps of a graph to a plan: the views of its outputs for given views of its inputs. */
export function planGraph(plan: Planner, graph: Graph, inputs: readonly View[]): View[] {
  return interpret<View>(graph, inputs, (node, operands) => {
    // the union over operations is correlated: node.attrs are those of node.op
    const rule = lowerRules[node.op] as LowerRule<OpName>;
    return rule(node.attrs as OpTable[OpName], operands, node.avals, plan);
  });
}
