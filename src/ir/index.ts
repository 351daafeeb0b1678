/**
 * The intermediate representation: typed catalogue, hash-consed builder, graphs, reference evaluation.
 *
 * @module
 */
export * from './types.js';
export * from './device-array.js';
export * from './catalogue.js';
export type { LinearMethod, Precision } from './catalogue-control.js';
export type { WindowSteps } from './catalogue-windows.js';
export * from './catalogue-special.js';
export { OperationError } from './abstract-rule.js';
export * from './graph.js';
export * from './builder.js';
export * from './inline.js';
export * from './executor.js';
export { evaluate, referenceExecutor } from './evaluate.js';
export { print } from './print.js';
export { fromJSON, toJSON } from './json.js';
export type { Json } from './json-codec.js';
export * as ops from './ops.js';
export * as shapes from './ops-shape.js';
export * as special from './ops-special.js';
export * as windows from './ops-windows.js';
