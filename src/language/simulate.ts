/**
 * `simulate`: a program run forward.
 *
 * @module
 */
import { requireKey, useKey } from '../random/index.js';
import { nodeOf, type Key } from '../staging/index.js';
import { recordingBuilder } from './handler.js';
import type { Run } from './record.js';
import { collect } from './errors.js';
import { outcomeOf } from './run.js';
import { simulating } from './simulating.js';
import { stagedRun } from './staged-run.js';
import type { Exactness, Program } from './types.js';

/**
 * Runs a program forward: each latent site is drawn, each observation scored.
 *
 *     z ~ p,   logDensity = log p(z, observations)
 *
 * Works eagerly (the whole program is staged once and run on the executor) and inside recordings. The noise at a site
 * depends on the key, the address's path and the plate's index, on nothing else.
 *
 * @param p an applied program.
 * @param key used up by the run.
 * @throws ModelError with all faults of the run: `docs/errors.md` lists them.
 * @throws KeyError without a key.
 * @example
 * const model = gen(function* () {
 *   const mu = yield* sample('mu', normal(0, 1));
 *   yield* observe('y', normal(mu, 1), 0.5);
 * });
 * const { choices, logDensity, sites } = simulate(model(), key(1));
 * sites.map((s) => s.address); // ['mu', 'y']
 */
export function simulate<R, C>(p: Program<R, C, Exactness>, key: Key): Run<R, C> {
  requireKey('simulate', key);
  useKey('simulate', key);
  return stagedRun([key], (k) =>
    collect((faults) => outcomeOf(p, simulating(), nodeOf(k as Key, recordingBuilder()), faults)),
  );
}
