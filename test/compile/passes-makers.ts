/**
 * Makers of what passes look for: known numbers in every position, repeated and moved arrays, sums of parts, contractions
 * of repeated or transposed operands.
 */
import {
  type Builder,
  ops,
  sameShape,
  sizeOf,
  type BinaryName,
  type DType,
  type Node,
  type Shape,
  type UnaryName,
} from '../../src/ir/index.js';
import { randomValue, type Dice } from '../ir/dice.js';

const none = {};
/** Where makers find operands, and how sub-graphs are filled. */
export interface Pool {
  /** Adds about so many nodes. */
  readonly grow: (p: Pool, count: number) => void;
  readonly d: Dice;
  readonly b: Builder;
  readonly nodes: Node[];
  readonly depth: number;
}
/** Makes nodes of a pool's; throws `nothing fits` where it has no operands for them. */
export type Maker = (p: Pool) => readonly Node[];

/** A node of the pool that fits. */
export function pick(p: Pool, ok: (n: Node) => boolean): Node {
  const fitting = p.nodes.filter(ok);
  if (fitting.length === 0) throw new Error('nothing fits');
  // late ones more often, so that rules meet the results of others
  return p.d.below(2) === 0
    ? fitting[fitting.length - 1 - p.d.below(Math.min(4, fitting.length))]!
    : p.d.pick(fitting);
}
/** Whether a node is one. */
export const any = (): boolean => true;
/** Whether a node is real. */
export const real = (n: Node): boolean => n.dtype === 'f';
const numeric = (n: Node): boolean => n.dtype !== 'bool';
const hasAxis = (n: Node): boolean => n.shape.length > 0;

const numbers: { readonly [K in DType]: readonly number[] } = {
  f: [0, 1, -1, 2, 0.5, -0.5, 3, 0.1, 4, -2, -0, NaN, Infinity, -Infinity],
  i32: [0, 1, -1, 2, 5],
  u32: [0, 1, 2, 2 ** 32 - 1],
  bool: [0, 1],
};

/** A known number, repeated. */
export function fill(p: Pool, shape: Shape, dtype: DType): Node {
  const list = numbers[dtype];
  // the last three reals are rare
  const value = dtype === 'f' && p.d.below(8) > 0 ? p.d.pick(list.slice(0, -4)) : p.d.pick(list);
  return ops.fill(p.b, value, shape, dtype);
}

/** A value of a shape: one of the pool, a repeated number, or a repeated value of the pool. */
function like(p: Pool, x: Node): Node {
  const kind = p.d.below(4);
  if (kind === 0) return fill(p, x.shape, x.dtype);
  const same = p.nodes.filter((n) => n.dtype === x.dtype && sameShape(n.shape, x.shape));
  if (kind === 1 || same.length === 0) {
    const s = p.nodes.filter((n) => n.dtype === x.dtype && n.shape.length === 0);
    if (s.length > 0 && x.shape.length > 0)
      return p.b.node('broadcast', { shape: x.shape, axes: [] }, [p.d.pick(s)]);
  }
  return same.length === 0 ? x : p.d.pick(same);
}

const realBinary: readonly BinaryName[] = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow', 'credit'];
const integerBinary: readonly BinaryName[] = [
  'add',
  'sub',
  'mul',
  'maximum',
  'and',
  'or',
  'xor',
  'shiftRight',
];
const boolBinary: readonly BinaryName[] = ['and', 'or', 'xor'];
const realUnary: readonly UnaryName[] = [
  ...(['neg', 'neg', 'neg', 'abs', 'exp', 'sqrt', 'sin', 'tanh', 'logistic', 'floor', 'sign'] as const),
  ...(['stopGradient', 'log1p', 'softplus', 'round'] as const),
];

const binary: Maker = (p) => {
  const x = pick(p, any);
  const op = p.d.pick(x.dtype === 'f' ? realBinary : x.dtype === 'bool' ? boolBinary : integerBinary);
  const pair = p.d.below(2) === 0 ? [x, like(p, x)] : [like(p, x), x];
  return [p.b.node(op, none, pair)];
};

