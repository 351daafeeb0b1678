/**
 * The language of probabilistic programs.
 *
 * @module
 */
export type {
  DynamicSite,
  Effect,
  Exactness,
  Gen,
  Model,
  Obs,
  OptSite,
  Prob,
  Program,
  Site,
} from './types.js';
export type { AnyProgram, ChoicesIn, ChoicesOf, NoHost, SitesOf } from './choices.js';
export type { Checked, Problems, Report } from './problems.js';
export { gen } from './gen.js';
export { call, maybe, observe, sample, sampleAt, sampleJoint } from './sites.js';
export { plate } from './plate.js';
export type { JointDist } from './effects.js';
export { apS, bind, chain, ChainRec, define, Do, let, map, Monad, of, URI } from './monad.js';
export type { Run, SiteRecord } from './record.js';
export { simulate } from './simulate.js';
export { assess, type Values } from './assess.js';
export { condition, type Given, type Open } from './condition.js';
export { validate, validateEither } from './validate.js';
export { ModelError, render } from './errors.js';
export type { FaultCode, ModelFault } from './faults.js';
export { average, density, objective, simulated, type Cost, type Simulated } from './objective.js';
export { estimate } from './estimate.js';
export {
  bound,
  boundAbove,
  exactLog,
  exactly,
  expW,
  log,
  logLower,
  logMeanExp,
  plus,
  product,
  ratio,
  times,
  trust,
  type Biased,
  type Est,
  type Exact,
  type ExactLog,
  type ExpUnbiased,
  type LogWeight,
  type Lower,
  type RecipUnbiased,
  type Unbiased,
  type Upper,
} from './weights.js';
