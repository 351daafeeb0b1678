/**
 * Host arrays that programs use as arguments, remembered in a memory.
 *
 * @module
 */
import type { Data } from '../../ir/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import { copyIn } from './copy.js';
import { OutOfMemoryError, type LinearMemory } from './linear-memory.js';

/** A copy of an array; it does not hold the array, so that it can be told of its death. */
interface Copy {
  /** 0 while there is none. */
  address: number;
  readonly bytes: number;
  readonly storage: Storage;
  /** The run that used it last: it is not evicted in that run. */
  run: number;
}

/**
 * Copies of typed arrays, by identity: `data` of host arrays is never written after it has become one. A copy is freed
 * when its array has been collected, and the one that was not used longest when all take more than a budget.
 */
export class Uploads {
  private readonly memory: LinearMemory;
  private readonly budget: number;
  /** By array; arrays are used in one storage nearly always, so that a list does for the others. */
  private readonly copies = new WeakMap<Data, Copy[]>();
  private readonly live = new Set<Copy>();
  private readonly registry: FinalizationRegistry<Copy>;
  private run = 1;
  /** Bytes that copies take. */
  bytes = 0;

  constructor(memory: LinearMemory, budget: number) {
    this.memory = memory;
    this.budget = budget;
    this.registry = new FinalizationRegistry((copy) => this.release(copy));
  }

  /** Begins a run: what it places stays where it is until the next one begins. */
  begin(): void {
    this.run++;
    // the last run may have needed more than the budget at once
    if (this.bytes > this.budget) this.evict(0.75 * this.budget);
  }

  /** The address of a copy of `data` as `storage`. */
  place(data: Data, storage: Storage): number {
    let known = this.copies.get(data);
    if (known === undefined) this.copies.set(data, (known = []));
    for (let i = 0; i < known.length; i++) {
      const copy = known[i]!;
      if (copy.storage !== storage) continue;
      if (copy.address === 0) this.upload(copy, data);
      copy.run = this.run;
      return copy.address;
    }
    const copy = { address: 0, bytes: data.length * bytesOf[storage], storage, run: this.run };
    this.upload(copy, data);
    known.push(copy);
    this.registry.register(data, copy);
    return copy.address;
  }

  /**
   * Frees copies, oldest first, until they take at most `budget` bytes; those of the present run stay. Whether any was
   * freed.
   */
  evict(budget: number): boolean {
    if (this.bytes <= budget) return false;
    const unused = [...this.live].filter((copy) => copy.run !== this.run).sort((a, b) => a.run - b.run);
    for (const copy of unused) {
      if (this.bytes <= budget) break;
      this.release(copy);
    }
    return unused.length > 0;
  }

  private upload(copy: Copy, data: Data): void {
    // some more than needed is freed, so that not every upload has to look for the oldest
    if (this.bytes + copy.bytes > this.budget) this.evict(0.75 * this.budget - copy.bytes);
    const address = this.allocate(copy.bytes);
    copyIn(this.memory, data, copy.storage, address);
    copy.address = address;
    this.bytes += copy.bytes;
    this.live.add(copy);
  }

  /** A block, if need be at the cost of older copies. */
  allocate(bytes: number): number {
    try {
      return this.memory.allocate(bytes);
    } catch (error) {
      const helps = error instanceof OutOfMemoryError && error.requested < error.limit;
      if (!helps || !this.evict(0)) throw error;
      return this.memory.allocate(bytes);
    }
  }

  private release(copy: Copy): void {
    if (copy.address === 0) return;
    this.memory.free(copy.address);
    copy.address = 0;
    this.bytes -= copy.bytes;
    this.live.delete(copy);
  }
}
