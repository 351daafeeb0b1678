/**
 * Matrices that are easy and hard to decompose, and what the factors of each decomposition must satisfy.
 */
import { Matrix, QrDecomposition } from 'ml-matrix';
import { expect } from 'vitest';
import { hostArray, type HostArray } from '../../src/ir/index.js';
import { dice } from './dice.js';

/** A host array of the elements of a matrix. */
export const host = (m: Matrix): HostArray => hostArray(m.to1DArray(), [m.rows, m.columns], 'f');
/** The matrix of a host array of rank 2. */
export const matrix = ({ data, shape }: HostArray): Matrix =>
  Matrix.from1DArray(shape[0]!, shape[1]!, [...data]);
/** The elements of a host array. */
export const vector = ({ data }: HostArray): number[] => [...data];

/** max |a − b| over max |b| (at least `scale`). */
export function error(a: Matrix, b: Matrix, scale = 0): number {
  expect([a.rows, a.columns]).toEqual([b.rows, b.columns]);
  const top = Math.max(scale, ...b.to1DArray().map(Math.abs));
  const most = Math.max(0, ...Matrix.sub(a, b).to1DArray().map(Math.abs));
  return most === 0 ? 0 : most / top;
}

const d = dice(7);
/** Elements in (−1, 1). */
export const random = (m: number, n: number): Matrix =>
  new Matrix(Array.from({ length: m }, () => Array.from({ length: n }, () => d.below(20000) / 10000 - 1)));
/** An orthogonal matrix. */
export const orthogonal = (n: number): Matrix => new QrDecomposition(random(n, n)).orthogonalMatrix;
const gram = (q: Matrix): Matrix => q.transpose().mmul(q);

const hilbert = (n: number): Matrix =>
  new Matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => 1 / (i + j + 1))));
const graded = (n: number, ratio: number): Matrix =>
  orthogonal(n)
    .mmul(Matrix.diag(Array.from({ length: n }, (_, i) => ratio ** i)))
    .mmul(orthogonal(n));

const kernel = (n: number): Matrix =>
  new Matrix(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.exp(-((i - j) ** 2) / 50))),
  );
/** |i − k| on the diagonal and ones beside it: eigenvalues in pairs that agree to many digits. */
const wilkinson = (k: number): Matrix =>
  new Matrix(
    Array.from({ length: 2 * k + 1 }, (_, i) =>
      Array.from({ length: 2 * k + 1 }, (_, j) =>
        i === j ? Math.abs(i - k) : Math.abs(i - j) === 1 ? 1 : 0,
      ),
    ),
  );

/** Matrices of any shape. */
export const general: [string, Matrix][] = [
  ['one element', new Matrix([[-3]])],
  ['one row', random(1, 4)],
  ['one column', random(4, 1)],
  ['a square matrix', random(5, 5)],
  ['a tall matrix', random(7, 4)],
  ['a wide matrix', random(3, 8)],
  ['a larger matrix', random(30, 24)],
  ['a Hilbert matrix (condition 1e16)', hilbert(12)],
  ['a graded matrix (condition 1e18)', graded(10, 0.01)],
  ['the identity', Matrix.eye(4)],
  ['zeros', Matrix.zeros(4, 3)],
  [
    'equal columns',
    new Matrix([
      [1, 1, 2],
      [2, 2, 1],
      [3, 3, 0],
      [0, 0, 1],
    ]),
  ],
  [
    'a first column of zeros',
    new Matrix([
      [0, 1],
      [0, 2],
      [0, 3],
    ]),
  ],
  ['ones', Matrix.ones(20, 12)],
  ['ones and a diagonal', Matrix.ones(12, 12).add(Matrix.eye(12).mul(2))],
  ['a smooth kernel (condition above 1e16)', kernel(24)],
  ['rank ten', random(24, 10).mmul(random(10, 20))],
  ['rank one', random(5, 1).mmul(random(1, 5))],
  ['huge elements', random(4, 3).mul(1e200)],
  ['tiny elements', random(3, 4).mul(1e-200)],
];

