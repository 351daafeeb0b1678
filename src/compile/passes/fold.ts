/**
 * Constant folding: operations on constants alone are evaluated by the reference evaluator, in float64.
 *
 * Folding must cost less than it saves: results and work are bounded, a repeated constant stays one number, indices
 * stay indices, and a `while` is never run, since it need not end.
 *
 * @module
 */
import {
  binaryNames,
  hostArray,
  isOp,
  sizeOf,
  specialBinaryNames,
  specialOperands,
  specialUnaryNames,
  unaryNames,
  type Aval,
  type DType,
  type HostArray,
  type Node,
  type OpName,
  type OpTable,
} from '../../ir/index.js';
import { evaluateRules } from '../../ir/evaluate.js';
import type { EvaluateRule } from '../../ir/evaluate-rule.js';
import type { Pass } from './pass.js';
import { rewriting, type Rule, type RuleTable, type Target } from './rewrite.js';
import { mayNotEnd, runGraphs } from './run-graphs.js';
import { valueOf } from './terms.js';

/** Results of more elements are folded only if they are no larger than the operands. */
const resultLimit = 4096;
/** An operation that takes more steps of the evaluator is left to the program. */
const workLimit = 1 << 16;

const special: ReadonlySet<OpName> = new Set<OpName>([
  ...specialUnaryNames,
  ...specialBinaryNames,
  ...(Object.keys(specialOperands) as OpName[]),
  'erfinv',
]);

const elementwise: ReadonlySet<OpName> = new Set<OpName>([
  ...unaryNames,
  ...binaryNames,
  ...(Object.keys(specialOperands) as OpName[]),
  'isNaN',
  'isFinite',
  'compare',
  'select',
  'cast',
]);

/** Operations that are as cheap where they are used as a constant: not worth memory. */
const free: ReadonlySet<OpName> = new Set<OpName>(['input', 'const', 'iota', 'broadcast', 'proj']);

/** About how many element operations the evaluator needs; Infinity for what must not be run. */
function workOf(node: Node): number {
  const result = node.avals.reduce((n, a) => n + sizeOf(a.shape), 0);
  const operands = node.operands.reduce((n, x) => n + sizeOf(x.shape), 0);
  const graphs = runGraphs(node.op, node.attrs);
  if (graphs.length > 0 || node.op === 'linearCall') {
    if (node.op === 'while' || graphs.length === 0 || graphs.some(mayNotEnd)) return Infinity;
    const once = graphs.reduce((n, g) => n + g.nodes.reduce((m, x) => m + 20 + workOf(x), 0), 0);
    return once * (isOp(node, 'scan') ? node.attrs.length : 1) + result + operands;
  }
  if (special.has(node.op)) return 200 * result;
  const [x, y] = node.operands;
  switch (node.op) {
    case 'dot':
      return result * (node as Node<'dot'>).attrs.lhsContract.reduce((n, a) => n * x!.shape[a]!, 1);
    case 'conv':
      return result * sizeOf(y!.shape.slice(2));
    case 'poolSum':
    case 'poolMax':
      return result * sizeOf((node as Node<'poolSum'>).attrs.window);
    case 'sort':
    case 'cholesky':
    case 'triangularSolve':
    case 'lu':
    case 'qr':
    case 'eigh':
    case 'svd':
      return 50 * operands * (x!.shape[x!.shape.length - 1] ?? 1);
    default:
      return result + operands;
  }
}

/** An operand that can be had without running anything: the constant, or how to make it. */
function concrete(x: Node): (() => HostArray) | undefined {
  if (isOp(x, 'const')) return () => x.attrs.value;
  if (isOp(x, 'iota')) return () => evaluated(x, [])[0]!;
  const v = valueOf(x);
  if (v === undefined) return undefined;
  return () => {
    const { data } = hostArray([v], [], x.dtype);
    const repeated = hostArray(new Float64Array(sizeOf(x.shape)), x.shape, x.dtype);
    repeated.data.fill(data[0]!);
    return repeated;
  };
}

/** The results of an operation on concrete operands. */
function evaluated(node: Node, operands: readonly HostArray[]): HostArray[] {
  // the union over operations is correlated: node.attrs are those of node.op
  const rule = evaluateRules[node.op] as EvaluateRule<OpName>;
  const data = rule(node.attrs as OpTable[OpName], operands, node.avals);
  return node.avals.map((a, i) => ({
    data: data[i]!.slice() as HostArray['data'],
    shape: a.shape,
    dtype: a.dtype,
  }));
}

/** f(c, c, …) of repeated numbers is a repeated number. */
function foldFills(node: Node, to: Target): Node | undefined {
  if (!elementwise.has(node.op) || node.operands.length === 0) return undefined;
  const numbers: [number, DType][] = [];
  for (const x of node.operands) {
    const v = valueOf(x);
    if (v === undefined) return undefined;
    numbers.push([v, x.dtype]);
  }
  const scalar: Aval = { shape: [], dtype: node.dtype };
  const rule = evaluateRules[node.op] as EvaluateRule<OpName>;
  const operands = numbers.map(([v, dtype]) => hostArray([v], [], dtype));
  const [data] = rule(node.attrs as OpTable[OpName], operands, [scalar]);
  return to.fill(data![0]!, node.shape, node.dtype);
}

function foldArrays(node: Node, to: Target): readonly Node[] | undefined {
  if (free.has(node.op)) return undefined;
  const operands: (() => HostArray)[] = [];
  let size = 0;
  for (const x of node.operands) {
    const made = concrete(x);
    if (made === undefined) return undefined;
    // what is made from one number or from nothing is no array that folding would save
    if (x.op === 'const') size += sizeOf(x.shape);
    operands.push(made);
  }
  const result = node.avals.reduce((n, a) => n + sizeOf(a.shape), 0);
  if (result > resultLimit && result > size) return undefined;
  if (workOf(node) > workLimit) return undefined;
  to.begin();
  return evaluated(
    node,
    operands.map((f) => f()),
  ).map((value) => to.constant(value));
}

const rule: Rule<OpName> = (node, to) => {
  const one = foldFills(node, to);
  if (one !== undefined) return one;
  return foldArrays(node, to);
};

/** A reshape is the same buffer. */
const reshapeRule: Rule<'reshape'> = (node, to) => {
  const x = node.operands[0]!;
  if (!isOp(x, 'const') || (valueOf(x) !== undefined && node.shape.length > 0)) return undefined;
  const { data, dtype }: HostArray = x.attrs.value;
  return to.constant({ data, dtype, shape: node.shape });
};

const foldable: readonly OpName[] = (Object.keys(evaluateRules) as OpName[]).filter(
  (op) => !free.has(op) && op !== 'reshape',
);

const rules: RuleTable = {
  ...(Object.fromEntries(foldable.map((op) => [op, { 'operation on constants': rule }])) as RuleTable),
  reshape: { 'reshape of a constant': reshapeRule },
};

/** The pass `fold`. */
export const fold: Pass = rewriting('fold', rules);
