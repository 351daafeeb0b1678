/**
 * Makers of random nodes that lean on a vectorizing compiler: chains over views, reductions in chains, products.
 */
import { ops, shapes, sizeOf, windows, type Node, type UnaryName } from '../../src/ir/index.js';
import { choose, hasAxis, real } from '../ir/random-pick.js';
import { indexed, integers, linear, ordered, random } from './fuzz-makers-discrete.js';
import { bounded, someAxes, viewed } from './fuzz-views.js';
import { anyReal, type FuzzMaker, type World } from './fuzz-world.js';

const unaries: readonly UnaryName[] = [
  ...([
    'neg',
    'abs',
    'sign',
    'exp',
    'expm1',
    'log',
    'log1p',
    'sqrt',
    'sin',
    'cos',
    'tan',
    'atan',
    'sinh',
    'cosh',
  ] as const),
  ...([
    'tanh',
    'asinh',
    'logistic',
    'softplus',
    'erf',
    'erfc',
    'floor',
    'ceil',
    'round',
    'lgamma',
    'digamma',
  ] as const),
];

/** A value that broadcasts against x, repeated to its shape: a row, a column, a scalar, a new input. */
function partner({ d, fresh }: World, pool: readonly Node[], x: Node): Node {
  const axes = x.shape.map((_, i) => i).filter(() => d.below(3) > 0);
  const shape = axes.map((a) => (d.below(6) === 0 ? 1 : x.shape[a]!));
  const y =
    d.below(2) === 0
      ? fresh({ shape, dtype: 'f' })
      : choose(d, pool, (n) => real(n) && ops.broadcastShapes(n.shape, x.shape)?.join() === x.shape.join());
  return y.shape.length === axes.length && axes.every((a, i) => y.shape[i] === 1 || y.shape[i] === x.shape[a])
    ? shapes.broadcast(y, x.shape, axes)
    : ops.broadcastTo(y, x.shape);
}

/** x through 1 to 6 element-wise operations. */
function through(w: World, pool: readonly Node[], x: Node): Node {
  const { d } = w;
  let y = x;
  for (let k = 1 + d.below(6); k > 0; k--) {
    const kind = d.below(8);
    if (kind < 3) y = ops.unary(d.pick(unaries), d.below(4) === 0 ? ops.tanh(y) : y);
    else if (kind < 7) {
      const other = partner(w, pool, y);
      const f = d.pick([
        ops.add,
        ops.sub,
        ops.mul,
        ops.div,
        ops.maximum,
        ops.minimum,
        ops.mul,
        ops.add,
        ops.mod,
        ops.pow,
        ops.atan2,
      ]);
      y = d.below(2) === 0 ? f(y, other) : f(other, y);
    } else
      y = ops.select(
        ops.compare(d.pick(['lt', 'ge', 'eq', 'ne'] as const), y, partner(w, pool, y)),
        y,
        partner(w, pool, y),
      );
  }
  return y;
}

const reductions: readonly shapes.Reduction[] = [
  shapes.reduceSum,
  shapes.reduceSum,
  shapes.reduceProd,
  shapes.reduceMax,
  shapes.reduceMin,
  shapes.reduceMean,
  shapes.logSumExp,
];

/** Reductions over some axes, in chains with what is element-wise before and after. */
const reduced: FuzzMaker = (w, pool) => {
  const { d } = w;
  let y = d.below(2) === 0 ? through(w, pool, anyReal(w, pool)) : viewed(d, anyReal(w, pool));
  const made: Node[] = [];
  for (let k = 1 + d.below(2); k > 0 && hasAxis(y); k--) {
    const axes = someAxes(d, y.shape.length);
    const r = d.pick(reductions)(y, axes, true);
    // normalization: the reduced value meets what it was reduced from
    const back = d.below(2) === 0 ? d.pick([ops.sub, ops.div, ops.mul])(y, r) : undefined;
    y =
      back ??
      shapes.reshape(
        r,
        y.shape.filter((_, i) => !axes.includes(i)),
      );
    made.push(y);
  }
  return [...made, ops.tanh(y)];
};

