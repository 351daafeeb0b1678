/**
 * The judge of derivatives: directional differences in float64, extrapolated to step zero.
 */
import type { HostArray } from '../../src/ir/index.js';

/** A function of host arrays, such as a compiled graph. */
export type HostFunction = (inputs: readonly HostArray[]) => readonly HostArray[];

/** x + t v, for the arguments that have a direction. */
export function moved(
  x: readonly HostArray[],
  v: readonly (HostArray | undefined)[],
  t: number,
): HostArray[] {
  return x.map((a, i) => {
    const d = v[i];
    return d === undefined ? a : { ...a, data: Float64Array.from(a.data, (e, k) => e + t * d.data[k]!) };
  });
}

/**
 * d/dt f(x + t v) at t = 0 by central differences with Richardson extrapolation (Ridders 1982): of the tableau the entry
 * with the smallest error estimate, for each element of each real result. Other results give an empty array.
 */
export function directional(
  f: HostFunction,
  x: readonly HostArray[],
  v: readonly (HostArray | undefined)[],
  h0 = 0.05,
): Float64Array[] {
  const levels = 7;
  const at = (h: number): Float64Array[] => {
    const [up, down] = [f(moved(x, v, h)), f(moved(x, v, -h))];
    return up.map((u, i) =>
      u.dtype === 'f'
        ? Float64Array.from(u.data, (e, k) => (e - down[i]!.data[k]!) / (2 * h))
        : new Float64Array(0),
    );
  };
  const first = Array.from({ length: levels }, (_, k) => at(h0 / 2 ** k));
  return first[0]!.map((column, i) =>
    column.map((_, k) => {
      let row = first.map((d) => d[i]![k]!);
      let [best, error] = [row[levels - 1]!, Infinity];
      for (let order = 1; order < levels; order++) {
        const factor = 4 ** order;
        const next = row.slice(1).map((fine, j) => fine + (fine - row[j]!) / (factor - 1));
        next.forEach((value, j) => {
          const e = Math.max(Math.abs(value - row[j + 1]!), Math.abs(value - row[j]!));
          if (e < error) [best, error] = [value, e];
        });
        row = next;
      }
      return best;
    }),
  );
}

/** max |a − b| relative to max |b|; differences below `floor` count as none. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>, floor = 1e-9): number {
  let [difference, scale] = [0, 0];
  for (let k = 0; k < b.length; k++) {
    const d = Math.abs(a[k]! - b[k]!);
    if (!(d <= difference) && !Object.is(a[k], b[k]) && a[k] !== b[k])
      difference = Number.isNaN(d) ? Infinity : d;
    if (Number.isFinite(b[k]!)) scale = Math.max(scale, Math.abs(b[k]!));
  }
  if (a.length !== b.length) return Infinity;
  return difference <= floor ? 0 : difference / Math.max(scale, floor);
}

/** Σ aₖ bₖ over lists of arrays. */
export function innerProduct(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let s = 0;
  a.forEach((x, i) => {
    for (let k = 0; k < x.length; k++) s += x[k]! * b[i]![k]!;
  });
  return s;
}

/** A deterministic source of numbers in (−1, 1). */
export function stream(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (2 * (state >>> 8)) / 2 ** 24 - 1;
  };
}
