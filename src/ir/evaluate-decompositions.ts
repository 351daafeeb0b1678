/**
 * Reference evaluation of the orthogonal decompositions, over leading axes.
 *
 * @module
 */
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import { qrScratch, qrStack } from './householder.js';
import { svdScratch, svdStack } from './jacobi-svd.js';
import { eighScratch, eighStack } from './tridiagonal.js';
import { sizeOf, type Aval, type HostArray } from './types.js';

const reals = (aval: Aval): Float64Array => zeros(aval) as Float64Array;

/** The elements of A[..., m, n], the number of matrices, m and n. */
function stackOf(a: HostArray): readonly [data: Float64Array, count: number, m: number, n: number] {
  const [m, n] = a.shape.slice(-2) as [number, number];
  return [a.data as Float64Array, sizeOf(a.shape.slice(0, -2)), m, n];
}

/** Rules of qr, eigh and svd. */
export const evaluateDecompositions: Pick<EvaluateTable, 'qr' | 'eigh' | 'svd'> = {
  qr: (_, [a], results) => {
    const [data, count, m, n] = stackOf(a!);
    const [q, r] = results.map(reals) as [Float64Array, Float64Array];
    qrStack(count, m, n, q, r, data, 0, new Float64Array(qrScratch(m, n)));
    return [q, r];
  },
  eigh: (_, [a], results) => {
    const [data, count, n] = stackOf(a!);
    const [w, v] = results.map(reals) as [Float64Array, Float64Array];
    eighStack(count, n, w, v, data, 0, new Float64Array(eighScratch(n)));
    return [w, v];
  },
  svd: (_, [a], results) => {
    const [data, count, m, n] = stackOf(a!);
    const [u, s, vt] = results.map(reals) as [Float64Array, Float64Array, Float64Array];
    svdStack(count, m, n, u, s, vt, data, 0, new Float64Array(svdScratch(m, n)));
    return [u, s, vt];
  },
};
