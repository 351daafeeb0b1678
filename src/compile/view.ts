/**
 * Buffers and strided views of them: what a graph value is while it runs.
 *
 * The element of index i lies at `offset + Σ iₐ·strides[a]`. Broadcast, transpose, slice, reverse and most reshapes only
 * make another view of the same buffer; nothing is copied.
 *
 * @module
 */
import { sizeOf, stridesOf, type Aval, type Data, type DType, type Shape } from '../ir/index.js';

/** A buffer whose array is bound later, and may be exchanged between runs of a loop: steps read `data` as they run. */
export interface Slot {
  data: Data;
  readonly dtype: DType;
  readonly size: number;
}

/** Where the elements of a shape lie in something that is numbered. */
export interface Strided {
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A strided view of a slot. */
export interface View extends Aval, Strided {
  readonly slot: Slot;
}

/** The row-major view of a whole slot. */
export function wholeView(slot: Slot, aval: Aval): View {
  return { slot, offset: 0, strides: stridesOf(aval.shape), shape: aval.shape, dtype: aval.dtype };
}

/** Whether the elements of a view lie one after another in row-major order. */
export function isContiguous(v: Strided): boolean {
  const standard = stridesOf(v.shape);
  return v.strides.every((s, a) => s === standard[a] || v.shape[a]! <= 1) || sizeOf(v.shape) === 0;
}

/** Operand axis i becomes axis `axes[i]`; other axes, and operand axes of size 1, repeat. */
export function broadcastView<V extends Strided>(v: V, shape: Shape, axes: readonly number[]): V {
  const strides = shape.map(() => 0);
  axes.forEach((a, i) => {
    if (v.shape[i] !== 1) strides[a] = v.strides[i]!;
  });
  return { ...v, shape, strides };
}

/** Axis i of the result is axis `perm[i]`. */
export function transposeView<V extends Strided>(v: V, perm: readonly number[]): V {
  return { ...v, shape: perm.map((p) => v.shape[p]!), strides: perm.map((p) => v.strides[p]!) };
}

/** Elements start, start + step, … per axis, `shape` of them. */
export function sliceView<V extends Strided>(
  v: V,
  start: readonly number[],
  step: readonly number[],
  shape: Shape,
): V {
  const offset = start.reduce((at, s, a) => at + s * v.strides[a]!, v.offset);
  return { ...v, offset, shape, strides: v.strides.map((s, a) => s * step[a]!) };
}

/** Some axes run backwards. */
export function reverseView<V extends Strided>(v: V, axes: readonly number[]): V {
  const start = v.shape.map((d, a) => (axes.includes(a) ? Math.max(0, d - 1) : 0));
  const step = v.shape.map((_, a) => (axes.includes(a) ? -1 : 1));
  return sliceView(v, start, step, v.shape);
}

/** The view with another shape, where strides can express it: nothing but unit axes change, or all elements are one. */
export function reshapeView<V extends Strided>(v: V, shape: Shape): V | undefined {
  if (isContiguous(v)) return { ...v, shape, strides: stridesOf(shape) };
  const long = v.shape.map((_, a) => a).filter((a) => v.shape[a] !== 1);
  if (long.every((a) => v.strides[a] === 0)) return { ...v, shape, strides: shape.map(() => 0) };
  const newLong = shape.map((_, a) => a).filter((a) => shape[a] !== 1);
  if (long.length !== newLong.length || long.some((a, i) => v.shape[a] !== shape[newLong[i]!]))
    return undefined;
  const strides = shape.map(() => 0);
  newLong.forEach((a, i) => {
    strides[a] = v.strides[long[i]!]!;
  });
  return { ...v, shape, strides };
}
