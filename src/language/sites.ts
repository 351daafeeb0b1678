/**
 * The constructs of generative programs that name one address: `sample`, `observe`, `call`, and their variants.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Dist, Num } from '../distributions/index.js';
import type { GroupOf, SitesOf } from './choices.js';
import type { AnyDist, CallEffect, JointDist, JointEffect, ObserveEffect, SampleEffect } from './effects.js';
import { isLeaf } from '../staging/index.js';
import { adopt, makeProb, perform } from './prob.js';
import type { DynamicSite, Exactness, Obs, OptSite, Prob, Program, Site } from './types.js';
import { here } from './where.js';

/**
 * A latent choice: z ~ dist, recorded under `address`.
 *
 * The address is a literal or a template (`x${i}`), so that the trace is typed; for one known only at run time see
 * {@link sampleAt}. How the gradient through the draw is estimated is the distribution's strategy.
 *
 * @param address unique within its program.
 * @param dist any distribution; the value has its type and, at run time, shape `[...batchShape, ...eventShape]`.
 * @example
 * const prior = gen(function* () {
 *   const w = yield* sample('w', normal(0, 1));
 *   return tf.mul(2, w);
 * });
 * simulate(prior(), key(1)).choices.w.shape; // []
 */
export function sample<const A extends string, V>(address: A, dist: Dist<V, unknown>): Prob<Site<A, V>, V> {
  return sampling(address, dist);
}

/**
 * `sample` under an address that is known only at run time. The types do not see it: whether model and guide agree is
 * checked when they run.
 *
 * @example
 * const independent = gen(function* (names: readonly string[]) {
 *   for (const name of names) yield* sampleAt(name, normal(0, 1));
 * });
 * Object.keys(simulate(independent(['a', 'b']), key(1)).choices); // ['a', 'b']
 */
export function sampleAt<V>(address: string, dist: Dist<V, unknown>): Prob<DynamicSite<V>, V> {
  return sampling(address, dist);
}

/** Throws unless `dist` is a distribution: for callers without types. */
function requireDist(text: string, dist: unknown): void {
  if (typeof (dist as Partial<AnyDist> | null | undefined)?.score === 'function') return;
  throw new Error(`${text}: expected a distribution, found a value of type ${typeof dist}`);
}

function sampling<E, V>(address: string, dist: Dist<V, unknown>): Prob<E, V> {
  requireDist(`sample('${address}')`, dist);
  const where = here();
  const effect: SampleEffect = { kind: 'sample', address, dist: dist as AnyDist, where };
  return perform(effect, { text: `sample('${address}')`, where });
}

/**
 * An observation: multiplies the density of the program by that of `value` under `dist`. It is scored, not chosen, and
 * no address of the trace.
 *
 * @param value tensor or number in the support; broadcasts with the distribution's batch. 0 and 1 will do for booleans.
 * @example
 * const noise = gen(function* (y: tf.Tensor) {
 *   yield* observe('y', normal(0, 1), y);
 * });
 * simulate(noise(tensor([0, 0])), key(1)).logDensity.dataSync()[0]; // ≈ -1.837877
 */
export function observe<const A extends string, V, H>(
  address: A,
  dist: Dist<V, H>,
  value: NoInfer<V> | NoInfer<H> | Num,
): Prob<Obs<A, V>, void> {
  requireDist(`observe('${address}')`, dist);
  if (!isLeaf(value))
    throw new Error(
      `observe('${address}'): expected a tensor, a number or a boolean, found a value of type ${typeof value}; ` +
        'tensor([...]) makes a tensor of an array',
    );
  const where = here();
  const given = value as tf.Tensor | number | boolean;
  const effect: ObserveEffect = { kind: 'observe', address, dist: dist as AnyDist, value: given, where };
  return perform(effect, { text: `observe('${address}')`, where });
}

/**
 * Runs a program with its addresses in a group of their own: `sub.a`, `sub.b`. Without `call`, `yield* g(args)` runs it
 * inline, its addresses among the caller's.
 *
 * @example
 * const step = gen(function* (m: tf.Tensor) {
 *   return yield* sample('a', normal(m, 1));
 * });
 * const twice = gen(function* () {
 *   const first = yield* call('sub', step(tensor(0))); // choices.sub.a
 *   return yield* step(first); // choices.a
 * });
 * Object.keys(simulate(twice(), key(1)).choices); // ['sub', 'a']
 */
export function call<const A extends string, R, C>(
  address: A,
  p: Program<R, C, Exactness>,
): Prob<GroupOf<A, C>, R> {
  const where = here();
  const effect: CallEffect = { kind: 'call', address, program: adopt(p), where };
  return perform(effect, { text: `call('${address}')`, where });
}

/**
 * Marks choices that some runs make and others do not: sites inside a host `if`. Their members of the trace become
 * optional.
 *
 * @example
 * const model = gen(function* (deep: boolean) {
 *   const a = yield* sample('a', normal(0, 1));
 *   if (deep) yield* maybe(sample('extra', normal(a, 1))); // choices.extra?: Tensor
 * });
 * Object.keys(simulate(model(false), key(1)).choices); // ['a']
 */
export function maybe<E, A>(p: Prob<E, A>): Prob<E extends Site<infer K, infer V> ? OptSite<K, V> : E, A> {
  adopt(p);
  return makeProb(
    () => p[Symbol.iterator](),
    () => ({ text: 'maybe(…)', where: here() }),
  );
}

/**
 * Choices drawn together from a distribution over a record of addresses, which become addresses of the program, nested
 * where the record is. Guides that know the whole posterior use it.
 *
 * @param joint its addresses, a draw and a density; `score` gets the record that `draw` gives.
 * @example
 * ```ts no-run its distribution is written over graph nodes, as the automatic guides do
 * const guide = gen(function* (q: Params) {
 *   const { mu, tau } = yield* sampleJoint(gaussianOver(q.mean, q.scaleTril));
 * });
 * ```
 */
export function sampleJoint<C>(joint: JointDist<C>): Prob<SitesOf<C>, C> {
  const where = here();
  const effect: JointEffect = { kind: 'joint', joint: joint as JointDist<unknown>, where };
  return perform(effect, { text: `sampleJoint(${joint.addresses.map((a) => `'${a}'`).join(', ')})`, where });
}
