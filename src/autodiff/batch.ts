/**
 * Batching: one graph for many lanes.
 *
 * @module
 */
import {
  binaryNames,
  Builder,
  deepest,
  interpret,
  unaryNames,
  type BinaryName,
  type Graph,
  type OpName,
  type UnaryName,
} from '../ir/index.js';
import { batchControl } from './batch-rules-control.js';
import { batchCustom } from './batch-rules-custom.js';
import { batchDecompositions, batchMatrices, batchShapes } from './batch-rules-shape.js';
import { batchSpecial } from './batch-rules-special.js';
import { batchWindows } from './batch-rules-windows.js';
import { aligned, type BatchOf, type BatchStep, type BatchTable, type Lanes } from './batch-rule.js';

type Elementwise = UnaryName | BinaryName;

/** One rule an operation; the element-wise ones share theirs. */
export const batchRules: BatchTable = {
  ...(Object.fromEntries(
    [...unaryNames, ...binaryNames].map((n) => [n, aligned<Elementwise>()]),
  ) as BatchTable<Elementwise>),
  ...batchShapes,
  ...batchWindows,
  ...batchSpecial,
  ...batchMatrices,
  ...batchDecompositions,
  ...batchControl,
  ...batchCustom,
};

/**
 * Rebuilds `graph` on values of which some carry lanes on axis 0. What does not depend on a batched value stays
 * unbatched, and is made in the builder of its operands (constants in `builder`).
 */
export const batchInto: BatchOf = (graph, args, size, builder) =>
  interpret<Lanes>(graph, args, (node, operands) => {
    const nodes = operands.map((o) => o.node);
    const b = nodes.length === 0 ? builder : deepest(nodes);
    if (!operands.some((o) => o.batched))
      return b.nodes(node.op, node.attrs, nodes).map((n) => ({ node: n, batched: false }));
    const step = { op: node.op, attrs: node.attrs, operands, size, builder: b, batch: batchInto };
    return (batchRules[node.op] as (s: BatchStep<OpName>) => readonly Lanes[])(step);
  });

/**
 * A graph over `size` lanes: batched inputs and outputs carry a leading axis of lanes, and lane k of the results is the
 * graph's result on lane k of the inputs.
 *
 * @param graph - The graph of one lane.
 * @param batched - Which inputs carry lanes; the others are one value for all.
 * @param size - Number of lanes.
 * @returns The graph, and which of its outputs carry lanes: those that depend on a batched input.
 */
export function batchGraph(
  graph: Graph,
  batched: readonly boolean[],
  size: number,
): { readonly graph: Graph; readonly batched: readonly boolean[] } {
  const builder = new Builder();
  const args = graph.inputs.map((n, i) => {
    const aval = n.avals[0]!;
    const shape = batched[i] ? [size, ...aval.shape] : aval.shape;
    return { node: builder.input({ shape, dtype: aval.dtype }), batched: batched[i] ?? false };
  });
  const out = batchInto(graph, args, size, builder);
  return { graph: builder.finish(out.map((o) => o.node)), batched: out.map((o) => o.batched) };
}
