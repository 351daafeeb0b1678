/**
 * Transposition of linear graphs.
 *
 * @module
 */
import { Builder, inputAvals, isOp, outputAvals, type AnyNode, type Graph, type Node } from '../ir/index.js';
import { defined, instantiate } from './jvp-rule.js';
import { accumulate } from './masked.js';
import { pick } from './subgraph.js';
import { dependents } from './transpose-rules-control.js';
import { transposeRules } from './transpose-rules.js';
import type { Cotangent, TransposeOf, TransposeRule } from './transpose-rule.js';

/**
 * The cotangents of the linear inputs of a graph y = A(args) x, given those of its outputs: x̄ = A(args)ᵀ ȳ. Nodes that
 * do not depend on a linear input are rebuilt in `builder`, then the others are walked backwards.
 *
 * @param args - Values of the inputs; `undefined` for the linear ones.
 */
export const transposeInto: TransposeOf = (graph, args, cotangents, builder) => {
  const linear = dependents(
    graph,
    args.map((a) => a === undefined),
  );
  const values = new Map<Node, readonly Node[]>();
  graph.inputs.forEach((n, i) => {
    if (args[i] !== undefined) values.set(n, [builder.lift(args[i])]);
  });
  for (const node of graph.nodes as readonly AnyNode[]) {
    if (node.op === 'input' || linear.has(node)) continue;
    if (node.op === 'proj') values.set(node, [values.get(node.operands[0]!)![node.attrs.index]!]);
    else
      values.set(
        node,
        builder.nodes(
          node.op,
          node.attrs,
          node.operands.map((o) => values.get(o)![0]!),
        ),
      );
  }

  const sums = new Map<Node, Cotangent[]>();
  const give = (node: Node, ct: Cotangent): void => {
    if (ct === undefined || !linear.has(node)) return;
    const [target, index] = isOp(node, 'proj') ? [node.operands[0]!, node.attrs.index] : [node, 0];
    let cts = sums.get(target);
    if (cts === undefined) sums.set(target, (cts = target.avals.map(() => undefined)));
    const before = cts[index];
    cts[index] = before === undefined ? ct : accumulate(before, ct);
  };
  graph.outputs.forEach((o, i) => give(o, cotangents[i]));
  for (let k = graph.nodes.length - 1; k >= 0; k--) {
    const node = graph.nodes[k]!;
    const cts = sums.get(node);
    if (node.op === 'input' || cts === undefined) continue;
    const rule = transposeRules[node.op] as TransposeRule<typeof node.op>;
    const given = rule({
      op: node.op,
      attrs: node.attrs,
      operands: node.operands.map((o) => (linear.has(o) ? undefined : values.get(o)![0]!)),
      avals: node.operands.map((o) => o.avals[0]!),
      results: node.avals,
      cotangents: cts,
      builder,
      transpose: transposeInto,
    });
    for (const ct of given) if (ct !== undefined) ct.origin ??= node.origin;
    node.operands.forEach((o, i) => give(o, given[i]));
  }
  return graph.inputs.map((n) => sums.get(n)?.[0]);
};

/**
 * The transpose of a graph that is linear in some inputs.
 *
 * @param graph - y = A(c) x, where c are the inputs that are not marked.
 * @param linear - Marks of x. The graph must be linear (not only affine) in them.
 * @returns Inputs: c, then the cotangents of the real outputs. Outputs: the cotangents A(c)ᵀ ȳ of x.
 */
export function linearTranspose(graph: Graph, linear: readonly boolean[]): Graph {
  const builder = new Builder();
  const avals = inputAvals(graph);
  const args = avals.map((a, i) => (linear[i] ? undefined : builder.input(a)));
  const cts = outputAvals(graph).map((a) => (a.dtype === 'f' ? builder.input(a) : undefined));
  const found = transposeInto(graph, args, cts, builder);
  return builder.finish(
    pick(
      found.map((ct, i) => instantiate(ct, avals[i]!, builder)),
      args.map((a) => !defined(a)),
    ),
  );
}
