/**
 * Singular value decompositions by one-sided Jacobi rotations, shared by executors.
 *
 * @module
 */
import {
  allFinite,
  binaryScale,
  dotOf,
  exchange,
  jacobiTangent,
  negate,
  norm2,
  pointsBack,
  rotate,
  setIdentity,
  transposeInto,
} from './dense-parts.js';

const mostSweeps = 60;
const epsilon = 2 ** -52;
/** A row shorter than this, where the largest element is about one, is zero: its square is near underflow. */
const shortest = 2 ** -500;

/** Number of scratch elements that {@link svdStack} needs. */
export function svdScratch(m: number, n: number): number {
  const k = Math.min(m, n);
  return k * (m + n) + k;
}

/**
 * Thin singular value decompositions of `count` matrices a[at…] of m rows and n columns: A = U diag(s) Vᵀ with U[m, k],
 * s[k] descending and non-negative, Vᵀ[k, n], k = min(m, n). Each column of U has the first of its components of largest
 * magnitude positive. A matrix that is not finite gives NaN. Small singular values and their vectors are as accurate
 * as the matrix determines them. Cost about 10 (m + n) n k.
 *
 * Source: Demmel and Veselić, Jacobi's method is more accurate than QR, SIAM J. Matrix Anal. Appl. 13 (1992).
 *
 * @param work - Scratch of {@link svdScratch} elements.
 */
export function svdStack(
  count: number,
  m: number,
  n: number,
  u: Float64Array,
  s: Float64Array,
  vt: Float64Array,
  a: Float64Array,
  at: number,
  work: Float64Array,
): void {
  const k = Math.min(m, n);
  for (let i = 0; i < count; i++) {
    const [from, uo, so, vo] = [at + i * m * n, i * m * k, i * k, i * k * n];
    if (!allFinite(a, from, m * n)) {
      u.fill(NaN, uo, uo + m * k);
      s.fill(NaN, so, so + k);
      vt.fill(NaN, vo, vo + k * n);
      continue;
    }
    // the long vectors, columns or rows of A, are made orthogonal; z collects what combines them
    const long = Math.max(m, n);
    const z = k * long;
    const squares = z + k * k;
    if (m >= n) transposeInto(work, 0, a, from, m, n);
    else for (let j = 0; j < m * n; j++) work[j] = a[from + j]!;
    const scale = binaryScale(work, 0, k * long);
    for (let j = 0; j < k * long; j++) work[j]! /= scale;
    setIdentity(work, z, k);
    for (let sweep = 0; sweep < mostSweeps; sweep++) if (!sweepOnce(k, long, work, z, squares)) break;
    normalize(k, long, work, z, s, so);
    for (let j = 0; j < k; j++) {
      const [own, other] = [j * long, z + j * k];
      const back = m >= n ? pointsBack(work, own, long) : pointsBack(work, other, k);
      if (back) {
        negate(work, own, long);
        negate(work, other, k);
      }
      s[so + j]! *= scale;
    }
    transposeInto(u, uo, work, m >= n ? 0 : z, k, m);
    const right = m >= n ? z : 0;
    for (let j = 0; j < k * n; j++) vt[vo + j] = work[right + j]!;
  }
}

/** Makes every pair of rows orthogonal once; whether any was not. Squared lengths of rows are kept from x[squares]. */
function sweepOnce(k: number, long: number, x: Float64Array, z: number, squares: number): boolean {
  for (let p = 0; p < k; p++) x[squares + p] = dotOf(x, p * long, x, p * long, long);
  let rotated = false;
  for (let p = 0; p < k; p++) {
    for (let q = p + 1; q < k; q++) {
      const i = p * long;
      const j = q * long;
      const a = x[squares + p]!;
      const b = x[squares + q]!;
      if (a <= shortest ** 2 || b <= shortest ** 2) continue;
      const c = dotOf(x, i, x, j, long);
      // the error of c itself
      if (Math.abs(c) <= epsilon * Math.sqrt(long) * Math.sqrt(a) * Math.sqrt(b)) continue;
      rotated = true;
      const t = jacobiTangent(a, b, c);
      const cos = 1 / Math.sqrt(1 + t * t);
      rotate(x, i, j, long, cos, t * cos);
      rotate(x, z + p * k, z + q * k, k, cos, t * cos);
      // the shorter row becomes shorter: computed anew where the difference would lose digits
      x[squares + p] = a - t * c > 0.1 * a ? a - t * c : dotOf(x, i, x, i, long);
      x[squares + q] = b + t * c > 0.1 * b ? b + t * c : dotOf(x, j, x, j, long);
    }
  }
  return rotated;
}

/** Lengths of the rows, descending, and the rows as unit vectors; a row of zeros becomes one that is orthogonal to all. */
function normalize(k: number, long: number, x: Float64Array, z: number, s: Float64Array, so: number): void {
  for (let j = 0; j < k; j++) s[so + j] = norm2(x, j * long, long);
  for (let j = 0; j < k; j++) {
    let most = j;
    for (let l = j + 1; l < k; l++) if (s[so + l]! > s[so + most]!) most = l;
    if (most !== j) {
      exchange(s, so + j, so + most, 1);
      exchange(x, j * long, most * long, long);
      exchange(x, z + j * k, z + most * k, k);
    }
    const length = s[so + j]!;
    if (length > shortest) for (let i = j * long; i < (j + 1) * long; i++) x[i]! /= length;
    else {
      s[so + j] = 0;
      complete(j, long, x);
    }
  }
}

/** Makes row j a unit vector orthogonal to the orthonormal rows before it: the unit vector farthest from their span. */
function complete(j: number, long: number, x: Float64Array): void {
  let [best, most] = [0, -1];
  for (let i = 0; i < long; i++) {
    let rest = 1;
    for (let l = 0; l < j; l++) rest -= x[l * long + i]! ** 2;
    if (rest > most) [best, most] = [i, rest];
  }
  const own = j * long;
  x.fill(0, own, own + long);
  x[own + best] = 1;
  for (let turn = 0; turn < 2; turn++) {
    for (let l = 0; l < j; l++) {
      const c = dotOf(x, l * long, x, own, long);
      for (let i = 0; i < long; i++) x[own + i]! -= c * x[l * long + i]!;
    }
    const length = norm2(x, own, long);
    for (let i = own; i < own + long; i++) x[i]! /= length;
  }
}
