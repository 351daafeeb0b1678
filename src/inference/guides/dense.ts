/**
 * Small dense linear algebra on the host, for matrices of one row a parameter. Row-major Float64Arrays.
 *
 * @module
 */

/** Lower L with L Lᵀ = A, reading the lower triangle of A[n, n]; undefined unless A is positive definite to rounding. */
export function choleskyOf(a: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = s / l[j * n + j]!;
      // a pivot that cancelled to rounding is no evidence of curvature
      else if (!(s > 1e-14 * Math.abs(a[i * n + i]!))) return undefined;
      else l[i * n + i] = Math.sqrt(s);
    }
  }
  return l;
}

/** x with L Lᵀ x = b, for lower L[n, n]. */
export function choleskySolveOf(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!;
    x[i]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}

/**
 * Lower C with C Cᵀ = A⁻¹ for positive definite A[n, n]; undefined if A is not.
 *
 * A is scaled to unit diagonal first, so that units of the parameters do not cost digits.
 */
export function choleskyOfInverse(a: Float64Array, n: number): Float64Array | undefined {
  const d = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a[i * n + i]!));
  const scaled = a.map((v, at) => v * d[Math.floor(at / n)]! * d[at % n]!);
  const l = choleskyOf(scaled, n);
  if (l === undefined) return undefined;
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const e = new Float64Array(n);
    e[j] = 1;
    choleskySolveOf(l, e).forEach((v, i) => (inverse[i * n + j] = v));
  }
  const c = choleskyOf(inverse, n);
  return c?.map((v, at) => v * d[Math.floor(at / n)]!);
}

/** Σ xᵢ yᵢ. */
export function innerOf(x: Float64Array, y: Float64Array): number {
  return x.reduce((s, v, i) => s + v * y[i]!, 0);
}
