/**
 * Contractions brought into the form that the emitter works best on: transposes and axes of size 1 of operands and
 * results become attributes, products that repeat an operand lose the repetition, sums of products of two repeated
 * arrays become contractions, and products without a sum become element-wise ones.
 *
 * @module
 */
import { isOp, sizeOf, type Node, type OpTable } from '../../ir/index.js';
import { otherAxes } from '../../ir/indexing.js';
import type { Pass } from './pass.js';
import { rewriting, type Rule, type Target } from './rewrite.js';
import { binary, repeated, reshaped, transposed, unary, upTo, valueOf } from './terms.js';

type Attrs = OpTable['dot'];

/** One side of a contraction: its operand and the lists of its axes. */
interface Side {
  readonly x: Node;
  readonly contract: readonly number[];
  readonly batch: readonly number[];
}

const sidesOf = ({ operands: [x, y], attrs }: Node<'dot'>): readonly [Side, Side] => [
  { x: x!, contract: attrs.lhsContract, batch: attrs.lhsBatch },
  { x: y!, contract: attrs.rhsContract, batch: attrs.rhsBatch },
];

const attrsOf = (l: Side, r: Side): Attrs => ({
  lhsContract: l.contract,
  rhsContract: r.contract,
  lhsBatch: l.batch,
  rhsBatch: r.batch,
});

const dotOf = (to: Target, l: Side, r: Side): Node => to.node('dot', attrsOf(l, r), [l.x, r.x]);

const freeAxes = (s: Side): number[] => otherAxes(s.x.shape.length, [...s.batch, ...s.contract]);
const increasing = (list: readonly number[]): boolean => list.every((v, i) => i === 0 || v > list[i - 1]!);

/** A rule for each of the two operands in turn: given the side it looks at and the other one, first says which is left. */
function eitherSide(
  f: (side: Side, other: Side, first: boolean, to: Target, node: Node<'dot'>) => Node | undefined,
): Rule<'dot'> {
  return (node, to) => {
    const [l, r] = sidesOf(node);
    return f(l, r, true, to, node) ?? f(r, l, false, to, node);
  };
}

const ordered = (to: Target, side: Side, other: Side, first: boolean): Node =>
  first ? dotOf(to, side, other) : dotOf(to, other, side);

/** A transposed operand, if the order of its free axes does not depend on it. */
const absorbTranspose = eitherSide((side, other, first, to) => {
  if (!isOp(side.x, 'transpose')) return undefined;
  const { perm } = side.x.attrs;
  if (!increasing(freeAxes(side).map((a) => perm[a]!))) return undefined;
  const moved = {
    x: side.x.operands[0]!,
    contract: side.contract.map((a) => perm[a]!),
    batch: side.batch.map((a) => perm[a]!),
  };
  return ordered(to, moved, other, first);
});

/** A side without some of its axes, all of size 1. */
function without(to: Target, s: Side, gone: ReadonlySet<number>): Side {
  const left = (a: number): boolean => !gone.has(a);
  const place = new Map(
    upTo(s.x.shape.length)
      .filter(left)
      .map((a, i) => [a, i]),
  );
  const moved = (list: readonly number[]): number[] => list.filter(left).map((a) => place.get(a)!);
  const shape = s.x.shape.filter((_, a) => left(a));
  return { x: reshaped(to, s.x, shape), contract: moved(s.contract), batch: moved(s.batch) };
}

/** Axes of size 1 of operands that are reshapes, taken out: the reshape is gone, or does less. */
const dropUnitAxes = eitherSide((side, other, first, to, node) => {
  if (side.x.op !== 'reshape') return undefined;
  const unit = upTo(side.x.shape.length).filter((a) => side.x.shape[a] === 1);
  // only what the reshape put in, as far as sizes tell: its operand has fewer axes of size 1
  const inner = side.x.operands[0]!.shape.filter((d) => d === 1).length;
  if (unit.length <= inner) return undefined;
  const gone = new Set(unit);
  const pairs = (mine: readonly number[], others: readonly number[]): number[] =>
    mine.flatMap((a, i) => (gone.has(a) ? [others[i]!] : []));
  const lost = new Set([...pairs(side.contract, other.contract), ...pairs(side.batch, other.batch)]);
  const made = ordered(to, without(to, side, gone), without(to, other, lost), first);
  return reshaped(to, made, node.shape);
});