/** A value of the pool or a new input that meets a matrix product: batch, m, n, k in any order of axes. */
const product: FuzzMaker = (w, pool) => {
  const { d, sizes, fresh } = w;
  const big = d.below(25) === 0;
  const [m, n, k] = big ? [33, 17, 65] : [d.pick(sizes), d.pick(sizes), d.pick(sizes)];
  const batch = d.below(3) === 0 && !big ? [1 + d.below(4)] : [];
  bounded(big ? [] : [m * n * (batch[0] ?? 1)]);
  if (sizeOf([...batch, m, n, k]) > 40_000) throw new Error('nothing fits');
  const operand = (free: number, first: boolean): readonly [Node, number[], number[]] => {
    // axes: 0 batch, 1 free, 2 contracted; laid out in a random order
    const order = [...batch.map(() => 0), 1, 2];
    for (let i = order.length - 1; i > 0; i--) {
      const j = d.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const shape = order.map((o) => (o === 0 ? batch[0]! : o === 1 ? free : k));
    const known = pool.filter((x) => real(x) && x.shape.join() === shape.join());
    const x = known.length > 0 && d.below(2) === 0 ? d.pick(known) : fresh({ shape, dtype: 'f' });
    const turned = first && d.below(3) === 0 ? ops.tanh(x) : x;
    return [turned, batch.map(() => order.indexOf(0)), [order.indexOf(2)]];
  };
  const [a, lhsBatch, lhsContract] = operand(m, true);
  const [b, rhsBatch, rhsContract] = operand(n, false);
  const c = shapes.dot(a, b, { lhsContract, rhsContract, lhsBatch, rhsBatch });
  // an epilogue: bias and activation
  return d.below(2) === 0
    ? [c]
    : [c, ops.unary(d.pick(['tanh', 'logistic', 'abs']), ops.add(c, partner(w, pool, c)))];
};

/** Convolution and pooling of new inputs. */
const windowed: FuzzMaker = ({ d, fresh }) => {
  const space = d.below(2) === 0 ? [1 + d.below(12)] : [1 + d.below(7), 1 + d.below(9)];
  const each = (low: number, count: number): number[] => space.map(() => low + d.below(count));
  const window = space.map((s) => 1 + d.below(Math.min(s, 3)));
  const steps = {
    strides: each(1, 2),
    low: each(0, 2),
    high: each(0, 2),
    baseDilation: d.below(4) === 0 ? each(1, 2) : each(1, 1),
    windowDilation: d.below(4) === 0 ? each(1, 2) : each(1, 1),
  };
  const [n, groups, c, o] = [1 + d.below(3), d.pick([1, 1, 2]), 1 + d.below(5), 1 + d.below(9)];
  const x = fresh({ shape: [n, groups * c, ...space], dtype: 'f' });
  if (d.below(2) === 0) {
    const filter = fresh({ shape: [groups * o, c, ...window], dtype: 'f' });
    return [windows.conv(x, filter, steps, groups)];
  }
  const whole = {
    strides: [1, 1, ...steps.strides],
    low: [0, 0, ...steps.low],
    high: [0, 0, ...steps.high],
    baseDilation: [1, 1, ...steps.baseDilation],
    windowDilation: [1, 1, ...steps.windowDilation],
  };
  const full = [1, 1, ...window];
  return d.below(2) === 0 ? [windows.poolSum(x, full, whole)] : windows.poolMax(x, full, whole);
};

/** Views, and chains over views. */
const views: FuzzMaker = (w, pool) => {
  const x = viewed(w.d, w.d.below(5) === 0 ? choose(w.d, pool, hasAxis) : anyReal(w, pool));
  return real(x) && w.d.below(3) > 0 ? [x, through(w, pool, x)] : [x];
};

/** Makers without sub-graphs; those that stand twice are wanted more often. */
export const flatMakers: readonly FuzzMaker[] = [
  (w, pool) => [through(w, pool, anyReal(w, pool))],
  (w, pool) => [through(w, pool, anyReal(w, pool))],
  views,
  views,
  reduced,
  reduced,
  product,
  windowed,
  ordered,
  indexed,
  random,
  integers,
  linear,
];
