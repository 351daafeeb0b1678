/**
 * Graphs run in a model of rounded arithmetic: how far correct implementations may lie from the reference.
 *
 * Every operation is the reference rule, with its real results rounded to the precision and moved by random amounts that
 * a good implementation may be wrong by (Monte Carlo arithmetic: D. S. Parker, 1997). The spread of some runs of the
 * model is the error that the graph's conditioning allows; where runs disagree in kind (an integer, a NaN, a side of a
 * comparison), rounding decides, and nothing can be asked of an implementation.
 */
import { evaluateControl } from '../../src/ir/evaluate-control.js';
import { evaluateCustom } from '../../src/ir/evaluate-custom.js';
import type { EvaluateRule, EvaluateTable } from '../../src/ir/evaluate-rule.js';
import { evaluateRules } from '../../src/ir/evaluate.js';
import {
  interpret,
  type Aval,
  type Data,
  type Executor,
  type Graph,
  type HostArray,
  type OpName,
  type OpTable,
} from '../../src/ir/index.js';
import { finite, orderMatters } from './fuzz-overflow.js';
import { hasExactSums, isExact, spacing, toPrecision, type Precision } from './fuzz-floats.js';

/** How results are rounded. */
export interface RoundingModel {
  readonly precision: Precision;
  /** Which random amounts; the same seed gives the same results. */
  readonly seed: number;
  /** Largest error of an elementary function in units in the last place; 0 rounds everything to nearest. */
  readonly ulps: number;
  /** Runs of sub-graphs after which a graph is given up; default 200,000. */
  readonly steps?: number;
}

/** What an implementation of an operation may be wrong by. */
type Kind =
  /** Nothing: elements are moved, chosen, compared, or computed without rounding. */
  | 'exact'
  /** One rounding, if the result is not representable (IEEE 754). */
  | 'rounded'
  /** `ulps` units in the last place. */
  | 'function'
  /** An unknown order of summation: each term is wrong by `ulps` units in the last place. */
  | 'sum'
  /** A backward stable algorithm: as if each element of the operands were wrong by `ulps` units. */
  | 'stable'
  /** A special function: arguments and result wrong by as much, and the result by as many units of 1. */
  | 'special';

const names = (list: string): readonly OpName[] => list.split(' ') as OpName[];
const kindLists: readonly (readonly [Kind, readonly OpName[]])[] = [
  [
    'exact',
    names(
      'input const iota proj neg abs sign floor ceil round not stopGradient maximum minimum mod and or xor shiftLeft ' +
        'shiftRight credit isNaN isFinite compare select cast broadcast reshape transpose slice pad concat reverse ' +
        'gather reduceMax reduceMin argMax argMin sort dynamicSlice dynamicUpdate poolMax randomBits threefry ' +
        'cond while scan linearSolve root custom linearCall',
    ),
  ],
  ['rounded', names('add sub mul div sqrt')],
  ['sum', names('reduceSum cumsum dot conv poolSum scatterAdd')],
  ['stable', names('reduceProd cholesky triangularSolve lu qr eigh svd')],
  [
    'special',
    names(
      'lgamma digamma logNdtr normalHazard polygamma igamma igammac gammaDensity randomGammaGrad lbeta igammaGrad ' +
        'betainc betaDensity betaincGrad besselIe erfinv',
    ),
  ],
];
const kinds: ReadonlyMap<OpName, Kind> = new Map(
  kindLists.flatMap(([kind, list]) => list.map((n) => [n, kind] as const)),
);
const kindOf = (op: OpName): Kind => kinds.get(op) ?? 'function';

/** Operations that leave the sign of a zero as it is. */
const unsigned: ReadonlySet<OpName> = new Set(
  names(
    'input const iota proj abs select broadcast reshape transpose slice pad concat reverse gather sort dynamicSlice ' +
      'dynamicUpdate poolMax cast cond while scan linearSolve root custom linearCall',
  ),
);