const unary: Maker = (p) => {
  const x = pick(p, any);
  if (x.dtype === 'bool') return [p.b.node('not', none, [x])];
  return [
    p.b.node(x.dtype === 'f' ? p.d.pick(realUnary) : p.d.pick(['neg', 'abs', 'not'] as const), none, [x]),
  ];
};

const power: Maker = (p) => {
  const x = pick(p, real);
  const exponent = p.d.pick([0, 1, 2, 3, 4, -1, -2, 0.5, 0.5, 1.5]);
  return [p.b.node('pow', none, [x, ops.fill(p.b, exponent, x.shape)])];
};

/** (x · a) · b for numbers that overflow. */
const scaled: Maker = (p) => {
  const x = pick(p, real);
  const times = (y: Node): Node =>
    p.b.node('mul', none, [y, ops.fill(p.b, p.d.pick([1e200, 1e-200, 2, 0.5, -3]), x.shape)]);
  return [times(times(x))];
};

const logic: Maker = (p) => {
  const x = pick(p, any);
  const direction = p.d.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const);
  const c =
    x.dtype === 'f' && p.d.below(4) === 0
      ? p.b.node(p.d.pick(['isNaN', 'isFinite'] as const), none, [x])
      : p.b.node('compare', { direction }, p.d.below(2) === 0 ? [x, like(p, x)] : [like(p, x), x]);
  const y = pick(p, (n) => sameShape(n.shape, x.shape));
  const test =
    p.d.below(4) === 0 ? fill(p, x.shape, 'bool') : p.d.below(4) === 0 ? p.b.node('not', none, [c]) : c;
  return [c, p.b.node('select', none, [test, y, like(p, y)])];
};

const cast: Maker = (p) => [ops.cast(pick(p, any), p.d.pick(['f', 'i32', 'u32', 'bool'] as const))];

const broadcast: Maker = (p) => {
  const x = pick(p, (n) => n.shape.length < 3);
  const at = p.d.below(x.shape.length + 1);
  const put = p.d.pick([1, 2, 3]);
  const shape = x.shape.map((s) => (s === 1 && p.d.below(2) === 0 ? 3 : s));
  return [
    p.b.node(
      'broadcast',
      {
        shape: [...shape.slice(0, at), put, ...shape.slice(at)],
        axes: shape.map((_, i) => (i < at ? i : i + 1)),
      },
      [x],
    ),
  ];
};

const reshape: Maker = (p) => {
  const x = pick(p, any);
  const at = p.d.below(x.shape.length + 1);
  const shape = p.d.pick<Shape>([
    [...x.shape.slice(0, at), 1, ...x.shape.slice(at)],
    x.shape.filter((s) => s !== 1),
    [sizeOf(x.shape)],
    [...x.shape].reverse(),
  ]);
  return [p.b.node('reshape', { shape }, [x])];
};

const transpose: Maker = (p) => {
  const x = pick(p, (n) => n.shape.length >= 2);
  const axes = x.shape.map((_, i) => i);
  const k = 1 + p.d.below(axes.length - 1);
  return [
    p.b.node(
      'transpose',
      { perm: p.d.below(2) === 0 ? axes.reverse() : [...axes.slice(k), ...axes.slice(0, k)] },
      [x],
    ),
  ];
};

const slice: Maker = (p) => {
  const x = pick(p, hasAxis);
  const axis = p.d.below(x.shape.length);
  const n = x.shape[axis]!;
  const start = p.d.below(n + 1);
  const limit = start + p.d.below(n - start + 1);
  const at = (v: number, list: readonly number[]): number[] => list.map((s, i) => (i === axis ? v : s));
  const zeros = x.shape.map(() => 0);
  return [
    p.b.node(
      'slice',
      {
        start: at(start, zeros),
        limit: at(limit, x.shape),
        stride: at(
          1 + p.d.below(2),
          zeros.map(() => 1),
        ),
      },
      [x],
    ),
  ];
};

