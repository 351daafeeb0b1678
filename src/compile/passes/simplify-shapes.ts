/**
 * Compositions of operations that move elements.
 *
 * @module
 */
import { isOp, sizeOf, type Node } from '../../ir/index.js';
import type { RuleTable, Target } from './rewrite.js';
import { flatConcat, joinedSum, sliceOfConcat } from './segments.js';
import { reshaped, sliced, transposed, valueOf } from './terms.js';

/** The one number in every element of a constant of more than one element. */
function uniform(node: Node<'const'>): number | undefined {
  const { data } = node.attrs.value;
  if (data.length < 2) return undefined;
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], data[0])) return undefined;
  return data[0];
}

/** For each axis of an array the axis of the other that it is, if one shape is the other with unit axes put in. */
function unitAxesApart(x: readonly number[], y: readonly number[]): number[] | undefined {
  const axes: number[] = [];
  let at = 0;
  for (const d of x) {
    while (at < y.length && y[at] !== d && y[at] === 1) at++;
    if (at === y.length || y[at] !== d) return undefined;
    axes.push(at++);
  }
  return y.slice(at).every((d) => d === 1) ? axes : undefined;
}

/** A shorter list of indices is a constant. */
const longCount = 64;

/** Whether a constant is 0, 1, 2, … along its only axis. */
function counts({ attrs: { value } }: Node<'const'>): boolean {
  if (value.shape.length !== 1 || value.data.length <= longCount || value.data.length > 2 ** 24) return false;
  return value.data.every((v, i) => v === i);
}

const leaves: RuleTable = {
  const: {
    'constant that counts → iota': (node, to) =>
      counts(node) ? to.node('iota', { shape: node.shape, axis: 0, dtype: node.dtype }, []) : undefined,
    'constant of one number → fill': (node, to) => {
      const v = uniform(node);
      return v === undefined ? undefined : to.fill(v, node.shape, node.dtype);
    },
  },
};

