/**
 * Distributions, their supports, bijectors and gradient strategies.
 *
 * @module
 */
export type {
  Bijector,
  BoolTensor,
  Dist,
  Fault,
  IntTensor,
  Num,
  ParameterFault,
  Strategy,
  Support,
  ValueFault,
} from './types.js';
export { bernoulli, bernoulliLogits, flip } from './bernoulli.js';
export { exponential } from './exponential.js';
export { halfCauchy } from './half-cauchy.js';
export { halfNormal } from './half-normal.js';
export { improperUniform } from './improper-uniform.js';
export { logNormal } from './log-normal.js';
export { multivariateNormal, type Spread } from './multivariate-normal.js';
export { normal } from './normal.js';
export { uniform } from './uniform.js';
export { independentSupport, sameSupport, supports } from './supports.js';
export { reinforce, reparam, withStrategy } from './strategies.js';
export { makeDist, type Family, type Nodes, type Parameter } from './make.js';
export * as constraints from './constraints.js';
export * as bijectors from './bijectors/index.js';
