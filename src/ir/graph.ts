/**
 * Nodes and graphs in static single assignment form.
 *
 * @module
 */
import type { OpName, OpTable } from './catalogue.js';
import type { Builder } from './builder.js';
import { graphKey } from './hash.js';
import type { Aval, DType, Shape } from './types.js';

/** Where in the user's program a node was made: a lazily rendered text such as `tf.mul at model.ts:12:20`. */
export type Origin = () => string;

/**
 * One operation application: `op` with attributes applied to earlier nodes. A node with several results stands for its
 * first one; `proj` nodes name the others.
 */
export interface Node<K extends OpName = OpName> {
  /** Position in its builder; operands have smaller ids. */
  readonly id: number;
  readonly builder: Builder;
  readonly op: K;
  readonly attrs: OpTable[K];
  readonly operands: readonly Node[];
  /** Abstract values of all results. */
  readonly avals: readonly Aval[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Set where known; not part of the node's identity. */
  origin: Origin | undefined;
}

/** A node seen as the union over all operations, for `switch (node.op)`. */
export type AnyNode = { [K in OpName]: Node<K> }[OpName];

/** Narrows a node to one operation. */
export function isOp<K extends OpName>(node: Node, op: K): node is Node<K> & Node {
  return node.op === op;
}

/** A closed program: `outputs` as functions of `inputs`; `nodes` are the live ones in execution order. */
export interface Graph {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly nodes: readonly Node[];
  /** Structural key: equal for graphs that are equal up to the numbering of nodes. */
  readonly key: string;
}

/** The graph of `outputs`, keeping only the nodes that they need; inputs are kept even if unused. */
export function makeGraph(inputs: readonly Node[], outputs: readonly Node[]): Graph {
  const live = new Set<Node>(inputs);
  const stack = [...outputs];
  while (stack.length > 0) {
    const n = stack.pop()!;
    if (live.has(n)) continue;
    live.add(n);
    for (const o of n.operands) stack.push(o);
  }
  // inputs that were added late (captured values) may have larger ids than their users' operands, never than their users
  const nodes = [...live].sort((a, b) => a.id - b.id);
  let key: string | undefined;
  return {
    inputs,
    outputs,
    nodes,
    get key() {
      return (key ??= graphKey(this));
    },
  };
}

/** Abstract values of a graph's inputs. */
export function inputAvals(g: Graph): readonly Aval[] {
  return g.inputs.map((n) => n.avals[0]!);
}

/** Abstract values of a graph's outputs. */
export function outputAvals(g: Graph): readonly Aval[] {
  return g.outputs.map((n) => n.avals[0]!);
}

/** The sub-graphs among some attributes. */
export function subGraphs(attrs: object): Graph[] {
  const isGraph = (v: unknown): v is Graph => typeof v === 'object' && v !== null && 'outputs' in v;
  return Object.values(attrs).flat().filter(isGraph);
}
