/**
 * What the decompositions share: tests, norms and sign conventions over rows of flat buffers.
 *
 * @module
 */

/** Whether `length` elements from `start` are all finite. */
export function allFinite(x: Float64Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (!Number.isFinite(x[i]!)) return false;
  return true;
}

/** A power of two near the largest magnitude, by which elements can be divided exactly; 1 for zeros. */
export function binaryScale(x: Float64Array, start: number, length: number): number {
  let top = 0;
  for (let i = start; i < start + length; i++) top = Math.max(top, Math.abs(x[i]!));
  // the reciprocal has to be finite too
  return top === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(top))));
}

/** Euclidean norm of `length` elements, without overflow. */
export function norm2(x: Float64Array, start: number, length: number): number {
  let top = 0;
  for (let i = start; i < start + length; i++) top = Math.max(top, Math.abs(x[i]!));
  if (top === 0) return 0;
  let s = 0;
  for (let i = start; i < start + length; i++) s += (x[i]! / top) ** 2;
  return top * Math.sqrt(s);
}

/** Scalar product of two runs of `length` elements. */
export function dotOf(x: Float64Array, p: number, y: Float64Array, q: number, length: number): number {
  let s = 0;
  for (let i = 0; i < length; i++) s += x[p + i]! * y[q + i]!;
  return s;
}

/** (x, y) ← (c x − s y, s x + c y) for two runs of one buffer. */
export function rotate(x: Float64Array, p: number, q: number, length: number, c: number, s: number): void {
  for (let i = 0; i < length; i++) {
    const a = x[p + i]!;
    const b = x[q + i]!;
    x[p + i] = c * a - s * b;
    x[q + i] = s * a + c * b;
  }
}

/** Exchanges two runs of one buffer. */
export function exchange(x: Float64Array, p: number, q: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const t = x[p + i]!;
    x[p + i] = x[q + i]!;
    x[q + i] = t;
  }
}

/** Multiplies a run by −1. */
export function negate(x: Float64Array, start: number, length: number): void {
  for (let i = start; i < start + length; i++) x[i] = -x[i]!;
}

/**
 * Whether a vector points against the sign convention: the first of its components of largest magnitude is positive.
 * Components within one millionth count as equally large, so that rounding does not decide between them.
 */
export function pointsBack(x: Float64Array, start: number, length: number): boolean {
  let top = 0;
  for (let i = start; i < start + length; i++) top = Math.max(top, Math.abs(x[i]!));
  const enough = top * (1 - 1e-6);
  for (let i = start; i < start + length; i++) if (Math.abs(x[i]!) >= enough) return x[i]! < 0;
  return false;
}

/** Writes `rows` rows of `columns` elements with rows and columns exchanged; the buffers differ. */
export function transposeInto(
  out: Float64Array,
  to: number,
  x: Float64Array,
  from: number,
  rows: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[to + j * rows + i] = x[from + i * columns + j]!;
  }
}

/** Sets `n` rows of `n` elements to the identity. */
export function setIdentity(x: Float64Array, start: number, n: number): void {
  x.fill(0, start, start + n * n);
  for (let i = 0; i < n; i++) x[start + i * (n + 1)] = 1;
}

/**
 * The tangent of the Jacobi rotation that makes the off-diagonal element c of [[a, c], [c, b]] vanish, of the two the
 * smaller one.
 */
export function jacobiTangent(a: number, b: number, c: number): number {
  const theta = (b - a) / (2 * c);
  // the square of a larger number overflows
  if (Math.abs(theta) > 1e150) return 0.5 / theta;
  const t = 1 / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  return theta < 0 ? -t : t;
}
