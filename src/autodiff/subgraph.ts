/**
 * Small operations on sub-graphs that several rules share.
 *
 * @module
 */
import {
  Builder,
  closure,
  inline,
  makeGraph,
  type Aval,
  type Closure,
  type Graph,
  type Node,
} from '../ir/index.js';

/** Which inputs a graph uses. */
export function usedInputs(graph: Graph): boolean[] {
  const used = new Set<Node>(graph.outputs);
  for (const n of graph.nodes) for (const o of n.operands) used.add(o);
  return graph.inputs.map((i) => used.has(i));
}

/** The items whose mark is true. */
export function pick<T>(items: readonly T[], marks: readonly boolean[]): T[] {
  return items.filter((_, i) => marks[i]);
}

/** Values in the places of `marks`: the next of them where marked, nothing elsewhere. The inverse of `pick`. */
export function place<T>(marks: readonly boolean[], values: readonly T[]): (T | undefined)[] {
  let k = 0;
  return marks.map((m) => (m ? values[k++] : undefined));
}

/** Whether any of two marks is true, place by place. */
export function union(a: readonly boolean[], b: readonly boolean[]): boolean[] {
  return a.map((x, i) => x || b[i]!);
}

/** Grows marks by `step` until they stay: the least fixed point above `start` of a monotone map. */
export function fixpoint(
  start: readonly boolean[],
  step: (marks: readonly boolean[]) => readonly boolean[],
): boolean[] {
  let marks = [...start];
  for (;;) {
    const next = union(marks, step(marks));
    if (next.every((m, i) => m === marks[i])) return marks;
    marks = next;
  }
}

/** Builds a closed sub-graph whose inputs come in named groups: `f` sees each group as an array of nodes. */
export function groupGraph<G extends readonly (readonly Aval[])[]>(
  groups: readonly [...G],
  f: (builder: Builder, ...nodes: { [I in keyof G]: Node[] }) => readonly Node[],
): Graph {
  const builder = new Builder();
  const nodes = groups.map((avals) => avals.map((a) => builder.input(a)));
  return builder.finish(f(builder, ...(nodes as { [I in keyof G]: Node[] })));
}

/** A function of nodes over inputs of given avals. */
export interface SubFunction {
  readonly avals: readonly Aval[];
  readonly f: (...inputs: Node[]) => readonly Node[];
}

/** Closures that take one common list of captured values. */
export function closures(
  parent: Builder,
  functions: readonly SubFunction[],
): { readonly graphs: Graph[]; readonly captured: Node[] } {
  const made = functions.map(({ avals, f }): Closure => closure(parent, avals, f));
  const captured = [...new Set(made.flatMap((c) => c.captured))];
  const graphs = made.map((c, k) => {
    const own = functions[k]!.avals;
    const avals = captured.map((n) => n.avals[0]!);
    return groupGraph([avals, own], (b, consts, xs) =>
      inline(b, c.graph, [...c.captured.map((n) => consts[captured.indexOf(n)]!), ...xs]),
    );
  });
  return { graphs, captured };
}

/** A graph with more outputs of the same nodes. */
export function withOutputs(graph: Graph, more: readonly Node[]): Graph {
  return more.length === 0 ? graph : makeGraph(graph.inputs, [...graph.outputs, ...more]);
}
