/**
 * Element-wise bijectors as bijectors of events.
 *
 * @module
 */
import { shapes } from '../../ir/index.js';
import type { Bijector } from '../types.js';

/** The same map, its log determinant summed over the last `rank` axes. */
export function independentBijector(bijector: Bijector, rank: number): Bijector {
  if (rank === 0) return bijector;
  const axes = Array.from({ length: rank }, (_, i) => i - rank);
  return { ...bijector, forwardLogDet: (x) => shapes.reduceSum(bijector.forwardLogDet(x), axes) };
}
