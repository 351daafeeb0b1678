import { describe, expect, test } from 'vitest';
import { CholeskyDecomposition, LuDecomposition, Matrix, solve } from 'ml-matrix';
import { hostArray, shapes, type HostArray } from '../../src/ir/index.js';
import { arr, nested, run } from './arrays.js';
import { dice } from './dice.js';

const d = dice(11);
const n = 5;
const random = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => d.below(2000) / 1000 - 1));
const general = random(n, n);
const definite = new Matrix(general).mmul(new Matrix(general).transpose()).add(Matrix.eye(n)).to2DArray();
const right = random(n, 3);

function near(found: unknown, expected: readonly (readonly number[])[]): void {
  const f = (found as number[][]).flat();
  expected.flat().forEach((e, i) => expect(f[i]).toBeCloseTo(e, 12));
}

describe('decompositions', () => {
  test('cholesky equals that of ml-matrix, and reads the lower triangle only', () => {
    const lower = definite.map((r, i) => r.map((v, j) => (j > i ? 99 : v)));
    const expected = new CholeskyDecomposition(new Matrix(definite)).lowerTriangularMatrix.to2DArray();
    near(run((a) => [shapes.cholesky(a!)], arr(definite))[0], expected);
    near(run((a) => [shapes.cholesky(a!)], arr(lower))[0], expected);
  });
  test('cholesky of what is not positive definite is NaN, matrix by matrix', () => {
    const two = arr([
      [
        [1, 2],
        [2, 1],
      ],
      [
        [4, 0],
        [2, 5],
      ],
    ]);
    expect(run((a) => [shapes.cholesky(a!)], two)[0]).toEqual([
      [
        [NaN, 0],
        [NaN, NaN],
      ],
      [
        [2, 0],
        [1, 2],
      ],
    ]);
    expect(
      run(
        (a) => [shapes.cholesky(a!)],
        arr([
          [0, 0],
          [0, 1],
        ]),
      )[0],
    ).toEqual([
      [NaN, 0],
      [NaN, NaN],
    ]);
  });
  test('triangularSolve solves every kind of triangular system', () => {
    for (const lower of [true, false]) {
      for (const transposeA of [true, false]) {
        for (const unitDiagonal of [true, false]) {
          // the matrix that the options name, written out
          const t = general.map((r, i) =>
            r.map((v, j) => (i === j ? (unitDiagonal ? 1 : v + 3) : lower === j < i ? v : 0)),
          );
          const full = general.map((r, i) => r.map((v, j) => (i === j ? v + 3 : v)));
          const op = transposeA ? new Matrix(t).transpose() : new Matrix(t);
          const expected = solve(op, new Matrix(right)).to2DArray();
          const options = { lower, transposeA, unitDiagonal };
          near(run((a, b) => [shapes.triangularSolve(a!, b!, options)], arr(full), arr(right))[0], expected);
        }
      }
    }
  });
  test('lu: A[perm] = L U with the pivots of ml-matrix', () => {
    const a = arr(general);
    const [packed, perm] = run((x) => x!.builder.nodes('lu', {}, [x!]), a) as [number[][], number[]];
    const reference = new LuDecomposition(new Matrix(general));
    const l = packed.map((r, i) => r.map((v, j) => (i === j ? 1 : j < i ? v : 0)));
    const u = packed.map((r, i) => r.map((v, j) => (j >= i ? v : 0)));
    near(l, reference.lowerTriangularMatrix.to2DArray());
    near(u, reference.upperTriangularMatrix.to2DArray());
    near(
      new Matrix(l).mmul(new Matrix(u)).to2DArray(),
      perm.map((p) => general[p]!),
    );
    near([perm], [reference.pivotPermutationVector]);
  });
  test('lu of a singular matrix has a zero on the diagonal of U, and no NaN', () => {
    const [packed] = run(
      (x) => x!.builder.nodes('lu', {}, [x!]),
      arr([
        [0, 1],
        [0, 2],
      ]),
    ) as [number[][]];
    expect(packed).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });
  test('leading axes hold one matrix each', () => {
    const stack: HostArray = hostArray(
      [...definite.flat(), ...definite.flat().map((v) => 4 * v)],
      [2, n, n],
      'f',
    );
    const [both] = run((a) => [shapes.cholesky(a!)], stack) as [number[][][]];
    const [single] = run((a) => [shapes.cholesky(a!)], arr(definite)) as [number[][]];
    near(both[0]!, single);
    near(
      both[1]!,
      single.map((r) => r.map((v) => 2 * v)),
    );
    expect(nested(stack)).toHaveLength(2);
  });
});
