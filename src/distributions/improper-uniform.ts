/**
 * The improper uniform "distribution".
 *
 * @module
 */
import { ops, type Node, type Shape } from '../ir/index.js';
import { makeDist } from './make.js';
import { independentSupport } from './supports.js';
import type { Dist, Support } from './types.js';

/** Thrown by a request that only a proper distribution can answer. */
function refuse(what: string): never {
  throw new Error(
    `improperUniform has no ${what}: its density does not integrate to one. ` +
      'Observe the site, condition the program on it, or give it a proper prior (uniform, normal, halfNormal, …).',
  );
}

/**
 * The improper prior that is flat on a support: score 0 in it, −∞ outside. It cannot be drawn from.
 *
 * @param support the set in which each element lies, or (for a support of vectors) each event.
 * @param shape the whole shape of the value. All of it is the event shape and the batch shape is []: the site has one
 *   score, and its axes are no plates.
 * @throws on `draw`, `sample`, `mean` and `variance`.
 * @example
 * improperUniform(supports.positive, [3]).logProb(tensor([1, 2, 3])); // 0
 */
export function improperUniform(support: Support, shape: Shape = []): Dist {
  if (shape.length < support.eventRank) {
    throw new Error(
      `improperUniform: values of the support ${support.name} have ${support.eventRank} axes or more, found shape [${shape.join(',')}]`,
    );
  }
  const whole = independentSupport(support, shape.length - support.eventRank);
  return makeDist({
    family: 'improperUniform',
    parameters: {},
    eventShape: shape,
    support: whole,
    dtype: support.name === 'boolean' ? 'bool' : 'f',
    // No draw, hence nothing to differentiate: a guide that uses it fails at its first draw.
    reparameterizable: false,
    draw: () => refuse('draws'),
    score: (x): Node => ops.select(whole.contains(x), ops.fill(x.builder, 0), -Infinity),
    mean: () => refuse('mean'),
    variance: () => refuse('variance'),
  });
}
