/**
 * QR factors by Householder reflections, shared by executors.
 *
 * @module
 */
import { allFinite, dotOf, negate, norm2, transposeInto } from './dense-parts.js';

/** Number of scratch elements that {@link qrStack} needs. */
export function qrScratch(m: number, n: number): number {
  const k = Math.min(m, n);
  return m * n + k + m * k;
}

/**
 * Thin QR factors of `count` matrices a[at…] of m rows and n columns: A = Q R with Q[m, k], QᵀQ = I, R[k, n] upper
 * triangular with a non-negative diagonal, k = min(m, n). A matrix that is not finite gives NaN.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 5.2.2.
 *
 * @param w - Scratch of {@link qrScratch} elements.
 */
export function qrStack(
  count: number,
  m: number,
  n: number,
  q: Float64Array,
  r: Float64Array,
  a: Float64Array,
  at: number,
  w: Float64Array,
): void {
  const k = Math.min(m, n);
  for (let i = 0; i < count; i++) one(m, n, k, q, i * m * k, r, i * k * n, a, at + i * m * n, w);
}

function one(
  m: number,
  n: number,
  k: number,
  q: Float64Array,
  qo: number,
  r: Float64Array,
  ro: number,
  a: Float64Array,
  ao: number,
  w: Float64Array,
): void {
  if (!allFinite(a, ao, m * n)) {
    q.fill(NaN, qo, qo + m * k);
    r.fill(NaN, ro, ro + k * n);
    return;
  }
  // columns of A one after another; below the diagonal they become the vectors of the reflections
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) w[j * m + i] = a[ao + i * n + j]!;
  const norms = m * n;
  for (let j = 0; j < k; j++) {
    const own = j * m;
    const norm = norm2(w, own + j, m - j);
    w[norms + j] = norm;
    if (norm === 0) continue;
    // v = x/‖x‖ ± e₁, so that H = I − v vᵀ/|v₁|
    for (let i = j; i < m; i++) w[own + i]! /= norm;
    w[own + j]! += w[own + j]! < 0 ? -1 : 1;
    for (let l = j + 1; l < n; l++) reflect(w, own, j, m, l * m);
  }
  // H₁ H₂ … applied to the leading columns of the identity, the last one first
  const columns = norms + k;
  w.fill(0, columns, columns + m * k);
  for (let j = k - 1; j >= 0; j--) {
    w[columns + j * m + j] = 1;
    if (w[norms + j] !== 0) for (let c = j; c < k; c++) reflect(w, j * m, j, m, columns + c * m);
  }
  for (let i = 0; i < k; i++) {
    // the reflection sends x to −sign(v₁)‖x‖ e₁; rows are turned round where that is negative
    const turn = w[i * m + i]! > 0 ? -1 : 1;
    for (let j = 0; j < n; j++)
      r[ro + i * n + j] = j < i ? 0 : j === i ? w[norms + i]! : turn * w[j * m + i]!;
    if (turn < 0) negate(w, columns + i * m, m);
  }
  transposeInto(q, qo, w, columns, k, m);
}

/** Applies the reflection with vector w[own + j … own + m) to elements j … m of the column that begins at `start`. */
function reflect(w: Float64Array, own: number, j: number, m: number, start: number): void {
  const s = dotOf(w, own + j, w, start + j, m - j) / Math.abs(w[own + j]!);
  for (let i = j; i < m; i++) w[start + i]! -= s * w[own + i]!;
}
