/**
 * Host arrays as JSON, exact to the bit.
 *
 * @module
 */
import { hostArray, sizeOf, type DType, type HostArray } from '../ir/index.js';

/** A number that JSON cannot write, by name. */
export type NamedNumber = 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** A host array as JSON. Finite numbers are written so that they read back exactly; the others by name. */
export interface SavedArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly (number | NamedNumber)[];
}

function written(x: number): number | NamedNumber {
  if (Number.isFinite(x)) return Object.is(x, -0) ? '-0' : x;
  return String(x) as NamedNumber;
}

const named: Readonly<Record<NamedNumber, number>> = {
  NaN,
  Infinity,
  '-Infinity': -Infinity,
  '-0': -0,
};

/** A host array as a value that `JSON.stringify` keeps exactly. */
export function saveArray(array: HostArray): SavedArray {
  return { shape: [...array.shape], dtype: array.dtype, data: Array.from(array.data, written) };
}

/**
 * The host array that was saved.
 *
 * @param where - What is read, for the error.
 * @throws Error that names `where` if the value is no saved array.
 */
export function loadArray(saved: unknown, where: string): HostArray {
  const { shape, dtype, data } = (saved ?? {}) as Partial<SavedArray>;
  const fault = (what: string): Error => new Error(`${where}: ${what}`);
  if (!Array.isArray(shape) || !shape.every((d) => Number.isInteger(d) && d >= 0))
    throw fault('no shape was saved');
  if (dtype !== 'f' && dtype !== 'i32' && dtype !== 'u32' && dtype !== 'bool') {
    throw fault(`unknown element type ${String(dtype)}`);
  }
  const size = sizeOf(shape as number[]);
  if (!Array.isArray(data) || data.length !== size) {
    throw fault(
      `shape [${shape.join(',')}] needs ${size} values, found ${Array.isArray(data) ? data.length : 'none'}`,
    );
  }
  const numbers = data.map((x: unknown, i) => {
    const value = typeof x === 'number' ? x : typeof x === 'string' ? named[x as NamedNumber] : undefined;
    if (value === undefined) throw fault(`value ${i} is ${JSON.stringify(x)}, not a number`);
    return value;
  });
  return hostArray(numbers, shape as number[], dtype);
}
