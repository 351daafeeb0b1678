/**
 * Batching of special functions with attributes or more than two operands: element by element, as they are.
 *
 * @module
 */
import { specialOperands, type SpecialName } from '../ir/index.js';
import { aligned, type BatchTable } from './batch-rule.js';

/** One rule for all of them. */
export const batchSpecial = Object.fromEntries(
  Object.keys(specialOperands).map((op) => [op, aligned<SpecialName>()]),
) as unknown as BatchTable<SpecialName>;
