/**
 * Reductions of what is repeated, padded or rearranged.
 *
 * @module
 */
import { isOp, type Node, type OpName } from '../../ir/index.js';
import { mergeRules, rulesFor, type Rule, type RuleTable, type Target } from './rewrite.js';
import { binary, fillLike, repeated, reshaped, unary, upTo } from './terms.js';

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';
const reductions = ['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const;

/** A reduction over axes, or the operand itself if there are none. */
function reduced(to: Target, op: Reduction, x: Node, axes: readonly number[]): Node {
  return axes.length === 0 ? x : to.node(op, { axes }, [x]);
}

const keepsValues: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'transpose', 'reverse']);

/** Rules of all four reductions. */
function common(op: Reduction): Readonly<Record<string, Rule<Reduction>>> {
  return {
    'reduction over unit axes → reshape': ({ operands: [x], shape, attrs: { axes } }, to) =>
      axes.every((a) => x!.shape[a] === 1) ? reshaped(to, x!, shape) : undefined,
    'unit axes of a reduction': ({ operands: [x], shape, attrs: { axes } }, to) => {
      // a reduction to a scalar takes all axes, of whatever size
      if (shape.length === 0) return undefined;
      const real = axes.filter((a) => x!.shape[a] !== 1);
      if (real.length === axes.length) return undefined;
      const unit = axes.filter((a) => x!.shape[a] === 1);
      const small = reshaped(
        to,
        x!,
        x!.shape.filter((_, a) => !unit.includes(a)),
      );
      return reduced(
        to,
        op,
        small,
        real.map((a) => a - unit.filter((u) => u < a).length),
      );
    },
    'reduction of a reduction': ({ operands: [x], attrs: { axes } }, to) => {
      if (!isOp(x!, op) || to.uses(x!) > 1) return undefined;
      const y = x.operands[0]!;
      const kept = upTo(y.shape.length).filter((a) => !x.attrs.axes.includes(a));
      const all = [...x.attrs.axes, ...axes.map((a) => kept[a]!)].sort((a, b) => a - b);
      return reduced(to, op, y, all);
    },
    'reduction to a scalar of rearranged elements': ({ operands: [x], shape }, to) => {
      if (!keepsValues.has(x!.op) || shape.length > 0) return undefined;
      const y = x!.operands[0]!;
      return reduced(to, op, y, upTo(y.shape.length));
    },
  };
}

/** The axes of a reduction over which a broadcast repeats, and the reduction of what is not repeated, before it is. */
function overRepeated(
  { operands, attrs, shape }: Node<Reduction>,
  op: Reduction,
  to: Target,
): { readonly rest: () => Node; readonly count: number } | undefined {
  const x = operands[0]!;
  if (!isOp(x, 'broadcast')) return undefined;
  const y = x.operands[0]!;
  const from = (a: number): number => x.attrs.axes.indexOf(a);
  const repeats = (a: number): boolean => from(a) < 0 || (y.shape[from(a)] === 1 && x.shape[a] !== 1);
  const over = attrs.axes.filter(repeats);
  if (over.length === 0) return undefined;
  const rest = (): Node => {
    const inner = attrs.axes.map(from).filter((i) => i >= 0);
    const small = reduced(to, op, y, inner);
    // what is kept of the repeated array's axes, counted in the result
    const kept = upTo(x.shape.length).filter((a) => !attrs.axes.includes(a));
    const axes = x.attrs.axes.filter((a) => !attrs.axes.includes(a)).map((a) => kept.indexOf(a));
    return repeated(to, small, shape, axes);
  };
  return { rest, count: over.reduce((n, a) => n * x.shape[a]!, 1) };
}

const ofRepeated: RuleTable = {
  reduceSum: {
    // n·x for x + x + … + x: the same but for rounding, NaN and infinities included
    'sum of a broadcast → product': (node, to) => {
      const found = overRepeated(node, 'reduceSum', to);
      if (found === undefined) return undefined;
      if (found.count === 0) return fillLike(to, 0, node);
      const rest = found.rest();
      return binary(to, 'mul', rest, fillLike(to, found.count, rest));
    },
    'sum of −x → −sum': ({ operands: [x], attrs }, to) =>
      x!.op === 'neg' && to.uses(x!) <= 1
        ? unary(to, 'neg', reduced(to, 'reduceSum', x!.operands[0]!, attrs.axes))
        : undefined,
    'sum of a pad with zeros': ({ operands: [x], attrs }, to) => {
      if (!isOp(x!, 'pad') || x.attrs.value !== 0) return undefined;
      const { low, high, interior } = x.attrs;
      const y = x.operands[0]!;
      const padded = low.flatMap((w, a) =>
        w + high[a]! > 0 || (interior[a]! > 0 && y.shape[a]! > 1) ? [a] : [],
      );
      return padded.every((a) => attrs.axes.includes(a))
        ? reduced(to, 'reduceSum', y, attrs.axes)
        : undefined;
    },
  },
  reduceMax: {
    'maximum of a broadcast': (node, to) => {
      const found = overRepeated(node, 'reduceMax', to);
      return found === undefined || found.count === 0 ? undefined : found.rest();
    },
  },
  reduceMin: {
    'minimum of a broadcast': (node, to) => {
      const found = overRepeated(node, 'reduceMin', to);
      return found === undefined || found.count === 0 ? undefined : found.rest();
    },
  },
  cumsum: {
    'running sum of one': ({ operands: [x], attrs: { axis } }) => (x!.shape[axis]! <= 1 ? x : undefined),
  },
};

/** Identities of reductions. */
export const reductionRules: RuleTable = mergeRules(rulesFor(reductions, common), ofRepeated);
