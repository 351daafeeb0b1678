/**
 * Reference evaluation of sorting, blocks at computed positions, convolution and pooling.
 *
 * @module
 */
import type { WindowName } from './abstract-windows.js';
import type { WindowSteps } from './catalogue-windows.js';
import { extremes } from './evaluate-reductions.js';
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import { forEachIndex, positionIn } from './indexing.js';
import type { HostArray, Shape } from './types.js';
import { underWindow } from './windows.js';

/** Operand index under element `k` of the window at `p`, over axes in order; undefined in padding or a hole. */
function covered(
  steps: WindowSteps,
  p: readonly number[],
  k: readonly number[],
  shape: Shape,
): number[] | undefined {
  const index: number[] = [];
  for (let a = 0; a < shape.length; a++) {
    const i = underWindow(steps, a, p[a]!, k[a]!, shape[a]!);
    if (i === undefined) return undefined;
    index.push(i);
  }
  return index;
}

/** A block's first index, moved so that the block lies inside. */
function clampStart(start: HostArray, shape: Shape, size: Shape): number[] {
  return shape.map((n, a) => Math.max(0, Math.min(start.data[a]!, n - size[a]!)));
}

/** Whether b sorts strictly before a. */
const after = (a: number, b: number): boolean => b < a || (Number.isNaN(a) && !Number.isNaN(b));

/** Rules of the family. */
export const evaluateWindows: Pick<EvaluateTable, WindowName> = {
  sort: ({ axis }, [x], [result, permutation]) => {
    const out = zeros(result!);
    const perm = zeros(permutation!);
    const at = positionIn(x!.shape);
    const n = x!.shape[axis]!;
    forEachIndex(
      x!.shape.map((d, a) => (a === axis ? Math.min(d, 1) : d)),
      (index) => {
        const place = (i: number): number => at(index.map((v, a) => (a === axis ? i : v)));
        const order: number[] = [];
        // insertion after everything that is not greater: stable
        for (let i = 0; i < n; i++) {
          let k = order.length;
          while (k > 0 && after(x!.data[place(order[k - 1]!)]!, x!.data[place(i)]!)) k--;
          order.splice(k, 0, i);
        }
        order.forEach((from, to) => {
          out[place(to)] = x!.data[place(from)]!;
          perm[place(to)] = from;
        });
      },
    );
    return [out, perm];
  },
  dynamicSlice: ({ size }, [x, start], [result]) => {
    const out = zeros(result!);
    const first = clampStart(start!, x!.shape, size);
    const at = positionIn(x!.shape);
    forEachIndex(size, (index, i) => {
      out[i] = x!.data[at(index.map((v, a) => v + first[a]!))]!;
    });
    return [out];
  },
  dynamicUpdate: (_, [x, u, start], [result]) => {
    const out = zeros(result!);
    out.set(x!.data);
    const first = clampStart(start!, x!.shape, u!.shape);
    const at = positionIn(x!.shape);
    forEachIndex(u!.shape, (index, i) => {
      out[at(index.map((v, a) => v + first[a]!))] = u!.data[i]!;
    });
    return [out];
  },
  conv: (steps, [x, w], [result]) => {
    const out = zeros(result!);
    const [atX, atW] = [positionIn(x!.shape), positionIn(w!.shape)];
    forEachIndex(result!.shape, ([g, n, o, ...p], i) => {
      let s = 0;
      forEachIndex(w!.shape.slice(2), ([c, ...k]) => {
        const index = covered(steps, p, k, x!.shape.slice(3));
        if (index === undefined) return;
        s += w!.data[atW([g!, o!, c!, ...k])]! * x!.data[atX([g!, n!, c!, ...index])]!;
      });
      out[i] = s;
    });
    return [out];
  },
  poolSum: (attrs, [x], [result]) => {
    const out = zeros(result!);
    const at = positionIn(x!.shape);
    forEachIndex(result!.shape, (p, i) => {
      let s = 0;
      forEachIndex(attrs.window, (k) => {
        const index = covered(attrs, p, k, x!.shape);
        if (index !== undefined) s += x!.data[at(index)]!;
      });
      out[i] = s;
    });
    return [out];
  },
  poolMax: (attrs, [x], [result, positions]) => {
    const out = zeros(result!);
    const where = zeros(positions!);
    const at = positionIn(x!.shape);
    forEachIndex(result!.shape, (p, i) => {
      let best = -1;
      let top: number = extremes[x!.dtype][0];
      forEachIndex(attrs.window, (k) => {
        const index = covered(attrs, p, k, x!.shape);
        if (index === undefined || Number.isNaN(top)) return;
        const v = x!.data[at(index)]!;
        if (best >= 0 && !(v > top || Number.isNaN(v))) return;
        best = at(index);
        top = v;
      });
      out[i] = top;
      where[i] = best;
    });
    return [out, where];
  },
};
