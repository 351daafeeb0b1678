/**
 * The cases of the grid whose float32 results may be further from the float64 reference than the tolerance, because
 * their conditioning does not allow less. Each bound is three times the largest error, over six runs, of the model of
 * float32 arithmetic in which elementary functions err by 4 units in the last place (fuzz-rounding.ts), rounded up.
 */
import { tolerances, type Subject } from './executors-subject.js';

/** How far a case may be from the reference, relative to the largest element of a result, and why. */
export interface Exception {
  readonly bound: number;
  readonly reason: string;
}

const cancels = 'a small result is the difference of large terms';
const steep = 'the result varies fast with its arguments, which are rounded to float32';

/** Exceptions by the name of the case. */
export const exceptions: Readonly<Record<string, Exception>> = {
  'while with a count of its own a lane': { bound: 1e-3, reason: cancels },
  'scan of a recurrence': { bound: 2e-3, reason: cancels },
  'scan in a scan': { bound: 5e-4, reason: cancels },
  'scan backwards with a counter, an idle carry and vectors': { bound: 5e-5, reason: cancels },
  'scan without elements, whose tangent spreads from carry to carry': { bound: 1e-4, reason: cancels },
  'root with two parameters and a batched start, by cholesky': { bound: 1e-3, reason: cancels },
  'custom by a backward rule': { bound: 5e-5, reason: cancels },
  'svd of a wide matrix': { bound: 5e-5, reason: cancels },
  'svd of one column': { bound: 5e-5, reason: cancels },
  'normalHazard 0': {
    bound: 5e-4,
    reason: 'second derivatives x (h + x) of the hazard cancel in the left tail',
  },
  'besselIe of order 1': {
    bound: 1e-4,
    reason: 'derivatives are differences of functions of neighbouring orders',
  },
  'besselIe of order 3': {
    bound: 5e-4,
    reason: 'derivatives are differences of functions of neighbouring orders',
  },
  'polygamma of order 5': { bound: 5e-5, reason: steep },
  betaDensity: { bound: 1e-4, reason: steep },
  'betaincGrad of orders 1, 0': { bound: 1e-4, reason: steep },
  'betaincGrad of orders 1, 1': { bound: 5e-4, reason: cancels },
  'betaincGrad of orders 2, 1': { bound: 2e-4, reason: cancels },
  'igammaGrad of order 2': { bound: 2e-4, reason: cancels },
  'igammaGrad of order 3': { bound: 2e-4, reason: cancels },
  'randomGammaGrad 0': { bound: 2e-4, reason: cancels },
};

/** The bound on the error of a case of the grid. */
export function boundOf(name: string, { precision }: Pick<Subject, 'precision'>): number {
  return precision === 'float32' ? (exceptions[name]?.bound ?? tolerances.float32) : tolerances.float64;
}
