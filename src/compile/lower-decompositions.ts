/**
 * Lowering of the orthogonal decompositions. Scratch space is made with the plan, so that a run allocates nothing.
 *
 * @module
 */
import { sizeOf } from '../ir/index.js';
import { qrScratch, qrStack } from '../ir/householder.js';
import { svdScratch, svdStack } from '../ir/jacobi-svd.js';
import { eighScratch, eighStack } from '../ir/tridiagonal.js';
import type { LowerTable } from './rule.js';
import type { View } from './view.js';

const reals = (v: View): Float64Array => v.slot.data as Float64Array;

/** The number of matrices in A[..., m, n], m and n. */
function stackOf(a: View): readonly [count: number, m: number, n: number] {
  const [m, n] = a.shape.slice(-2) as [number, number];
  return [sizeOf(a.shape.slice(0, -2)), m, n];
}

/** Rules of qr, eigh and svd. */
export const lowerDecompositions: Pick<LowerTable, 'qr' | 'eigh' | 'svd'> = {
  qr: (_, [a0], results, plan) => {
    const a = plan.contiguous(a0!);
    const [count, m, n] = stackOf(a);
    const [q, r] = results.map((y) => plan.result(y)) as [View, View];
    const scratch = new Float64Array(qrScratch(m, n));
    plan.emit(() => qrStack(count, m, n, reals(q), reals(r), reals(a), a.offset, scratch), [a], [q, r]);
    return [q, r];
  },
  eigh: (_, [a0], results, plan) => {
    const a = plan.contiguous(a0!);
    const [count, n] = stackOf(a);
    const [w, v] = results.map((y) => plan.result(y)) as [View, View];
    const scratch = new Float64Array(eighScratch(n));
    plan.emit(() => eighStack(count, n, reals(w), reals(v), reals(a), a.offset, scratch), [a], [w, v]);
    return [w, v];
  },
  svd: (_, [a0], results, plan) => {
    const a = plan.contiguous(a0!);
    const [count, m, n] = stackOf(a);
    const [u, s, vt] = results.map((y) => plan.result(y)) as [View, View, View];
    const scratch = new Float64Array(svdScratch(m, n));
    plan.emit(
      () => svdStack(count, m, n, reals(u), reals(s), reals(vt), reals(a), a.offset, scratch),
      [a],
      [u, s, vt],
    );
    return [u, s, vt];
  },
};
