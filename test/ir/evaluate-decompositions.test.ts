/** Orthogonal decompositions: identities, conventions, hard matrices, and ml-matrix as an independent witness. */
import { describe, expect, test } from 'vitest';
import { EigenvalueDecomposition, Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { buildGraph, evaluate, hostArray, sizeOf, type HostArray } from '../../src/ir/index.js';
import { dice } from './dice.js';
import {
  checkEigh,
  checkQr,
  checkSvd,
  error,
  general,
  host,
  lowerOf,
  matrix,
  near,
  orthogonal,
  random,
  symmetric,
  vector,
} from './hard-matrices.js';

type Op = 'qr' | 'eigh' | 'svd';

/** The results of a decomposition, by the reference executor; the buffer executor must give the same bits. */
function decompose(op: Op, a: HostArray): HostArray[] {
  const graph = buildGraph([a], (x) => x!.builder.nodes(op, {}, [x!]));
  const found = evaluate(graph, [a]);
  const run = bufferExecutor.compile(graph);
  for (let turn = 0; turn < 2; turn++) expect(run([a])).toEqual(found);
  return found;
}

describe('qr', () => {
  test.each(general)('of %s: A = Q R, QᵀQ = I, R upper with a non-negative diagonal', (_, a) => {
    const [q, r] = decompose('qr', host(a)).map(matrix) as [Matrix, Matrix];
    checkQr(a, q, r);
  });
  test('equals that of ml-matrix up to signs', () => {
    const a = random(6, 4);
    const [q, r] = decompose('qr', host(a)).map(matrix) as [Matrix, Matrix];
    const other = new QrDecomposition(a);
    const signs = Matrix.diag(other.upperTriangularMatrix.diagonal().map(Math.sign));
    expect(error(q, other.orthogonalMatrix.mmul(signs))).toBeLessThan(near);
    expect(error(r, signs.mmul(other.upperTriangularMatrix))).toBeLessThan(near);
  });
});

describe('eigh', () => {
  test.each(symmetric)('of %s: A = V diag(w) Vᵀ, VᵀV = I, ascending', (_, given) => {
    const a = lowerOf(given);
    const [w, v] = decompose('eigh', host(given)) as [HostArray, HostArray];
    const values = vector(w);
    const vectors = matrix(v);
    checkEigh(a, values, vectors);
    // ml-matrix overflows, or loses all digits, there
    const size = Math.max(...a.to1DArray().map(Math.abs));
    if (size > 1e100 || size < 1e-100) return;
    const other = [...new EigenvalueDecomposition(a, { assumeSymmetric: true }).realEigenvalues];
    other.sort((x, y) => x - y);
    const top = Math.max(...other.map(Math.abs));
    values.forEach((x, i) => expect(Math.abs(x - other[i]!)).toBeLessThanOrEqual(near * top));
  });
  test('the vectors equal those of ml-matrix up to signs', () => {
    const a = lowerOf(random(7, 7));
    const vectors = matrix(decompose('eigh', host(a))[1]!);
    const other = new EigenvalueDecomposition(a, { assumeSymmetric: true });
    const order = [...other.realEigenvalues.keys()].sort(
      (i, j) => other.realEigenvalues[i]! - other.realEigenvalues[j]!,
    );
    order.forEach((j, i) => {
      const [x, y] = [vectors.getColumnVector(i), other.eigenvectorMatrix.getColumnVector(j)];
      const turn = Math.sign(x.dot(y));
      expect(error(x, y.mul(turn))).toBeLessThan(near);
    });
  });
  test('equally large components: the first one is positive, whatever the rounding', () => {
    for (const noise of [0, 1e-14, -1e-14]) {
      const v = matrix(decompose('eigh', hostArray([1, 0, 0.3 + noise, 1 + noise], [2, 2], 'f'))[1]!);
      const half = Math.SQRT1_2;
      expect(
        error(
          v,
          new Matrix([
            [half, half],
            [-half, half],
          ]),
        ),
      ).toBeLessThan(1e-12);
    }
  });
});

describe('svd', () => {
  test.each(general)('of %s: A = U diag(s) Vᵀ, orthonormal, descending', (_, a) => {
    const found = decompose('svd', host(a)) as [HostArray, HostArray, HostArray];
    const [u, vt] = [matrix(found[0]), matrix(found[2])];
    const s = vector(found[1]);
    checkSvd(a, u, s, vt);
    const top = Math.max(...a.to1DArray().map(Math.abs));
    if (top > 1e100 || top < 1e-100) return;
    const other = new SingularValueDecomposition(a, { autoTranspose: true }).diagonal;
    s.forEach((x, i) => expect(Math.abs(x - other[i]!)).toBeLessThanOrEqual(near * s[0]!));
  });
  test('small singular values of a matrix with scaled columns keep their relative accuracy', () => {
    const q = orthogonal(4);
    const a = q.mmul(Matrix.diag([1, 1e-10, 1e-20, 1e-30]));
    const s = vector(decompose('svd', host(a))[1]!);
    [1, 1e-10, 1e-20, 1e-30].forEach((x, i) => expect(Math.abs(s[i]! / x - 1)).toBeLessThan(1e-12));
  });
});

describe('stacks and empty values', () => {
  const ops: readonly Op[] = ['qr', 'eigh', 'svd'];
  test.each(ops)('%s of a stack is that of each matrix', (op) => {
    const matrices = [random(3, 3), random(3, 3), Matrix.eye(3), random(3, 3)];
    const stack = hostArray(
      matrices.flatMap((m) => m.to1DArray()),
      [2, 2, 3, 3],
      'f',
    );
    const together = decompose(op, stack);
    matrices.forEach((m, k) =>
      decompose(op, host(m)).forEach((alone, i) => {
        const n = sizeOf(alone.shape);
        expect(together[i]!.shape).toEqual([2, 2, ...alone.shape]);
        expect(together[i]!.data.slice(k * n, (k + 1) * n)).toEqual(alone.data);
      }),
    );
  });
  test.each(ops)('%s of no matrices, and of matrices without elements', (op) => {
    const shapes = (a: number[]): (readonly number[])[] =>
      decompose(op, hostArray([], a, 'f')).map((x) => x.shape);
    const none = {
      qr: [
        [0, 3, 3],
        [0, 3, 3],
      ],
      eigh: [
        [0, 3],
        [0, 3, 3],
      ],
      svd: [
        [0, 3, 3],
        [0, 3],
        [0, 3, 3],
      ],
    }[op];
    expect(shapes([0, 3, 3])).toEqual(none);
    const empty = {
      qr: [
        [0, 0],
        [0, 0],
      ],
      eigh: [[0], [0, 0]],
      svd: [[0, 0], [0], [0, 0]],
    }[op];
    expect(shapes([0, 0])).toEqual(empty);
  });
  test('matrices without columns', () => {
    expect(decompose('qr', hostArray([], [3, 0], 'f')).map((x) => x.shape)).toEqual([
      [3, 0],
      [0, 0],
    ]);
    expect(decompose('svd', hostArray([], [0, 2], 'f')).map((x) => x.shape)).toEqual([[0, 0], [0], [0, 2]]);
  });
  test.each(ops)('%s of a matrix that is not finite is NaN, and leaves the others alone', (op) => {
    const values = [2, 0.5, 0.5, 1];
    for (const bad of [NaN, Infinity, -Infinity]) {
      const both = decompose(op, hostArray([...values, 1, 2, bad, 3], [2, 2, 2], 'f'));
      const alone = decompose(op, hostArray(values, [2, 2], 'f'));
      both.forEach((x, i) => {
        const n = alone[i]!.data.length;
        expect(x.data.slice(0, n)).toEqual(alone[i]!.data);
        expect([...x.data.slice(n)].every(Number.isNaN)).toBe(true);
      });
    }
  });
  test('operands that do not fit are named', () => {
    const make = (op: Op, shape: number[]) => () =>
      buildGraph([{ shape, dtype: 'f' }], (x) => x!.builder.nodes(op, {}, [x!]));
    expect(make('eigh', [2, 3])).toThrow('eigh: expected real square matrices (operands f[2,3])');
    expect(make('qr', [3])).toThrow('qr: expected real matrices (operands f[3])');
    expect(make('svd', [])).toThrow('svd: expected real matrices (operands f[])');
  });
});

describe('random small matrices', () => {
  const draw = dice(99);
  const sign = (): number => draw.below(3) - 1;
  test.each<[string, () => number]>([
    ['of −1, 0 and 1', sign],
    ['with many zeros', () => (draw.below(2) === 0 ? 0 : draw.below(2000) / 1000 - 1)],
    ['with elements from 1e-30 to 1e30', () => sign() * 2 ** (draw.below(200) - 100)],
    ['whose columns are equal up to rounding', () => sign() + 1e-15 * (draw.below(5) - 2)],
  ])('%s', (_, element) => {
    for (let k = 0; k < 150; k++) {
      const [m, n] = [1 + draw.below(7), 1 + draw.below(7)];
      const make = (rows: number): Matrix =>
        new Matrix(Array.from({ length: rows }, () => Array.from({ length: n }, element)));
      const [a, b] = [make(m), make(n)];
      const [q, r] = decompose('qr', host(a)) as [HostArray, HostArray];
      checkQr(a, matrix(q), matrix(r));
      const [u, s, vt] = decompose('svd', host(a)) as [HostArray, HostArray, HostArray];
      checkSvd(a, matrix(u), vector(s), matrix(vt));
      const [w, v] = decompose('eigh', host(b)) as [HostArray, HostArray];
      checkEigh(lowerOf(b), vector(w), matrix(v));
    }
  });
});

describe('wrong factors are caught', () => {
  const a = random(5, 3);
  const turn = Matrix.diag([1, -1, 1]);
  const off = (m: Matrix): Matrix => m.clone().set(1, 0, m.get(1, 0) + 1e-10);
  test('qr with a turned row, a factor that is slightly off, or a diagonal of another sign', () => {
    const [q, r] = decompose('qr', host(a)).map(matrix) as [Matrix, Matrix];
    expect(() => checkQr(a, q, r)).not.toThrow();
    expect(() => checkQr(a, q.mmul(turn), r)).toThrow();
    expect(() => checkQr(a, off(q), r)).toThrow();
    expect(() => checkQr(a, q, off(r))).toThrow();
    expect(() => checkQr(a, q.mmul(turn), turn.mmul(r))).toThrow();
  });
  test('eigh in another order, or with vectors of another sign', () => {
    const b = lowerOf(random(3, 3));
    const [w, v] = decompose('eigh', host(b)) as [HostArray, HostArray];
    const flip = new Matrix([
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(() => checkEigh(b, vector(w), matrix(v))).not.toThrow();
    expect(() => checkEigh(b, vector(w).reverse(), matrix(v).mmul(flip))).toThrow();
    expect(() => checkEigh(b, vector(w), matrix(v).mmul(turn))).toThrow();
    expect(() => checkEigh(b, vector(w), off(matrix(v)))).toThrow();
  });
  test('svd with a negative value, or vectors that are not of length one', () => {
    const [u, s, vt] = decompose('svd', host(a)) as [HostArray, HostArray, HostArray];
    const [left, right] = [matrix(u), matrix(vt)];
    const half = Matrix.diag([1, 1, 0.5]);
    expect(() => checkSvd(a, left, vector(s), right)).not.toThrow();
    expect(() =>
      checkSvd(
        a,
        left,
        vector(s).map((x, i) => (i === 2 ? -x : x)),
        Matrix.diag([1, 1, -1]).mmul(right),
      ),
    ).toThrow();
    expect(() =>
      checkSvd(
        a,
        left,
        vector(s).map((x, i) => (i === 2 ? x / 0.5 : x)),
        half.mmul(right),
      ),
    ).toThrow();
    expect(() => checkSvd(a, left.mmul(turn), vector(s), turn.mmul(right))).toThrow();
  });
});
