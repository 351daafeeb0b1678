/**
 * `validate`: a guide checked against a model, without drawing anything.
 *
 * @module
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { key } from '../random/index.js';
import { nodeOf, stage } from '../staging/index.js';
import { ModelError } from './errors.js';
import type { ModelFault } from './faults.js';
import { recordingBuilder } from './handler.js';
import { density, objective, simulatedClosed } from './objective.js';
import { runObjective, valueOnly } from './run-objective.js';
import type { AnyProgram, ChoicesIn } from './choices.js';
import type { Program } from './types.js';
import { bound, ratio } from './weights.js';

/**
 * Checks a guide against a model: addresses, kinds, shapes, event axes, supports, parameters and observed values. Both
 * programs are recorded, neither is run.
 *
 * @throws ModelError with all faults at once.
 * @example
 * const model = gen(function* () {
 *   yield* sample('tau', halfNormal(1));
 * });
 * const guide = gen(function* () {
 *   yield* sample('tau', logNormal(0, 1));
 * });
 * validate(model(), guide()); // silent: the guide fits
 */
export function validate(model: AnyProgram, guide: AnyProgram): void {
  stage(() => {
    const check = objective(function* () {
      const z = yield* simulatedClosed(guide as Program<unknown, ChoicesIn<AnyProgram>>, 'guide');
      return bound(
        ratio(yield* density(model as Program<unknown, ChoicesIn<AnyProgram>>, z.choices), z.logWeight),
      );
    });
    runObjective(check, nodeOf(key(0), recordingBuilder()), valueOnly);
    return [];
  }, []);
}

/**
 * `validate` that returns its faults: `left` of all of them, or `right`. What is no modelling fault is thrown.
 *
 * @example
 * const model = gen(function* () {
 *   yield* sample('tau', halfNormal(1));
 * });
 * const guide = gen(function* () {
 *   yield* sample('tau', normal(0, 1));
 * });
 * const result = validateEither(model(), guide());
 * result._tag === 'Left' && result.left.map((fault) => fault.code); // ['support']
 */
export function validateEither(model: AnyProgram, guide: AnyProgram): Either<readonly ModelFault[], void> {
  try {
    return right(validate(model, guide));
  } catch (error) {
    if (error instanceof ModelError) return left(error.faults);
    throw error;
  }
}
