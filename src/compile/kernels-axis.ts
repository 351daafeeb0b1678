/**
 * Loops that run along one axis of a row-major operand.
 *
 * @module
 */
import { sizeOf, type Data, type Shape } from '../ir/index.js';
import type { Kernel1, Step } from './nest.js';
import type { View } from './view.js';

/** Running sums along the inner loop. */
export const cumsumKernel: Kernel1<Data, Data> = (n, out, k, ok, a, p, pa) => {
  let s = 0;
  for (let i = 0; i < n; i++) {
    s += a[p]!;
    out[k] = s;
    k += ok;
    p += pa;
  }
};

/** Position, along the inner loop, of the first greatest (sign 1) or least (sign −1) element; the first NaN wins. */
export function argExtremeKernel(sign: 1 | -1): Kernel1<Data, Data> {
  return (n, out, k, _, a, p, pa) => {
    let best = 0;
    let top = sign * a[p]!;
    for (let i = 1; i < n && top === top; i++) {
      p += pa;
      const x = sign * a[p]!;
      if (x > top || x !== x) {
        best = i;
        top = x;
      }
    }
    out[k] = best;
  };
}

/** Runs a kernel along each line of `axis`; the result keeps the axis or has dropped it. Both are row-major. */
export function alongAxis(
  kernel: Kernel1<Data, Data>,
  out: View,
  a: View,
  axis: number,
  options: { readonly keeps: boolean; readonly backwards?: boolean },
): Step {
  const shape: Shape = a.shape;
  const n = shape[axis]!;
  const before = sizeOf(shape.slice(0, axis));
  const after = sizeOf(shape.slice(axis + 1));
  const [o, x] = [out.slot, a.slot];
  const step = options.backwards === true ? -after : after;
  const first = options.backwards === true ? (n - 1) * after : 0;
  return () => {
    for (let b = 0; b < before; b++) {
      for (let i = 0; i < after; i++) {
        const to = b * (options.keeps ? n * after : after) + (options.keeps ? first : 0) + i;
        kernel(n, o.data, to, step, x.data, a.offset + b * n * after + first + i, step);
      }
    }
  };
}
