/**
 * The categorical distribution.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import { categoricalNode } from '../random/index.js';
import { notNaN, simplex } from './constraints.js';
import { makeDist, type Nodes } from './make.js';
import { shapeOfNum } from './params.js';
import { supports } from './supports.js';
import type { Dist, IntTensor, Num } from './types.js';

/** By class probabilities or by their logarithms up to a constant. */
export type Classes = Num | { readonly logits: Num } | { readonly probs: Num };

/** The entry of table[..., K] at each class x[...], leading axes broadcast; and whether x is a class. */
function entryAt(table: Node, x: Node): { readonly entry: Node; readonly inside: Node } {
  const classes = table.shape[table.shape.length - 1]!;
  const index = ops.cast(x, 'i32');
  const known = x.dtype === 'f' ? ops.eq(ops.floor(x), x) : ops.fill(x.builder, 1, x.shape, 'bool');
  const inside = ops.and(known, ops.and(ops.ge(x, 0), ops.lt(x, classes)));
  if (table.shape.length === 1) return { entry: shapes.gather(table, index), inside };
  const batch = ops.broadcastShapes(table.shape.slice(0, -1), x.shape)!;
  const rank = batch.length;
  const entry = shapes.gather(
    ops.broadcastTo(table, [...batch, classes]),
    shapes.expandDims(ops.broadcastTo(index, batch), -1),
    rank,
    rank,
  );
  return { entry: shapes.reshape(entry, batch), inside };
}

/** Mean and variance of the class number. */
const moments = (probs: Node): { readonly mean: Node; readonly variance: Node } => {
  const classes = probs.shape[probs.shape.length - 1]!;
  const number = ops.cast(shapes.iota(probs.builder, [classes]), 'f');
  const mean = shapes.reduceSum(ops.mul(probs, number), -1);
  const spread = ops.square(ops.sub(number, shapes.expandDims(mean, -1)));
  return { mean, variance: shapes.reduceSum(ops.mul(probs, spread), -1) };
};

/**
 * Categorical over the classes 0, …, K − 1: log p(k) = log pₖ, or logitsₖ − log Σ exp(logits); −∞ for what is no class.
 *
 * Mean and variance are those of the class number. Not reparameterizable: in a guide, choose a strategy.
 *
 * @param classes probabilities [..., K] with sum 1, `{ probs }` the same, or `{ logits }`, log probabilities up to a
 *   constant. Leading axes are the batch shape. Draws: by the Gumbel-max trick.
 * @throws if the parameter has no axis.
 * @example
 * categorical({ logits: tf.tensor1d([0, 1, 2]) }).sample(key(0)).dtype; // 'int32'
 */
export function categorical(classes: Classes): Dist<IntTensor> {
  if (typeof classes === 'object' && 'logits' in classes) return byLogits(classes.logits);
  return byProbs(typeof classes === 'object' && 'probs' in classes ? classes.probs : classes);
}

function supportOf(name: string, parameter: Num): ReturnType<typeof supports.integerInterval> {
  const shape = shapeOfNum(parameter);
  const classes = shape[shape.length - 1];
  if (classes === undefined) throw new Error(`categorical: expected ${name} [..., K], found a scalar`);
  return supports.integerInterval(0, classes - 1);
}

function byLogits(logits: Num): Dist<IntTensor> {
  const normalized = (p: Nodes<'logits'>): Node => ops.sub(p.logits, shapes.logSumExp(p.logits, -1, true));
  const probs = (p: Nodes<'logits'>): Node => ops.exp(normalized(p));
  return makeDist<IntTensor, never, 'logits'>({
    family: 'categorical',
    parameters: { logits: { value: logits, constraint: notNaN, eventRank: 1 } },
    dtype: 'i32',
    support: supportOf('logits', logits),
    reparameterizable: false,
    draw: (key, p, shape) => categoricalNode(key, p.logits, shape),
    score: (x, p) => {
      const { entry, inside } = entryAt(normalized(p), x);
      return ops.select(inside, entry, -Infinity);
    },
    mean: (p) => moments(probs(p)).mean,
    variance: (p) => moments(probs(p)).variance,
  });
}

function byProbs(value: Num): Dist<IntTensor> {
  return makeDist<IntTensor, never, 'probs'>({
    family: 'categorical',
    parameters: { probs: { value, constraint: simplex, eventRank: 1 } },
    dtype: 'i32',
    support: supportOf('probs', value),
    reparameterizable: false,
    draw: (key, { probs }, shape) => categoricalNode(key, ops.log(probs), shape),
    score: (x, { probs }) => {
      const { entry, inside } = entryAt(probs, x);
      return ops.select(inside, ops.log(ops.select(inside, entry, 1)), -Infinity);
    },
    mean: ({ probs }) => moments(probs).mean,
    variance: ({ probs }) => moments(probs).variance,
  });
}
