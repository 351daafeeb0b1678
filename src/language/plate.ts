/**
 * Plates: independent repetitions along a named axis.
 *
 * @module
 */
import type { IntTensor } from '../distributions/index.js';
import type { GroupOf, NoHost } from './choices.js';
import type { PlateEffect } from './effects.js';
import { perform } from './prob.js';
import type { Prob, Program } from './types.js';
import { here } from './where.js';

/**
 * n independent runs of `body`, i = 0, …, n − 1, as one vectorized run: log p = Σᵢ log pᵢ.
 *
 * The body is written for one element and staged once; its choices, and the plate's result, get a leading axis n. Its
 * sites stand in the group `address`, which also names the axis. Noise of element i depends on (key, address, i): the
 * draws are those of a loop over the elements.
 *
 * @param n number of elements, known when the program is recorded.
 * @param body gets the index as a recorded int32 scalar; take element i of data with `tf.gather(data, i)`. It cannot
 *   sample host values, which cannot vary along an axis.
 * @throws if n is not a positive integer.
 * @example
 * const school = gen(function* (y: tf.Tensor) {
 *   const eta = yield* sample('eta', normal(0, 1));
 *   yield* observe('y', normal(eta, 1), y);
 *   return eta;
 * });
 * const schools = gen(function* (y: tf.Tensor) {
 *   return yield* plate('schools', 3, (i) => school(tf.gather(y, i)));
 * });
 * simulate(schools(tensor([1, 2, 3])), key(1)).choices.schools.eta.shape; // [3]
 */
export function plate<const A extends string, R, C>(
  address: A,
  n: number,
  body: (i: IntTensor) => Program<R, C> & NoHost<C>,
): Prob<GroupOf<A, C>, R> {
  if (!Number.isInteger(n) || n < 1) {
    throw new Error(`plate('${address}'): expected a positive number of elements, found ${String(n)}`);
  }
  const where = here();
  const run = body as (i: IntTensor) => Prob<unknown, unknown>;
  const effect: PlateEffect = { kind: 'plate', address, size: n, body: run, data: {}, where };
  return perform(effect, { text: `plate('${address}')`, where });
}
