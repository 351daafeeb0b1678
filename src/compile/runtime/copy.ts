/**
 * Values between the host's typed arrays and a memory.
 *
 * @module
 */
import { allocate, type Data, type DType } from '../../ir/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import type { LinearMemory } from './linear-memory.js';

/** Up to so many elements a loop is faster than a call of the host. */
const [few, several] = [8, 24];

/** Typed arrays above 64 bytes are dear to make (V8 keeps them outside of its heap): they are cut from a slab of bytes. */
const [inHeap, inSlab, slabBytes] = [64, 512, 8192];

/** The view of a memory whose elements are of a storage. */
export function viewOf(
  memory: LinearMemory,
  storage: Storage,
): Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array {
  switch (storage) {
    case 'f32':
      return memory.f32;
    case 'f64':
      return memory.f64;
    case 'i32':
      return memory.i32;
    case 'u32':
      return memory.u32;
    case 'bool':
      return memory.u8;
  }
}

/** Writes values into a memory, where they are stored as `storage`; the address is a multiple of the element's size. */
export function copyIn(memory: LinearMemory, data: Data, storage: Storage, address: number): void {
  const n = data.length;
  // one branch a storage, so that each loop sees one type of array
  if (storage === 'f64') {
    const to = memory.f64;
    const at = address >>> 3;
    if (n > few) to.set(data, at);
    else for (let i = 0; i < n; i++) to[at + i] = data[i]!;
  } else if (storage === 'f32') {
    const to = memory.f32;
    const at = address >>> 2;
    if (n > 2 * few) to.set(data, at);
    else for (let i = 0; i < n; i++) to[at + i] = data[i]!;
  } else {
    viewOf(memory, storage).set(data, address / bytesOf[storage]);
  }
}

/** Reads values out of a memory into arrays of their own. */
export class Reader {
  private readonly memory: LinearMemory;
  private slab = new ArrayBuffer(slabBytes);
  private at = 0;

  constructor(memory: LinearMemory) {
    this.memory = memory;
  }

  /** The `n` values at an address, as the host holds values of their element type: real numbers as float64. */
  read(storage: Storage, address: number, n: number): Data {
    if (storage === 'f64') {
      const from = this.memory.f64;
      const at = address >>> 3;
      if (n * 8 > inSlab) return from.slice(at, at + n);
      const data = this.float64(n);
      if (n > several) data.set(from.subarray(at, at + n));
      else for (let i = 0; i < n; i++) data[i] = from[at + i]!;
      return data;
    }
    if (storage === 'f32') {
      const from = this.memory.f32;
      const at = address >>> 2;
      if (n * 8 > inSlab) return new Float64Array(from.subarray(at, at + n));
      const data = this.float64(n);
      if (n > several) data.set(from.subarray(at, at + n));
      else for (let i = 0; i < n; i++) data[i] = from[at + i]!;
      return data;
    }
    const from = viewOf(this.memory, storage);
    const at = address / bytesOf[storage];
    if (n > few) return from.slice(at, at + n) as Data;
    const data = allocate(storage satisfies DType, n);
    for (let i = 0; i < n; i++) data[i] = from[at + i]!;
    return data;
  }

  private float64(n: number): Float64Array {
    const bytes = n * 8;
    if (bytes <= inHeap) return new Float64Array(n);
    if (this.at + bytes > slabBytes) {
      this.slab = new ArrayBuffer(slabBytes);
      this.at = 0;
    }
    const data = new Float64Array(this.slab, this.at, n);
    this.at += bytes;
    return data;
  }
}
