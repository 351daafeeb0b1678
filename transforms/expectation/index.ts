/**
 * From objective programs to estimators of value and gradient.
 *
 * @module
 */
export { gradientEstimator, type GradientEstimatorOptions } from './gradient-estimator.js';
export { knownStrategies, reinforceRule, reparamRule, type Drawn, type StrategyRule } from './strategies.js';
