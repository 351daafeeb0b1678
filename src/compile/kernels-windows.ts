/**
 * Loops of sorting, convolution and pooling over row-major operands.
 *
 * @module
 */
import { sizeOf, stridesOf, type Data, type Shape, type WindowSteps } from '../ir/index.js';
import { forEachIndex } from '../ir/indexing.js';
import { underWindow } from '../ir/windows.js';

/**
 * For each place of a window and each element of it, the row-major position in a space that it covers; −1 in padding
 * and holes. Made once with the plan.
 */
export function windowTable(steps: WindowSteps, space: Shape, window: Shape, places: Shape): Int32Array {
  const table = new Int32Array(sizeOf(places) * sizeOf(window));
  const strides = stridesOf(space);
  const elements = sizeOf(window);
  forEachIndex(places, (p, row) => {
    forEachIndex(window, (k, column) => {
      let at = 0;
      for (let a = 0; a < space.length && at >= 0; a++) {
        const i = underWindow(steps, a, p[a]!, k[a]!, space[a]!);
        at = i === undefined ? -1 : at + i * strides[a]!;
      }
      table[row * elements + column] = at;
    });
  });
  return table;
}

/** The elements under places [first, end) of a window, over channels: patches[place, channel, element]. */
export function patchesOf(
  patches: Float64Array,
  table: Int32Array,
  first: number,
  end: number,
  channels: number,
  elements: number,
  x: Float64Array,
  from: number,
  space: number,
): void {
  let to = 0;
  for (let p = first; p < end; p++) {
    for (let c = 0; c < channels; c++) {
      const base = from + c * space;
      let row = p * elements;
      for (let k = 0; k < elements; k++) {
        const at = table[row++]!;
        patches[to++] = at < 0 ? 0 : x[base + at]!;
      }
    }
  }
}

/** Sizes of x[lead, space, trail] pooled over its middle. */
export interface PoolShape {
  readonly lead: number;
  readonly space: number;
  readonly trail: number;
  readonly places: number;
  readonly elements: number;
}

/** out[l, p, t] = Σₖ x[l, table[p, k], t]. */
export function poolSumLoop(s: PoolShape, table: Int32Array, out: Data, x: Data, from: number): void {
  let to = 0;
  for (let l = 0; l < s.lead; l++) {
    const base = from + l * s.space * s.trail;
    for (let p = 0; p < s.places; p++) {
      for (let t = 0; t < s.trail; t++) {
        let sum = 0;
        for (let k = p * s.elements; k < (p + 1) * s.elements; k++) {
          const at = table[k]!;
          if (at >= 0) sum += x[base + at * s.trail + t]!;
        }
        out[to++] = sum;
      }
    }
  }
}

/** The greatest elements and their positions in x; the first NaN wins. */
export function poolMaxLoop(
  s: PoolShape,
  table: Int32Array,
  least: number,
  out: Data,
  where: Data,
  x: Data,
  from: number,
): void {
  let to = 0;
  for (let l = 0; l < s.lead; l++) {
    const base = l * s.space * s.trail;
    for (let p = 0; p < s.places; p++) {
      for (let t = 0; t < s.trail; t++) {
        let best = -1;
        let top = least;
        for (let k = p * s.elements; k < (p + 1) * s.elements && top === top; k++) {
          const at = table[k]!;
          if (at < 0) continue;
          const i = base + at * s.trail + t;
          const v = x[from + i]!;
          if (best < 0 || v > top || v !== v) {
            best = i;
            top = v;
          }
        }
        out[to] = top;
        where[to++] = best;
      }
    }
  }
}

/** Sorted lines along the middle axis of x[before, n, after], with their permutations: stable, NaN last. */
export function sortLoop(
  before: number,
  n: number,
  after: number,
  out: Data,
  perm: Data,
  x: Data,
  from: number,
): void {
  const order = new Int32Array(n);
  const line = new Float64Array(n);
  // equal elements keep their order by their index
  const compare = (i: number, j: number): number => {
    const [a, b] = [line[i]!, line[j]!];
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return i - j;
    return Number(a !== a) - Number(b !== b) || i - j;
  };
  for (let b = 0; b < before; b++) {
    for (let t = 0; t < after; t++) {
      const base = b * n * after + t;
      for (let i = 0; i < n; i++) {
        order[i] = i;
        line[i] = x[from + base + i * after]!;
      }
      order.sort(compare);
      for (let i = 0; i < n; i++) {
        out[base + i * after] = line[order[i]!]!;
        perm[base + i * after] = order[i]!;
      }
    }
  }
}
