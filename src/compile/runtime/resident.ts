/**
 * Values that stay in a memory.
 *
 * @module
 */
import {
  formatAval,
  sizeOf,
  type Aval,
  type Data,
  type DeviceArray,
  type DType,
  type Shape,
} from '../../ir/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import type { Reader } from './copy.js';
import type { LinearMemory } from './linear-memory.js';

/** A block of memory that belongs to values; it does not know them, so that it can tell of their death. */
interface Holding {
  address: number;
  readonly bytes: number;
}

/** A value in a memory: its block is freed by `free`, or when the last array that shares it has been collected. */
export class Resident implements DeviceArray {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly storage: Storage;
  /** The array that the block was given to; arrays of other shapes keep it alive. */
  private readonly owner: Resident;
  private readonly residents: Residents;
  private readonly holding: Holding;
  private values: Data | undefined;

  /** Made by `Residents.adopt`. */
  constructor(aval: Aval, storage: Storage, residents: Residents, holding: Holding, owner?: Resident) {
    this.shape = aval.shape;
    this.dtype = aval.dtype;
    this.storage = storage;
    this.residents = residents;
    this.holding = holding;
    this.owner = owner ?? this;
    this.values = undefined;
  }

  /** Where the values lie; 0 once they are freed. */
  get address(): number {
    return this.holding.address;
  }

  /** Whether the values lie in a memory now. */
  isIn(memory: LinearMemory): boolean {
    return this.residents.memory === memory && this.holding.address !== 0;
  }

  /** @throws Error if the memory was freed and `data` was not read before. */
  get data(): Data {
    const { owner } = this;
    if (owner.values === undefined) {
      if (this.holding.address === 0) {
        throw new Error(
          `${formatAval(this)} was disposed: its values are gone, as they had not been read before`,
        );
      }
      owner.values = this.residents.reader.read(this.storage, this.holding.address, sizeOf(this.shape));
    }
    return owner.values;
  }

  withShape(shape: Shape): Resident {
    return new Resident({ shape, dtype: this.dtype }, this.storage, this.residents, this.holding, this.owner);
  }

  free(): void {
    this.residents.release(this.holding);
  }
}

/** All values that stay in one memory. */
export class Residents {
  readonly memory: LinearMemory;
  readonly reader: Reader;
  /** Bytes that they take. */
  bytes = 0;
  private readonly registry: FinalizationRegistry<Holding>;

  constructor(memory: LinearMemory, reader: Reader) {
    this.memory = memory;
    this.reader = reader;
    this.registry = new FinalizationRegistry((holding) => this.release(holding));
  }

  /** The value in a block that was allocated for it; the block belongs to the value from now on. */
  adopt(aval: Aval, storage: Storage, address: number): Resident {
    const holding = { address, bytes: sizeOf(aval.shape) * bytesOf[storage] };
    const made = new Resident(aval, storage, this, holding);
    // cheaper than taking it out of the registry in `release`: what is freed already is seen there by its address
    this.registry.register(made, holding);
    this.bytes += holding.bytes;
    return made;
  }

  /** Frees a block, if that has not been done. */
  release(holding: Holding): void {
    const { address } = holding;
    if (address === 0) return;
    holding.address = 0;
    this.bytes -= holding.bytes;
    this.memory.free(address);
  }
}
