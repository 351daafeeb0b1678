/**
 * Dependence by data flow.
 *
 * @module
 */
import type { Node } from '../../src/ir/index.js';

/** The nodes that `root` is made of, itself included, operands before their users. */
export function ancestry(root: Node): readonly Node[] {
  const seen = new Set<Node>([root]);
  const stack = [root];
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    for (const o of n.operands) {
      if (seen.has(o)) continue;
      seen.add(o);
      stack.push(o);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * The nodes among `nodes` (operands first) that depend on `source`, itself included: through values, predicates, indices
 * and random draws alike, held gradients (`stopGradient`) included.
 */
export function dependents(source: Node, nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const n of nodes) if (n === source || n.operands.some((o) => found.has(o))) found.add(n);
  return found;
}
