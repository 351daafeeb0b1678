/**
 * Two-level problems: hyperparameters tuned through the solution of an inner problem.
 *
 * @module
 */
export { bilevel, type Bilevel, type BilevelState, type HypergradientResult } from './bilevel.js';
export type {
  BilevelProblem,
  Diagnostics,
  Hypergradient,
  ImplicitCg,
  InnerProblem,
  Unrolled,
} from './problem.js';
export { tune, type TuneOptions, type TuneStep } from './tune.js';
