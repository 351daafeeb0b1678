/**
 * The memory that compiled programs run in.
 *
 * @module
 */
export { OutOfMemoryError } from './linear-memory.js';
export { Parallel } from './parallel.js';
export { Resident } from './resident.js';
export { Runtime, smallBytes, type RuntimeOptions } from './runtime.js';
