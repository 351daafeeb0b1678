/**
 * Where elements are moved and repeated: as late as possible for transposes and reshapes, so that they cancel or end
 * in a reduction or contraction; after element-wise work for repetition; before it for slices, which leave less to do.
 *
 * No rule adds work: what is moved over has no other reader, or the operation is made on fewer elements.
 *
 * @module
 */
import {
  binaryNames,
  isOp,
  sameShape,
  sizeOf,
  specialOperands,
  unaryNames,
  type Node,
  type OpName,
  type OpTable,
  type SpecialName,
} from '../../ir/index.js';
import type { Pass } from './pass.js';
import { mergeRules, rewriting, rulesFor, type Rule, type RuleTable, type Target } from './rewrite.js';
import { reshaped, sliced, transposed, upTo, valueOf } from './terms.js';

/** Operations that act on each element alone. */
const elementwise: readonly OpName[] = [
  ...unaryNames,
  ...binaryNames,
  ...(Object.keys(specialOperands) as SpecialName[]),
  'isNaN',
  'isFinite',
  'compare',
  'select',
  'cast',
];
const isElementwise: ReadonlySet<OpName> = new Set(elementwise);

const again = (to: Target, node: Node, operands: readonly Node[]): Node =>
  to.node<OpName>(node.op, node.attrs as OpTable[OpName], operands);

/** The operands that are not one repeated number. */
const varying = (node: Node): Node[] => node.operands.filter((x) => valueOf(x) === undefined);

/** f(repeat x) = repeat f(x), if all operands repeat along the same axes. */
const repeatAfter: Rule<OpName> = (node, to) => {
  const first = varying(node)[0];
  if (first === undefined || !isOp(first, 'broadcast')) return undefined;
  const base = first.operands[0]!;
  const { axes } = first.attrs;
  if (sizeOf(base.shape) >= sizeOf(node.shape)) return undefined;
  const small: Node[] = [];
  for (const x of node.operands) {
    if (
      isOp(x, 'broadcast') &&
      sameShape(x.operands[0]!.shape, base.shape) &&
      sameShape(x.attrs.axes, axes)
    ) {
      small.push(x.operands[0]!);
    } else if (valueOf(x) === undefined) return undefined;
    else small.push(x);
  }
  to.begin();
  const operands = small.map((x) =>
    sameShape(x.shape, base.shape) ? x : to.fill(valueOf(x)!, base.shape, x.dtype),
  );
  return to.node('broadcast', { shape: node.shape, axes }, [again(to, node, operands)]);
};

/** f(transpose x) = transpose f(x), and the same for reshapes, if all operands are moved alike. */
const moveAfter: Rule<OpName> = (node, to) => {
  const moved = varying(node);
  const first = moved[0];
  if (first === undefined || !(isOp(first, 'transpose') || isOp(first, 'reshape'))) return undefined;
  // the shape of one element matters to nobody
  if (sizeOf(node.shape) === 1) return undefined;
  const base = first.operands[0]!;
  const perm = isOp(first, 'transpose') ? first.attrs.perm : undefined;
  for (const x of moved) {
    if (x.op !== first.op || !sameShape(x.operands[0]!.shape, base.shape)) return undefined;
    if (perm !== undefined && !sameShape((x as Node<'transpose'>).attrs.perm, perm)) return undefined;
    if (moved.length === 1 && to.uses(x) > 1) return undefined;
  }
  to.begin();
  const operands = node.operands.map((x) => {
    const v = valueOf(x);
    return v === undefined ? x.operands[0]! : to.fill(v, base.shape, x.dtype);
  });
  const made = again(to, node, operands);
  return perm === undefined ? reshaped(to, made, node.shape) : transposed(to, made, perm);
};

/** Reductions read a transposed operand in place; what they keep may be left transposed, and is smaller. */
function reduceTransposed(op: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin') {
  const rule: Rule<typeof op> = ({ operands: [x], attrs: { axes } }, to) => {
    if (!isOp(x!, 'transpose')) return undefined;
    const { perm } = x.attrs;
    const y = x.operands[0]!;
    const over = axes.map((a) => perm[a]!).sort((a, b) => a - b);
    const left = upTo(y.shape.length).filter((a) => !over.includes(a));
    const order = perm.filter((_, a) => !axes.includes(a)).map((p) => left.indexOf(p));
    const inOrder = order.every((p, i) => p === i);
    if (!inOrder && to.uses(x) > 1) return undefined;
    return transposed(to, to.node(op, { axes: over }, [y]), order);
  };
  return { 'reduction of a transpose': rule };
}

type SliceRule = (node: Node<'slice'>, x: Node, to: Target) => Node | undefined;

const sliceLike = (to: Target, node: Node<'slice'>, x: Node): Node => {
  const { start, limit, stride } = node.attrs;
  return sliced(to, x, start, limit, stride);
};

/** slice f(x) = f(slice x), where f(x) has no other reader. */
const sliceElementwise: SliceRule = (node, x, to) =>
  isElementwise.has(x.op) && x.avals.length === 1
    ? again(
        to,
        x,
        x.operands.map((y) => {
          const v = valueOf(y);
          return v === undefined ? sliceLike(to, node, y) : to.fill(v, node.shape, y.dtype);
        }),
      )
    : undefined;

