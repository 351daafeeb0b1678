/**
 * Host arrays whose values lie outside of JavaScript's heap.
 *
 * @module
 */
import type { HostArray, Shape } from './types.js';

/**
 * A value in the memory of an executor: `data` copies it out at the first read, and is the same array from then on.
 * The copy in the memory is freed when the array is collected, or earlier by `free`.
 */
export interface DeviceArray extends HostArray {
  /** The same values in another shape of equal size: one block of memory, freed for all at once. */
  withShape(shape: Shape): DeviceArray;
  /** Gives the memory back; `data` that was not read before is an error from now on. Again is no error. */
  free(): void;
}

/** Whether the values of a host array lie outside of JavaScript's heap. */
export function isDeviceArray(value: HostArray): value is DeviceArray {
  return 'free' in value;
}

/**
 * The same values in another shape of equal size.
 *
 * @example
 * withShape(hostArray([1, 2, 3, 4], [4], 'f'), [2, 2]).shape; // [2, 2]
 */
export function withShape(value: HostArray, shape: Shape): HostArray {
  return isDeviceArray(value) ? value.withShape(shape) : { ...value, shape };
}
