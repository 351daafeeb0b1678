/**
 * The evidence lower bound.
 *
 * @module
 */
import type { AnyProgram, ChoicesIn } from '../language/choices.js';
import { average, density, objective, simulatedClosed, type Cost } from '../language/objective.js';
import type { Problems, Report } from '../language/problems.js';
import type { Prob, Program } from '../language/types.js';
import { bound, ratio, type Est, type Lower } from '../language/weights.js';

/** Options of {@link elbo}. */
export interface ElboOptions {
  /** Number of independent draws of the guide that are averaged, vectorized; default 1. */
  readonly particles?: number;
}

/**
 * ELBO = E_{z~guide} [log p(z, observations) − log q(z)] ≤ log p(observations).
 *
 * Both arguments are applied programs. The compiler compares their choices: a guide that misses an address of the
 * model, has another one, or gives another kind of value is refused with sentences that name the addresses; shapes,
 * supports and dynamic addresses are compared when the objective runs.
 *
 * @param model its observations are scored, its other sites are the latents.
 * @param guide samples every latent of the model and nothing else, and observes nothing. Its strategies decide how gradients are estimated.
 * @throws ModelError when it runs: every fault of model and guide at once.
 * @example
 * const model = gen(function* () {
 *   const mu = yield* sample('mu', normal(0, 1));
 *   yield* observe('y', normal(mu, 1), 1);
 * });
 * const guide = gen(function* (loc: tf.Tensor) {
 *   yield* sample('mu', normal(loc, Math.SQRT1_2));
 * });
 * // The guide is the posterior: the bound is the log evidence, log N(1 | 0, 2), for every draw.
 * estimate(elbo(model(), guide(tensor(0.5)), { particles: 8 }), key(1)).dataSync()[0]; // ≈ -1.515512
 */
export function elbo<M extends AnyProgram, G extends AnyProgram>(
  model: M,
  guide: [Problems<ChoicesIn<M>, ChoicesIn<G>>] extends [never]
    ? G
    : Report<Problems<ChoicesIn<M>, ChoicesIn<G>>>,
  options: ElboOptions = {},
): Prob<Cost, Est<Lower>> {
  // Checked above: within, the choices are only handed over.
  const [p, q] = [model, guide] as unknown as readonly [Program<unknown, object>, Program<unknown, object>];
  const single = objective(function* () {
    const z = yield* simulatedClosed(q, 'guide');
    return bound(ratio(yield* density(p, z.choices), z.logWeight));
  });
  const { particles = 1 } = options;
  return particles === 1 ? single : average(particles, single);
}
