/**
 * What compiled programs run in: a memory, the values that stay in it, and the way of values in and out.
 *
 * @module
 */
import { sizeOf, type Aval, type HostArray } from '../../ir/index.js';
import type { MemoryType } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import { copyIn, Reader } from './copy.js';
import { LinearMemory, type MemoryOptions } from './linear-memory.js';
import { Pool, threadsOf } from './pool.js';
import { Resident, Residents } from './resident.js';
import { Uploads } from './upload.js';

/** Values of at most so many bytes are copied in and out; larger ones stay in the memory. */
export const smallBytes = 4096;

/** How a runtime is made. */
export interface RuntimeOptions extends MemoryOptions {
  /** Bytes of host arrays that are remembered in the memory as arguments; default 256 MiB, at most half of the maximum. */
  readonly uploads?: number;
  /**
   * Bytes of results that stay in the memory; default 256 MiB, at most half of the maximum. Further ones are copied out at
   * once: a loop that never returns to the event loop does not see its garbage collected in the memory otherwise.
   */
  readonly residents?: number;
  /**
   * Threads that work at large loops, the main one included; default 1. There are never more than the host has cores, and
   * only one where threads cannot share memory (pages without cross-origin isolation). Memory is shared if there are more.
   */
  readonly threads?: number;
}

/**
 * One memory for all programs of an executor. A program runs so:
 *
 *     const scratch = runtime.begin(bytes);
 *     try { place arguments, allocate results, call, take results } finally { runtime.end(); }
 *
 * Views (`f32`, …) are valid until something is allocated: read them from the runtime each time.
 *
 * @example
 * const runtime = new Runtime();
 * const address = runtime.allocate(8);
 * runtime.f64[address / 8] = 0.5;
 * runtime.take({ shape: [1], dtype: 'f' }, 'f64', address).data; // [0.5]
 * runtime.free(address);
 */
export class Runtime {
  private readonly linear: LinearMemory;
  private readonly reader: Reader;
  private readonly residents: Residents;
  private readonly uploads: Uploads;
  private readonly residentBudget: number;
  private readonly owned: FinalizationRegistry<number>;
  private readonly attached: FinalizationRegistry<number>;
  private readonly pool: Pool | undefined;
  private scratchAddress = 0;
  private scratchBytes = 0;
  private running = false;

  constructor(options: RuntimeOptions = {}) {
    const threads = threadsOf(options.threads ?? 1);
    this.linear = new LinearMemory(threads > 1 ? { ...options, shared: true } : options);
    this.pool = threads > 1 ? new Pool(this.linear, threads) : undefined;
    const budget = Math.min(2 ** 28, this.linear.maximum / 2);
    this.reader = new Reader(this.linear);
    this.residents = new Residents(this.linear, this.reader);
    this.uploads = new Uploads(this.linear, options.uploads ?? budget);
    this.residentBudget = options.residents ?? budget;
    this.owned = new FinalizationRegistry((address) => this.linear.free(address));
    this.attached = new FinalizationRegistry((program) => this.pool?.detach(program));
  }

  /** What modules import as `env.memory`. */
  get memory(): WebAssembly.Memory {
    return this.linear.memory;
  }

  /** How modules declare it. */
  get memoryType(): MemoryType {
    return this.linear.type;
  }

  /** Number of threads that work at loops; if it is 1, modules need no parallel kernels. */
  get threads(): number {
    return this.pool?.threads ?? 1;
  }

  get f32(): Float32Array {
    return this.linear.f32;
  }

  get f64(): Float64Array {
    return this.linear.f64;
  }

  get i32(): Int32Array {
    return this.linear.i32;
  }

  get u32(): Uint32Array {
    return this.linear.u32;
  }

  get u8(): Uint8Array {
    return this.linear.u8;
  }

  /** Bytes in use, and among them those of results and of arguments that are remembered. */
  get usage(): {
    readonly used: number;
    readonly results: number;
    readonly uploads: number;
    readonly size: number;
  } {
    const { used, size } = this.linear;
    return { used, results: this.residents.bytes, uploads: this.uploads.bytes, size };
  }

