/**
 * Calls replaced by what they run. Derivatives are taken when a graph is compiled, so of a function with derivative
 * rules, of a linear solve and of an implicit function only the forward graph matters.
 *
 * @module
 */
import { isOp, subGraphs, type Graph, type Node } from '../../ir/index.js';
import type { Pass } from './pass.js';
import { rewriting, type RuleTable, type Target } from './rewrite.js';
import { holdsGraphs } from './run-graphs.js';

const functions: RuleTable = {
  custom: {
    'function with rules → the function': ({ operands, attrs }, to) => to.inline(attrs.fun, operands),
  },
  linearCall: {
    'linear call → its forward graph': ({ operands, attrs }, to) =>
      attrs.forward === undefined ? undefined : to.inline(attrs.forward, operands),
  },
};

/** Rules of solves, given how the solver's graph becomes part of the program. */
const solves = (
  solver: (to: Target, solve: Graph, operands: readonly Node[]) => readonly Node[],
): RuleTable => ({
  linearSolve: {
    'linear solve → its solver': ({ operands, attrs }, to) => solver(to, attrs.solve, operands),
  },
  root: {
    'implicit function → its solver': ({ operands, attrs }, to) => solver(to, attrs.solve, operands),
  },
});

/** The pass `inlineCalls`. A linear call without a forward graph stays: it cannot run. */
export const inlineCalls: Pass = rewriting('inlineCalls', {
  ...functions,
  ...solves((to, solve, operands) => to.inline(solve, operands)),
});

/** The same for programs with parts in float32: solvers stay apart, in float64. */
export const inlinePrecisely: Pass = rewriting('inlineCalls', {
  ...functions,
  ...solves((to, solve, operands) => {
    const index = to.fill(0, [], 'i32');
    return to.nodes('cond', { branches: [solve], precision: 'float64' }, [index, ...operands]);
  }),
});

/** Whether a part of a graph has a precision of its own. */
export function hasPrecision(graph: Graph): boolean {
  return graph.nodes.some((node) => {
    if (!holdsGraphs(node.op)) return false;
    return (
      (isOp(node, 'cond') && node.attrs.precision !== undefined) || subGraphs(node.attrs).some(hasPrecision)
    );
  });
}
