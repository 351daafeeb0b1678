/**
 * Decompositions and triangular systems in place, over row-major stacks of matrices.
 *
 * @module
 */

type Real = Float64Array;

/** Lower Cholesky factors of `count` matrices a[p…], in `out`; NaN where a matrix is not positive definite. */
export function choleskyLoop(count: number, n: number, out: Real, a: Real, p: number): void {
  out.fill(0);
  for (let m = 0; m < count; m++) {
    const o = m * n * n;
    const from = p + o;
    let definite = true;
    for (let i = 0; i < n; i++) {
      const row = o + i * n;
      for (let j = 0; j < i; j++) {
        const other = o + j * n;
        let s = a[from + i * n + j]!;
        for (let k = 0; k < j; k++) s -= out[row + k]! * out[other + k]!;
        out[row + j] = s / out[other + j]!;
      }
      let d = a[from + i * n + i]!;
      for (let k = 0; k < i; k++) d -= out[row + k]! * out[row + k]!;
      if (!(d > 0)) definite = false;
      out[row + i] = Math.sqrt(d);
    }
    if (!definite) for (let i = 0; i < n; i++) out.fill(NaN, o + i * n, o + i * n + i + 1);
  }
}

/** What kind of triangular system: rows from the first to the last (`forward`), or back. */
export interface TriangularKind {
  readonly forward: boolean;
  readonly transposeA: boolean;
  readonly unitDiagonal: boolean;
}

/** x with op(A) x = b for `count` systems of n rows and `columns` right sides. */
export function triangularLoop(
  { forward, transposeA, unitDiagonal }: TriangularKind,
  count: number,
  n: number,
  columns: number,
  x: Real,
  a: Real,
  p: number,
  b: Real,
  q: number,
): void {
  const [rowStep, columnStep] = transposeA ? [1, n] : [n, 1];
  for (let m = 0; m < count; m++) {
    const A = p + m * n * n;
    const o = m * n * columns;
    for (let turn = 0; turn < n; turn++) {
      const i = forward ? turn : n - 1 - turn;
      const from = forward ? 0 : i + 1;
      const to = forward ? i : n;
      const row = o + i * columns;
      for (let c = 0; c < columns; c++) {
        let s = b[q + row + c]!;
        for (let j = from; j < to; j++) s -= a[A + i * rowStep + j * columnStep]! * x[o + j * columns + c]!;
        x[row + c] = unitDiagonal ? s : s / a[A + i * (n + 1)]!;
      }
    }
  }
}

/** LU factors with partial pivoting of `count` matrices, in `out`, and the row permutations. */
export function luLoop(count: number, n: number, out: Real, perm: Int32Array, a: Real, p: number): void {
  for (let i = 0; i < count * n * n; i++) out[i] = a[p + i]!;
  for (let m = 0; m < count; m++) {
    const o = m * n * n;
    const rows = m * n;
    for (let i = 0; i < n; i++) perm[rows + i] = i;
    for (let k = 0; k < n; k++) {
      let pivot = k;
      for (let i = k + 1; i < n; i++) {
        if (Math.abs(out[o + i * n + k]!) > Math.abs(out[o + pivot * n + k]!)) pivot = i;
      }
      if (pivot !== k) {
        for (let j = 0; j < n; j++) {
          const t = out[o + k * n + j]!;
          out[o + k * n + j] = out[o + pivot * n + j]!;
          out[o + pivot * n + j] = t;
        }
        const t = perm[rows + k]!;
        perm[rows + k] = perm[rows + pivot]!;
        perm[rows + pivot] = t;
      }
      const d = out[o + k * n + k]!;
      if (d === 0) continue;
      for (let i = k + 1; i < n; i++) {
        const factor = out[o + i * n + k]! / d;
        out[o + i * n + k] = factor;
        for (let j = k + 1; j < n; j++) out[o + i * n + j]! -= factor * out[o + k * n + j]!;
      }
    }
  }
}
