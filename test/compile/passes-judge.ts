/**
 * What must hold of every pass: a graph and what the pass makes of it have equal values.
 *
 * Rewriting may change rounding and the sign of a zero, which a random program can turn into anything (a sine of 10³⁰, a
 * division by 0, a comparison of equal sums). So a difference counts only at elements that are sure: those that stay
 * what they are when every operation of the original graph errs in its last bits, and when no zero has a sign.
 */
import { evaluateControl } from '../../src/ir/evaluate-control.js';
import { evaluateCustom } from '../../src/ir/evaluate-custom.js';
import { evaluateRules } from '../../src/ir/evaluate.js';
import type { EvaluateRule } from '../../src/ir/evaluate-rule.js';
import {
  evaluate,
  formatAval,
  interpret,
  print,
  sameShape,
  type DType,
  type Data,
  type Graph,
  type HostArray,
  type OpName,
  type OpTable,
} from '../../src/ir/index.js';
import { dice } from '../ir/dice.js';

/** Operations that compute reals; the others move them, and do not round. */
const exact: ReadonlySet<OpName> = new Set<OpName>([
  'const',
  'iota',
  'broadcast',
  'reshape',
  'transpose',
  'slice',
  'pad',
  'concat',
  'reverse',
  'gather',
  'select',
  'dynamicSlice',
  'dynamicUpdate',
  'sort',
  'cond',
  'while',
  'scan',
  'custom',
  'linearCall',
  'linearSolve',
  'root',
  'neg',
  'abs',
]);

/** Evaluates with a change to every real result of an operation, and perhaps to operands. */
export function evaluateWith(
  graph: Graph,
  inputs: readonly HostArray[],
  change: (op: OpName, data: Data) => void,
  changeOperand?: (op: OpName, operand: HostArray) => HostArray,
): HostArray[] {
  const run = (g: Graph, values: readonly HostArray[]): HostArray[] =>
    interpret<HostArray>(g, values, (node, operands) => {
      const rule = rules[node.op] as EvaluateRule<OpName>;
      const given = changeOperand === undefined ? operands : operands.map((x) => changeOperand(node.op, x));
      const data = rule(node.attrs as OpTable[OpName], given, node.avals);
      return node.avals.map((a, i) => {
        const own = a.dtype === 'f' ? data[i]!.slice() : data[i]!;
        if (a.dtype === 'f') change(node.op, own);
        return { data: own, shape: a.shape, dtype: a.dtype };
      });
    });
  const rules = { ...evaluateRules, ...evaluateControl(run), ...evaluateCustom(run) };
  return run(graph, inputs);
}

/** Operations that sum: terms that cancel exactly in one order do not in another. */
const summing: ReadonlySet<OpName> = new Set<OpName>([
  'reduceSum',
  'cumsum',
  'dot',
  'conv',
  'poolSum',
  'scatterAdd',
]);

/** Values when every operation that rounds, and every term of a sum, errs by up to some units in the last place. */
function noisy(graph: Graph, inputs: readonly HostArray[], seed: number): HostArray[] {
  const d = dice(seed);
  const err = (data: Data): void => {
    for (let i = 0; i < data.length; i++) data[i]! *= 1 + (d.below(2001) / 1000 - 1) * 4e-15;
  };
  return evaluateWith(
    graph,
    inputs,
    (op, data) => {
      if (!exact.has(op)) err(data);
    },
    (op, x) => {
      if (x.dtype !== 'f' || !summing.has(op)) return x;
      const data = x.data.slice();
      err(data);
      return { ...x, data };
    },
  );
}

/** Values when no zero has a sign. */
function unsigned(graph: Graph, inputs: readonly HostArray[]): HostArray[] {
  const clear = (data: Data): void => data.forEach((x, i) => x === 0 && (data[i] = 0));
  const cleared = inputs.map((x) => ({ ...x, data: x.data.slice() }));
  for (const x of cleared) clear(x.data);
  return evaluateWith(graph, cleared, (_, data) => clear(data));
}

