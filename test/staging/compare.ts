/** Comparison of a tensor function between the cpu backend, eager Adjoint, and Adjoint staged then run. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { apply, register, stage } from '../../src/staging/index.js';

register();
void tf.setBackend('cpu');

export type Fn = (...xs: any[]) => tf.Tensor | tf.Tensor[];

/** An operand: values, shape, dtype; rebuilt on each backend. */
export interface Operand {
  readonly values: readonly number[];
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

export interface Value {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** float32 on the cpu backend: 1e-5 relative, with the same absolute floor for numbers of order one. */
export const tolerance = 1e-5;

export const f32 = (values: readonly number[], shape: number[] = [values.length]): Operand => ({
  values,
  shape,
  dtype: 'float32',
});
export const i32 = (values: readonly number[], shape: number[] = [values.length]): Operand => ({
  values,
  shape,
  dtype: 'int32',
});
export const bool = (values: readonly number[], shape: number[] = [values.length]): Operand => ({
  values,
  shape,
  dtype: 'bool',
});

/** Deterministic numbers of a shape, between low and high, representable in float32. */
export function grid(shape: number[], low = -2, high = 2, seed = 1): Operand {
  const n = shape.reduce((p, d) => p * d, 1);
  let s = seed * 7919 + 17;
  const next = (): number => (s = (s * 48271) % 2147483647) / 2147483647;
  return f32(
    Array.from({ length: n }, () => Math.fround(low + (high - low) * next())),
    shape,
  );
}

export const whole = (o: Operand): Operand => ({
  ...o,
  values: o.values.map((v) => Math.round(v)),
  dtype: 'int32',
});
export const logical = (o: Operand): Operand => ({
  ...o,
  values: o.values.map((v) => (v > 0 ? 1 : 0)),
  dtype: 'bool',
});

const build = (o: Operand): tf.Tensor => tf.tensor([...o.values], o.shape, o.dtype);

function read(out: tf.Tensor | tf.Tensor[]): Value[] {
  return [out].flat().map((t) => ({ shape: t.shape, dtype: t.dtype, values: Array.from(t.dataSync()) }));
}

function on(backend: string, f: () => tf.Tensor | tf.Tensor[]): Value[] {
  const before = tf.getBackend();
  void tf.setBackend(backend);
  try {
    return read(f());
  } finally {
    void tf.setBackend(before);
  }
}

export const onCpu = (f: Fn, operands: readonly Operand[]): Value[] =>
  on('cpu', () => f(...operands.map(build)));
export const onAdjoint = (f: Fn, operands: readonly Operand[]): Value[] =>
  on('adjoint', () => f(...operands.map(build)));

export function staged(f: Fn, operands: readonly Operand[]): Value[] {
  return on('adjoint', () => {
    const args = operands.map(build);
    const { graph, captures } = stage(f, args);
    return apply(graph, args, captures) as tf.Tensor[];
  });
}

/** The first difference between two results, as a sentence; undefined if they agree. */
export function difference(expected: readonly Value[], found: readonly Value[]): string | undefined {
  if (expected.length !== found.length) return `${expected.length} results expected, ${found.length} found`;
  for (const [i, e] of expected.entries()) {
    const f = found[i]!;
    if (e.dtype !== f.dtype) return `dtype ${e.dtype} expected, ${f.dtype} found`;
    if (e.shape.join() !== f.shape.join()) return `shape [${e.shape}] expected, [${f.shape}] found`;
    for (const [k, a] of e.values.entries()) {
      const b = f.values[k]!;
      if (Object.is(a, b) || a === b) continue;
      if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))))
        return `element ${k}: ${a} expected, ${b} found`;
    }
  }
  return undefined;
}
