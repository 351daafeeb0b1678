/**
 * Bijections from the reals onto supports.
 *
 * @example
 * const b = new Builder();
 * const x = b.input({ shape: [], dtype: 'f' });
 * const y = bijectors.logistic.forward(x);
 * const graph = b.finish([y, bijectors.logistic.inverse(y), bijectors.logistic.forwardLogDet(x)]);
 * const at = evaluate(graph, [{ shape: [], dtype: 'f', data: new Float64Array([0]) }]);
 * at.map((v) => v.data[0]!); // ≈ [0.5, 0, -1.38629]: log|dy/dx| = log ¼
 *
 * @module
 */
export { exp, identity, logistic, softplus } from './elementwise.js';
export { affine, compose, freeShapeOf, interval } from './affine.js';
export { independentBijector } from './independent.js';
export { ordered, simplex } from './simplex.js';
export { correlationCholesky, lowerCholesky } from './triangular.js';
