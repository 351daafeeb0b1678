/** Matrix functions on tensors: identities, ml-matrix as witness, hard and empty arguments, errors. */
import * as tf from '@tensorflow/tfjs-core';
import { determinant, inverse, Matrix, solve as solveOther } from 'ml-matrix';
import { beforeAll, describe, expect, it } from 'vitest';
import { det, eigh, inv, lstsq, lu, qr, slogdet, solve, svd } from '../../src/numerics/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { matrixOf, near, numbers, tensorOf, values } from './matrices.js';

beforeAll(() => register({ executor: bufferExecutor }));

const random = (m: number, n: number, seed: number): Matrix => Matrix.from1DArray(m, n, values(seed, m * n));
const six = random(6, 6, 1);
const hilbert = new Matrix(
  Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => 1 / (i + j + 1))),
);
const singular = (): tf.Tensor => tensor([1, 2, 2, 4], [2, 2]);
const bad = (): tf.Tensor => tensor([1, 2, NaN, 4], [2, 2]);
const eye = (n: number): number[] => Matrix.eye(n).to1DArray();

describe('solve and inv', () => {
  it('solve of vectors and matrices equals ml-matrix', () => {
    const b = random(6, 3, 2);
    near(numbers(solve(tensorOf(six), tensorOf(b))), solveOther(six, b).to1DArray());
    const column = b.getColumnVector(1);
    near(numbers(solve(tensorOf(six), tensor(column.to1DArray()))), solveOther(six, column).to1DArray());
  });
  it('solve of stacks: a right-hand side a matrix, a matrix a matrix, many for one', () => {
    const [a, c] = [random(3, 3, 3), random(3, 3, 4)];
    const both = tensor([...a.to1DArray(), ...c.to1DArray()], [2, 3, 3]);
    const b = values(5, 12);
    const vectors = numbers(solve(both, tensor(b.slice(0, 6), [2, 3])));
    near(vectors, [
      ...solveOther(a, Matrix.columnVector(b.slice(0, 3))).to1DArray(),
      ...solveOther(c, Matrix.columnVector(b.slice(3, 6))).to1DArray(),
    ]);
    const matrices = numbers(solve(both, tensor(b, [2, 3, 2])));
    const [first, second] = [Matrix.from1DArray(3, 2, b.slice(0, 6)), Matrix.from1DArray(3, 2, b.slice(6))];
    near(matrices, [...solveOther(a, first).to1DArray(), ...solveOther(c, second).to1DArray()]);
    const many = numbers(solve(tensorOf(a), tensor(b, [2, 3, 2])));
    near(many, [...solveOther(a, first).to1DArray(), ...solveOther(a, second).to1DArray()]);
  });
  it('the residual of an ill-conditioned system is of the size of rounding', () => {
    const b = hilbert.mmul(Matrix.columnVector(values(6, 8)));
    const x = Matrix.columnVector(numbers(solve(tensorOf(hilbert), tensor(b.to1DArray()))));
    near(hilbert.mmul(x).to1DArray(), b.to1DArray(), 1e-14);
  });
  it('inv equals ml-matrix, batched too', () => {
    near(numbers(inv(tensorOf(six))), inverse(six).to1DArray(), 1e-12);
    near(numbers(inv(tensor([2, 0, 0, 4, 0, 1, 1, 0], [2, 2, 2]))), [0.5, 0, 0, 0.25, 0, 1, 1, 0]);
    near(numbers(inv(tensor([[4]]))), [0.25]);
  });
  it('singular and non-finite systems give no finite answer, and throw nothing', () => {
    for (const a of [singular(), bad()]) {
      expect(numbers(solve(a, tensor([1, 0]))).some(Number.isFinite)).toBe(false);
      expect(numbers(inv(a)).some(Number.isFinite)).toBe(false);
    }
  });
  it('empty stacks, empty systems and no right-hand sides', () => {
    expect(solve(tf.zeros([0, 2, 2]), tf.zeros([0, 2])).shape).toEqual([0, 2]);
    expect(solve(tf.zeros([0, 2, 2]), tf.zeros([0, 2, 3])).shape).toEqual([0, 2, 3]);
    expect(solve(tf.zeros([2, 2]), tf.zeros([2, 0])).shape).toEqual([2, 0]);
    expect(inv(tf.zeros([0, 0])).shape).toEqual([0, 0]);
  });
  it('lstsq: tall, wide and square, against the normal equations', () => {
    const [a, w, b] = [random(7, 3, 7), random(3, 7, 8), random(7, 2, 9)];
    const x = solveOther(a.transpose().mmul(a), a.transpose().mmul(b));
    near(numbers(lstsq(tensorOf(a), tensorOf(b))), x.to1DArray());
    near(numbers(lstsq(tensorOf(a), tensor(b.getColumn(1)))), x.getColumn(1));
    const c = random(3, 1, 10);
    const least = w.transpose().mmul(solveOther(w.mmul(w.transpose()), c));
    near(numbers(lstsq(tensorOf(w), tensorOf(c))), least.to1DArray());
    near(
      numbers(lstsq(tensorOf(six), tensor(values(11, 6)))),
      numbers(solve(tensorOf(six), tensor(values(11, 6)))),
    );
    const stack = lstsq(
      tensor([...a.to1DArray(), ...a.to1DArray()], [2, 7, 3]),
      tensor([...b.getColumn(0), ...b.getColumn(1)], [2, 7]),
    );
    near(numbers(stack), [...x.getColumn(0), ...x.getColumn(1)]);
    near(numbers(lstsq(tensorOf(a), tensor([...b.to1DArray(), ...b.to1DArray()], [2, 7, 2]))), [
      ...x.to1DArray(),
      ...x.to1DArray(),
    ]);
  });
  it('says what does not fit', () => {
    expect(() => solve(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(
      'solve: expected square matrices A[..., n, n], found A[2,3]',
    );
    expect(() => solve(tf.zeros([5, 2, 2]), tf.zeros([2]))).toThrow(
      'solve: expected b[..., m] or b[..., m, k] with the leading axes of A[..., m, n], found A[5,2,2] and b[2]',
    );
    expect(() => inv(tf.zeros([3]))).toThrow('inv: expected square matrices A[..., n, n], found A[3]');
    expect(() => qr(tf.zeros([3]))).toThrow('qr: expected matrices A[..., m, n], found A[3]');
    expect(() => eigh(tf.zeros([3, 2]))).toThrow('eigh: expected square');
    expect(() => lstsq(tf.zeros([3, 2]), tf.zeros([2]))).toThrow('lstsq: expected b[..., m]');
  });
});

describe('determinants', () => {
  it('det and slogdet equal ml-matrix, with either sign', () => {
    for (let k = 0; k < 6; k++) {
      const a = random(4, 4, 20 + k);
      const expected = determinant(a);
      near(numbers(det(tensorOf(a))), [expected]);
      const { sign, logAbsDet } = slogdet(tensorOf(a));
      near([numbers(sign)[0]!, numbers(logAbsDet)[0]!], [Math.sign(expected), Math.log(Math.abs(expected))]);
    }
  });
  it('permutations have determinants of ±1, exactly', () => {
    expect(numbers(det(tensor([0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], [2, 3, 3])))).toEqual([
      1, -1,
    ]);
  });
  it('no overflow in slogdet; singular, empty and non-finite matrices', () => {
    const huge = slogdet(tensor(Matrix.eye(40).mul(-1e200).to1DArray(), [40, 40]));
    near(numbers(huge.logAbsDet), [40 * 200 * Math.LN10]);
    expect(numbers(huge.sign)).toEqual([1]);
    expect(numbers(det(singular())).map(Math.abs)).toEqual([0]);
    const none = slogdet(singular());
    expect([Math.abs(numbers(none.sign)[0]!), ...numbers(none.logAbsDet)]).toEqual([0, -Infinity]);
    expect(numbers(det(bad()))).toEqual([NaN]);
    expect(numbers(slogdet(bad()).logAbsDet)).toEqual([NaN]);
    expect(numbers(det(tf.zeros([0, 0])))).toEqual([1]);
    expect(det(tf.zeros([0, 3, 3])).shape).toEqual([0]);
    expect(numbers(det(tensor([[-3]])))).toEqual([-3]);
  });
});

describe('decompositions of tensors', () => {
  it('lu: P L U = A, unit lower and upper, batched', () => {
    const [a, c] = [random(4, 4, 31), random(4, 4, 32)];
    const { p, l, u } = lu(tensor([...a.to1DArray(), ...c.to1DArray()], [2, 4, 4]));
    [a, c].forEach((m, k) => {
      const part = (x: tf.Tensor): Matrix => Matrix.from1DArray(4, 4, numbers(x).slice(16 * k, 16 * k + 16));
      near(part(p).mmul(part(l)).mmul(part(u)).to1DArray(), m.to1DArray());
      near(part(p).transpose().mmul(part(p)).to1DArray(), eye(4), 0);
      part(l)
        .to2DArray()
        .forEach((r, i) => r.forEach((v, j) => j >= i && expect(v).toBe(i === j ? 1 : 0)));
      part(u)
        .to2DArray()
        .forEach((r, i) => r.forEach((v, j) => j < i && expect(v).toBe(0)));
    });
  });
  it('qr, thin and full: Q R = A and QᵀQ = I', () => {
    for (const [m, n] of [
      [5, 3],
      [3, 5],
      [4, 4],
      [1, 1],
      [3, 1],
    ] as const) {
      for (const full of [false, true]) {
        const a = random(m, n, 40 + m);
        const { q, r } = qr(tensorOf(a), { full });
        const k = full ? m : Math.min(m, n);
        expect([q.shape, r.shape]).toEqual([
          [m, k],
          [k, n],
        ]);
        near(matrixOf(q).mmul(matrixOf(r)).to1DArray(), a.to1DArray());
        near(matrixOf(q).transpose().mmul(matrixOf(q)).to1DArray(), eye(k));
      }
    }
  });
  it('full qr completes the columns of any matrix, and of a stack', () => {
    for (const a of [
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]) {
      const q = matrixOf(qr(tensor(a, [3, 1]), { full: true }).q);
      near(q.transpose().mmul(q).to1DArray(), eye(3));
    }
    const a = values(45, 24);
    const both = qr(tensor(a, [2, 4, 3]), { full: true });
    const single = qr(tensor(a.slice(12), [4, 3]), { full: true });
    near(numbers(both.q).slice(16), numbers(single.q), 0);
    expect(both.r.shape).toEqual([2, 4, 3]);
  });
  it('eigh and svd put A together again', () => {
    const a = random(5, 5, 51);
    const sym = a.clone().add(a.transpose());
    const { values: w, vectors } = eigh(tensorOf(sym));
    const v = matrixOf(vectors);
    near(
      v
        .mmul(Matrix.diag(numbers(w)))
        .mmul(v.transpose())
        .to1DArray(),
      sym.to1DArray(),
    );
    const b = random(4, 6, 52);
    const { u, s, vt } = svd(tensorOf(b));
    near(
      matrixOf(u)
        .mmul(Matrix.diag(numbers(s)))
        .mmul(matrixOf(vt))
        .to1DArray(),
      b.to1DArray(),
    );
    expect(numbers(eigh(bad()).values)).toEqual([NaN, NaN]);
    expect(numbers(svd(bad()).s)).toEqual([NaN, NaN]);
  });
});