/** An operand that repeats along a free axis: the product is made once and repeated. */
const repeatAfter = eitherSide((side, other, first, to, node) => {
  if (!isOp(side.x, 'broadcast')) return undefined;
  const { axes } = side.x.attrs;
  const y = side.x.operands[0]!;
  const repeats = (a: number): boolean => {
    const i = axes.indexOf(a);
    return side.x.shape[a] !== 1 && (i < 0 || y.shape[i] === 1);
  };
  const free = freeAxes(side);
  const gone = new Set(free.filter(repeats));
  if (gone.size === 0) return undefined;
  // the operand with one element along those axes, and then without them
  const left = upTo(side.x.shape.length).filter((a) => !gone.has(a));
  const kept = axes.filter((a) => !gone.has(a));
  const base = reshaped(
    to,
    y,
    kept.map((a) => y.shape[axes.indexOf(a)]!),
  );
  const smallShape = left.map((a) => side.x.shape[a]!);
  const place = (list: readonly number[]): number[] => list.map((a) => left.indexOf(a));
  const x = repeated(to, base, smallShape, place(kept));
  const small = { x, contract: place(side.contract), batch: place(side.batch) };
  const made = ordered(to, small, other, first);
  const offset = side.batch.length + (first ? 0 : freeAxes(other).length);
  const lost = new Set(free.flatMap((a, i) => (gone.has(a) ? [offset + i] : [])));
  return to.node(
    'broadcast',
    { shape: node.shape, axes: upTo(node.shape.length).filter((a) => !lost.has(a)) },
    [made],
  );
});

/** An operand that repeats along a batch axis: the other operand's batch axis is free, if that keeps the order of axes. */
const unbatch = eitherSide((side, other, first, to) => {
  if (!isOp(side.x, 'broadcast')) return undefined;
  const { axes } = side.x.attrs;
  const at = side.batch.findIndex((a) => !axes.includes(a));
  if (at < 0) return undefined;
  const gone = side.batch[at]!;
  const shape = side.x.shape.filter((_, a) => a !== gone);
  const down = (a: number): number => (a > gone ? a - 1 : a);
  const freed = { ...other, batch: other.batch.filter((_, i) => i !== at) };
  // result axes: batch axes, then the left and the right free ones; the freed one was a batch axis at `at`
  const left = first ? side.batch.length - 1 + freeAxes(side).length : side.batch.length - 1;
  const position = left + freeAxes(freed).indexOf(other.batch[at]!);
  if (position !== at) return undefined;
  const small = {
    x: repeated(to, side.x.operands[0]!, shape, axes.map(down)),
    contract: side.contract.map(down),
    batch: side.batch.filter((_, i) => i !== at).map(down),
  };
  return ordered(to, small, freed, first);
});

/** Σ 1·y = Σ y: an operand of ones leaves a sum, repeated along its free axes. */
const sumOfOnes = eitherSide((side, other, first, to, node) => {
  if (valueOf(side.x) !== 1 || sizeOf(node.shape) === 0) return undefined;
  const sum =
    other.contract.length === 0
      ? other.x
      : to.node('reduceSum', { axes: [...other.contract].sort((a, b) => a - b) }, [other.x]);
  // the axes of the sum in their order, to batch axes first
  const left = otherAxes(other.x.shape.length, other.contract);
  const turned = transposed(
    to,
    sum,
    [...other.batch, ...freeAxes(other)].map((a) => left.indexOf(a)),
  );
  const batch = upTo(side.batch.length);
  const offset = side.batch.length + (first ? freeAxes(side).length : 0);
  const axes = [...batch, ...freeAxes(other).map((_, i) => offset + i)];
  return repeated(to, turned, node.shape, axes);
});

/** Nothing to sum over: an element-wise product of the operands, each repeated along the other's free axes. */
const outerProduct: Rule<'dot'> = (node, to) => {
  const [l, r] = sidesOf(node);
  if (l.contract.some((a) => l.x.shape[a] !== 1)) return undefined;
  const put = (s: Side, offset: number): Node => {
    const free = freeAxes(s);
    const order = [...s.batch, ...free];
    // contracted axes have one element
    const left = otherAxes(s.x.shape.length, s.contract);
    const bare = reshaped(
      to,
      s.x,
      left.map((a) => s.x.shape[a]!),
    );
    const small = transposed(
      to,
      bare,
      order.map((a) => left.indexOf(a)),
    );
    const axes = [...upTo(s.batch.length), ...free.map((_, i) => offset + i)];
    return repeated(to, small, node.shape, axes);
  };
  const batch = l.batch.length;
  to.begin();
  return binary(to, 'mul', put(l, batch), put(r, batch + freeAxes(l).length));
};

