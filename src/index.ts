/**
 * Adjoint: probabilistic programs and differentiable optimization as composable programs over TensorFlow.js tensors.
 *
 * Importing this module registers the tfjs backend `adjoint`, which records programs and runs what is not recorded; it
 * becomes tfjs's active backend unless another one is. The transforms that turn programs into estimators, layers and
 * hypergradients are in `adjoint/transforms`.
 *
 * @module adjoint
 */
import { bufferExecutor, wasmAllowed, wasmExecutor } from './compile/index.js';
import { register } from './staging/index.js';

// what is called many times is compiled to WebAssembly, unless the host forbids it; what runs once is not worth that
register({ executor: bufferExecutor, ...(wasmAllowed() ? { compiler: wasmExecutor() } : {}) });

// programs
export * from './language/index.js';
export * from './objectives/index.js';
export * from './distributions/index.js';
export * from './inference/guides/index.js';
export {
  choice,
  foldIn,
  key,
  permutation,
  randomBernoulli,
  randomBeta,
  randomBinomial,
  randomBits,
  randomCategorical,
  randomCauchy,
  randomDirichlet,
  randomExponential,
  randomGamma,
  randomGeometric,
  randomGumbel,
  randomInteger,
  randomLaplace,
  randomLogistic,
  randomMultinomial,
  randomNormal,
  randomPoisson,
  randomStudentT,
  randomTruncatedNormal,
  randomUniform,
  reuse,
  split,
  splitBatch,
  KeyError,
  type ChoiceOptions,
} from './random/index.js';

// derivatives and numerics
export {
  checkpoint,
  customJvp,
  customVjp,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  linearize,
  stopGradient,
  valueAndGrad,
  vjp,
  vmap,
  withPrecision,
  type Axes,
  type Batched,
  type Derivative,
  type Given as GivenArgument,
  type GivenAll,
  type Result,
} from './autodiff/index.js';
export * from './numerics/index.js';

// training
export * from './optimize/index.js';
export {
  NonFiniteError,
  fit,
  type Estimate,
  type Estimator,
  type Fit,
  type DataNeeded,
  type FitOptions,
  type FitResult,
  type FitState,
  type FitStep,
  type Layout,
  type NamedNumber,
  type Part,
  type ProgressCallback,
  type ProgressOption,
  type SavedArray,
  type SavedFit,
  type Terminal,
} from './train/index.js';

// tensors, graphs and what runs them
export {
  Key,
  StagingError,
  hostOf,
  leafOf,
  lift,
  nodeOf,
  register,
  stage,
  tensor,
  tensorOf,
} from './staging/index.js';
export type {
  Flat,
  Leaf,
  RegisterOptions,
  Staged,
  StagingCode,
  TensorDType,
  Tree,
  TreeDef,
  Values as TensorValues,
} from './staging/index.js';
export {
  bufferExecutor,
  cached,
  DeviceError,
  deviceExecutor,
  explain,
  jit,
  OutOfMemoryError,
  ProgramError,
  Runtime,
  wasmExecutor,
  type CompiledAsync,
  type DeviceExecutor,
  type DeviceFault,
  type JitOptions,
  type RuntimeOptions,
  type WasmExecutor,
  type WasmOptions,
} from './compile/index.js';
export {
  Builder,
  OperationError,
  buildGraph,
  evaluate,
  fromJSON,
  hostArray,
  ops,
  print,
  referenceExecutor,
  shapes,
  special,
  toJSON,
  windows,
} from './ir/index.js';
export type {
  Aval,
  CaptureSource,
  Comparison,
  Compiled,
  DType,
  Data,
  Executor,
  Graph,
  HostArray,
  Json,
  LinearMethod,
  Node,
  OpName,
  OpTable,
  Origin,
  Shape,
  WindowSteps,
} from './ir/index.js';

// presentation (the language's type `Report`, an implementation detail of its messages, stays in its room)
export type { Report } from './report/index.js';
export * from './report/index.js';
export * from './cli/index.js';
