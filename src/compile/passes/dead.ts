/**
 * Dead code in control flow: results of loops and branches that nobody reads, and what only they need. (Outside of
 * sub-graphs a graph has no dead code: it consists of what its outputs need.)
 *
 * @module
 */
import {
  Builder,
  isOp,
  makeGraph,
  type Graph,
  type Node,
  type OpName,
  type OpTable,
} from '../../ir/index.js';
import type { Note, Pass } from './pass.js';
import { buildAgain, rebuilt } from './rebuild.js';
import { holdsGraphs, mapRunGraphs } from './run-graphs.js';

/** Adds to `seen` the nodes that some nodes need. */
function reach(seen: Set<Node>, from: readonly Node[], visit: (input: Node) => void = () => {}): void {
  const stack = [...from];
  while (stack.length > 0) {
    const n = stack.pop()!;
    if (seen.has(n)) continue;
    seen.add(n);
    if (n.op === 'input') visit(n);
    stack.push(...n.operands);
  }
}

/** Operands to hand to a smaller sub-graph, each once, and where each of the old operands is found among them. */
interface Handed {
  readonly operands: readonly Node[];
  readonly place: readonly (number | undefined)[];
}

/** The needed ones among operands; equal ones are handed once. */
function handed(operands: readonly Node[], needed: (i: number) => boolean): Handed {
  const kept: Node[] = [];
  const at = new Map<Node, number>();
  const place = operands.map((x, i) => {
    if (!needed(i)) return undefined;
    const known = at.get(x);
    if (known !== undefined) return known;
    at.set(x, kept.length);
    return kept.push(x) - 1;
  });
  return { operands: kept, place };
}

/** A graph with fewer inputs, which come in groups, and fewer outputs. */
function smaller(graph: Graph, groups: readonly Handed[], outputs: readonly number[]): Graph {
  const b = new Builder();
  const args = new Array<Node>(graph.inputs.length);
  let first = 0;
  for (const { place } of groups) {
    const inputs: Node[] = [];
    place.forEach((p, i) => {
      if (p !== undefined) args[first + i] = inputs[p] ??= b.input(graph.inputs[first + i]!.avals[0]!);
    });
    first += place.length;
  }
  const needed = outputs.map((i) => graph.outputs[i]!);
  return b.finish(buildAgain(b, makeGraph(graph.inputs, needed), args));
}

const picked = <T>(list: readonly T[], indices: readonly number[]): T[] => indices.map((i) => list[i]!);
const indices = (n: number, ok: (i: number) => boolean): number[] =>
  Array.from({ length: n }, (_, i) => i).filter(ok);

/** Where each of n things is found among the kept ones. */
function placesOf(n: number, kept: readonly number[]): (number | undefined)[] {
  const place = new Array<number | undefined>(n).fill(undefined);
  kept.forEach((i, k) => (place[i] = k));
  return place;
}

/** Results put back to the places that they had; those that nobody reads are missing. */
function scattered(count: number, kept: readonly number[], made: readonly Node[]): (Node | undefined)[] {
  const results = new Array<Node | undefined>(count).fill(undefined);
  kept.forEach((i, k) => (results[i] = made[k]));
  return results;
}

/** A smaller operation: attributes, operands, and which of the old results it has. */
interface Smaller<K extends OpName> {
  readonly attrs: OpTable[K];
  readonly operands: readonly Node[];
  readonly kept: readonly number[];
}

function smallerScan(
  node: Node<'scan'>,
  operands: readonly Node[],
  read: ReadonlySet<number>,
): Smaller<'scan'> | undefined {
  const { body, consts, carry, ...rest } = node.attrs;
  const seen = new Set<Node>();
  const place = new Map(body.inputs.map((n, i) => [n, i]));
  const live = new Set(read);
  // a carry is alive if it is read, or if a living output needs it
  const pending = [...read];
  while (pending.length > 0) {
    reach(seen, [body.outputs[pending.pop()!]!], (input) => {
      const c = place.get(input)! - consts;
      if (c < 0 || c >= carry || live.has(c)) return;
      live.add(c);
      pending.push(c);
    });
  }
  const isNeeded = (i: number): boolean => seen.has(body.inputs[i]!);
  const carried = indices(carry, (i) => live.has(i));
  const fixed = handed(operands.slice(0, consts), isNeeded);
  const xs = handed(operands.slice(consts + carry), (i) => isNeeded(consts + carry + i));
  const kept = indices(node.avals.length, (i) => live.has(i));
  const unchanged =
    kept.length === node.avals.length &&
    fixed.operands.length === consts &&
    xs.operands.length === operands.length - consts - carry;
  if (unchanged) return undefined;
  const turned: Handed = {
    operands: picked(
      operands,
      carried.map((i) => consts + i),
    ),
    place: placesOf(carry, carried),
  };
  return {
    attrs: {
      ...rest,
      body: smaller(body, [fixed, turned, xs], kept),
      consts: fixed.operands.length,
      carry: carried.length,
    },
    operands: [...fixed.operands, ...turned.operands, ...xs.operands],
    kept,
  };
}