/** Functions whose values no implementation takes out of an interval. */
const ranges: { readonly [K in OpName]?: readonly [number, number] } = {
  sin: [-1, 1],
  cos: [-1, 1],
  tanh: [-1, 1],
  erf: [-1, 1],
  logistic: [0, 1],
  igamma: [0, 1],
  igammac: [0, 1],
  betainc: [0, 1],
};

/** Thrown where a loop takes too many steps: one that waits for an accuracy that the precision does not have. */
export class TooLong extends Error {}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** A number in [−1, 1) from a seed, an operation and a value: equal values of one operation err equally. */
function noise(seed: number, op: string, value: number): number {
  bits[0] = value;
  let h = (seed ^ 0x9e3779b9) >>> 0;
  for (const w of [words[0]!, words[1]!, op.length * 31 + op.charCodeAt(0), op.charCodeAt(op.length - 1)]) {
    h = Math.imul(h ^ w, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return (h >>> 0) / 2 ** 31 - 1;
}

/** Decompositions whose errors are relative to the largest element of a matrix: what is zero need not stay so. */
const normwise: ReadonlySet<OpName> = new Set(names('qr eigh svd'));

/** The operands as a backward stable algorithm may have seen them. */
function shaken(
  op: OpName,
  operands: readonly HostArray[],
  { precision, seed, ulps }: RoundingModel,
): HostArray[] {
  return operands.map((x, k) => {
    // the order of a polygamma function is a whole number
    if (x.dtype !== 'f' || (op === 'polygamma' && k === 0)) return x;
    const data = x.data as Float64Array;
    const size = normwise.has(op) ? x.shape.slice(-2).reduce((m, n) => m * n) : 1;
    const moved = data.map((v, i) => {
      if (!Number.isFinite(v)) return v;
      if (!normwise.has(op)) return v === 0 ? v : v + noise(seed + k, op, v) * ulps * spacing(v, precision);
      const matrix = data.subarray(i - (i % size), i - (i % size) + size);
      const largest = matrix.reduce((m, w) => Math.max(m, Math.abs(w)), 0);
      return v + noise(seed + i, op, v) * ulps * spacing(Number.isFinite(largest) ? largest : v, precision);
    });
    return { ...x, data: moved };
  });
}

/** A result as an implementation may have rounded it. */
function rounded(
  op: OpName,
  kind: Kind,
  data: Float64Array,
  operands: readonly HostArray[],
  { precision, seed, ulps }: RoundingModel,
): Float64Array {
  const nearest = (v: number): number => toPrecision(v, precision);
  if (ulps === 0 || unsigned.has(op)) return precision === 'float64' ? data : data.map(nearest);
  // x + 0 may be x and −(x − y) may be y − x: the sign of a zero result is free
  const zero = noise(seed, op, 1) < 0 ? -0 : 0;
  if (kind === 'exact' || kind === 'sum')
    return data.map((v) => {
      const r = nearest(v);
      return r === 0 ? zero : r;
    });
  const [x, y] = [operands[0]!.data, operands[1]?.data];
  const largest = normwise.has(op) ? data.reduce((m, v) => Math.max(m, finite(v)), 0) : 0;
  const range = ranges[op];
  return data.map((v, i) => {
    const r = nearest(v);
    if (!Number.isFinite(r)) return r;
    // zeros are exact, except where a special function crosses zero
    if (r === 0 && kind !== 'special' && largest === 0) return zero;
    if (kind === 'rounded') {
      if (isExact(op, x[i]!, y?.[i] ?? 0, v, precision)) return r;
      // to one of the neighbours
      return nearest(v + noise(seed, op, v) * spacing(r, precision));
    }
    const unit = spacing(Math.max(Math.abs(r), kind === 'special' ? 0.5 : largest), precision);
    const moved = nearest(r + noise(seed, op, v) * ulps * unit);
    return range === undefined ? moved : Math.min(Math.max(moved, range[0]), range[1]);
  });
}

/**
 * A convolution whose padding and holes are zeros that take part in products: 0 · ∞ is NaN where the definition leaves
 * the term out. Implementations by matrix products do so; only infinite or NaN weights tell.
 */
function convOverZeros(
  attrs: OpTable['conv'],
  [x, w]: readonly HostArray[],
  results: readonly Aval[],
): readonly Data[] {
  const { low, high, baseDilation } = attrs;
  const least = (list: readonly number[]): number[] => list.map((v) => Math.min(v, 0));
  const most = (list: readonly number[]): number[] => [0, 0, 0, ...list.map((v) => Math.max(v, 0))];
  const interior = [0, 0, 0, ...baseDilation.map((v) => v - 1)];
  const pad = { low: most(low), high: most(high), interior, value: 0 };
  const shape = x!.shape.map((n, i) => n + pad.low[i]! + pad.high[i]! + Math.max(n - 1, 0) * interior[i]!);
  const aval = { shape, dtype: 'f' } as const;
  const padded = { ...aval, data: evaluateRules.pad(pad, [x!], [aval])[0]! };
  const steps = { ...attrs, low: least(low), high: least(high), baseDilation: baseDilation.map(() => 1) };
  return evaluateRules.conv(steps, [padded, w!], results);
}

/** The results of a graph in a model. Throws `TooLong` if it takes too many steps. */
export function evaluateRounded(
  graph: Graph,
  inputs: readonly HostArray[],
  model: RoundingModel,
): HostArray[] {
  const longest = model.steps ?? 200_000;
  let steps = 0;
  const run = (g: Graph, args: readonly HostArray[]): HostArray[] => {
    if (++steps > longest) throw new TooLong(`more than ${longest} steps`);
    return interpret<HostArray>(g, args, (node, operands) => {
      const kind = kindOf(node.op);
      // a special function may be right at its arguments, and these be poles
      const special = kind === 'special' && model.seed % 2 === 1;
      const moved = model.ulps > 0 && (kind === 'stable' || kind === 'sum' || special);
      const exactly = kind === 'sum' && hasExactSums(node.op, operands, model.precision);
      const given = moved && !exactly ? shaken(node.op, operands, model) : operands;
      const rule = rules[node.op] as EvaluateRule<OpName>;
      const data =
        node.op === 'conv' && model.seed % 2 === 1
          ? convOverZeros(node.attrs, given, node.avals)
          : rule(node.attrs as OpTable[OpName], given, node.avals);
      const odd = model.seed % 2 === 1 && (kind === 'sum' || node.op === 'reduceProd');
      const free = odd
        ? orderMatters(node.op, node.attrs as OpTable[OpName], operands, node.avals, model.precision)
        : undefined;
      return node.avals.map((a, i) => {
        if (a.dtype !== 'f') return { ...a, data: data[i]! };
        const made = rounded(node.op, kind, data[i] as Float64Array, operands, model);
        // what depends on the order of the terms is not to be relied on
        return { ...a, data: free === undefined ? made : made.map((v, k) => (free(k) ? NaN : v)) };
      });
    });
  };
  const rules: EvaluateTable = { ...evaluateRules, ...evaluateControl(run), ...evaluateCustom(run) };
  const near = (x: HostArray): HostArray =>
    x.dtype === 'f'
      ? { ...x, data: (x.data as Float64Array).map((v) => toPrecision(v, model.precision)) }
      : x;
  return run(graph, inputs.map(near)).map((v) => ({ ...v, data: v.data.slice() }));
}

/** The model as an executor: a stand-in for an implementation of its precision. */
export const roundingExecutor = (model: RoundingModel): Executor => ({
  name: `${model.precision} within ${model.ulps} ulps`,
  compile: (graph) => (inputs) => evaluateRounded(graph, inputs, model),
});
