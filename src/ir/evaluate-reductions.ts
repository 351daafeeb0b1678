/**
 * Reference evaluation of reductions, running sums and contractions. Sums run in row-major order.
 *
 * @module
 */
import { zeros, type EvaluateRule, type EvaluateTable } from './evaluate-rule.js';
import { forEachIndex, otherAxes, pick, positionIn } from './indexing.js';
import type { DType } from './types.js';

type Name = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

/** The least and the greatest value of an element type: the results of reducing nothing by max and min. */
export const extremes: { readonly [D in DType]: readonly [number, number] } = {
  f: [-Infinity, Infinity],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  bool: [0, 1],
};

/** result[kept] = initial ∘ x[kept, r₁] ∘ x[kept, r₂] ∘ … */
function reduce(
  initial: (dtype: DType) => number,
  combine: (dtype: DType) => (a: number, x: number) => number,
): EvaluateRule<Name> {
  return ({ axes }, [x], [result]) => {
    const out = zeros(result!);
    out.fill(initial(x!.dtype));
    const f = combine(x!.dtype);
    const kept = otherAxes(x!.shape.length, axes);
    const at = positionIn(result!.shape);
    forEachIndex(x!.shape, (index, i) => {
      const target = at(pick(index, kept));
      out[target] = f(out[target]!, x!.data[i]!);
    });
    return [out];
  };
}

/** Index of the first element that `better` prefers to all before it; the first NaN wins. */
function argExtreme(better: (x: number, best: number) => boolean): EvaluateRule<'argMax' | 'argMin'> {
  return ({ axis }, [x], [result]) => {
    const out = zeros(result!);
    const at = positionIn(x!.shape);
    forEachIndex(result!.shape, (index, i) => {
      const element = (k: number): number => x!.data[at([...index.slice(0, axis), k, ...index.slice(axis)])]!;
      let best = 0;
      for (let k = 1; k < x!.shape[axis]!; k++) {
        const [v, b] = [element(k), element(best)];
        if (!Number.isNaN(b) && (Number.isNaN(v) || better(v, b))) best = k;
      }
      out[i] = best;
    });
    return [out];
  };
}

/** Rules of reductions and contractions. */
export const evaluateReductions: Pick<EvaluateTable, Name | 'argMax' | 'argMin' | 'cumsum' | 'dot'> = {
  reduceSum: reduce(
    () => 0,
    () => (a, x) => a + x,
  ),
  reduceProd: reduce(
    () => 1,
    (dtype) => (dtype === 'f' ? (a, x) => a * x : Math.imul),
  ),
  reduceMax: reduce(
    (dtype) => extremes[dtype][0],
    () => Math.max,
  ),
  reduceMin: reduce(
    (dtype) => extremes[dtype][1],
    () => Math.min,
  ),
  argMax: argExtreme((x, best) => x > best),
  argMin: argExtreme((x, best) => x < best),
  cumsum: ({ axis, reverse }, [x], [result]) => {
    const out = zeros(result!);
    const at = positionIn(x!.shape);
    const n = x!.shape[axis]!;
    const lines = x!.shape.filter((_, a) => a !== axis);
    forEachIndex(lines, (line) => {
      let sum = 0;
      for (let step = 0; step < n; step++) {
        const k = reverse ? n - 1 - step : step;
        const i = at([...line.slice(0, axis), k, ...line.slice(axis)]);
        sum += x!.data[i]!;
        out[i] = sum;
      }
    });
    return [out];
  },
  dot: ({ lhsContract, rhsContract, lhsBatch, rhsBatch }, [a, b], [result]) => {
    const out = zeros(result!);
    const freeA = otherAxes(a!.shape.length, [...lhsBatch, ...lhsContract]);
    const freeB = otherAxes(b!.shape.length, [...rhsBatch, ...rhsContract]);
    const contracted = pick(a!.shape, lhsContract);
    const [atA, atB] = [positionIn(a!.shape), positionIn(b!.shape)];
    // the operand's index in which the named axes have the given values
    const join = (axes: readonly number[], values: readonly number[]): number[] => {
      const index: number[] = [];
      axes.forEach((axis, i) => (index[axis] = values[i]!));
      return index;
    };
    forEachIndex(result!.shape, (index, i) => {
      const batch = index.slice(0, lhsBatch.length);
      const left = index.slice(lhsBatch.length, lhsBatch.length + freeA.length);
      const right = index.slice(lhsBatch.length + freeA.length);
      let sum = 0;
      forEachIndex(contracted, (k) => {
        const x = a!.data[atA(join([...lhsBatch, ...freeA, ...lhsContract], [...batch, ...left, ...k]))]!;
        const y = b!.data[atB(join([...rhsBatch, ...freeB, ...rhsContract], [...batch, ...right, ...k]))]!;
        sum += x * y;
      });
      out[i] = sum;
    });
    return [out];
  },
};
