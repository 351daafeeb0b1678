/** Short constructors of host arrays and avals for tests. */
import { hostArray, sizeOf, type Aval, type HostArray, type Shape } from '../../src/ir/index.js';
import { stream } from './differences.js';

const vector = (v: readonly number[]): Shape => [v.length];
/** A real array; a vector if no shape is given. */
export const real = (values: readonly number[], shape: Shape = vector(values)): HostArray =>
  hostArray(values, shape, 'f');
/** A real scalar. */
export const scalar = (value: number): HostArray => hostArray([value], [], 'f');
/** An i32 array. */
export const ints = (values: readonly number[], shape: Shape = vector(values)): HostArray =>
  hostArray(values, shape, 'i32');
/** A u32 array. */
export const words = (values: readonly number[], shape: Shape = vector(values)): HostArray =>
  hostArray(values, shape, 'u32');
/** A bool array. */
export const bools = (values: readonly number[], shape: Shape = vector(values)): HostArray =>
  hostArray(values, shape, 'bool');
/** Reals in (lo, hi) that depend on the seed alone. */
export const spread = (shape: Shape, seed: number, lo = -1, hi = 1): HostArray => {
  const next = stream(seed);
  return real(
    Array.from({ length: sizeOf(shape) }, () => lo + ((hi - lo) * (next() + 1)) / 2),
    shape,
  );
};
/** A symmetric positive definite matrix, or a stack of them. */
export const positive = (n: number, seed: number, stack: Shape = []): HostArray => {
  const a = spread([...stack, n, n], seed).data;
  const out: number[] = [];
  for (let s = 0; s < sizeOf(stack); s++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let v = i === j ? 1 : 0;
        for (let k = 0; k < n; k++) v += a[s * n * n + i * n + k]! * a[s * n * n + j * n + k]!;
        out.push(v);
      }
    }
  }
  return real(out, [...stack, n, n]);
};
/** A real aval. */
export const f = (...shape: number[]): Aval => ({ shape, dtype: 'f' });
/** An i32 aval. */
export const i = (...shape: number[]): Aval => ({ shape, dtype: 'i32' });
