/**
 * The transforms: programs in, programs out.
 *
 * `gradientEstimator` turns an objective program into an unbiased estimator of its value and gradient; `minimize`,
 * `root` and `implicit` turn solvers into layers with exact derivatives; `bilevel` turns an inner and an outer problem
 * into a hypergradient.
 *
 * @module adjoint/transforms
 */
// registers the backend, also for a program that imports nothing else of Adjoint
import '../src/index.js';

export * from './expectation/index.js';
export * from './implicit/index.js';
export * from './bilevel/index.js';
