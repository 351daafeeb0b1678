/**
 * Makers of random nodes, one an operation, for the operations without sub-graphs.
 */
import {
  binaryNames,
  ops,
  shapes,
  sizeOf,
  special,
  specialBinaryNames,
  unaryNames,
  type BinaryName,
  type Comparison,
  type DType,
  type Node,
  type OpName,
  type Shape,
  type UnaryName,
} from '../../src/ir/index.js';
import { randomValue, type Dice } from './dice.js';
import { decompositionMakers } from './random-decompositions.js';
import { choose, definite, hasAxis, real, square, type Maker } from './random-pick.js';
import { windowMakers } from './random-windows.js';

export const inputAvals: readonly { readonly shape: Shape; readonly dtype: DType }[] = [
  { shape: [], dtype: 'f' },
  { shape: [3], dtype: 'f' },
  { shape: [2, 3], dtype: 'f' },
  { shape: [3, 3], dtype: 'f' },
  { shape: [2, 1, 3], dtype: 'f' },
  { shape: [3], dtype: 'i32' },
  { shape: [2, 3], dtype: 'i32' },
  { shape: [2, 2], dtype: 'u32' },
  { shape: [2, 3], dtype: 'bool' },
  { shape: [], dtype: 'i32' },
];

/** Operations with sub-graphs. */
export type ControlName = 'cond' | 'while' | 'scan' | 'linearSolve' | 'root' | 'custom' | 'linearCall';

