/**
 * Interpretation of a graph into another builder, and closures: graphs of functions over nodes.
 *
 * @module
 */
import { Builder, deepest } from './builder.js';
import { makeGraph, type AnyNode, type Graph, type Node } from './graph.js';
import type { Aval } from './types.js';

/** How an interpreter treats one node: given the values of its operands, the values of its results. */
export type NodeRule<V> = (node: AnyNode, operands: readonly V[]) => readonly V[];

/**
 * Walks a graph in execution order, giving each node's results by `rule`. `proj` and `input` are handled here.
 * Every transformation that goes forward is an instance of this function.
 */
export function interpret<V>(graph: Graph, args: readonly V[], rule: NodeRule<V>): V[] {
  if (args.length !== graph.inputs.length) {
    throw new Error(
      `interpret: the graph has ${graph.inputs.length} inputs, ${args.length} values were given`,
    );
  }
  const values = new Map<Node, readonly V[]>();
  graph.inputs.forEach((n, i) => values.set(n, [args[i]!]));
  for (const node of graph.nodes as readonly AnyNode[]) {
    if (node.op === 'input') continue;
    if (node.op === 'proj') {
      values.set(node, [values.get(node.operands[0]!)![node.attrs.index]!]);
      continue;
    }
    values.set(
      node,
      rule(
        node,
        node.operands.map((o) => values.get(o)![0]!),
      ),
    );
  }
  return graph.outputs.map((o) => values.get(o)![0]!);
}

/** Rebuilds a graph's nodes in `builder` on `args`: the results, as nodes of `builder`. */
export function inline(builder: Builder, graph: Graph, args: readonly Node[]): Node[] {
  return interpret<Node>(
    graph,
    args.map((a) => builder.lift(a)),
    (node, operands) => {
      const made = builder.nodes(node.op, node.attrs, operands);
      for (const m of made) m.origin ??= node.origin;
      return made;
    },
  );
}

/** Applies a graph to nodes in their deepest builder. */
export function applyGraph(graph: Graph, args: readonly Node[]): Node[] {
  return inline(deepest(args), graph, args);
}

/** A closed graph and the outer nodes that it captured, which are its leading inputs. */
export interface Closure {
  readonly graph: Graph;
  readonly captured: readonly Node[];
}

/**
 * The graph of `f` over inputs of the given avals. Nodes of `parent` (or of builders that enclose it) that `f` uses
 * become leading inputs, listed in `captured` as nodes of `parent`.
 */
export function closure(
  parent: Builder,
  avals: readonly Aval[],
  f: (...inputs: Node[]) => readonly Node[],
): Closure {
  const builder = new Builder(parent);
  const inputs = avals.map((a) => builder.input(a));
  const outputs = f(...inputs).map((o) => builder.lift(o));
  builder.closed = true;
  const captured = builder.captures.map((c) => parent.lift(c.source as Node));
  return { graph: makeGraph([...builder.captures.map((c) => c.node), ...inputs], outputs), captured };
}

/**
 * The graph of a function that closes over nothing, built from scratch.
 *
 * @example
 * const g = buildGraph([{ shape: [], dtype: 'f' }], (x) => [ops.mul(x!, x!)]);
 * evaluate(g, [hostArray([3], [], 'f')])[0]!.data[0]; // 9
 */
export function buildGraph(avals: readonly Aval[], f: (...inputs: Node[]) => readonly Node[]): Graph {
  const builder = new Builder();
  const inputs = avals.map((a) => builder.input(a));
  const outputs = avals.length === 0 ? f() : f(...inputs);
  return builder.finish(outputs);
}
