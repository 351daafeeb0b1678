/**
 * Objectives: short programs in the language of objectives.
 *
 * @module
 */
export { elbo, type ElboOptions } from './elbo.js';
export { expectation } from './expectation.js';
