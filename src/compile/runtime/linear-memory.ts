/**
 * One WebAssembly memory with an allocator inside it.
 *
 * @module
 */
import type { MemoryType } from '../assembler/index.js';
import { Heap } from './heap.js';

const page = 65536;

/** The most a memory may hold: addresses are signed numbers in generated loops, and the last page stays out of reach. */
const largest: number = 2 ** 31 - page;

/** Addresses below are never handed out, so that 0 is none. */
const start = 64;

/** How a memory is made. */
export interface MemoryOptions {
  /** Bytes that it may grow to; default and largest value 2 GiB less 64 KiB. */
  readonly maximum?: number;
  /** Whether threads share it; default false. */
  readonly shared?: boolean;
}

/**
 * Thrown when a memory cannot grow any more.
 *
 * @example
 * try {
 *   new Runtime({ maximum: 2 ** 20 }).allocate(2 ** 21);
 * } catch (error) {
 *   error instanceof OutOfMemoryError; // true
 * }
 */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  /** Bytes that were asked for. */
  readonly requested: number;
  /** Bytes in use at that time. */
  readonly used: number;
  /** Bytes that the memory may hold. */
  readonly limit: number;

  constructor(requested: number, used: number, limit: number) {
    super(
      `out of memory: ${inMebibytes(requested)} asked for, ${inMebibytes(used)} in use, the limit is ${inMebibytes(limit)}`,
    );
    this.requested = requested;
    this.used = used;
    this.limit = limit;
  }
}

function inMebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(3))} MiB`;
}

/** A growing memory: blocks are allocated and freed, views are made anew after growth. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** What modules that import it must declare. */
  readonly type: MemoryType;
  /** Bytes that it may grow to. */
  readonly maximum: number;
  /** Views of the whole memory; fields are replaced when it grows. */
  f32!: Float32Array;
  f64!: Float64Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  u8!: Uint8Array;
  private readonly heap: Heap;
  /** What `allocate` was asked for, for the error if the memory cannot grow. */
  private asked = 0;

  /** @throws RangeError if `maximum` is no number of bytes from one page (64 KiB) on. */
  constructor(options: MemoryOptions = {}) {
    const { maximum = largest, shared = false } = options;
    if (!(maximum >= page))
      throw new RangeError(`maximum is a number of bytes from ${page} on, found ${maximum}`);
    const pages = Math.floor(Math.min(maximum, largest) / page);
    this.maximum = pages * page;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: pages, shared });
    // a declared maximum may be larger than the memory's, so that modules do not depend on options
    this.type = shared ? { minimum: 1, maximum: page, shared } : { minimum: 1 };
    this.heap = new Heap(start, (end, bytes) => this.extend(end, bytes));
    this.renew();
  }

  /** Bytes in use. */
  get used(): number {
    return this.heap.used;
  }

  /** Bytes that the memory has taken from the host. */
  get size(): number {
    return this.u8.length;
  }

  /**
   * The address of a new block, a multiple of 16. Its contents are arbitrary; 16 bytes behind it may be touched.
   *
   * @throws OutOfMemoryError if the memory cannot grow as far.
   */
  allocate(bytes: number): number {
    // what can never fit need not try
    if (bytes > this.maximum) throw new OutOfMemoryError(bytes, this.used, this.maximum);
    this.asked = bytes;
    return this.heap.allocate(bytes);
  }

  /** Frees a block; a second time is an error. */
  free(address: number): void {
    this.heap.free(address);
  }

  /** Bytes that the block at an address offers. */
  sizeAt(address: number): number {
    return this.heap.sizeAt(address);
  }

  private extend(end: number, bytes: number): number {
    const size = this.memory.buffer.byteLength;
    const needed = end + bytes - size;
    // at first the rest of the pages that are there
    if (needed <= 0) return size;
    const pages = Math.ceil(needed / page);
    // by half as much again, so that views are seldom made anew; untouched pages cost nothing
    const generous = Math.min(Math.max(pages, Math.floor(size / page / 2), 15), (this.maximum - size) / page);
    if (!this.grow(generous, pages) && !this.grow(pages, pages)) {
      throw new OutOfMemoryError(this.asked, this.used, this.maximum);
    }
    return this.memory.buffer.byteLength;
  }

  /** Grows by `pages`, if these are at least as many as needed and the host gives them. */
  private grow(pages: number, needed: number): boolean {
    if (pages < needed) return false;
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.renew();
    return true;
  }

  private renew(): void {
    const { buffer } = this.memory;
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}
