/**
 * The form of a device rule: how an operation becomes kernel calls of a tfjs backend.
 *
 * @module
 */
import type { Aval, Node, OpName, OpTable } from '../../ir/index.js';
import type { Emitter } from './emitter.js';
import type { Slot } from './program.js';

/** Kernel calls for an operation: the slots of its results. */
export interface EmitRule<K extends OpName> {
  readonly emit: (
    e: Emitter,
    attrs: OpTable[K],
    operands: readonly Slot[],
    results: readonly Aval[],
  ) => readonly Slot[];
}

/** An operation as a graph of others: the nodes of its results. */
export interface ComposeRule<K extends OpName> {
  readonly compose: (
    attrs: OpTable[K],
    operands: readonly Node[],
    results: readonly Aval[],
  ) => readonly Node[];
}

/** An operation that no device runs, and why. */
interface RefuseRule {
  readonly refuse: string;
}

/** How an operation runs on a device. */
export type DeviceRule<K extends OpName> = EmitRule<K> | ComposeRule<K> | RefuseRule;

/** One rule an operation; a missing one does not compile. */
export type DeviceTable = { readonly [K in OpName]: DeviceRule<K> };
