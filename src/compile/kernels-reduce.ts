/**
 * Inner loops of reductions: `out[k] = out[k] ∘ a[p]`, where the result stands still along reduced axes.
 *
 * @module
 */
import type { Data } from '../ir/index.js';
import type { InnerChoice, Kernel1 } from './nest.js';

type Real = Float64Array;

/** Sums of reals, in the order of the operand. */
export const sumReal: Kernel1<Real, Real> = (n, out, k, ok, a, p, pa) => {
  if (ok === 0) {
    let s = out[k]!;
    let i = 0;
    for (; i < n - 3; i += 4) {
      s += a[p]!;
      s += a[(p + pa) | 0]!;
      s += a[(p + 2 * pa) | 0]!;
      s += a[(p + 3 * pa) | 0]!;
      p = (p + 4 * pa) | 0;
    }
    for (; i < n; i++) {
      s += a[p]!;
      p = (p + pa) | 0;
    }
    out[k] = s;
    return;
  }
  for (let i = 0; i < n; i++) {
    out[k]! += a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

/** Greatest reals; NaN if any is. */
export const maxReal: Kernel1<Real, Real> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = Math.max(out[k]!, a[p]!);
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

/** The reduction by any function. */
export function reduceBy(f: (a: number, x: number) => number): Kernel1<Data, Data> {
  return (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = f(out[k]!, a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  };
}

/**
 * The inner loop of a reduction: the longest of the kept axes and the last reduced axis. No other reduced axis may move
 * inwards, so that each result is summed in the order of the operand.
 */
export const innerOfReduction: InnerChoice = (strides, sizes) => {
  const lastReduced = strides.findLastIndex((s) => s[0] === 0);
  let at = lastReduced < 0 ? 0 : lastReduced;
  sizes.forEach((d, i) => {
    if ((strides[i]![0] !== 0 || i === lastReduced) && d > sizes[at]!) at = i;
  });
  return at;
};