  /**
   * The address of a new block, a multiple of 16 and not 0; at least 16 bytes behind it may be touched. Its contents are
   * arbitrary. Remembered arguments are given up for it if need be.
   *
   * @throws OutOfMemoryError if the memory cannot grow as far.
   */
  allocate(bytes: number): number {
    return this.uploads.allocate(bytes);
  }

  /** Gives a block back. Throws an Error if none that is in use begins there. */
  free(address: number): void {
    this.linear.free(address);
  }

  /** Frees a block when an object has been collected, such as the program whose block it is; then nobody else may. */
  freeWith(owner: object, address: number): void {
    this.owned.register(owner, address);
  }

  /**
   * The block that programs share as scratch memory, enlarged to `bytes` if it is smaller; its contents are lost then.
   *
   * @throws Error while a program runs: the block is that program's.
   * @throws OutOfMemoryError
   */
  scratch(bytes: number): number {
    if (this.running) throw nested();
    if (bytes > this.scratchBytes) {
      if (this.scratchAddress !== 0) this.linear.free(this.scratchAddress);
      this.scratchAddress = 0;
      this.scratchBytes = 0;
      this.scratchAddress = this.allocate(bytes);
      this.scratchBytes = bytes;
    }
    return this.scratchAddress;
  }

  /** Begins a run, gives its scratch memory, and keeps arguments where they are placed. Throws an Error if a run goes on. */
  begin(scratch = 0): number {
    const address = this.scratch(scratch);
    this.uploads.begin();
    this.running = true;
    return address;
  }

  /** Ends a run; no other thread works at it any more. */
  end(): void {
    if (this.pool?.unsettled === true) this.pool.settle();
    this.running = false;
  }

  /** Lets the other threads help an instance whose module has parallel kernels (`Parallel`), until `owner` is garbage. */
  attach(owner: object, instance: WebAssembly.Instance, module: WebAssembly.Module): void {
    if (this.pool === undefined) return;
    this.attached.register(owner, this.pool.attach(instance, module));
  }

  /**
   * After a program has thrown: waits until no other thread works at it, so that the next one can begin. The error of
   * another thread, if it was one that failed.
   */
  settle(): Error | undefined {
    return this.pool?.settle();
  }

  /** Ends the other threads; programs run in one thread from now on. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  /**
   * The address of an argument as `storage`: where it lies, if it is a value of this memory in that storage; else that of
   * a copy, in `slot` if one is given (a block of the program, for at most `smallBytes`), or in a block that is kept for
   * the next call with the same `data`. It is valid during the run.
   *
   * @throws OutOfMemoryError
   */
  place(value: HostArray, storage: Storage, slot?: number): number {
    if (value instanceof Resident && value.storage === storage && value.isIn(this.linear))
      return value.address;
    if (slot === undefined) return this.uploads.place(value.data, storage);
    copyIn(this.linear, value.data, storage, slot);
    return slot;
  }

  /** A copy of the values at an address, in arrays of their own: for results of at most `smallBytes`. */
  take(aval: Aval, storage: Storage, address: number): HostArray {
    const { shape, dtype } = aval;
    return { data: this.reader.read(storage, address, sizeOf(shape)), shape, dtype };
  }

  /**
   * The result in a block that was allocated for it: the block belongs to the result from now on, and is freed with it.
   * Beyond the budget of results it is copied out, and the block is freed at once.
   */
  result(aval: Aval, storage: Storage, address: number): HostArray {
    if (this.residents.bytes + sizeOf(aval.shape) * bytesOf[storage] <= this.residentBudget) {
      return this.residents.adopt(aval, storage, address);
    }
    const copy = this.take(aval, storage, address);
    this.linear.free(address);
    return copy;
  }
}

function nested(): Error {
  return new Error(
    'a program was called while another one runs in the same memory: programs cannot be nested',
  );
}
