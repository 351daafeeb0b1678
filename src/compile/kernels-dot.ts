/**
 * The matrix product with any strides: the loop that every contraction becomes.
 *
 * @module
 */

/** Sizes and strides of out[m, n] = Σₖ a[m, k]·b[k, n]. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly outM: number;
  readonly outN: number;
  readonly aM: number;
  readonly aK: number;
  readonly bK: number;
  readonly bN: number;
}

type Real = Float64Array;

/**
 * out[m, n] = Σₖ a[m, k]·b[k, n], summed in the order of k. Four rows run side by side: their sums do not wait for
 * each other, and each element of b is loaded once for the four.
 */
export function product(
  { m, n, k, outM, outN, aM, aK, bK, bN }: ProductShape,
  out: Real,
  o: number,
  a: Real,
  p: number,
  b: Real,
  q: number,
): void {
  let row = 0;
  for (; row + 3 < m; row += 4) {
    for (let column = 0; column < n; column++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let p0 = (p + row * aM) | 0;
      let p1 = (p0 + aM) | 0;
      let p2 = (p1 + aM) | 0;
      let p3 = (p2 + aM) | 0;
      let q0 = (q + column * bN) | 0;
      for (let i = 0; i < k; i++) {
        const y = b[q0]!;
        s0 += a[p0]! * y;
        s1 += a[p1]! * y;
        s2 += a[p2]! * y;
        s3 += a[p3]! * y;
        p0 = (p0 + aK) | 0;
        p1 = (p1 + aK) | 0;
        p2 = (p2 + aK) | 0;
        p3 = (p3 + aK) | 0;
        q0 = (q0 + bK) | 0;
      }
      const to = o + row * outM + column * outN;
      out[to] = s0;
      out[to + outM] = s1;
      out[to + 2 * outM] = s2;
      out[to + 3 * outM] = s3;
    }
  }
  for (; row < m; row++) {
    for (let column = 0; column < n; column++) {
      out[o + row * outM + column * outN] = inner(k, a, p + row * aM, aK, b, q + column * bN, bK);
    }
  }
}

/** Σᵢ a[p + i·aK]·b[q + i·bK]. */
function inner(k: number, a: Real, p: number, aK: number, b: Real, q: number, bK: number): number {
  let s = 0;
  let i = 0;
  for (; i < k - 3; i += 4) {
    s += a[p]! * b[q]!;
    s += a[(p + aK) | 0]! * b[(q + bK) | 0]!;
    s += a[(p + 2 * aK) | 0]! * b[(q + 2 * bK) | 0]!;
    s += a[(p + 3 * aK) | 0]! * b[(q + 3 * bK) | 0]!;
    p = (p + 4 * aK) | 0;
    q = (q + 4 * bK) | 0;
  }
  for (; i < k; i++) {
    s += a[p]! * b[q]!;
    p = (p + aK) | 0;
    q = (q + bK) | 0;
  }
  return s;
}