const none = {};
const directions: readonly Comparison[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
const numeric = (n: Node): boolean => n.dtype !== 'bool';
/** Two nodes of one element type whose shapes broadcast. */
function pair(d: Dice, pool: readonly Node[], ok: (n: Node) => boolean): readonly [Node, Node] {
  const x = choose(d, pool, ok);
  const y = choose(
    d,
    pool,
    (n) => n.dtype === x.dtype && ops.broadcastShapes(x.shape, n.shape) !== undefined,
  );
  return [x, y];
}

/** Two reals that broadcast, the first of them twice. */
function triple(d: Dice, pool: readonly Node[]): readonly [Node, Node, Node] {
  const [x, y] = pair(d, pool, real);
  return [x, y, x];
}

const discreteOnly = ['and', 'or', 'xor'];
const integerOnly = ['shiftLeft', 'shiftRight'];
const realOnly: readonly string[] = ['pow', 'atan2', 'credit', ...specialBinaryNames];

function binary(d: Dice, pool: readonly Node[]): readonly Node[] {
  const op = d.pick(binaryNames);
  const ok = (n: Node): boolean =>
    discreteOnly.includes(op)
      ? n.dtype !== 'f'
      : integerOnly.includes(op)
        ? n.dtype === 'i32' || n.dtype === 'u32'
        : realOnly.includes(op)
          ? real(n)
          : numeric(n);
  const [x, y] = pair(d, pool, ok);
  const shape = ops.broadcastShapes(x.shape, y.shape)!;
  const [a, c] = [ops.broadcastTo(x, shape), ops.broadcastTo(y, shape)];
  const b = a.builder.depth > c.builder.depth ? a.builder : c.builder;
  return [b.node(op, none, [a, c])];
}

function unary(d: Dice, pool: readonly Node[]): readonly Node[] {
  const op = d.pick(unaryNames);
  if (op === 'not') return [ops.not(choose(d, pool, (n) => !real(n)))];
  const integers = op === 'neg' || op === 'abs' || op === 'sign';
  return [ops.unary(op, choose(d, pool, integers ? numeric : real))];
}

const axisOf = (d: Dice, n: Node): number => d.below(n.shape.length);

function someAxes(d: Dice, n: Node): number[] {
  return n.shape.map((_, i) => i).filter(() => d.below(2) === 1);
}

function dot(d: Dice, pool: readonly Node[]): readonly Node[] {
  const x = choose(d, pool, (n) => real(n) && hasAxis(n));
  const axis = axisOf(d, x);
  const y = choose(d, pool, (n) => real(n) && n.shape.includes(x.shape[axis]!));
  const other = y.shape.indexOf(x.shape[axis]!);
  // a second shared axis becomes a second contraction or a batch axis
  const a2 = x.shape.findIndex((s, i) => i !== axis && y.shape.some((t, j) => j !== other && s === t));
  const b2 = a2 < 0 ? -1 : y.shape.findIndex((t, j) => j !== other && t === x.shape[a2]);
  const kind = a2 < 0 ? 0 : d.below(3);
  return [
    shapes.dot(x, y, {
      lhsContract: kind === 1 ? [axis, a2] : [axis],
      rhsContract: kind === 1 ? [other, b2] : [other],
      lhsBatch: kind === 2 ? [a2] : [],
      rhsBatch: kind === 2 ? [b2] : [],
    }),
  ];
}

function gather(d: Dice, pool: readonly Node[]): readonly Node[] {
  const x = choose(d, pool, (n) => hasAxis(n) && sizeOf(n.shape) > 0);
  const i = choose(d, pool, (n) => n.dtype === 'i32');
  const axis = axisOf(d, x);
  const batched = axis > 0 && i.shape.length > 0 && i.shape[0] === x.shape[0];
  return [shapes.gather(x, i, axis, batched ? 1 : 0)];
}

function scatter(d: Dice, pool: readonly Node[]): readonly Node[] {
  const u = choose(d, pool, (n) => numeric(n) && hasAxis(n));
  const i = choose(d, pool, (n) => n.dtype === 'i32' && n.shape.length <= u.shape.length);
  for (let axis = 0; axis + i.shape.length <= u.shape.length; axis++) {
    if (i.shape.every((s, k) => s === u.shape[axis + k]))
      return [shapes.scatterAdd(i, u, 1 + d.below(4), axis)];
  }
  throw new Error('nothing fits');
}

const reduction =
  (reduce: shapes.Reduction, ok: (n: Node) => boolean): Maker =>
  (d, pool) => {
    const x = choose(d, pool, ok);
    return [reduce(x, someAxes(d, x), d.below(2) === 1)];
  };

const argExtreme =
  (op: 'argMax' | 'argMin'): Maker =>
  (d, pool) => {
    const x = choose(d, pool, hasAxis);
    return [x.builder.node(op, { axis: axisOf(d, x) }, [x])];
  };

/** One maker an operation (element-wise ones share theirs); a missing one does not compile. */
export const straightMakers: Readonly<
  Record<Exclude<OpName, UnaryName | BinaryName | ControlName | 'input' | 'proj'>, Maker>
> & {
  readonly unary: Maker;
  readonly binary: Maker;
} = {
  unary,
  binary,
  const: (d, _, b) => {
    const { shape, dtype } = d.pick(inputAvals);
    const value = randomValue(d, shape, dtype);
    if (dtype === 'f' && value.data.length > 0)
      value.data[0] = d.pick([NaN, Infinity, -Infinity, -0, 1e-300, 3]);
    return [b.constant(value)];
  },
  iota: (d, _, b) => [shapes.iota(b, [2, 3], d.below(2), d.pick(['f', 'i32', 'u32'] as const))],
  igammaGrad: (d, pool) => [special.igammaGrad(1 + d.below(3), ...pair(d, pool, real))],
  betainc: (d, pool) => [special.betainc(...triple(d, pool))],
  betaDensity: (d, pool) => [special.betaDensity(...triple(d, pool))],
  betaincGrad: (d, pool) => [special.betaincGrad(d.below(2), 1 + d.below(2), ...triple(d, pool))],
  besselIe: (d, pool) => [special.besselIe(d.below(4), choose(d, pool, real))],
  isNaN: (d, pool) => [ops.isNaN(choose(d, pool, real))],
  isFinite: (d, pool) => [ops.isFinite(choose(d, pool, real))],
  compare: (d, pool) => [ops.compare(d.pick(directions), ...pair(d, pool, () => true))],
  select: (d, pool) => {
    const [x, y] = pair(d, pool, () => true);
    const shape = ops.broadcastShapes(x.shape, y.shape)!;
    const c = choose(d, pool, (n) => n.dtype === 'bool' && ops.broadcastShapes(n.shape, shape) !== undefined);
    return [ops.select(c, x, y)];
  },
  cast: (d, pool) => [
    ops.cast(
      choose(d, pool, () => true),
      d.pick(['f', 'i32', 'u32', 'bool'] as const),
    ),
  ],
  broadcast: (d, pool) => {
    const x = choose(d, pool, (n) => n.shape.length < 3);
    const at = d.below(x.shape.length + 1);
    const shape = [...x.shape.slice(0, at), 2, ...x.shape.slice(at)];
    return [
      shapes.broadcast(
        x,
        shape,
        x.shape.map((_, i) => (i < at ? i : i + 1)),
      ),
    ];
  },
  reshape: (d, pool) => {
    const x = choose(d, pool, () => true);
    const n = sizeOf(x.shape);
    const divisor = d.pick([1, 2, 3].filter((k) => n % k === 0));
    return [
      shapes.reshape(
        x,
        d.pick<Shape>([[n], [divisor, n / divisor], [n / divisor, 1, divisor], [1, ...x.shape]]),
      ),
    ];
  },
  transpose: (d, pool) => {
    const x = choose(d, pool, (n) => n.shape.length >= 2);
    const k = 1 + d.below(x.shape.length - 1);
    const axes = x.shape.map((_, i) => i);
    return [shapes.transpose(x, d.below(2) === 1 ? undefined : [...axes.slice(k), ...axes.slice(0, k)])];
  },
  slice: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    const start = x.shape.map((s) => d.below(s + 1));
    const limit = x.shape.map((s, i) => start[i]! + d.below(s - start[i]! + 1));
    return [
      shapes.slice(
        x,
        start,
        limit,
        x.shape.map(() => 1 + d.below(2)),
      ),
    ];
  },
  pad: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    const widths = (): number[] => x.shape.map(() => d.below(2));
    return [shapes.pad(x, widths(), widths(), widths(), d.pick([0, 1]))];
  },
  concat: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    const axis = axisOf(d, x);
    const fits = (n: Node): boolean =>
      n.dtype === x.dtype &&
      n.shape.length === x.shape.length &&
      n.shape.every((s, i) => i === axis || s === x.shape[i]);
    return [shapes.concat([x, choose(d, pool, fits), x], axis)];
  },
  reverse: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    return [shapes.reverse(x, someAxes(d, x))];
  },
  gather,
  scatterAdd: scatter,
  reduceSum: reduction(shapes.reduceSum, numeric),
  reduceProd: reduction(shapes.reduceProd, numeric),
  reduceMax: reduction(shapes.reduceMax, () => true),
  reduceMin: reduction(shapes.reduceMin, () => true),
  argMax: argExtreme('argMax'),
  argMin: argExtreme('argMin'),
  cumsum: (d, pool) => {
    const x = choose(d, pool, (n) => numeric(n) && hasAxis(n));
    return [shapes.cumsum(x, axisOf(d, x), d.below(2) === 1)];
  },
  ...windowMakers,
  ...decompositionMakers,
  dot,
  cholesky: (d, pool) => [shapes.cholesky(definite(choose(d, pool, square)))],
  triangularSolve: (d, pool) => {
    const a = definite(choose(d, pool, square));
    const b = choose(
      d,
      pool,
      (n) =>
        real(n) &&
        n.shape.length === a.shape.length &&
        String(n.shape.slice(0, -1)) === String(a.shape.slice(0, -1)),
    );
    const flag = (): boolean => d.below(2) === 1;
    return [shapes.triangularSolve(a, b, { lower: flag(), transposeA: flag(), unitDiagonal: flag() })];
  },
  lu: (d, pool) => {
    const a = choose(d, pool, square);
    return a.builder.nodes('lu', none, [a]);
  },
  randomBits: (d, pool) => {
    const k = choose(d, pool, (n) => n.dtype === 'u32' && n.shape[n.shape.length - 1] === 2);
    return [k.builder.node('randomBits', { shape: d.pick<Shape>([[], [3], [2, 3]]) }, [k])];
  },
  threefry: (d, pool) => {
    const k = choose(d, pool, (n) => n.dtype === 'u32' && n.shape[n.shape.length - 1] === 2);
    return [k.builder.node('threefry', none, [k, k])];
  },
};