function smallerWhile(
  node: Node<'while'>,
  operands: readonly Node[],
  read: ReadonlySet<number>,
): Smaller<'while'> | undefined {
  const { cond, body, condConsts, bodyConsts } = node.attrs;
  const count = node.avals.length;
  const live = new Set(read);
  const pending: number[] = [...read];
  const [inCond, inBody] = [new Set<Node>(), new Set<Node>()];
  const alive = (graph: Graph, consts: number) => {
    const place = new Map(graph.inputs.map((n, i) => [n, i]));
    return (input: Node): void => {
      const c = place.get(input)! - consts;
      if (c < 0 || live.has(c)) return;
      live.add(c);
      pending.push(c);
    };
  };
  reach(inCond, cond.outputs, alive(cond, condConsts));
  const visit = alive(body, bodyConsts);
  while (pending.length > 0) reach(inBody, [body.outputs[pending.pop()!]!], visit);
  const kept = indices(count, (i) => live.has(i));
  const forCond = handed(operands.slice(0, condConsts), (i) => inCond.has(cond.inputs[i]!));
  const forBody = handed(operands.slice(condConsts, condConsts + bodyConsts), (i) =>
    inBody.has(body.inputs[i]!),
  );
  if (
    kept.length === count &&
    forCond.operands.length === condConsts &&
    forBody.operands.length === bodyConsts
  ) {
    return undefined;
  }
  const carry: Handed = {
    operands: picked(
      operands,
      kept.map((i) => condConsts + bodyConsts + i),
    ),
    place: placesOf(count, kept),
  };
  return {
    attrs: {
      cond: smaller(cond, [forCond, carry], [0]),
      body: smaller(body, [forBody, carry], kept),
      condConsts: forCond.operands.length,
      bodyConsts: forBody.operands.length,
    },
    operands: [...forCond.operands, ...forBody.operands, ...carry.operands],
    kept,
  };
}

function smallerCond(
  node: Node<'cond'>,
  operands: readonly Node[],
  read: ReadonlySet<number>,
): Smaller<'cond'> | undefined {
  const { branches } = node.attrs;
  const kept = indices(node.avals.length, (i) => read.has(i));
  const seen = branches.map((b) => {
    const inBranch = new Set<Node>();
    reach(inBranch, picked(b.outputs, kept));
    return inBranch;
  });
  const args = handed(operands.slice(1), (i) => branches.some((b, k) => seen[k]!.has(b.inputs[i]!)));
  if (kept.length === node.avals.length && args.operands.length === operands.length - 1) return undefined;
  return {
    attrs: { ...node.attrs, branches: branches.map((b) => smaller(b, [args], kept)) },
    operands: [operands[0]!, ...args.operands],
    kept,
  };
}

/** The operation without what nobody reads, or undefined if all of it is read. */
function smallerNode(
  node: Node,
  operands: readonly Node[],
  read: ReadonlySet<number>,
): Smaller<OpName> | undefined {
  if (isOp(node, 'scan')) return smallerScan(node, operands, read);
  if (isOp(node, 'while')) return smallerWhile(node, operands, read);
  if (isOp(node, 'cond')) return smallerCond(node, operands, read);
  return undefined;
}

/** What of a graph is read: the ids of living nodes, and which results of operations with sub-graphs. */
interface Reading {
  readonly alive: readonly (true | undefined)[];
  readonly results: ReadonlyMap<Node, ReadonlySet<number>>;
}

/**
 * What of a graph is read, given the attributes of operations with sub-graphs. Backwards: what hands an operand to
 * something dead does not read it.
 */
function reading(graph: Graph, attrsOf: (node: Node) => OpTable[OpName]): Reading {
  const alive: (true | undefined)[] = [];
  const results = new Map<Node, Set<number>>();
  const read = (n: Node, index: number): void => {
    alive[n.id] = true;
    if (!holdsGraphs(n.op)) return;
    const found = results.get(n);
    if (found === undefined) results.set(n, new Set([index]));
    else found.add(index);
  };
  for (const o of graph.outputs) read(o, 0);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (alive[node.id] === undefined) continue;
    if (isOp(node, 'proj')) {
      read(node.operands[0]!, node.attrs.index);
      continue;
    }
    const less = holdsGraphs(node.op)
      ? smallerNode({ ...node, attrs: attrsOf(node) }, node.operands, results.get(node)!)
      : undefined;
    for (const o of less?.operands ?? node.operands) read(o, 0);
  }
  return { alive, results };
}

function run(graph: Graph, note: Note | undefined): Graph {
  if (!graph.nodes.some((n) => holdsGraphs(n.op))) return graph;
  // sub-graphs first: what is dead in them may be all that needs an operand
  const inner = new Map<Node, OpTable[OpName]>();
  for (const node of graph.nodes) {
    if (!holdsGraphs(node.op)) continue;
    inner.set(
      node,
      mapRunGraphs<OpName>(node.op, node.attrs, (g) => run(g, note)),
    );
  }
  const { alive, results } = reading(graph, (node) => inner.get(node)!);
  const less = (node: Node, attrs: OpTable[OpName], operands: readonly Node[]) =>
    smallerNode({ ...node, attrs }, operands, results.get(node)!);
  const changed = [...inner].some(
    ([node, attrs]) =>
      attrs !== node.attrs || (results.has(node) && less(node, attrs, node.operands) !== undefined),
  );
  if (!changed) return graph;
  return rebuilt(graph, (node, operands, b) => {
    if (alive[node.id] === undefined) return [];
    const attrs = inner.get(node);
    if (attrs === undefined) return undefined;
    const found = less(node, attrs, operands);
    if (found === undefined) return b.nodes<OpName>(node.op, attrs, operands);
    note?.(`unread parts of ${node.op}`);
    // and again inside: results that only dead ones needed are dead as well
    const smallest = mapRunGraphs<OpName>(node.op, found.attrs, (g) => run(g, note));
    return scattered(node.avals.length, found.kept, b.nodes<OpName>(node.op, smallest, found.operands));
  });
}

/** The pass `dead`. */
export const dead: Pass = { name: 'dead', run };
