/**
 * Executors of graphs, and just-in-time compilation of functions.
 *
 * @module
 */
export { bufferExecutor } from './buffer-executor.js';
export { cached } from './cached.js';
export { explain } from './explain.js';
export { jit, type JitOptions } from './jit.js';
export { wasmAllowed, wasmExecutor, type WasmExecutor, type WasmOptions } from './wasm/executor.js';
export { ProgramError } from './wasm/errors.js';
export { OutOfMemoryError, Runtime, type RuntimeOptions } from './runtime/index.js';
export {
  DeviceError,
  deviceExecutor,
  type CompiledAsync,
  type DeviceExecutor,
  type DeviceFault,
} from './device/index.js';
