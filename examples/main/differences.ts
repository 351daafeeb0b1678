/** Derivatives by float64 differences of values: slow, independent of every rule, and right to ten digits. */

/** A function of one number whose values are vectors. */
export type Curve = (h: number) => ArrayLike<number>;

/**
 * The derivative of a curve at 0: central differences (f(h) − f(−h)) / 2h at h, h/2, h/4, …, extrapolated to h = 0
 * (Richardson). With four levels the error is of the order h⁸ beside rounding of the order ε/h.
 */
export function difference(f: Curve, h = 0.08, levels = 4): number[] {
  let table = Array.from({ length: levels }, (_, i) => {
    const step = h / 2 ** i;
    const [right, left] = [Array.from(f(step)), f(-step)];
    return right.map((r, j) => (r - left[j]!) / (2 * step));
  });
  for (let k = 1; table.length > 1; k++) {
    const factor = 4 ** k;
    table = table.slice(1).map((finer, i) => finer.map((v, j) => v + (v - table[i]![j]!) / (factor - 1)));
  }
  return table[0]!;
}

/** max |a − b| / max |b|: the error of a vector relative to its largest element. */
export function relativeError(found: ArrayLike<number>, right: ArrayLike<number>): number {
  const b = Array.from(right);
  const size = Math.max(...b.map(Math.abs));
  return Math.max(...b.map((v, i) => Math.abs(found[i]! - v))) / size;
}
