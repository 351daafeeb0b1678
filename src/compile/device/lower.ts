/**
 * Lowering of graphs to device programs.
 *
 * Values of u32, which tfjs has not, stay on the host: operations that take or give them, and bitwise operations of
 * integers, are computed there by the reference rules, exactly and with the same random bits as everywhere. Their
 * operands are read back from the device, their results go up when something on the device reads them.
 *
 * @module
 */
import {
  buildGraph,
  hostArray,
  sizeOf,
  type Aval,
  type AnyNode,
  type HostArray,
  type Node,
  type OpName,
  type OpTable,
} from '../../ir/index.js';
import { evaluateRules } from '../../ir/evaluate.js';
import { interpret } from '../../ir/inline.js';
import type { EvaluateRule } from '../../ir/evaluate-rule.js';
import type { Emitter, Lower } from './emitter.js';
import type { Slot } from './program.js';
import type { DeviceRule, DeviceTable } from './rule.js';
import { read } from './run.js';

/** Operations that run sub-graphs, or none of their own: what they carry may be of any element type. */
const carriers: ReadonlySet<OpName> = new Set<OpName>([
  'const',
  'cond',
  'while',
  'scan',
  'linearSolve',
  'root',
  'custom',
  'linearCall',
]);

const shifts: ReadonlySet<OpName> = new Set<OpName>(['shiftLeft', 'shiftRight']);
const bitwise: ReadonlySet<OpName> = new Set<OpName>(['and', 'or', 'xor']);

/** Whether an operation is computed on the host. */
function onHost(op: OpName, operands: readonly Aval[], results: readonly Aval[]): boolean {
  if (carriers.has(op)) return false;
  if ([...operands, ...results].some((a) => a.dtype === 'u32')) return true;
  return shifts.has(op) || (bitwise.has(op) && operands[0]!.dtype === 'i32');
}

/** The reference rule of an operation on host values. */
function evaluated(
  op: OpName,
  attrs: OpTable[OpName],
  operands: readonly HostArray[],
  results: readonly Aval[],
): HostArray[] {
  // the union over operations is correlated: attrs are those of op
  const rule = evaluateRules[op] as EvaluateRule<OpName>;
  const data = rule(attrs, operands, results);
  return results.map((a, i) => ({ data: data[i]!, shape: a.shape, dtype: a.dtype }));
}

function emitOnHost(
  e: Emitter,
  op: OpName,
  attrs: OpTable[OpName],
  operands: readonly Slot[],
  results: readonly Aval[],
): Slot[] {
  return e.host(operands, results, function* (run, cells) {
    const values: HostArray[] = [];
    for (const cell of cells) values.push(yield* read(cell));
    return evaluated(op, attrs, values, results).map((v) => run.fromHost(v));
  });
}

/** Operations whose result depends on more than the shapes although an operand has no element. */
const partlyEmpty: ReadonlySet<OpName> = new Set<OpName>(['concat', 'dynamicUpdate']);

/** Results that follow from shapes alone, as no operand that matters has an element. */
function emitEmpty(
  e: Emitter,
  node: AnyNode,
  operands: readonly Slot[],
  results: readonly Aval[],
): Slot[] | undefined {
  if (results.every((a) => sizeOf(a.shape) === 0)) {
    return results.map((a) => e.constant(hostArray([], a.shape, a.dtype)));
  }
  if (!operands.some((x) => sizeOf(x.shape) === 0)) return undefined;
  if (partlyEmpty.has(node.op)) return undefined;
  const zero = operands.map(({ shape, dtype }) =>
    hostArray(new Array<number>(sizeOf(shape)).fill(0), shape, dtype),
  );
  return evaluated(node.op, node.attrs, zero, results).map((v) => e.constant(v));
}

/** Emits a graph made of nodes on slots. */
export function composed(
  e: Emitter,
  operands: readonly Slot[],
  f: (nodes: readonly Node[]) => readonly Node[],
): Slot[] {
  const graph = buildGraph(
    operands.map(({ shape, dtype }) => ({ shape, dtype })),
    (...nodes) => f(nodes),
  );
  return e.compilation.lower(e, graph, operands);
}

function emitNode(e: Emitter, table: DeviceTable, node: AnyNode, operands: readonly Slot[]): readonly Slot[] {
  const { op, attrs, avals } = node;
  if (onHost(op, operands, avals)) return emitOnHost(e, op, attrs, operands, avals);
  if (!carriers.has(op)) {
    const empty = emitEmpty(e, node, operands, avals);
    if (empty !== undefined) return empty;
  }
  const rule = table[op] as DeviceRule<OpName>;
  if ('refuse' in rule) return e.refuse(rule.refuse, avals);
  if ('emit' in rule) return rule.emit(e, attrs, operands, avals);
  return composed(e, operands, (nodes) => rule.compose(attrs, nodes, avals));
}

/** How a table of rules emits graphs. Faults name the node of the graph that is compiled, not those that rules are made of. */
export function lowerBy(table: DeviceTable): Lower {
  return (e, graph, operands) =>
    interpret<Slot>(graph, operands, (node, values) => {
      const { owner } = e;
      e.owner ??= node;
      try {
        return emitNode(e, table, node, values);
      } finally {
        e.owner = owner;
      }
    });
}
