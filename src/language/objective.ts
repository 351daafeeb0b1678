/**
 * The language of objectives: programs that simulate generative programs, weigh them, and return an estimate.
 *
 * An objective is an ordinary program whose effects are those below. It says what is estimated; how gradients are
 * estimated is the affair of the strategies at the sites and of the transform that reads them.
 *
 * @module
 */
import type { Values } from './assess.js';
import { adopt, makeProb, perform } from './prob.js';
import type { Exactness, Prob, Program } from './types.js';
import type { Biased, Est, ExactLog, ExpUnbiased, LogWeight, RecipUnbiased } from './weights.js';
import { here, type Where } from './where.js';

/** The effects of objectives, as types see them. */
export interface Cost {
  readonly kind: 'cost';
}

/** A simulated program: what it returned, its choices, and the log weight of having drawn them. */
export interface Simulated<R, C, X extends Exactness> {
  readonly value: R;
  readonly choices: C;
  /** log q(choices); its reciprocal is unbiased in `exp` where the program is approximate. */
  readonly logWeight: LogWeight<X extends 'exact' ? ExactLog : RecipUnbiased>;
}

/** What a program without observations is simulated as. */
export type Closed = 'expectation' | 'guide';

/** Runs a generative program forward. */
export interface SimulateEffect {
  readonly kind: 'simulated';
  readonly program: Prob<unknown, unknown>;
  /** Where an observation in the program is a fault: what the program is then. */
  readonly closed: Closed | undefined;
  readonly where: Where;
}

/** Weighs a generative program at given choices. */
export interface DensityEffect {
  readonly kind: 'density';
  readonly program: Prob<unknown, unknown>;
  readonly choices: unknown;
  readonly where: Where;
}

/** The mean of independent runs of an objective. */
export interface AverageEffect {
  readonly kind: 'average';
  readonly count: number;
  readonly program: Prob<Cost, Est<Biased>>;
  readonly where: Where;
}

/** What objectives yield. */
export type ObjectiveEffect = SimulateEffect | DensityEffect | AverageEffect;

/**
 * An objective from a generator that returns an estimate.
 *
 * @example
 * const model = gen(function* () {
 *   const mu = yield* sample('mu', normal(0, 1));
 *   yield* observe('y', normal(mu, 1), 0.5);
 * });
 * const guide = gen(function* () {
 *   yield* sample('mu', normal(0.2, 0.7));
 * });
 * const mine = objective(function* () {
 *   const z = yield* simulated(guide());
 *   return bound(ratio(yield* density(model(), z.choices), z.logWeight));
 * });
 * estimate(mine, key(1)).shape; // []
 */
export function objective<B extends Biased>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a body receives differs from effect to effect
  body: () => Generator<Cost, Est<B>, any>,
): Prob<Cost, Est<B>> {
  return makeProb<Cost, Est<B>>(body, () => ({ text: 'an objective', where: here() }));
}

/**
 * A forward run: z ~ q, with log q(z). Gradients go through z as the strategies of its sites say.
 *
 * Several runs in one objective are independent.
 *
 * @example
 * const guide = gen(function* () {
 *   yield* sample('mu', normal(0, 1));
 * });
 * const entropy = objective(function* () {
 *   const z = yield* simulated(guide()); // z.value, z.choices, z.logWeight
 *   return trust(tf.neg(z.logWeight.value), 'unbiased');
 * });
 * estimate(entropy, key(1)).shape; // []
 */
export function simulated<R, C, X extends Exactness>(p: Program<R, C, X>): Prob<Cost, Simulated<R, C, X>> {
  return simulating(p, undefined);
}

/** `simulated` for a program of which nothing is observed, as an expectation and the guide of a bound need it. */
export function simulatedClosed<R, C, X extends Exactness>(
  p: Program<R, C, X>,
  as: Closed,
): Prob<Cost, Simulated<R, C, X>> {
  return simulating(p, as);
}

function simulating<R, C, X extends Exactness>(
  program: Program<R, C, X>,
  closed: Closed | undefined,
): Prob<Cost, Simulated<R, C, X>> {
  const where = here();
  const effect: SimulateEffect = { kind: 'simulated', program: adopt(program), closed, where };
  return perform(effect, { text: 'simulated(…)', where });
}

/**
 * The log density of a program at choices: log p(choices, observations).
 *
 * Choices of a simulated guide are checked against the program site by site: addresses, kinds, shapes and supports.
 *
 * @example
 * const model = gen(function* () {
 *   yield* sample('mu', normal(0, 1));
 * });
 * const atZero = objective(function* () {
 *   return bound(yield* density(model(), { mu: 0 }));
 * });
 * estimate(atZero, key(1)).dataSync()[0]; // ≈ -0.918939
 */
export function density<R, C, X extends Exactness>(
  program: Program<R, C, X>,
  choices: Values<C>,
): Prob<Cost, LogWeight<X extends 'exact' ? ExactLog : ExpUnbiased>> {
  const where = here();
  const effect: DensityEffect = { kind: 'density', program: adopt(program), choices, where };
  return perform(effect, { text: 'density(…)', where });
}

/**
 * The mean of n independent runs of an objective, as one vectorized run: the same expectation, 1/n of the variance.
 *
 * @throws if n is not a positive integer.
 * @example
 * const square = gen(function* () {
 *   return tf.square(yield* sample('x', normal(0, 1)));
 * });
 * const many = average(1000, expectation(square()));
 * Math.abs(estimate(many, key(1)).dataSync()[0]! - 1) < 0.2; // true
 */
export function average<B extends Biased>(n: number, program: Prob<Cost, Est<B>>): Prob<Cost, Est<B>> {
  if (!Number.isInteger(n) || n < 1)
    throw new Error(`average: expected a positive number of runs, found ${String(n)}`);
  const where = here();
  const effect: AverageEffect = { kind: 'average', count: n, program: adopt(program), where };
  return perform(effect, { text: 'average(…)', where });
}
