/**
 * Graph passes: from graphs to graphs that are cheaper to run.
 *
 * @module
 */
export { countNodes, type Pass } from './pass.js';
export { optimize, passes, type PassName } from './pipeline.js';
