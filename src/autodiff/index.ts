/**
 * Automatic differentiation and batching: one rule table a transformation, forward mode, transposition, vmap.
 *
 * @module
 */
export * from './jvp.js';
export * from './vjp.js';
export * from './transpose.js';
export * from './batch.js';
export * from './nodes.js';
export * from './linear-solve.js';
export { stepLimit, toleranceOf } from './limits.js';
export { grad, valueAndGrad } from './grad.js';
export { hvp, jvp, vjp } from './products.js';
export { hessian, jacobian, type Derivative } from './jacobian.js';
export { vmap, type Axes, type Batched } from './vmap.js';
export { stopGradient } from './stop-gradient.js';
export { customJvp, customVjp } from './custom.js';
export { checkpoint, withPrecision } from './checkpoint.js';
export { linearize } from './linearized.js';
export type { Given, GivenAll, Result } from './arguments.js';
