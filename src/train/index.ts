/**
 * Training: the estimator interface and the loop.
 *
 * @module
 */
export type { Estimate, Estimator } from './estimator.js';
export { fit, type DataNeeded, type Fit, type FitOptions, type FitResult, type FitStep } from './fit.js';
export { NonFiniteError } from './faults.js';
export type { ProgressCallback, ProgressOption } from './progress.js';
export type { NamedNumber, SavedArray } from './saved.js';
export type { FitState, Layout, Part, SavedFit } from './state.js';
export { terminalBar, watched, type Terminal, type TerminalBar } from './terminal-bar.js';