/** How many elements were judged, and how many were not sure. */
export interface Tally {
  judged: number;
  unsure: number;
}

/** Whether two numbers agree: both NaN, equal, or finite and within a relative tolerance. */
function close(a: number, b: number, tolerance: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  // an infinity is within any relative distance of itself only
  return Number.isFinite(a - b) && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * The first place where two graphs differ, as a sentence with both graphs; undefined if there is none. `tolerance` is
 * relative; integers and booleans are equal.
 */
export function difference(
  before: Graph,
  after: Graph,
  inputs: readonly HostArray[],
  tally: Tally,
  tolerance = 1e-12,
  expected: readonly HostArray[] = evaluate(before, inputs),
): string | undefined {
  const found = evaluate(after, inputs);
  const text = (what: string): string => `${what}\n${print(before)}\n${print(after)}`;
  if (found.length !== expected.length)
    return text(`expected ${expected.length} results, found ${found.length}`);
  let others: readonly HostArray[][] | undefined;
  for (const [i, e] of expected.entries()) {
    const f = found[i]!;
    if (f.dtype !== e.dtype || !sameShape(f.shape, e.shape)) {
      return text(`result ${i}: expected ${formatAval(e)}, found ${formatAval(f)}`);
    }
    tally.judged += e.data.length;
    const near = e.dtype === 'f' ? tolerance : 0;
    for (let k = 0; k < e.data.length; k++) {
      const [x, y] = [e.data[k]!, f.data[k]!];
      if (close(x, y, near)) continue;
      others ??= [
        unsigned(before, inputs),
        unsigned(after, inputs),
        ...[1, 2, 3, 4].map((seed) => noisy(before, inputs, seed)),
      ];
      const [plain, plainFound, ...noise] = others.map((o) => o[i]!.data[k]!) as [
        number,
        number,
        ...number[],
      ];
      if (!close(plain, plainFound, near) && !undecided(x, y, noise, e.dtype)) {
        return text(`result ${i}, element ${k}: expected ${x}, found ${y}`);
      }
      tally.unsure++;
    }
  }
  return undefined;
}

/** Whether rounding in the original graph alone makes a value x another one, or as distant from x as y is. */
function undecided(x: number, y: number, noise: readonly number[], dtype: DType): boolean {
  if (noise.some((z) => !Object.is(z, x) && (dtype !== 'f' || !Number.isFinite(z - x)))) return true;
  return Math.abs(x - y) <= 300 * Math.max(...noise.map((z) => Math.abs(z - x)));
}

/** A pass, or several, as one function. */
export type Rewriting = (graph: Graph) => Graph;

/** A graph with values for its inputs, and those of its outputs. */
export interface Sample {
  readonly graph: Graph;
  readonly inputs: readonly HostArray[];
  readonly expected: readonly HostArray[];
}

/** The graphs of some seeds. */
export function samples(
  source: (seed: number) => Pick<Sample, 'graph' | 'inputs'>,
  seeds: number,
): readonly Sample[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const { graph, inputs } = source(seed);
    return { graph, inputs, expected: evaluate(graph, inputs) };
  });
}

/**
 * Judges a rewriting on many graphs; throws at the first difference, or where it fails, with the number of the graph. Of
 * all judged elements at most one in a thousand may be unsure.
 */
export function judge(rewriting: Rewriting, given: readonly Sample[]): void {
  const tally: Tally = { judged: 0, unsure: 0 };
  given.forEach(({ graph, inputs, expected }, i) => {
    const found = difference(graph, rewriting(graph), inputs, tally, 1e-12, expected);
    if (found !== undefined) throw new Error(`graph ${i}: ${found}`);
  });
  if (tally.unsure * 1000 > tally.judged)
    throw new Error(`${tally.unsure} of ${tally.judged} elements are unsure`);
}