const reshapes: RuleTable = {
  reshape: {
    'reshape to the same shape': ({ operands: [x], shape }) =>
      x!.shape.length === shape.length && x!.shape.every((d, i) => d === shape[i]) ? x : undefined,
    'reshape of a reshape': ({ operands: [x], shape }, to) =>
      x!.op === 'reshape' ? reshaped(to, x!.operands[0]!, shape) : undefined,
    'reshape of a fill': ({ operands: [x], shape, dtype }, to) => {
      const v = valueOf(x!);
      // a scalar constant in another shape stays one constant with one repetition
      return v === undefined ? undefined : to.fill(v, shape, dtype);
    },
    'reshape of a broadcast': ({ operands: [x], shape }, to) => {
      if (!isOp(x!, 'broadcast')) return undefined;
      // only unit axes come or go: the repetition is made in the new shape
      const { axes } = x.attrs;
      const shorter = unitAxesApart(shape, x.shape);
      if (shorter !== undefined) {
        const y = x.operands[0]!;
        const kept = axes.map((a) => shorter.indexOf(a));
        const shapeOf = y.shape.filter((_, i) => kept[i]! >= 0);
        return to.node('broadcast', { shape, axes: kept.filter((a) => a >= 0) }, [reshaped(to, y, shapeOf)]);
      }
      const longer = unitAxesApart(x.shape, shape);
      if (longer === undefined) return undefined;
      return to.node('broadcast', { shape, axes: axes.map((a) => longer[a]!) }, [x.operands[0]!]);
    },
  },
  transpose: {
    'transpose that keeps the order': ({ operands: [x], attrs: { perm } }) =>
      perm.every((p, i) => p === i) ? x : undefined,
    'transpose of a transpose': ({ operands: [x], attrs: { perm } }, to) => {
      if (!isOp(x!, 'transpose')) return undefined;
      const inner = x.attrs.perm;
      return transposed(
        to,
        x.operands[0]!,
        perm.map((p) => inner[p]!),
      );
    },
    'transpose of a fill': ({ operands: [x], shape, dtype }, to) => {
      const v = valueOf(x!);
      return v === undefined ? undefined : to.fill(v, shape, dtype);
    },
    'transpose of unit axes → reshape': ({ operands: [x], shape, attrs: { perm } }, to) => {
      const moved = perm.filter((p) => x!.shape[p] !== 1);
      return moved.every((p, i) => i === 0 || p > moved[i - 1]!) ? reshaped(to, x!, shape) : undefined;
    },
    'transpose of a broadcast': ({ operands: [x], shape, attrs: { perm } }, to) => {
      if (!isOp(x!, 'broadcast')) return undefined;
      const axes = x.attrs.axes.map((a) => perm.indexOf(a));
      if (!axes.every((a, i) => i === 0 || a > axes[i - 1]!)) return undefined;
      return to.node('broadcast', { shape, axes }, [x.operands[0]!]);
    },
    'transpose of iota': ({ operands: [x], shape, attrs: { perm } }, to) =>
      isOp(x!, 'iota')
        ? to.node('iota', { shape, axis: perm.indexOf(x.attrs.axis), dtype: x.dtype }, [])
        : undefined,
  },
  broadcast: {
    'broadcast without repetition → reshape': ({ operands: [x], shape }, to) =>
      sizeOf(x!.shape) === sizeOf(shape) && sizeOf(shape) > 0 && valueOf(x!) === undefined
        ? reshaped(to, x!, shape)
        : undefined,
    'broadcast of a broadcast': ({ operands: [x], attrs: { shape, axes } }, to) => {
      if (!isOp(x!, 'broadcast')) return undefined;
      return to.node('broadcast', { shape, axes: x.attrs.axes.map((a) => axes[a]!) }, [x.operands[0]!]);
    },
    'broadcast of a reshape by unit axes': ({ operands: [x], attrs: { shape, axes } }, to) => {
      if (x!.op !== 'reshape') return undefined;
      const y = x!.operands[0]!;
      const put = unitAxesApart(y.shape, x!.shape);
      // axes that the reshape took away may be found again only if they were of size 1
      if (put !== undefined) return to.node('broadcast', { shape, axes: put.map((a) => axes[a]!) }, [y]);
      return undefined;
    },
  },
  reverse: {
    'reverse of unit axes': ({ operands: [x], attrs: { axes } }, to) => {
      const real = axes.filter((a) => x!.shape[a]! > 1);
      if (real.length === axes.length) return undefined;
      return real.length === 0 ? x : to.node('reverse', { axes: real }, [x!]);
    },
    'reverse of a reverse': ({ operands: [x], attrs: { axes } }, to) => {
      if (!isOp(x!, 'reverse')) return undefined;
      const inner = x.attrs.axes;
      const once = [...axes.filter((a) => !inner.includes(a)), ...inner.filter((a) => !axes.includes(a))];
      const y = x.operands[0]!;
      return once.length === 0 ? y : to.node('reverse', { axes: once.sort((a, b) => a - b) }, [y]);
    },
    'reverse of a fill': ({ operands: [x] }) => (valueOf(x!) === undefined ? undefined : x),
  },
};

/** A slice of a pad: the slice of what is padded, with what is left of the padding. */
function sliceOfPad(node: Node<'slice'>, x: Node<'pad'> & Node, to: Target): Node | undefined {
  const { start, limit, stride } = node.attrs;
  const { low, interior, value } = x.attrs;
  const inner = x.operands[0]!;
  const plain = stride.every((s) => s === 1) && interior.every((w, a) => w === 0 || inner.shape[a]! <= 1);
  if (!plain || sizeOf(node.shape) === 0) return undefined;
  const from = start.map((s, a) => Math.max(0, s - low[a]!));
  const until = limit.map((l, a) => Math.min(inner.shape[a]!, l - low[a]!));
  if (from.some((f, a) => f >= until[a]!)) {
    if (node.dtype !== 'f' && value !== 0) return undefined;
    return to.fill(value, node.shape, node.dtype);
  }
  const part = sliced(to, inner, from, until);
  const before = start.map((s, a) => Math.max(0, low[a]! - s));
  const after = node.shape.map((d, a) => d - before[a]! - (until[a]! - from[a]!));
  if ([...before, ...after].every((w) => w === 0)) return part;
  return to.node('pad', { low: before, high: after, interior: before.map(() => 0), value }, [part]);
}

