/**
 * The form of a reference evaluation rule.
 *
 * @module
 */
import type { OpName, OpTable } from './catalogue.js';
import { allocate, sizeOf, type Aval, type Data, type HostArray } from './types.js';

/** The buffers of all results of an operation, from attributes, concrete operands and the results' abstract values. */
export type EvaluateRule<K extends OpName> = (
  attrs: OpTable[K],
  operands: readonly HostArray[],
  results: readonly Aval[],
) => readonly Data[];

/** One rule an operation; a missing one does not compile. */
export type EvaluateTable = { readonly [K in OpName]: EvaluateRule<K> };

/** A result buffer, zeroed. */
export function zeros(aval: Aval): Data {
  return allocate(aval.dtype, sizeOf(aval.shape));
}
