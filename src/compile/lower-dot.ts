/**
 * Lowering of the general contraction to matrix products with strides.
 *
 * @module
 */
import { sizeOf } from '../ir/index.js';
import { otherAxes } from '../ir/indexing.js';
import { product, type ProductShape } from './kernels-dot.js';
import type { Step } from './nest.js';
import type { Planner } from './planner.js';
import type { LowerRule } from './rule.js';
import { transposeView, type View } from './view.js';

/** The one stride with which some neighbouring axes run as one, or undefined. */
function mergedStride(v: View, axes: readonly number[]): number | undefined {
  let stride = 0;
  let size = 1;
  for (const a of [...axes].reverse()) {
    if (v.shape[a] === 1) continue;
    if (size > 1 && v.strides[a] !== stride * size) return undefined;
    if (size === 1) stride = v.strides[a]!;
    size *= v.shape[a]!;
  }
  return stride;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** An operand as groups of axes (batch, rows, columns), each of which runs with one stride; copied if need be. */
function grouped(plan: Planner, v: View, groups: readonly (readonly number[])[]): readonly [View, number[]] {
  const ordered = transposeView(v, groups.flat());
  let at = 0;
  const places = groups.map((g) => range(at, (at += g.length)));
  const strides = places.map((g) => mergedStride(ordered, g));
  if (strides.every((s) => s !== undefined)) return [ordered, strides];
  const copy = plan.copy(ordered);
  return [copy, places.map((g) => mergedStride(copy, g)!)];
}

/** The rule of `dot`. */
export const lowerDot: LowerRule<'dot'> = (attrs, [a, b], [result], plan) => {
  const { lhsContract, rhsContract, lhsBatch, rhsBatch } = attrs;
  const freeA = otherAxes(a!.shape.length, [...lhsBatch, ...lhsContract]);
  const freeB = otherAxes(b!.shape.length, [...rhsBatch, ...rhsContract]);
  const size = (v: View, axes: readonly number[]): number => sizeOf(axes.map((x) => v.shape[x]!));
  const [m, n, k] = [size(a!, freeA), size(b!, freeB), size(a!, lhsContract)];
  const [x, [batchA, aM, aK]] = grouped(plan, a!, [lhsBatch, freeA, lhsContract]);
  const [y, [batchB, bK, bN]] = grouped(plan, b!, [rhsBatch, rhsContract, freeB]);
  const out = plan.result(result!);
  const direct: ProductShape = { m, n, k, outM: n, outN: 1, aM: aM!, aK: aK!, bK: bK!, bN: bN! };
  const turned: ProductShape = { m: n, n: m, k, outM: 1, outN: n, aM: bN!, aK: bK!, bK: aK!, bN: aM! };
  // (AB)ᵀ = BᵀAᵀ: the operand with more rows is the one that is worked on four rows at a time
  const turn = m < 4 && n > m;
  const count = size(a!, lhsBatch);
  const [o, xs, ys] = [out.slot, x.slot, y.slot];
  const run: Step = () => {
    const [to, u, v] = [o.data, xs.data, ys.data] as readonly Float64Array[];
    for (let i = 0; i < count; i++) {
      const p = x.offset + i * batchA!;
      const q = y.offset + i * batchB!;
      if (turn) product(turned, to!, i * m * n, v!, q, u!, p);
      else product(direct, to!, i * m * n, u!, p, v!, q);
    }
  };
  plan.emit(run, [x, y], [out]);
  return [out];
};
