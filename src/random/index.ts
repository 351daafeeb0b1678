/**
 * Keys and samplers.
 *
 * @module
 */
export { addressHash } from './address.js';
export { foldIn, key, split, splitBatch } from './keys.js';
export { foldInNode, normalNode, splitBatchNode, uniformNode } from './nodes.js';
export {
  cauchyNode,
  exponentialNode,
  gumbelNode,
  laplaceNode,
  logisticNode,
  truncatedNormalNode,
} from './continuous-nodes.js';
export {
  bernoulliNode,
  categoricalNode,
  countNode,
  geometricNode,
  integerNode,
  permutationNode,
  weightedIndexNode,
  weightedSubsetNode,
} from './discrete-nodes.js';
export {
  betaNode,
  dirichletNode,
  gammaNode,
  logGammaNode,
  logitBetaNode,
  studentTNode,
} from './gamma-nodes.js';
export { binomialNode, multinomialNode } from './binomial-nodes.js';
export { poissonNode } from './poisson-nodes.js';
export { KeyError, requireKey, reuse, useKey } from './reuse.js';
export { randomBits, randomNormal, randomUniform } from './samplers.js';
export {
  randomBeta,
  randomCauchy,
  randomDirichlet,
  randomExponential,
  randomGamma,
  randomGumbel,
  randomLaplace,
  randomLogistic,
  randomStudentT,
  randomTruncatedNormal,
} from './samplers-continuous.js';
export {
  choice,
  permutation,
  randomBernoulli,
  randomBinomial,
  randomCategorical,
  randomGeometric,
  randomInteger,
  randomMultinomial,
  randomPoisson,
  type ChoiceOptions,
} from './samplers-discrete.js';
