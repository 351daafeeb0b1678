/**
 * Static memory: buffers for the results of a list of steps, each used again once its last reader has run.
 *
 * @module
 */
import { allocate, type Data } from '../ir/index.js';
import type { Step } from './nest.js';
import type { Slot } from './view.js';

/** A step with the buffers that it reads and writes. */
export interface PlannedStep {
  readonly run: Step;
  readonly reads: readonly Slot[];
  readonly writes: readonly Slot[];
}

/**
 * Binds an array to every slot that a step writes. Slots of `kept` keep theirs for good; every other array goes to a
 * pool after the step that last reads it, and later results of the same element type and size take it from there.
 */
export function assignMemory(steps: readonly PlannedStep[], kept: ReadonlySet<Slot>): void {
  const last = new Map<Slot, number>();
  steps.forEach((s, i) => {
    for (const slot of [...s.reads, ...s.writes]) last.set(slot, i);
  });
  const pools = new Map<string, Data[]>();
  const poolOf = (slot: Slot): Data[] => {
    const key = `${slot.dtype}${slot.size}`;
    const pool = pools.get(key) ?? [];
    pools.set(key, pool);
    return pool;
  };
  // buffers written before the steps begin are read by them, and are not theirs to give away
  const shared = new Set<Slot>();
  steps.forEach(({ reads, writes }, i) => {
    for (const slot of writes) {
      const free = kept.has(slot) ? undefined : poolOf(slot).pop();
      slot.data = free ?? allocate(slot.dtype, slot.size);
      if (!kept.has(slot)) shared.add(slot);
    }
    for (const slot of [...reads, ...writes]) {
      if (last.get(slot) === i && shared.delete(slot)) poolOf(slot).push(slot.data);
    }
  });
}
