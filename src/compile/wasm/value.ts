/**
 * What a graph value is while a program is planned: a strided view of a buffer, of a value that a kernel computes, of a
 * repeated number, or of the integers.
 *
 * @module
 */
import { stridesOf, type DType, type Node, type Shape } from '../../ir/index.js';
import type { Global } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import { isContiguous, type Strided } from '../view.js';
import type { Cluster } from './cluster.js';

/** The width of real numbers. */
export type Float = 'f32' | 'f64';

/** Whether elements of a storage are real numbers. */
export const isReal = (s: Storage): s is Float => s === 'f32' || s === 'f64';

/** The width of reals that a kernel on elements of these storages needs, if any. */
export const floatAmong = (storages: readonly Storage[]): Float | undefined => storages.find(isReal);

/** How values of an element type are stored where reals have the given width. */
export function storageOf(dtype: DType, float: Float): Storage {
  return dtype === 'f' ? float : dtype;
}

/** An offset that grows with the turn of a loop: `stride` bytes for each unit of the counter. */
export interface Dynamic {
  readonly counter: Global<'i32'>;
  readonly stride: number;
}

/** Where a buffer begins: behind a base address, or within another buffer. */
export type Place =
  | { readonly base: Global<'i32'>; readonly offset: number }
  | { readonly buffer: Buffer; readonly offset: number; readonly dynamic?: Dynamic };

/** A stretch of memory for a value's elements, row-major unless a view says otherwise. */
export interface Buffer {
  readonly kind: 'buffer';
  readonly storage: Storage;
  /** Number of elements; that of a block for inner buffers grows with these. */
  size: number;
  /** The plan that gives it memory and orders what is written to it. */
  readonly owner: object;
  /** Number of the item of its owner after which it holds its value; −1 from the start. */
  ready: number;
  /** Known from the start for what is outside scratch memory, else decided by the memory plan. */
  place: Place | undefined;
  /** Whether a whole vector may be written across its end. */
  padded: boolean;
  /** For error messages. */
  readonly node: Node | undefined;
}

/** A value that a cluster computes, element by element. */
export interface Lazy {
  readonly kind: 'lazy';
  readonly cluster: Cluster;
  /** Number of the operation in the cluster. */
  readonly op: number;
  readonly storage: Storage;
  readonly size: number;
  /** Where the cluster also stores it, if it does. */
  stored: Value | undefined;
  readonly node: Node | undefined;
}

/** One number, repeated. */
export interface Fill {
  readonly kind: 'fill';
  readonly storage: Storage;
  readonly value: number;
}

/** The integers: the element at position p is p. */
export interface Iota {
  readonly kind: 'iota';
  readonly storage: Storage;
}

/** What elements are taken from. */
export type Source = Buffer | Lazy | Fill | Iota;

/** A strided view of a source. */
export interface Value extends Strided {
  readonly source: Source;
}

/** The row-major view of a whole source. */
export function whole(source: Source, shape: Shape): Value {
  return { source, shape, offset: 0, strides: stridesOf(shape) };
}

/** One number in a shape. */
export function fill(value: number, storage: Storage, shape: Shape): Value {
  return { source: { kind: 'fill', storage, value }, shape, offset: 0, strides: shape.map(() => 0) };
}

/** A buffer's place: a base address, a constant offset in bytes, and offsets that loops add. */
export interface Address {
  readonly base: Global<'i32'>;
  readonly offset: number;
  readonly dynamic: readonly Dynamic[];
}

/** Follows a buffer's place to its base. */
export function addressOf(buffer: Buffer): Address {
  let offset = 0;
  const dynamic: Dynamic[] = [];
  for (let b = buffer; ;) {
    const place = b.place;
    if (place === undefined) throw new Error('wasm: a buffer without a place was addressed');
    offset += place.offset;
    if ('base' in place) return { base: place.base, offset, dynamic };
    if (place.dynamic !== undefined) dynamic.push(place.dynamic);
    b = place.buffer;
  }
}

/** Bytes of a buffer, rounded up so that a whole vector may be read or written at its end. */
export function paddedBytes(buffer: Pick<Buffer, 'size' | 'storage'>): number {
  return Math.max(16, Math.ceil((buffer.size * bytesOf[buffer.storage]) / 16) * 16);
}

/** Whether a view has all `size` elements of a buffer, one after another. */
export function isAll(v: Value, size: number): boolean {
  return v.source.kind === 'buffer' && v.source.size === size && v.offset === 0 && isContiguous(v);
}

/** A number as elements of a storage hold it, but for the rounding of float32. */
export function castNumber(x: number, storage: Storage): number {
  if (storage === 'f32' || storage === 'f64') return x;
  if (storage === 'bool') return x !== 0 ? 1 : 0;
  return storage === 'i32' ? x | 0 : x >>> 0;
}
