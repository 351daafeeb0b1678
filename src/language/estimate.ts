/**
 * Values of objectives, without gradients.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { requireKey, useKey } from '../random/index.js';
import { nodeOf, tensorOf, type Key } from '../staging/index.js';
import { recordingBuilder } from './handler.js';
import type { Cost } from './objective.js';
import { runObjective, valueOnly } from './run-objective.js';
import { staged } from './staged-run.js';
import type { Prob } from './types.js';
import type { Biased, Est } from './weights.js';

/**
 * One value of an objective. Its expectation is what the objective estimates.
 *
 * Works eagerly and inside recordings.
 *
 * @throws ModelError with the faults of all programs in it; KeyError without a key.
 * @example
 * const model = gen(function* () {
 *   yield* sample('mu', normal(0, 1));
 * });
 * estimate(elbo(model(), model()), key(1)).dataSync()[0]; // 0
 */
export function estimate(p: Prob<Cost, Est<Biased>>, key: Key): tf.Tensor {
  requireKey('estimate', key);
  useKey('estimate', key);
  return staged([key], (k) => tensorOf(runObjective(p, nodeOf(k as Key, recordingBuilder()), valueOnly)));
}
