/**
 * Keys and samplers.
 *
 * @module
 */
export { addressHash } from './address.js';
export { foldIn, key, split, splitBatch } from './keys.js';
export { foldInNode, normalNode, splitBatchNode, uniformNode } from './nodes.js';
export { KeyError, requireKey, reuse, useKey } from './reuse.js';
export { randomBits, randomNormal, randomUniform } from './samplers.js';
