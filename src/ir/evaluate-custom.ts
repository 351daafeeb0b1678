/**
 * Reference evaluation of functions with derivative rules of their own: the functions themselves.
 *
 * @module
 */
import type { EvaluateTable } from './evaluate-rule.js';
import type { Graph } from './graph.js';
import type { HostArray } from './types.js';

/** Why a linear call without a forward graph cannot run. */
export const noForwardMode: string =
  'forward mode through a customVjp is the transpose of its backward rule, and this rule has none ' +
  '(it holds a `while`, say): use reverse mode, or state the derivative by customJvp';

/** Rules of `custom` and `linearCall`, given how to run a graph. */
export function evaluateCustom(
  run: (graph: Graph, inputs: readonly HostArray[]) => HostArray[],
): Pick<EvaluateTable, 'custom' | 'linearCall'> {
  return {
    custom: ({ fun }, operands) => run(fun, operands).map((v) => v.data),
    linearCall: ({ forward }, operands) => {
      if (forward === undefined) throw new Error(noForwardMode);
      return run(forward, operands).map((v) => v.data);
    },
  };
}
