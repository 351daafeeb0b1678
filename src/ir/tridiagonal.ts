/**
 * Eigenvalues and eigenvectors of symmetric matrices by way of tridiagonal ones, shared by executors.
 *
 * @module
 */
import {
  allFinite,
  binaryScale,
  dotOf,
  exchange,
  negate,
  norm2,
  pointsBack,
  rotate,
  setIdentity,
  transposeInto,
} from './dense-parts.js';

const epsilon = 2 ** -53;
/** An element beside the diagonal that is smaller, where the largest element is about one, is zero. */
const negligible = 2 ** -62;
/** Two steps an eigenvalue are usual. */
const mostSteps = 100;

/** Number of scratch elements that {@link eighStack} needs. */
export function eighScratch(n: number): number {
  return n * n + n;
}

/**
 * A = V diag(w) Vᵀ for `count` symmetric matrices a[at…] of which the lower triangle is read: w ascending, eigenvectors
 * in the columns of V, each with the first of its components of largest magnitude positive. A matrix that is not finite
 * gives NaN. Errors are those of a change of A by rounding, relative to its largest element. Cost about 9 n³.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 8.3 (Householder reflections, then implicit QL steps).
 *
 * @param work - Scratch of {@link eighScratch} elements.
 */
export function eighStack(
  count: number,
  n: number,
  w: Float64Array,
  v: Float64Array,
  a: Float64Array,
  at: number,
  work: Float64Array,
): void {
  for (let i = 0; i < count; i++) one(n, w, i * n, v, i * n * n, a, at + i * n * n, work);
}

function one(
  n: number,
  w: Float64Array,
  wo: number,
  v: Float64Array,
  vo: number,
  a: Float64Array,
  ao: number,
  work: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) work[i * n + j] = work[j * n + i] = a[ao + i * n + j]!;
  }
  if (!allFinite(work, 0, n * n)) {
    w.fill(NaN, wo, wo + n);
    v.fill(NaN, vo, vo + n * n);
    return;
  }
  const scale = binaryScale(work, 0, n * n);
  for (let i = 0; i < n * n; i++) work[i]! /= scale;
  // eigenvectors are rows until the end
  tridiagonalize(n, work, w, wo, n * n);
  collectReflections(n, work, v, vo);
  for (let l = 0; l < n; l++) isolate(l, n, w, wo, work, n * n, v, vo);
  for (let i = 0; i < n; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (w[wo + j]! < w[wo + least]!) least = j;
    if (least !== i) {
      exchange(w, wo + i, wo + least, 1);
      exchange(v, vo + i * n, vo + least * n, n);
    }
    w[wo + i]! *= scale;
    if (pointsBack(v, vo + i * n, n)) negate(v, vo + i * n, n);
  }
  for (let i = 0; i < n * n; i++) work[i] = v[vo + i]!;
  transposeInto(v, vo, work, 0, n, n);
}

/**
 * QᵀAQ tridiagonal, with diagonal d[at…] and the elements beside it at x[e…]. Row k of x, right of the diagonal, keeps
 * the vector v of the reflection I − v vᵀ/|v₁| that clears column k.
 */
function tridiagonalize(n: number, x: Float64Array, d: Float64Array, at: number, e: number): void {
  for (let k = 0; k < n; k++) {
    d[at + k] = x[k * (n + 1)]!;
    const [first, length] = [k + 1, n - k - 1];
    const own = k * n + first;
    const norm = norm2(x, own, length);
    // e has n places; the last one stays zero
    x[e + k] = length === 0 ? 0 : length === 1 ? x[own]! : x[own]! < 0 ? norm : -norm;
    if (length < 2) continue;
    if (norm === 0) continue;
    for (let i = 0; i < length; i++) x[own + i]! /= norm;
    x[own]! += x[own]! < 0 ? -1 : 1;
    const size = Math.abs(x[own]!);
    // B ← H B H = B − v wᵀ − w vᵀ with w = p − (vᵀp / 2|v₁|) v, p = B v/|v₁|; column k is free to keep w
    for (let i = first; i < n; i++) x[i * n + k] = dotOf(x, i * n + first, x, own, length) / size;
    let half = 0;
    for (let i = first; i < n; i++) half += x[i * n + k]! * x[k * n + i]!;
    half /= 2 * size;
    for (let i = first; i < n; i++) x[i * n + k]! -= half * x[k * n + i]!;
    for (let i = first; i < n; i++) {
      const [vi, wi] = [x[k * n + i]!, x[i * n + k]!];
      for (let j = first; j <= i; j++) {
        x[j * n + i] = x[i * n + j]! -= vi * x[j * n + k]! + wi * x[k * n + j]!;
      }
    }
  }
}

/** The columns of Q = H₁ H₂ …, in the rows of v. */
function collectReflections(n: number, x: Float64Array, v: Float64Array, vo: number): void {
  setIdentity(v, vo, n);
  for (let k = n - 3; k >= 0; k--) {
    const [first, length] = [k + 1, n - k - 1];
    const own = k * n + first;
    const size = Math.abs(x[own]!);
    if (size === 0) continue;
    for (let j = first; j < n; j++) {
      const row = vo + j * n + first;
      const s = dotOf(v, row, x, own, length) / size;
      for (let i = 0; i < length; i++) v[row + i]! -= s * x[own + i]!;
    }
  }
}

/** QL steps with Wilkinson's shift until element l of the diagonal stands alone; the rows of v turn along. */
function isolate(
  l: number,
  n: number,
  d: Float64Array,
  at: number,
  x: Float64Array,
  e: number,
  v: Float64Array,
  vo: number,
): void {
  for (let step = 0; step < mostSteps; step++) {
    let m = l;
    while (m < n - 1) {
      const size = Math.abs(x[e + m]!);
      const beside = Math.abs(d[at + m]!) + Math.abs(d[at + m + 1]!);
      if (size <= negligible || size <= epsilon * beside) break;
      m++;
    }
    if (m === l) return;
    const half = (d[at + l + 1]! - d[at + l]!) / (2 * x[e + l]!);
    const root = Math.sqrt(half * half + 1);
    let g = d[at + m]! - d[at + l]! + x[e + l]! / (half < 0 ? half - root : half + root);
    let [s, c, p] = [1, 1, 0];
    let i = m - 1;
    for (; i >= l; i--) {
      const f = s * x[e + i]!;
      const b = c * x[e + i]!;
      const r = Math.sqrt(f * f + g * g);
      x[e + i + 1] = r;
      if (r === 0) {
        // the matrix has come apart by underflow
        d[at + i + 1]! -= p;
        x[e + m] = 0;
        break;
      }
      s = f / r;
      c = g / r;
      g = d[at + i + 1]! - p;
      const t = (d[at + i]! - g) * s + 2 * c * b;
      p = s * t;
      d[at + i + 1] = g + p;
      g = c * t - b;
      rotate(v, vo + i * n, vo + (i + 1) * n, n, c, s);
    }
    if (i >= l) continue;
    d[at + l]! -= p;
    x[e + l] = g;
    x[e + m] = 0;
  }
}
