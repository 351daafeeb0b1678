/**
 * The form of a batching rule, and the helpers that rules are written with.
 *
 * @module
 */
import {
  ops,
  shapes,
  type Builder,
  type Graph,
  type Node,
  type OpName,
  type OpTable,
  type Shape,
} from '../ir/index.js';

/** A value that is one for all lanes, or carries a leading axis of lanes. */
export interface Lanes {
  readonly node: Node;
  readonly batched: boolean;
}

/** Batching of a graph: see `batchInto`. */
export type BatchOf = (graph: Graph, args: readonly Lanes[], size: number, builder: Builder) => Lanes[];

/** What a rule is given: one operation on operands of which at least one is batched. */
export interface BatchStep<K extends OpName> {
  readonly op: K;
  readonly attrs: OpTable[K];
  readonly operands: readonly Lanes[];
  /** Number of lanes. */
  readonly size: number;
  readonly builder: Builder;
  /** Batches a sub-graph. */
  readonly batch: BatchOf;
}

/** The results of one operation over all lanes. */
export type BatchRule<K extends OpName> = (step: BatchStep<K>) => readonly Lanes[];

/** One rule an operation of `K`; a missing one does not compile. */
export type BatchTable<K extends OpName = OpName> = { readonly [N in K]: BatchRule<N> };

/** The shape of one lane. */
export function laneShape(x: Lanes): Shape {
  return x.batched ? x.node.shape.slice(1) : x.node.shape;
}

/** The value with its lanes on axis 0, repeated if it is one for all. */
export function spreadLanes(x: Lanes, size: number): Node {
  return x.batched ? x.node : ops.broadcastTo(x.node, [size, ...x.node.shape]);
}

/** Marks nodes as batched. */
export function batched(nodes: readonly Node[]): Lanes[] {
  return nodes.map((node) => ({ node, batched: true }));
}

/** Axes of a lane as axes of the batched value. */
export function shifted(axes: readonly number[]): number[] {
  return axes.map((a) => a + 1);
}

/** Moves one axis. */
export function moveAxis(x: Node, from: number, to: number): Node {
  if (from === to) return x;
  const perm = x.shape.map((_, i) => i).filter((i) => i !== from);
  perm.splice(to, 0, from);
  return shapes.transpose(x, perm);
}

/** The rule that spreads all operands over the lanes and applies the operation with attributes for one more axis. */
export function aligned<K extends OpName>(
  attrsOf: (attrs: OpTable[K], size: number) => OpTable[K] = (a) => a,
): BatchRule<K> {
  return ({ op, attrs, operands, size, builder }) =>
    batched(
      builder.nodes(
        op,
        attrsOf(attrs, size),
        operands.map((x) => spreadLanes(x, size)),
      ),
    );
}
