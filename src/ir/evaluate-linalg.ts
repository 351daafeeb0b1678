/**
 * Reference evaluation of decompositions and triangular systems, over leading axes.
 *
 * @module
 */
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import { sizeOf, type HostArray } from './types.js';

/** Number of matrices in A[..., n, n], and n. */
function stackOf(a: HostArray): readonly [count: number, n: number] {
  return [sizeOf(a.shape.slice(0, -2)), a.shape[a.shape.length - 1]!];
}

/** Rules of decompositions. */
export const evaluateLinalg: Pick<EvaluateTable, 'cholesky' | 'triangularSolve' | 'lu'> = {
  cholesky: (_, [a], [result]) => {
    const out = zeros(result!);
    const [count, n] = stackOf(a!);
    for (let m = 0; m < count; m++) {
      const at = (i: number, j: number): number => m * n * n + i * n + j;
      let definite = true;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let s = a!.data[at(i, j)]!;
          for (let k = 0; k < j; k++) s -= out[at(i, k)]! * out[at(j, k)]!;
          if (i === j && !(s > 0)) definite = false;
          out[at(i, j)] = i === j ? Math.sqrt(s) : s / out[at(j, j)]!;
        }
      }
      if (!definite) for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) out[at(i, j)] = NaN;
    }
    return [out];
  },
  triangularSolve: ({ lower, transposeA, unitDiagonal }, [a, b], [result]) => {
    const x = zeros(result!);
    const [count, n] = stackOf(a!);
    const columns = b!.shape[b!.shape.length - 1]!;
    // op(A) is lower triangular if A is and is not transposed, or neither
    const forward = lower !== transposeA;
    for (let m = 0; m < count; m++) {
      const element = (i: number, j: number): number =>
        a!.data[m * n * n + (transposeA ? j * n + i : i * n + j)]!;
      const at = (i: number, c: number): number => (m * n + i) * columns + c;
      for (let c = 0; c < columns; c++) {
        for (let step = 0; step < n; step++) {
          const i = forward ? step : n - 1 - step;
          let s = b!.data[at(i, c)]!;
          if (forward) for (let j = 0; j < i; j++) s -= element(i, j) * x[at(j, c)]!;
          else for (let j = i + 1; j < n; j++) s -= element(i, j) * x[at(j, c)]!;
          x[at(i, c)] = unitDiagonal ? s : s / element(i, i);
        }
      }
    }
    return [x];
  },
  lu: (_, [a], [result, permutation]) => {
    const out = zeros(result!);
    out.set(a!.data);
    const perm = zeros(permutation!);
    const [count, n] = stackOf(a!);
    for (let m = 0; m < count; m++) {
      const at = (i: number, j: number): number => m * n * n + i * n + j;
      for (let i = 0; i < n; i++) perm[m * n + i] = i;
      for (let k = 0; k < n; k++) {
        let pivot = k;
        for (let i = k + 1; i < n; i++) {
          if (Math.abs(out[at(i, k)]!) > Math.abs(out[at(pivot, k)]!)) pivot = i;
        }
        for (let j = 0; j < n; j++) {
          [out[at(k, j)], out[at(pivot, j)]] = [out[at(pivot, j)]!, out[at(k, j)]!];
        }
        [perm[m * n + k], perm[m * n + pivot]] = [perm[m * n + pivot]!, perm[m * n + k]!];
        // a column of zeros has nothing to eliminate; the singularity stays visible on the diagonal of U
        if (out[at(k, k)] === 0) continue;
        for (let i = k + 1; i < n; i++) {
          const factor = out[at(i, k)]! / out[at(k, k)]!;
          out[at(i, k)] = factor;
          for (let j = k + 1; j < n; j++) out[at(i, j)]! -= factor * out[at(k, j)]!;
        }
      }
    }
    return [out, perm];
  },
};
