/**
 * Optimizers and schedules.
 *
 * @module
 */
export { adam, type AdamOptions, type AdamState } from './adam.js';
export { averaged, type AveragedState, type AveragingOptions } from './averaging.js';
export type { Optimizer, Updated } from './optimizer.js';
export {
  constant,
  cosineDecay,
  exponentialDecay,
  inverseTimeDecay,
  polynomialDecay,
  warmUp,
  type CosineDecayOptions,
  type ExponentialDecayOptions,
  type InverseTimeDecayOptions,
  type PolynomialDecayOptions,
  type Rate,
  type Schedule,
} from './schedules.js';
export { sgd, type SgdOptions, type SgdState } from './sgd.js';
