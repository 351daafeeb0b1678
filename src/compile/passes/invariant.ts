/**
 * What in the body of a loop is the same at every step, and what of it is worth computing before the loop.
 *
 * @module
 */
import { isOp, sizeOf, type Graph, type Node, type OpName } from '../../ir/index.js';
import { mayNotEnd, runGraphs } from './run-graphs.js';

/** Operations that cost nothing where their result is read: no memory is spent on them before the loop. */
const free: ReadonlySet<OpName> = new Set<OpName>([
  'input',
  'const',
  'iota',
  'broadcast',
  'reshape',
  'slice',
  'reverse',
]);

/** Operations cheap enough to be done again rather than kept, if their results are large and made from little. */
const cheap: ReadonlySet<OpName> = new Set<OpName>([
  'neg',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'not',
  'stopGradient',
  'add',
  'sub',
  'mul',
  'maximum',
  'minimum',
  'and',
  'or',
  'xor',
  'shiftLeft',
  'shiftRight',
  'isNaN',
  'isFinite',
  'compare',
  'select',
  'cast',
  'pad',
  'transpose',
  'concat',
  'gather',
  'dynamicSlice',
]);

/** Cheap results of at most this many elements are kept all the same. */
const small = 4096;

/** Elements that a value is made from: those of what is repeated. */
function source(x: Node): number {
  let n = x;
  while (n.op === 'broadcast' || n.op === 'reshape') n = n.operands[0]!;
  return n.op === 'iota' ? 0 : sizeOf(n.shape);
}

/** Whether computing an invariant node once saves more than keeping its result costs. */
function worthKeeping(node: Node): boolean {
  if (free.has(node.op)) return false;
  if (isOp(node, 'proj')) return true;
  if (!cheap.has(node.op)) return true;
  const size = sizeOf(node.shape);
  return size <= small || size <= node.operands.reduce((n, x) => n + source(x), 0);
}

/** Whether a node may be computed where the program would perhaps not compute it: it ends, and it does not throw. */
export function isBounded(node: Node): boolean {
  if (node.op === 'while') return false;
  const graphs = runGraphs(node.op, node.attrs);
  if (node.op === 'linearCall' && graphs.length === 0) return false;
  return graphs.every((g) => !mayNotEnd(g) && g.nodes.every(isBounded));
}

/** The invariant nodes of a loop body, and those among them that are to be computed before the loop, in order. */
export interface Invariants {
  readonly all: ReadonlySet<Node>;
  readonly kept: readonly Node[];
}

/**
 * The nodes of a body that depend on `fixed` inputs alone. `ends` says whether a node may be computed before the loop.
 */
export function invariantsOf(
  body: Graph,
  fixed: (input: Node) => boolean,
  ends: (node: Node) => boolean,
): Invariants {
  const all = new Set<Node>();
  for (const node of body.nodes) {
    const same = node.op === 'input' ? fixed(node) : node.operands.every((o) => all.has(o)) && ends(node);
    if (same) all.add(node);
  }
  // backwards: what stays in the body, and what that reads
  const stays = new Set<Node>(body.outputs);
  const kept = new Set<Node>();
  for (let i = body.nodes.length - 1; i >= 0; i--) {
    const node = body.nodes[i]!;
    if (!stays.has(node)) continue;
    if (all.has(node) && worthKeeping(node)) kept.add(node);
    else for (const o of node.operands) stays.add(o);
  }
  return { all, kept: body.nodes.filter((n) => kept.has(n)) };
}
