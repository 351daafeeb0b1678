/**
 * The sub-graphs of an operation that run when it does; those for derivatives do not.
 *
 * @module
 */
import type { Graph, OpName, OpTable } from '../../ir/index.js';

/** Operation → the attributes that hold graphs to be run. */
const running: { readonly [K in OpName]?: readonly string[] } = {
  cond: ['branches'],
  while: ['cond', 'body'],
  scan: ['body'],
  linearSolve: ['solve'],
  root: ['solve'],
  custom: ['fun'],
  linearCall: ['forward'],
};

/** Whether an operation may hold sub-graphs. */
export function holdsGraphs(op: OpName): boolean {
  return running[op] !== undefined;
}

/** The sub-graphs of an operation that run when it does. */
export function runGraphs(op: OpName, attrs: object): Graph[] {
  const values = attrs as Readonly<Record<string, Graph | readonly Graph[] | undefined>>;
  const found = (running[op] ?? []).map((name) => values[name]);
  return found.flat().filter((g): g is Graph => g !== undefined);
}

/** Attributes with a function applied to the sub-graphs that run; the same object if none of them changes. */
export function mapRunGraphs<K extends OpName>(
  op: K,
  attrs: OpTable[K],
  f: (graph: Graph) => Graph,
): OpTable[K] {
  const names = running[op];
  if (names === undefined) return attrs;
  const values = attrs as Readonly<Record<string, Graph | readonly Graph[] | undefined>>;
  const changed: Record<string, Graph | readonly Graph[]> = {};
  for (const name of names) {
    const value = values[name];
    if (value === undefined) continue;
    if ('outputs' in value) {
      const made = f(value);
      if (made !== value) changed[name] = made;
      continue;
    }
    const made = value.map(f);
    if (made.some((g, i) => g !== value[i])) changed[name] = made;
  }
  return Object.keys(changed).length === 0 ? attrs : { ...attrs, ...changed };
}

/** Whether running a graph may take forever: it holds a `while`, at any depth. */
export function mayNotEnd(graph: Graph): boolean {
  return graph.nodes.some((n) => n.op === 'while' || runGraphs(n.op, n.attrs).some(mayNotEnd));
}
