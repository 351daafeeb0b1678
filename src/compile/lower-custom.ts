/**
 * Lowering of functions with derivative rules of their own: the functions themselves, in place.
 *
 * @module
 */
import { noForwardMode } from '../ir/evaluate-custom.js';
import type { PlanGraph } from './lower-control.js';
import type { LowerTable } from './rule.js';

/** Rules of `custom` and `linearCall`, given how to plan a graph. */
export function lowerCustom(planGraph: PlanGraph): Pick<LowerTable, 'custom' | 'linearCall'> {
  return {
    custom: ({ fun }, operands, _, plan) => planGraph(plan, fun, operands),
    linearCall: ({ forward }, operands, _, plan) => {
      if (forward === undefined) throw new Error(noForwardMode);
      return planGraph(plan, forward, operands);
    },
  };
}
