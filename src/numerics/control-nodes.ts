/**
 * Control flow over nodes: conditionals, loops and scans whose bodies close over outer nodes.
 *
 * Operations are made in `b`, so bodies may use nodes of `b` and of the builders that enclose it.
 *
 * @module
 */
import { closure, ops, type Aval, type Builder, type Node } from '../ir/index.js';
import { range, rewire, union } from './rewire.js';

/** A function of nodes. */
export type NodeFunction = (...nodes: Node[]) => readonly Node[];

const avalsOf = (nodes: readonly Node[]): Aval[] => nodes.map((n) => n.avals[0]!);

/** `f(...args)` where the bool scalar `predicate` holds, else `g(...args)`. Both return equal avals. */
export function condNodes(
  b: Builder,
  predicate: Node,
  f: NodeFunction,
  g: NodeFunction,
  args: readonly Node[],
): Node[] {
  const avals = avalsOf(args);
  const bodies = [g, f].map((h) => closure(b, avals, h));
  const { all, places } = union(...bodies.map((c) => c.captured));
  const inputs = [...avalsOf(all), ...avals];
  const branches = bodies.map((c, i) =>
    rewire(c.graph, inputs, [...places[i]!, ...range(all.length, args.length)]),
  );
  return b.nodes('cond', { branches }, [ops.cast(b.lift(predicate), 'i32'), ...all, ...args]);
}

/** `while (cond(...carry)) carry = body(...carry)`; `cond` returns a bool scalar. Forward derivatives only. */
export function whileNodes(
  b: Builder,
  carry: readonly Node[],
  cond: (...carry: Node[]) => Node,
  body: NodeFunction,
): Node[] {
  const avals = avalsOf(carry);
  const c = closure(b, avals, (...xs) => [cond(...xs)]);
  const d = closure(b, avals, body);
  const attrs = {
    cond: c.graph,
    body: d.graph,
    condConsts: c.captured.length,
    bodyConsts: d.captured.length,
  };
  return b.nodes('while', attrs, [...c.captured, ...d.captured, ...carry]);
}

/** What {@link scanNodes} returns: the last carry and the stacked outputs. */
export interface Scanned {
  readonly carry: Node[];
  readonly ys: Node[];
}

/** (carry, y_t) = body(...carry, ...x_t) over the leading axis of `xs`, `length` steps, backwards if `reverse`. */
export function scanNodes(
  b: Builder,
  carry: readonly Node[],
  xs: readonly Node[],
  length: number,
  body: NodeFunction,
  reverse = false,
): Scanned {
  const elements = avalsOf(xs).map((a) => ({ shape: a.shape.slice(1), dtype: a.dtype }));
  const { graph, captured } = closure(b, [...avalsOf(carry), ...elements], body);
  const attrs = { body: graph, length, consts: captured.length, carry: carry.length, reverse };
  const out = b.nodes('scan', attrs, [...captured, ...carry, ...xs]);
  return { carry: out.slice(0, carry.length), ys: out.slice(carry.length) };
}
