/**
 * Generative functions from generator functions.
 *
 * @module
 */
import type { ChoicesOf } from './choices.js';
import { asProgram, makeProb } from './prob.js';
import type { Checked } from './problems.js';
import type { Program } from './types.js';
import { here } from './where.js';

/**
 * A generative function: a generator whose `yield*`s are choices, observations and other programs, as an ordinary
 * function that returns a program. The choices are inferred from what is yielded.
 *
 * Mistakes that types can see are reported here: an address with two value types, one both sampled and observed, an
 * address that is a plain string, `yield` for `yield*`. The others are found when the program runs; see
 * `docs/errors.md`. The body must be deterministic given its choices: it may run any number of times.
 *
 * @example
 * const regression = gen(function* (x: tf.Tensor2D, y: tf.Tensor1D) {
 *   const w = yield* sample('w', normal(tf.zeros([4]), 1));
 *   const sigma = yield* sample('sigma', halfNormal(1));
 *   yield* observe('y', normal(tf.dot(x, w), sigma), y);
 * }); // (x, y) => Program<void, { readonly w: Tensor; readonly sigma: Tensor }>
 * const { choices } = simulate(regression(tf.ones([10, 4]), tf.zeros([10])), key(1));
 * choices.w.shape; // [4]
 */
export function gen<Args extends readonly unknown[], E, R>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a body receives differs from effect to effect
  body: ((...args: Args) => Generator<E, R, any>) & NoInfer<Checked<E>>,
): (...args: Args) => Program<R, ChoicesOf<E>> {
  const start = body as (...args: Args) => Generator<E, R, unknown>;
  const text = start.name === '' ? 'a generative program' : `the program ${start.name}`;
  return (...args) =>
    asProgram(
      makeProb<E, R>(
        () => start(...args),
        () => ({ text, where: here() }),
      ),
    );
}
