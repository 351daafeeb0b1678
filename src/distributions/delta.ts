/**
 * The distribution of a value that is certain.
 *
 * @module
 */
import { ops, shapes, type Shape } from '../ir/index.js';
import { finite } from './constraints.js';
import { makeDist } from './make.js';
import { nodesOf, shapeOfNum } from './params.js';
import type { Dist, Num, Support } from './types.js';

/** Options of {@link delta}. */
export interface DeltaOptions {
  /** Number of trailing axes of the value that make up one event; default 0. */
  readonly eventRank?: number;
}

/**
 * The point mass at `value`: log p(x) = 0 where x equals it, −∞ elsewhere.
 *
 * Its draws are the value, differentiable in it; its score is a probability and not a density, and has no derivative: as
 * a guide's site it makes the guide a point estimate of the mode.
 *
 * @param value the only value, real, any shape.
 * @throws if the value has fewer axes than `eventRank`.
 * @example
 * delta(2).sample(key(0)); // 2
 */
export function delta(value: Num, { eventRank = 0 }: DeltaOptions = {}): Dist {
  const shape = shapeOfNum(value);
  if (shape.length < eventRank)
    throw new Error(`delta: an event of ${eventRank} axes was asked for, the value has ${shape.length}`);
  const eventShape: Shape = shape.slice(shape.length - eventRank);
  const axes = eventShape.map((_, i) => i - eventRank);
  const support: Support = {
    name: 'point',
    eventRank,
    contains: (x) => shapes.reduceMin(ops.eq(x, nodesOf([value], [x])[0]!), axes),
  };
  return makeDist({
    family: 'delta',
    parameters: { value: { value, constraint: finite, eventRank } },
    eventShape,
    support,
    reparameterizable: true,
    draw: (key, p, full) => ops.broadcastTo(p.value, [...key.shape.slice(0, -1), ...full]),
    score: (x, p) =>
      ops.select(shapes.reduceMin(ops.eq(x, p.value), axes), ops.fill(x.builder, 0), -Infinity),
    mean: (p) => p.value,
    variance: (p) => ops.zerosLike(p.value),
  });
}