const sliceTranspose: SliceRule = (node, x, to) => {
  if (!isOp(x, 'transpose')) return undefined;
  const { perm } = x.attrs;
  const back = (list: readonly number[]): number[] => upTo(perm.length).map((a) => list[perm.indexOf(a)]!);
  const { start, limit, stride } = node.attrs;
  return transposed(to, sliced(to, x.operands[0]!, back(start), back(limit), back(stride)), perm);
};

const sliceReduction: SliceRule = (node, x, to) => {
  const reduction =
    isOp(x, 'reduceSum') || isOp(x, 'reduceProd') || isOp(x, 'reduceMax') || isOp(x, 'reduceMin');
  if (!reduction) return undefined;
  const { axes } = x.attrs;
  const y = x.operands[0]!;
  const kept = upTo(y.shape.length).filter((a) => !axes.includes(a));
  const whole = (list: readonly number[], other: (d: number) => number): number[] =>
    y.shape.map((d, a) => (axes.includes(a) ? other(d) : list[kept.indexOf(a)]!));
  const { start, limit, stride } = node.attrs;
  const part = sliced(
    to,
    y,
    whole(start, () => 0),
    whole(limit, (d) => d),
    whole(stride, () => 1),
  );
  return to.node<'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'>(x.op, { axes }, [part]);
};

/** The rows and columns that are wanted of a product, from those of its operands. */
const sliceDot: SliceRule = (node, x, to) => {
  if (!isOp(x, 'dot')) return undefined;
  const [l, r] = x.operands as readonly [Node, Node];
  const { lhsContract, rhsContract, lhsBatch, rhsBatch } = x.attrs;
  const { start, limit, stride } = node.attrs;
  const free = (y: Node, others: readonly number[]): number[] =>
    upTo(y.shape.length).filter((a) => !others.includes(a));
  const [freeL, freeR] = [free(l, [...lhsBatch, ...lhsContract]), free(r, [...rhsBatch, ...rhsContract])];
  const part = (y: Node, batch: readonly number[], own: readonly number[], offset: number): Node => {
    // the result's axis that an operand's axis is; contracted axes are taken whole
    const at = (a: number): number => {
      const b = batch.indexOf(a);
      return b >= 0 ? b : own.includes(a) ? offset + own.indexOf(a) : -1;
    };
    const pick = (list: readonly number[], other: (d: number) => number): number[] =>
      y.shape.map((d, a) => (at(a) < 0 ? other(d) : list[at(a)]!));
    return sliced(
      to,
      y,
      pick(start, () => 0),
      pick(limit, (d) => d),
      pick(stride, () => 1),
    );
  };
  to.begin();
  const n = lhsBatch.length;
  return to.node('dot', x.attrs, [part(l, lhsBatch, freeL, n), part(r, rhsBatch, freeR, n + freeL.length)]);
};

const sliceRules: Readonly<Record<string, SliceRule>> = {
  'slice before element-wise work': sliceElementwise,
  'slice before a transpose': sliceTranspose,
  'slice before a reduction': sliceReduction,
  'slice before a contraction': sliceDot,
};

/** A slice may go before what has no other reader, if it leaves less. */
const sliceBefore = (rule: SliceRule): Rule<'slice'> => {
  return (node, to) => {
    const x = node.operands[0]!;
    return sizeOf(node.shape) < sizeOf(x.shape) && to.uses(x) <= 1 ? rule(node, x, to) : undefined;
  };
};

/** gather f(x) = f(gather x) for one varying operand, where less is taken than there is. */
const gatherBefore: Rule<'gather'> = (node, to) => {
  const [x, index] = node.operands as readonly [Node, Node];
  if (!isElementwise.has(x.op) || to.uses(x) > 1 || sizeOf(node.shape) >= sizeOf(x.shape)) return undefined;
  if (varying(x).length !== 1) return undefined;
  to.begin();
  return again(
    to,
    x,
    x.operands.map((y) => {
      const v = valueOf(y);
      return v === undefined ? to.node('gather', node.attrs, [y, index]) : to.fill(v, node.shape, y.dtype);
    }),
  );
};

const elementwiseRules: RuleTable = rulesFor(elementwise, () => ({
  'repetition after element-wise work': repeatAfter,
  'moving after element-wise work': moveAfter,
}));

const movementRules: RuleTable = {
  slice: Object.fromEntries(Object.entries(sliceRules).map(([name, rule]) => [name, sliceBefore(rule)])),
  gather: { 'gather before element-wise work': gatherBefore },
  reduceSum: reduceTransposed('reduceSum'),
  reduceProd: reduceTransposed('reduceProd'),
  reduceMax: reduceTransposed('reduceMax'),
  reduceMin: reduceTransposed('reduceMin'),
};

/** The pass `layout`. */
export const layout: Pass = rewriting('layout', mergeRules(elementwiseRules, movementRules));
