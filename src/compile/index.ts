/**
 * Executors of graphs, and just-in-time compilation of functions.
 *
 * @module
 */
export { bufferExecutor } from './buffer-executor.js';
export { cached } from './cached.js';
export { jit, type JitOptions } from './jit.js';
