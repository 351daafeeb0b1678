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
export { beta } from './beta.js';
export { binomial } from './binomial.js';
export { categorical, type Classes } from './categorical.js';
export { cauchy } from './cauchy.js';
export { delta, type DeltaOptions } from './delta.js';
export { dirichlet } from './dirichlet.js';
export { exponential } from './exponential.js';
export { gamma } from './gamma.js';
export { geometric } from './geometric.js';
export { gumbel } from './gumbel.js';
export { halfCauchy } from './half-cauchy.js';
export { halfNormal } from './half-normal.js';
export { improperUniform } from './improper-uniform.js';
export { inverseGamma } from './inverse-gamma.js';
export { laplace } from './laplace.js';
export { lkjCholesky } from './lkj-cholesky.js';
export { logNormal } from './log-normal.js';
export { logistic } from './logistic.js';
export { multivariateNormal, type Spread } from './multivariate-normal.js';
export { normal } from './normal.js';
export { poisson } from './poisson.js';
export { studentT } from './student-t.js';
export { truncatedNormal, type TruncationBounds } from './truncated-normal.js';
export { uniform } from './uniform.js';
export { independentSupport, sameSupport, supports } from './supports.js';
export { reinforce, reparam, withStrategy } from './strategies.js';
export { makeDist, type Family, type Nodes, type Parameter } from './make.js';
export * as constraints from './constraints.js';
export * as bijectors from './bijectors/index.js';