function turned(values: number[]): Matrix {
  const q = orthogonal(values.length);
  return q.mmul(Matrix.diag(values)).mmul(q.transpose());
}

/** Square matrices, of which the lower triangle counts. */
export const symmetric: [string, Matrix][] = [
  ['one element', new Matrix([[-3]])],
  ['a matrix', random(6, 6)],
  ['a larger matrix', random(30, 30)],
  ['a Hilbert matrix', hilbert(12)],
  ['the identity', Matrix.eye(4)],
  ['zeros', Matrix.zeros(3, 3)],
  ['a repeated value', Matrix.diag([2, 5, 2, 2])],
  ['repeated values, turned', turned([2, 2, 2, 5, 5])],
  [
    'a zero diagonal',
    new Matrix([
      [0, 1, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]),
  ],
  ['ones', Matrix.ones(12, 12)],
  ['a smooth kernel', kernel(24)],
  ['values in close pairs', wilkinson(10)],
  ['rank ten', gram(random(10, 24))],
  ['rank one', gram(random(1, 5))],
  ['values from 1 to 1e-16', Matrix.diag([1, 1e-4, 1e-8, 1e-16])],
  ['huge elements', random(4, 4).mul(1e200)],
  ['tiny elements', random(4, 4).mul(1e-200)],
];

/** The symmetric matrix with the lower triangle of another. */
export const lowerOf = (a: Matrix): Matrix =>
  new Matrix(a.to2DArray().map((row, i) => row.map((_, j) => (j <= i ? a.get(i, j) : a.get(j, i)))));

/** How near factors must come, relative to the largest element. */
export const near = 1e-12;
/** Each column has the first of its components of largest magnitude positive. */
function expectSigns(v: Matrix): void {
  for (let j = 0; j < v.columns; j++) {
    const column = v.getColumn(j);
    const top = Math.max(...column.map(Math.abs));
    expect(column.find((x) => Math.abs(x) >= top * (1 - 1e-6))!).toBeGreaterThan(0);
  }
}

/** A = Q R, QᵀQ = I, R upper triangular with a non-negative diagonal. */
export function checkQr(a: Matrix, q: Matrix, r: Matrix): void {
  const k = Math.min(a.rows, a.columns);
  expect([q.columns, r.rows]).toEqual([k, k]);
  expect(error(q.mmul(r), a)).toBeLessThan(near);
  expect(error(gram(q), Matrix.eye(k))).toBeLessThan(near);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) expect(r.get(i, j)).toBe(0);
    expect(r.get(i, i)).toBeGreaterThanOrEqual(0);
  }
}

/** A = V diag(w) Vᵀ, VᵀV = I, w ascending, signs by convention. */
export function checkEigh(a: Matrix, w: readonly number[], v: Matrix): void {
  expect(w).toEqual([...w].sort((x, y) => x - y));
  expect(error(v.mmul(Matrix.diag([...w])).mmul(v.transpose()), a)).toBeLessThan(near);
  expect(error(gram(v), Matrix.eye(a.rows))).toBeLessThan(near);
  expectSigns(v);
}

/** A = U diag(s) Vᵀ, UᵀU = VᵀV = I, s descending and non-negative, signs by convention. */
export function checkSvd(a: Matrix, u: Matrix, s: readonly number[], vt: Matrix): void {
  expect(s).toEqual([...s].sort((x, y) => y - x));
  expect(s.every((x) => x >= 0)).toBe(true);
  expect(error(u.mmul(Matrix.diag([...s])).mmul(vt), a)).toBeLessThan(near);
  expect(error(gram(u), Matrix.eye(s.length))).toBeLessThan(near);
  expect(error(gram(vt.transpose()), Matrix.eye(s.length))).toBeLessThan(near);
  expectSigns(u);
}
