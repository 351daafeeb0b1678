/**
 * Loops of gather and scatterAdd over row-major operands.
 *
 * @module
 */
import type { Data } from '../ir/index.js';

/**
 * The sizes of x[batch, lead, axis, trail] gathered at i[batch, count]: x is `batch·lead` blocks of `size` slices of
 * `trail` elements.
 */
export interface GatherShape {
  readonly batch: number;
  readonly lead: number;
  readonly size: number;
  readonly count: number;
  readonly trail: number;
}

/** out[b, l, c, t] = x[b, l, clamp(i[b, c]), t]. */
export function gatherLoop(
  { batch, lead, size, count, trail }: GatherShape,
  out: Data,
  x: Data,
  p: number,
  indices: Data,
  q: number,
): void {
  let to = 0;
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < lead; l++) {
      const block = p + (b * lead + l) * size * trail;
      for (let c = 0; c < count; c++) {
        const i = indices[q + b * count + c]!;
        const from = block + (i < 0 ? 0 : i >= size ? size - 1 : i) * trail;
        for (let t = 0; t < trail; t++) out[to++] = x[from + t]!;
      }
    }
  }
}

/** `gatherLoop` for reals from one vector, the common case of a group index. */
export function gatherReals(
  size: number,
  count: number,
  out: Float64Array,
  x: Float64Array,
  p: number,
  indices: Int32Array,
  q: number,
): void {
  for (let c = 0; c < count; c++) {
    const i = indices[q + c]!;
    out[c] = x[p + (i < 0 ? 0 : i >= size ? size - 1 : i)]!;
  }
}

/** out[b, l, clamp(i[b, c]), t] += u[b, l, c, t], from zeros. */
export function scatterLoop(
  { batch, lead, size, count, trail }: GatherShape,
  out: Data,
  indices: Data,
  q: number,
  updates: Data,
  p: number,
): void {
  out.fill(0);
  let from = p;
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < lead; l++) {
      const block = (b * lead + l) * size * trail;
      for (let c = 0; c < count; c++) {
        const i = indices[q + b * count + c]!;
        const to = block + (i < 0 ? 0 : i >= size ? size - 1 : i) * trail;
        for (let t = 0; t < trail; t++) out[to + t]! += updates[from++]!;
      }
    }
  }
}

/** `scatterLoop` for reals into one vector. */
export function scatterReals(
  size: number,
  count: number,
  out: Float64Array,
  indices: Int32Array,
  q: number,
  updates: Float64Array,
  p: number,
): void {
  out.fill(0);
  for (let c = 0; c < count; c++) {
    const i = indices[q + c]!;
    out[i < 0 ? 0 : i >= size ? size - 1 : i]! += updates[p + c]!;
  }
}
