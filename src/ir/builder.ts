/**
 * The graph builder: hash-consed construction, abstract evaluation at every node, capture of outer values.
 *
 * @module
 */
import { abstractEvaluate } from './abstract.js';
import { attrsKey } from './hash.js';
import { binaryNames, unaryNames, type OpName, type OpTable } from './catalogue.js';
import { makeGraph, type Graph, type Node, type Origin } from './graph.js';
import type { Aval, HostArray } from './types.js';

/** Codes of the element-wise operations, which have no attributes: fewer than 2⁹. */
const codes: ReadonlyMap<OpName, number> = new Map([...unaryNames, ...binaryNames].map((n, i) => [n, i]));

/** A code and two ids below this are one exact double: 9 + 22 + 22 bits. */
const idLimit = 2 ** 22;

/** What a captured input of a builder stands for: a node of an outer builder, or any host object the caller binds. */
export type CaptureSource = Node | object;

/**
 * Builds one graph. Equal operation, attributes and operands give the same node. Operands that belong to an enclosing
 * builder become inputs (`captures`), which is closure conversion.
 *
 * @example
 * const b = new Builder();
 * const x = b.input({ shape: [2], dtype: 'f' });
 * const y = ops.mul(x, ops.exp(x));
 * ops.mul(x, ops.exp(x)) === y; // true: found, not made again
 * const graph = b.finish([shapes.reduceSum(y)]);
 * evaluate(graph, [{ shape: [2], dtype: 'f', data: new Float64Array([0, 1]) }])[0]!.data; // ≈ [2.71828]
 */
export class Builder {
  readonly parent: Builder | undefined;
  /** Number of enclosing builders. */
  readonly depth: number;
  readonly inputs: Node[] = [];
  /** Inputs made by capture, in order, with what each stands for. They follow the declared inputs in `finish`. */
  readonly captures: { readonly node: Node; readonly source: CaptureSource }[] = [];
  /** Called for the origin of each new node, when set. */
  originOf: (() => Origin) | undefined;
  /** True after `finish`: using its nodes elsewhere is an error. */
  closed = false;
  private readonly table = new Map<string | number, Node>();
  private readonly captured = new Map<CaptureSource, Node>();
  private count = 0;
  private inputCount = 0;

  constructor(parent?: Builder) {
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** Number of nodes made so far. */
  get size(): number {
    return this.count;
  }

  /** A new declared input. */
  input(aval: Aval): Node {
    const node = this.freshInput(aval);
    this.inputs.push(node);
    return node;
  }

  /** The input that stands for `source`; made on first use. */
  capture(source: CaptureSource, aval: Aval): Node {
    const found = this.captured.get(source);
    if (found !== undefined) return found;
    const node = this.freshInput(aval);
    this.captured.set(source, node);
    this.captures.push({ node, source });
    return node;
  }

  /** A constant; scalars and small arrays are shared by value, large ones by identity of their buffer. */
  constant(value: HostArray): Node {
    return this.node('const', { value }, []);
  }

  /** This builder's node for a value of this or an enclosing builder. */
  lift(node: Node): Node {
    if (node.builder === this) return node;
    if (!this.encloses(node.builder)) {
      throw new Error(
        `a value of another recording was used here${node.origin === undefined ? '' : ` (it was made by ${node.origin()})`}: ` +
          'a staged function must return the values that are used outside it',
      );
    }
    if (node.op === 'const') return this.constant((node as Node<'const'>).attrs.value);
    return this.capture(node, node.avals[0]!);
  }

  /** Whether `other` is this builder's ancestor and still open. */
  encloses(other: Builder): boolean {
    for (let b: Builder | undefined = this.parent; b !== undefined; b = b.parent)
      if (b === other) return !b.closed;
    return false;
  }

  /** The node for an operation; found if it exists, else made. Throws a shape error that names the operation. */
  node<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): Node<K> {
    if (this.closed) throw new Error(`operation ${op} on a recording that has finished`);
    const lifted = operands.map((o) => this.lift(o));
    const key = this.keyOf(op, attrs, lifted);
    const found = this.table.get(key);
    if (found !== undefined) return found as Node<K>;
    const node = this.make(op, attrs, lifted, abstractEvaluate(op, attrs, lifted));
    this.table.set(key, node);
    return node;
  }

  /** All results of an operation, as nodes: the node itself if it has one result, else its projections. */
  nodes<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): Node[] {
    const node = this.node(op, attrs, operands);
    if (node.avals.length === 1) return [node];
    return node.avals.map((_, index) => this.node('proj', { index }, [node]));
  }

  /** Ends the recording: the graph from (declared inputs ++ captures) to `outputs`. */
  finish(outputs: readonly Node[]): Graph {
    const lifted = outputs.map((o) => this.lift(o));
    this.closed = true;
    return makeGraph([...this.inputs, ...this.captures.map((c) => c.node)], lifted);
  }

  /** The name of an operation application: a number for the element-wise ones, which most nodes are. */
  private keyOf<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): string | number {
    const code = codes.get(op);
    if (code !== undefined && this.count < idLimit) {
      return (code * idLimit + operands[0]!.id) * idLimit + (operands[1]?.id ?? 0);
    }
    let key = `${op}|${attrsKey(op, attrs)}`;
    for (const o of operands) key += `|${o.id}`;
    return key;
  }

  private freshInput(aval: Aval): Node {
    const attrs = { index: this.inputCount++, aval };
    return this.make('input', attrs, [], [aval]);
  }

  private make<K extends OpName>(
    op: K,
    attrs: OpTable[K],
    operands: readonly Node[],
    avals: readonly Aval[],
  ): Node<K> {
    const first = avals[0] ?? { shape: [], dtype: 'f' as const };
    return {
      id: this.count++,
      builder: this,
      op,
      attrs,
      operands,
      avals,
      shape: first.shape,
      dtype: first.dtype,
      origin: this.originOf?.(),
    };
  }
}

/** The deepest builder among nodes; they must lie on one chain of enclosing builders. */
export function deepest(nodes: readonly Node[]): Builder {
  const first = nodes[0];
  if (first === undefined) throw new Error('deepest: no node given');
  let best = first.builder;
  for (const n of nodes) if (n.builder.depth > best.depth) best = n.builder;
  return best;
}