const slices: RuleTable = {
  slice: {
    'slice of everything': ({ operands: [x], attrs: { start, limit, stride } }) =>
      start.every((s, i) => s === 0 && limit[i] === x!.shape[i] && (stride[i] === 1 || x!.shape[i]! <= 1))
        ? x
        : undefined,
    'slice of a fill': ({ operands: [x], shape, dtype }, to) => {
      const v = valueOf(x!);
      return v === undefined ? undefined : to.fill(v, shape, dtype);
    },
    'slice of a slice': ({ operands: [x], attrs: { start, stride }, shape }, to) => {
      if (!isOp(x!, 'slice')) return undefined;
      const inner = x.attrs;
      const first = start.map((s, i) => inner.start[i]! + s * inner.stride[i]!);
      const steps = stride.map((s, i) => s * inner.stride[i]!);
      const last = shape.map((d, i) => (d === 0 ? first[i]! : first[i]! + (d - 1) * steps[i]! + 1));
      const bounded = first.every((f, i) => f <= x.operands[0]!.shape[i]!);
      return bounded ? sliced(to, x.operands[0]!, first, last, steps) : undefined;
    },
    'slice of a broadcast': ({ operands: [x], attrs: { start, limit, stride }, shape }, to) => {
      if (!isOp(x!, 'broadcast')) return undefined;
      const y = x.operands[0]!;
      const { axes } = x.attrs;
      const at = (list: readonly number[], unit: number): number[] =>
        axes.map((a, i) => (y.shape[i] === 1 ? unit : list[a]!));
      const part = sliced(to, y, at(start, 0), at(limit, 1), at(stride, 1));
      // an axis of size 1 that was repeated becomes what is left of its repetitions, none perhaps
      return to.node('broadcast', { shape, axes }, [part]);
    },
    'slice of a pad': (node, to) => {
      const x = node.operands[0]!;
      return isOp(x, 'pad') ? sliceOfPad(node, x, to) : undefined;
    },
    'slice of a concatenation': sliceOfConcat,
  },
  pad: {
    'pad by nothing': ({ operands: [x], attrs: { low, high, interior } }) =>
      [...low, ...high].every((w) => w === 0) && interior.every((w, i) => w === 0 || x!.shape[i]! <= 1)
        ? x
        : undefined,
    'pad of its own number': ({ operands: [x], attrs: { value }, shape, dtype }, to) =>
      dtype === 'f' && Object.is(valueOf(x!), value) ? to.fill(value, shape, dtype) : undefined,
    'pad of a pad': ({ operands: [x], attrs: { low, high, interior, value } }, to) => {
      if (!isOp(x!, 'pad') || !Object.is(x.attrs.value, value)) return undefined;
      const inner = x.attrs;
      if ([...interior, ...inner.interior].some((w) => w > 0)) return undefined;
      const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v + b[i]!);
      const attrs = { low: plus(low, inner.low), high: plus(high, inner.high), interior, value };
      return to.node('pad', attrs, [x.operands[0]!]);
    },
  },
  concat: {
    'concatenation of one': ({ operands }) => (operands.length === 1 ? operands[0] : undefined),
    'neighbours of a concatenation': flatConcat,
  },
  add: {
    'sum of disjoint parts → concatenation': ({ operands: [x, y] }, to) => joinedSum(x!, y!, to),
  },
};

/** Compositions of operations that move elements. */
export const shapeRules: RuleTable = { ...leaves, ...reshapes, ...slices };
