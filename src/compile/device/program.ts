/**
 * Device programs: a graph as a list of kernel calls on numbered values.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Aval, HostArray, Node } from '../../ir/index.js';
import type { Cell, Run } from './run.js';

/** A value of a program. */
export interface Slot extends Aval {
  readonly id: number;
  /** The value, where it is known when the program is made. Such a slot belongs to no step. */
  readonly constant: HostArray | undefined;
  /** The same values before they were repeated along some axes, which have size 1 there; rank is that of this slot. */
  readonly compact: Slot | undefined;
}

/** Operands of a kernel: by name, or a list. */
export type KernelInputs = Readonly<Record<string, Slot>> | readonly Slot[];

/** What a step that runs sub-programs or works on the host asks for: the host values of a cell. */
export type Reading<T> = Generator<Cell, T, HostArray>;

interface StepBase {
  /** The node of the user's graph that the step is part of. */
  readonly owner: Node;
  readonly uses: readonly Slot[];
  readonly results: readonly Slot[];
}

/** One kernel call. */
export interface KernelStep extends StepBase {
  readonly kind: 'kernel';
  readonly kernel: string;
  readonly inputs: KernelInputs;
  readonly attrs: tf.NamedAttrMap;
}

/** A step that is run from JavaScript: on the host, or by running other programs. */
export interface HostStep extends StepBase {
  readonly kind: 'host';
  readonly run: (run: Run, operands: readonly Cell[]) => Reading<Cell[]>;
}

/** One step. */
export type Step = KernelStep | HostStep;

/** A step made ready: the kernel looked up, and the slots that nothing reads after it. */
export interface ReadyStep {
  readonly step: Step;
  readonly call: tf.KernelFunc | undefined;
  readonly release: readonly Slot[];
}

/** A graph made ready to run on a device. */
export interface Program {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly steps: readonly ReadyStep[];
  /** Number of slots. */
  readonly size: number;
}