/** Parts of arrays put in their places among zeros, and added. */
const parts: Maker = (p) => {
  const x = pick(p, (n) => numeric(n) && hasAxis(n));
  const axis = p.d.below(x.shape.length);
  const pad = (y: Node, low: number, high: number): Node => {
    const along = (v: number): number[] => y.shape.map((_, i) => (i === axis ? v : 0));
    return p.b.node('pad', { low: along(low), high: along(high), interior: along(0), value: 0 }, [y]);
  };
  const y = pick(
    p,
    (n) =>
      n.dtype === x.dtype &&
      n.shape.length === x.shape.length &&
      n.shape.every((s, i) => i === axis || s === x.shape[i]),
  );
  const [m, n] = [x.shape[axis]!, y.shape[axis]!];
  const gap = p.d.below(3) - (m > 0 && n > 0 ? 1 : 0);
  const first = pad(x, 0, Math.max(0, n + gap));
  const second = pad(y, Math.max(0, m + gap), 0);
  if (!sameShape(first.shape, second.shape)) return [first];
  return [p.b.node(p.d.pick(['add', 'add', 'sub'] as const), none, [first, second])];
};

const pad: Maker = (p) => {
  const x = pick(p, hasAxis);
  const widths = (n: number): number[] => x.shape.map(() => p.d.below(n));
  const value = p.d.pick([0, 0, 0, 1]);
  return [
    p.b.node('pad', { low: widths(2), high: widths(2), interior: widths(p.d.pick([1, 1, 2])), value }, [x]),
  ];
};

const concat: Maker = (p) => {
  const x = pick(p, hasAxis);
  const axis = p.d.below(x.shape.length);
  const fits = (n: Node): boolean =>
    n.dtype === x.dtype &&
    n.shape.length === x.shape.length &&
    n.shape.every((s, i) => i === axis || s === x.shape[i]);
  return [
    p.b.node(
      'concat',
      { axis },
      [pick(p, fits), x, pick(p, fits), fill(p, x.shape, x.dtype)].slice(0, 1 + p.d.below(4)),
    ),
  ];
};

/** An array cut in two and joined again. */
const cut: Maker = (p) => {
  const x = pick(p, (n) => hasAxis(n) && n.shape[0]! > 1);
  const zeros = x.shape.map(() => 0);
  const ones = x.shape.map(() => 1);
  const [n, ...rest] = x.shape as [number, ...number[]];
  const a = p.b.node('slice', { start: zeros, limit: [1, ...rest], stride: ones }, [x]);
  const c = p.b.node('slice', { start: [1, ...rest.map(() => 0)], limit: [n, ...rest], stride: ones }, [x]);
  return [p.b.node('concat', { axis: 0 }, [a, c]), a, c];
};

const indexed: Maker = (p) => {
  const x = pick(p, (n) => hasAxis(n) && sizeOf(n.shape) > 0);
  const axis = p.d.below(x.shape.length);
  const n = x.shape[axis]!;
  const first = p.d.below(n + 2) - 1;
  const index = p.d.pick([
    () => ops.constant(p.b, [first], [], 'i32'),
    () => ops.constant(p.b, [0, 1, 2].slice(0, n), [Math.min(3, n)], 'i32'),
    () => ops.constant(p.b, [first, first + 2], [2], 'i32'),
    () => p.b.node('iota', { shape: [Math.min(2, n)], axis: 0, dtype: 'i32' }, []),
  ])();
  const taken = p.b.node('gather', { axis, batchDims: 0 }, [x, index]);
  const reversed = p.b.node('reverse', { axes: [axis] }, [x]);
  if (x.dtype === 'bool') return [taken, reversed];
  return [
    taken,
    reversed,
    p.b.node('scatterAdd', { axis, batchDims: 0, size: p.d.pick([n, n + 1]) }, [index, taken]),
  ];
};

