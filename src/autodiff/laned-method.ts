/**
 * Linear methods over independent systems.
 *
 * @module
 */
import type { LinearMethod } from '../ir/index.js';

/** A linear method for unknowns whose first `lanes` axes count independent systems, as batching a `root` makes them. */
export interface LanedMethod extends LinearMethod {
  /** Default 0: one system. */
  readonly lanes?: number;
}
