/**
 * Staging: the recording tfjs backend, trees, and `stage`.
 *
 * @module
 */
export { chainedNames } from './chained.js';
export { Key } from './key-value.js';
export { StagingError, type StagingCode } from './messages.js';
export { register, type RegisterOptions } from './register.js';
export {
  apply,
  currentRecording,
  executorOf,
  lift,
  openRecordings,
  stage,
  within,
  type Staged,
} from './stage.js';
export { tensor, type TensorDType, type Values } from './tensor.js';
export {
  flatten,
  isLeaf,
  mapTree,
  unflatten,
  type Flat,
  type Leaf,
  type Tree,
  type TreeDef,
} from './tree.js';
export {
  argumentOf,
  avalOf,
  hostOf,
  isRecorded,
  isVariable,
  leafFromHost,
  leavesOfResults,
  leafOf,
  nodeOf,
  recordedNode,
  tensorFromHost,
  tensorOf,
} from './values.js';
export { userLine } from './origin.js';
