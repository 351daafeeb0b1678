/**
 * The forms of 128-bit vector instructions.
 *
 * @module
 */
import { Expr, simd, type ValueType } from './expr.js';

export type V = Expr<'v128'>;
export type Unary = (a: V) => V;
export type Binary = (a: V, b: V) => V;
export type Shift = (a: V, count: Expr<'i32'>) => V;
export type Load = (address: Expr<'i32'>, offset?: number) => V;

export const unary =
  (code: number): Unary =>
  (a) =>
    new Expr('v128', simd + code, [a]);
export const binary =
  (code: number): Binary =>
  (a, b) =>
    new Expr('v128', simd + code, [a, b]);
export const shift =
  (code: number): Shift =>
  (a, count) =>
    new Expr('v128', simd + code, [a, count]);
export const unsigned = (...values: number[]): { kind: 'unsigned'; values: number[] } => ({
  kind: 'unsigned',
  values,
});
export const raw = (bytes: Uint8Array): { kind: 'raw'; bytes: Uint8Array } => ({ kind: 'raw', bytes });
export const load =
  (code: number, align: number): Load =>
  (address, offset = 0) =>
    new Expr('v128', simd + code, [address], unsigned(align, offset));
export const loadLane =
  (code: number, align: number) =>
  (address: Expr<'i32'>, vector: V, lane: number, offset = 0): V =>
    new Expr('v128', simd + code, [address, vector], unsigned(align, offset, lane));
export const test =
  (code: number) =>
  (a: V): Expr<'i32'> =>
    new Expr('i32', simd + code, [a]);

/** Lanes of one element type: splat, extract and replace. */
export interface Lanes<T extends ValueType> {
  readonly splat: (a: Expr<T>) => V;
  readonly extract: (a: V, lane: number) => Expr<T>;
  readonly replace: (a: V, lane: number, b: Expr<T>) => V;
}

export function lanes<T extends ValueType>(type: T, splat: number, extract: number): Lanes<T> {
  return {
    splat: (a) => new Expr('v128', simd + splat, [a]),
    extract: (a, lane) => new Expr(type, simd + extract, [a], unsigned(lane)),
    replace: (a, lane, b) => new Expr('v128', simd + extract + 1, [a, b], unsigned(lane)),
  };
}

/** The bytes of four 32-bit or two 64-bit elements. */
export const bytesOf = (values: Float32Array | Float64Array | Int32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer as ArrayBuffer);

export const constant = (bytes: Uint8Array): V => new Expr('v128', simd + 0x0c, [], raw(bytes));

/** One value in every lane, or four values. */
export const four = (values: readonly number[]): readonly number[] =>
  values.length === 1 ? [values[0]!, values[0]!, values[0]!, values[0]!] : values;
export const two = <N>(values: readonly N[]): readonly N[] =>
  values.length === 1 ? [values[0]!, values[0]!] : values;
