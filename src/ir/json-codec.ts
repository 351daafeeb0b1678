/**
 * Codecs between values and JSON, with errors that name the place.
 *
 * @module
 */
import { allocate, sizeOf, type Aval, type DType, type HostArray, type Shape } from './types.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Writes and reads one kind of value. `decode` throws an error that names `path`. */
export interface Codec<T> {
  encode(value: T): Json;
  decode(json: unknown, path: string): T;
}

/** Throws `fromJSON: path: expected …, found …`. */
export function fail(path: string, expected: string, found: unknown): never {
  const text = found === undefined ? 'nothing' : (JSON.stringify(found) ?? String(found));
  throw new Error(
    `fromJSON: ${path}: expected ${expected}, found ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`,
  );
}

/** A JSON object, or an error. */
export function objectAt(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail(path, 'an object', json);
  return json as Readonly<Record<string, unknown>>;
}

/** An integer in [least, most], or an error. */
export function integerIn(json: unknown, path: string, least: number, most: number): number {
  if (typeof json !== 'number' || !Number.isInteger(json) || json < least || json > most) {
    fail(path, most < least ? 'nothing (no value exists yet)' : `an integer from ${least} to ${most}`, json);
  }
  return json;
}

/** A list of values of one kind. */
export function listOf<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((v) => item.encode(v)),
    decode: (json, path) => {
      if (!Array.isArray(json)) fail(path, 'a list', json);
      return (json as unknown[]).map((v, i) => item.decode(v, `${path}[${i}]`));
    },
  };
}

/** One of some strings. */
export function oneOf<T extends string>(...names: readonly T[]): Codec<T> {
  return {
    encode: (value) => value,
    decode: (json, path) => {
      const found = names.find((n) => n === json);
      return found ?? fail(path, `one of ${names.join(', ')}`, json);
    },
  };
}

/** A value, or nothing. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    encode: (value) => (value === undefined ? null : codec.encode(value)),
    decode: (json, path) => (json === null || json === undefined ? undefined : codec.decode(json, path)),
  };
}

/** A record of named values; members that decode to nothing are left out. */
export function recordOf<T extends object>(members: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const list = Object.entries(members) as [keyof T & string, Codec<unknown>][];
  return {
    encode: (value) => Object.fromEntries(list.map(([name, codec]) => [name, codec.encode(value[name])])),
    decode: (json, path) => {
      const given = objectAt(json, path);
      const entries = list.map(([name, codec]) => [name, codec.decode(given[name], `${path}.${name}`)]);
      return Object.fromEntries(entries.filter(([, v]) => v !== undefined)) as T;
    },
  };
}

/** A boolean. */
export const booleanCodec: Codec<boolean> = {
  encode: (value) => value,
  decode: (json, path) => (typeof json === 'boolean' ? json : fail(path, 'true or false', json)),
};

/** A count or position: an integer from 0 to 2⁵³ − 1. */
export const countCodec: Codec<number> = {
  encode: (value) => value,
  decode: (json, path) => integerIn(json, path, 0, Number.MAX_SAFE_INTEGER),
};

/** A list of integers of either sign. */
export const integersCodec: Codec<readonly number[]> = listOf({
  encode: (value: number) => value,
  decode: (json, path) => integerIn(json, path, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});

/** Any float64; those that JSON lacks are strings. */
export const numberCodec: Codec<number> = {
  encode: (value) =>
    !Number.isFinite(value) || Object.is(value, -0) ? (value === 0 ? '-0' : String(value)) : value,
  decode: (json, path) => {
    if (typeof json === 'number') return json;
    if (json === 'NaN' || json === 'Infinity' || json === '-Infinity' || json === '-0') return Number(json);
    return fail(path, 'a number, "NaN", "Infinity", "-Infinity" or "-0"', json);
  },
};

/** An element type. */
export const dtypeCodec: Codec<DType> = oneOf('f', 'i32', 'u32', 'bool');

/** A shape, or any list of counts. */
export const shapeCodec: Codec<Shape> = listOf(countCodec);

/** An abstract value. */
export const avalCodec: Codec<Aval> = recordOf<Aval>({ shape: shapeCodec, dtype: dtypeCodec });

const ranges: { readonly [D in Exclude<DType, 'f'>]: readonly [number, number] } = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  bool: [0, 1],
};

/** A concrete value. */
export const arrayCodec: Codec<HostArray> = {
  encode: ({ data, shape, dtype }) => ({
    shape,
    dtype,
    data: Array.from(data, (v) => numberCodec.encode(v)),
  }),
  decode: (json, path) => {
    const { shape, dtype } = avalCodec.decode(json, path);
    const values = listOf(numberCodec).decode(objectAt(json, path)['data'], `${path}.data`);
    if (values.length !== sizeOf(shape)) {
      fail(`${path}.data`, `${sizeOf(shape)} elements for shape [${shape.join(',')}]`, values.length);
    }
    if (dtype !== 'f') values.forEach((v, i) => integerIn(v, `${path}.data[${i}]`, ...ranges[dtype]));
    const data = allocate(dtype, values.length);
    data.set(values);
    return { data, shape, dtype };
  },
};
