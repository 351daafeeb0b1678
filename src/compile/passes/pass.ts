/**
 * The form of a graph pass.
 *
 * @module
 */
import { subGraphs, type Graph } from '../../ir/index.js';
import { holdsGraphs } from './run-graphs.js';

/** Told of every application of a rewriting rule, by its name. */
export type Note = (rule: string) => void;

/**
 * A pure function from graphs to graphs of equal inputs, outputs and values. A pass with nothing to do returns the very
 * graph that it was given.
 *
 * Values agree to rounding; NaN and infinities stay where they are. The sign of a zero is not kept: x + 0 is x, as it
 * is for the node builder.
 */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph, note?: Note) => Graph;
}

/**
 * Number of nodes of a graph, those of sub-graphs included.
 *
 * @example
 * countNodes(stage((x: tf.Tensor) => tf.exp(x), [tf.scalar(0)]).graph); // 2: the input and its exponential
 */
export function countNodes(graph: Graph): number {
  let n = graph.nodes.length;
  for (const node of graph.nodes) {
    if (holdsGraphs(node.op)) for (const sub of subGraphs(node.attrs)) n += countNodes(sub);
  }
  return n;
}
