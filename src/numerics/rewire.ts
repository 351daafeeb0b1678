/**
 * Input lists of graphs, rearranged: what makes separately recorded bodies take one common list of operands.
 *
 * @module
 */
import {
  Builder,
  deepest,
  inline,
  interpret,
  makeGraph,
  type Aval,
  type Graph,
  type Node,
} from '../ir/index.js';

/** The graph over inputs of the given avals whose input `positions[i]` plays the part of `graph`'s input `i`. */
export function rewire(graph: Graph, avals: readonly Aval[], positions: readonly number[]): Graph {
  const builder = new Builder();
  const inputs = avals.map((a) => builder.input(a));
  return makeGraph(
    inputs,
    inline(
      builder,
      graph,
      positions.map((p) => inputs[p]!),
    ),
  );
}

/** The distinct members of several lists in order of first appearance, and where each list's members stand in it. */
export function union<T>(...lists: readonly (readonly T[])[]): {
  readonly all: readonly T[];
  readonly places: number[][];
} {
  const place = new Map<T, number>();
  for (const item of lists.flat()) if (!place.has(item)) place.set(item, place.size);
  return { all: [...place.keys()], places: lists.map((l) => l.map((item) => place.get(item)!)) };
}

/** `count` consecutive integers from `start`. */
export function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

/**
 * Rebuilds a graph on `args`, each operation in the deepest builder of its operands: what does not depend on an inner
 * loop's variables is made outside that loop, once, and is a constant to derivatives with respect to these variables.
 */
export function inlineOutward(graph: Graph, args: readonly Node[]): Node[] {
  const outermost = args.reduce((b, n) => (n.builder.depth < b.depth ? n.builder : b), deepest(args));
  return interpret<Node>(graph, args, (node, operands) => {
    const b = operands.length === 0 ? outermost : deepest(operands);
    const made = b.nodes(node.op, node.attrs, operands);
    for (const m of made) m.origin ??= node.origin;
    return made;
  });
}
