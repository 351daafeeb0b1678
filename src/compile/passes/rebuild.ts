/**
 * Building a graph again with some operations replaced, where what is replaced depends on the graph around it.
 *
 * @module
 */
import { Builder, isOp, type Graph, type Node, type OpName } from '../../ir/index.js';

/** Builds one node again: its results in `builder` for new operands, or undefined to build it as it was. */
export type Replace = (
  node: Node,
  operands: readonly Node[],
  builder: Builder,
) => readonly (Node | undefined)[] | undefined;

/**
 * The nodes of a graph built in `builder` for given inputs: its outputs. Origins go with the nodes; nodes in `given` are
 * known already.
 */
export function buildAgain(
  builder: Builder,
  graph: Graph,
  args: readonly Node[],
  replace: Replace = () => undefined,
  given?: ReadonlyMap<Node, Node>,
): Node[] {
  // by the nodes' ids, which are unique in a builder
  const values: (readonly (Node | undefined)[])[] = [];
  graph.inputs.forEach((n, i) => (values[n.id] = [args[i]]));
  for (const node of graph.nodes) {
    if (node.op === 'input') continue;
    const known = given?.get(node);
    if (known !== undefined) {
      values[node.id] = [known];
      continue;
    }
    if (isOp(node, 'proj')) {
      values[node.id] = [values[node.operands[0]!.id]![node.attrs.index]];
      continue;
    }
    const operands = node.operands.map((o) => values[o.id]![0]!);
    const { origin } = node;
    builder.originOf = origin === undefined ? undefined : () => origin;
    values[node.id] =
      replace(node, operands, builder) ?? builder.nodes<OpName>(node.op, node.attrs, operands);
  }
  builder.originOf = undefined;
  return graph.outputs.map((o) => values[o.id]![0]!);
}

/** A graph built again from its inputs, with some operations replaced. */
export function rebuilt(graph: Graph, replace: Replace): Graph {
  const b = new Builder();
  const args = graph.inputs.map((n) => {
    const input = b.input(n.avals[0]!);
    input.origin = n.origin;
    return input;
  });
  return b.finish(buildAgain(b, graph, args, replace));
}
