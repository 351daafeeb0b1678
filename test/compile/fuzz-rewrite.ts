/**
 * Graphs made anew with changes, and samples cut at values that become inputs.
 */
import { evaluateRules } from '../../src/ir/evaluate.js';
import type { EvaluateRule } from '../../src/ir/evaluate-rule.js';
import {
  Builder,
  interpret,
  ops,
  subGraphs,
  type AnyNode,
  type Graph,
  type HostArray,
  type Node,
  type OpName,
  type OpTable,
} from '../../src/ir/index.js';
import type { Sample } from './fuzz-judge.js';

/** Makes a node's results anew, or leaves it to be copied. */
export type Change = (b: Builder, node: AnyNode, operands: readonly Node[]) => readonly Node[] | undefined;

/** A graph with its nodes made anew; sub-graphs too. */
export function rewrite(
  graph: Graph,
  change: Change,
  outputs: readonly number[] | undefined = undefined,
): Graph {
  const b = new Builder();
  const inputs = graph.inputs.map((n) => b.input(n.avals[0]!));
  const made = interpret<Node>(
    graph,
    inputs,
    (node, operands) => change(b, node, operands) ?? b.nodes(node.op, inner(node, change), operands),
  );
  return b.finish(outputs === undefined ? made : outputs.map((i) => made[i]!));
}

/** A node's attributes with their sub-graphs made anew. */
function inner(node: AnyNode, change: Change): OpTable[OpName] {
  const isGraph = (v: unknown): v is Graph => typeof v === 'object' && v !== null && 'outputs' in v;
  const anew = (v: unknown): unknown =>
    isGraph(v) ? rewrite(v, change) : Array.isArray(v) && v.some(isGraph) ? v.map(anew) : v;
  return Object.fromEntries(Object.entries(node.attrs).map(([k, v]) => [k, anew(v)])) as OpTable[OpName];
}

/** All nodes, those of sub-graphs included. */
export function allNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((n) => [n, ...subGraphs(n.attrs).flatMap(allNodes)]);
}

/** Number of operations, without those that a leaf is made of. */
export function weight(graph: Graph): number {
  return allNodes(graph).filter((n) => !['input', 'proj', 'const', 'broadcast'].includes(n.op)).length;
}

/** The values of all nodes of a graph. */
export function valuesOf({ graph, inputs }: Sample): Map<Node, readonly HostArray[]> {
  const values = new Map<Node, readonly HostArray[]>();
  interpret<HostArray>(graph, inputs, (node, operands) => {
    const rule = evaluateRules[node.op] as EvaluateRule<OpName>;
    const data = rule(node.attrs as OpTable[OpName], operands, node.avals);
    const results = node.avals.map((a, i) => ({ ...a, data: data[i]! }));
    values.set(node, results);
    return results;
  });
  return values;
}

/** The sample without the inputs that nothing uses. */
export function pruned({ graph, inputs }: Sample): Sample {
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap((n) => n.operands)]);
  const keep = graph.inputs.map((n) => used.has(n));
  if (keep.every(Boolean)) return { graph, inputs };
  const b = new Builder();
  const args = graph.inputs.map((n, i) =>
    keep[i] ? b.input(n.avals[0]!) : ops.fill(b, 0, n.shape, n.dtype),
  );
  const outputs = interpret<Node>(graph, args, (n, operands) => b.nodes(n.op, n.attrs, operands));
  return { graph: b.finish(outputs), inputs: inputs.filter((_, i) => keep[i]) };
}

/** The sample with the results of some nodes, whose values are given, as inputs. */
export function cut(
  { graph, inputs }: Sample,
  at: ReadonlySet<Node>,
  values: ReadonlyMap<Node, readonly HostArray[]>,
): Sample {
  const added: HostArray[] = [];
  const made = rewrite(graph, (b, n) => {
    if (!at.has(n)) return undefined;
    added.push(...values.get(n)!);
    return n.avals.map((a) => b.input(a));
  });
  return pruned({ graph: made, inputs: [...inputs, ...added] });
}
