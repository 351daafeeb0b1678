/**
 * Bijections from the reals onto supports.
 *
 * @example
 * const toUnit = bijectors.logistic;
 * const { graph } = stage((x: tf.Tensor) => x, [tf.scalar(0)]);
 * const b = new Builder();
 * const x = b.input({ shape: [], dtype: 'f' });
 * const there = toUnit.forward(x);
 * const round = b.finish([there, toUnit.inverse(there), toUnit.forwardLogDet(x)]);
 * const [y, again, logDet] = evaluate(round, [{ shape: [], dtype: 'f', data: new Float64Array([0]) }]);
 * y!.data; // [0.5]
 * again!.data; // [0]
 * logDet!.data; // ≈ [-1.38629]: log ¼
 *
 * @module
 */
export { exp, identity, logistic, softplus } from './elementwise.js';
export { affine, compose, interval } from './affine.js';
export { independentBijector } from './independent.js';
