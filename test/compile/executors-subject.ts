/**
 * An executor under test.
 */
import type { Executor } from '../../src/ir/index.js';
import type { Demand } from './fuzz-judge.js';

/** An executor, its precision and the relative tolerance of its well-conditioned results. */
export interface Subject extends Demand {
  readonly name: string;
  readonly executor: Executor;
  /** Fills memory that a program must not rely on, before its run number `run`, each time with something else. */
  readonly spoil?: (run: number) => void;
}

/** Relative tolerances, fixed before anything was run. */
export const tolerances = { float32: 1e-5, float64: 1e-12 } as const;

/** An executor of a precision. */
export function subject(
  name: string,
  executor: Executor,
  precision: Demand['precision'],
  spoil?: Subject['spoil'],
): Subject {
  const plain = { name, executor, precision, rtol: tolerances[precision] };
  return spoil === undefined ? plain : { ...plain, spoil };
}
