/**
 * Bijections from the reals onto supports.
 *
 * @module
 */
export { exp, identity, logistic, softplus } from './elementwise.js';
export { affine, compose, interval } from './affine.js';
export { independentBijector } from './independent.js';
