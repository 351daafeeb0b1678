/**
 * Which hyperparameters a derivative can reach.
 *
 * @module
 */
import type { Graph, Node } from '../../src/ir/index.js';

/** For each input, whether a path of real values that no `stopGradient` cuts leads from it to an output. */
export function reaches(graph: Graph): boolean[] {
  const live = new Set<Node>();
  const stack = [...graph.outputs];
  while (stack.length > 0) {
    const n = stack.pop()!;
    if (live.has(n) || n.op === 'stopGradient' || n.dtype !== 'f') continue;
    live.add(n);
    // a projection's operand stands for its first result, whatever the type of the one projected
    stack.push(...n.operands.flatMap((o) => (n.op === 'proj' ? o.operands : [o])));
  }
  return graph.inputs.map((i) => live.has(i));
}