/** (−x)·y = −(x·y), if the result is smaller than the operand. */
const negateAfter = eitherSide((side, other, first, to, node) => {
  if (side.x.op !== 'neg' || sizeOf(node.shape) >= sizeOf(side.x.shape)) return undefined;
  return unary(to, 'neg', ordered(to, { ...side, x: side.x.operands[0]! }, other, first));
});

/** A transposed result: exchanged operands, or batch axes in another order, if these give the same order of axes. */
const transposeOfDot: Rule<'transpose'> = ({ operands: [x], attrs: { perm } }, to) => {
  if (!isOp(x!, 'dot') || to.uses(x) > 1) return undefined;
  const [l, r] = sidesOf(x);
  const [batch, left] = [l.batch.length, freeAxes(l).length];
  const lists = [perm.slice(0, batch), perm.slice(batch)] as const;
  if (lists[0].some((p) => p >= batch)) return undefined;
  const reordered = (s: Side): Side => ({ ...s, batch: lists[0].map((p) => s.batch[p]!) });
  const rest = lists[1].map((p) => p - batch);
  if (increasing(rest)) return dotOf(to, reordered(l), reordered(r));
  const right = rest.length - left;
  const exchanged = rest.every((p, i) => p === (i < right ? left + i : i - right));
  return exchanged ? dotOf(to, reordered(r), reordered(l)) : undefined;
};

/** Where an axis of a product comes from in an operand that may be repeated along it. */
function axisIn(x: Node, a: number): number | undefined {
  if (!isOp(x, 'broadcast')) return a;
  const i = x.attrs.axes.indexOf(a);
  return i < 0 || (x.operands[0]!.shape[i] === 1 && x.shape[a] !== 1) ? undefined : i;
}

/** Σ x·y of two arrays, each repeated along axes that the sum leaves: a contraction. */
const contraction: Rule<'reduceSum'> = ({ operands: [x], dtype, attrs: { axes } }, to) => {
  if (x!.op !== 'mul' || dtype !== 'f' || to.uses(x!) > 1) return undefined;
  const [p, q] = x!.operands as readonly [Node, Node];
  if (!isOp(p, 'broadcast') || !isOp(q, 'broadcast')) return undefined;
  const all = upTo(x!.shape.length);
  const found = all.map((a) => [axisIn(p, a), axisIn(q, a)] as const);
  const kept = all.filter((a) => !axes.includes(a));
  const both = (a: number): boolean => found[a]![0] !== undefined && found[a]![1] !== undefined;
  const batch = kept.filter(both);
  const left = kept.filter((a) => found[a]![0] !== undefined && !both(a));
  const right = kept.filter((a) => found[a]![1] !== undefined && !both(a));
  const matrix = left.some((a) => x!.shape[a]! > 1) && right.some((a) => x!.shape[a]! > 1);
  if (!matrix || batch.length + left.length + right.length < kept.length || !axes.every(both))
    return undefined;
  const side = (k: 0 | 1, base: Node, free: readonly number[]): Side | undefined => {
    const at = (list: readonly number[]): number[] => list.map((a) => found[a]![k]!);
    // the operand's axes of size 1 that are repeated are not axes of the contraction
    const used = [...at(batch), ...at(free), ...at(axes)];
    const gone = new Set(otherAxes(base.shape.length, used));
    return increasing(at(free))
      ? without(to, { x: base, contract: at(axes), batch: at(batch) }, gone)
      : undefined;
  };
  to.begin();
  const made = dotOf(to, side(0, p.operands[0]!, left)!, side(1, q.operands[0]!, right)!);
  const order = [...batch, ...left, ...right];
  return transposed(
    to,
    made,
    kept.map((a) => order.indexOf(a)),
  );
};

/** The pass `dot`. */
export const dot: Pass = rewriting('dot', {
  dot: {
    'transposed operand': absorbTranspose,
    'axes of size 1 of an operand': dropUnitAxes,
    'operand of ones → sum': sumOfOnes,
    'operand repeated along a free axis': repeatAfter,
    'operand repeated along a batch axis': unbatch,
    'nothing to sum over → product': outerProduct,
    'negated operand': negateAfter,
  },
  transpose: { 'transposed result': transposeOfDot },
  reduceSum: { 'sum of products of repeated arrays → contraction': contraction },
});