const block: Maker = (p) => {
  const x = pick(p, hasAxis);
  const start = ops.constant(
    p.b,
    x.shape.map(() => p.d.below(4) - 1),
    [x.shape.length],
    'i32',
  );
  const size = x.shape.map((n) => p.d.below(n + 1));
  return [p.b.node('dynamicSlice', { size }, [x, start])];
};

const reduce: Maker = (p) => {
  const x = pick(p, (n) => numeric(n) && hasAxis(n));
  const axes = x.shape.map((_, i) => i).filter(() => p.d.below(3) > 0);
  const op = p.d.pick([
    'reduceSum',
    'reduceSum',
    'reduceSum',
    'reduceMax',
    'reduceMin',
    'reduceProd',
  ] as const);
  return axes.length === 0 ? [x] : [p.b.node(op, { axes }, [x])];
};

/** Σ x·y with each of two arrays repeated along an axis of the other. */
const matrixSum: Maker = (p) => {
  const x = pick(p, (n) => real(n) && n.shape.length === 2);
  const y = pick(p, (n) => real(n) && n.shape.length === 2 && n.shape[1] === x.shape[1]);
  const shape = [x.shape[0]!, y.shape[0]!, x.shape[1]!];
  const wide = (v: Node, axes: number[]): Node => p.b.node('broadcast', { shape, axes }, [v]);
  return [p.b.node('reduceSum', { axes: [2] }, [p.b.node('mul', none, [wide(x, [0, 2]), wide(y, [1, 2])])])];
};

const dot: Maker = (p) => {
  const x = pick(p, (n) => real(n) && hasAxis(n));
  const axis = p.d.below(x.shape.length);
  const y = pick(p, (n) => real(n) && n.shape.includes(x.shape[axis]!));
  const other = y.shape.indexOf(x.shape[axis]!);
  const pairs = x.shape.flatMap((s, i) =>
    y.shape.flatMap((t, j) => (i !== axis && j !== other && s === t ? [[i, j] as const] : [])),
  );
  const second = pairs.length > 0 && p.d.below(2) === 0 ? p.d.pick(pairs) : undefined;
  const [l, r] = [second?.[0], second?.[1]];
  const batched = p.d.below(2) === 0;
  const attrs = {
    lhsContract: l !== undefined && !batched ? [axis, l] : [axis],
    rhsContract: r !== undefined && !batched ? [other, r] : [other],
    lhsBatch: l !== undefined && batched ? [l] : [],
    rhsBatch: r !== undefined && batched ? [r] : [],
  };
  const left = p.d.below(8) === 0 ? ops.fill(p.b, 1, x.shape) : x;
  return [
    p.b.node(
      'dot',
      p.d.below(6) === 0 ? { lhsContract: [], rhsContract: [], lhsBatch: [], rhsBatch: [] } : attrs,
      [left, y],
    ),
  ];
};

/** Known values: a repeated number, a small array, indices. */
const known: Maker = (p) => {
  const { shape, dtype } = pick(p, any);
  const array = (): Node => p.b.constant(randomValue(p.d, shape, dtype));
  if (shape.length === 0) return [fill(p, shape, dtype)];
  const index = (): Node => p.b.node('iota', { shape, axis: 0, dtype: dtype === 'bool' ? 'i32' : dtype }, []);
  return [p.d.pick([() => fill(p, shape, dtype), array, index])()];
};

type Name =
  | 'binary'
  | 'unary'
  | 'power'
  | 'scaled'
  | 'logic'
  | 'cast'
  | 'broadcast'
  | 'reshape'
  | 'transpose'
  | 'slice'
  | 'parts'
  | 'pad'
  | 'concat'
  | 'cut'
  | 'indexed'
  | 'block'
  | 'reduce'
  | 'matrixSum'
  | 'dot'
  | 'known';

/** The makers, by name. */
export const straight: Readonly<Record<Name, Maker>> = {
  binary,
  unary,
  power,
  scaled,
  logic,
  cast,
  broadcast,
  reshape,
  transpose,
  slice,
  parts,
  pad,
  concat,
  cut,
  indexed,
  block,
  reduce,
  matrixSum,
  dot,
  known,
};
