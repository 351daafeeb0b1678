/**
 * Execution of graphs on other tfjs backends.
 *
 * @module
 */
export { DeviceError, type DeviceFault } from './errors.js';
export { deviceExecutor, type CompiledAsync, type DeviceExecutor } from './executor.js';
