/** Routines of the orthogonal decompositions: identities, conventions, and the reference where it is well conditioned. */
import { describe, expect, test } from 'vitest';
import { Matrix } from 'ml-matrix';
import { f64 } from '../../src/compile/assembler/index.js';
import { routineRules, type RoutineRule } from '../../src/compile/routines/index.js';
import { hostArray, type HostArray, type Shape } from '../../src/ir/index.js';
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
} from '../ir/hard-matrices.js';
import { hasRelaxed, place, read, reference } from './routines-harness.js';

type Op = 'qr' | 'eigh' | 'svd';
type Rule = RoutineRule<'qr'> & RoutineRule<'eigh'> & RoutineRule<'svd'>;

/** The results of a routine, twice the same. */
function decompose(op: Op, a: HostArray, rule?: Rule, relaxed = false): HostArray[] {
  const placed = place(op, {}, [a], 'f64', rule ?? (routineRules[op] as Rule), relaxed);
  placed.run();
  const first = read(placed);
  placed.run();
  expect(read(placed)).toEqual(first);
  return first;
}

/** A batch from matrices of one shape. */
const stack = (all: readonly Matrix[]): HostArray =>
  hostArray(
    all.flatMap((a) => a.to1DArray()),
    [all.length, all[0]!.rows, all[0]!.columns],
    'f',
  );
/** All results near those of the reference. */
function expectReference(op: Op, a: HostArray, tolerance = near): void {
  const found = decompose(op, a);
  reference(op, {}, [a]).forEach((e, i) => {
    const top = Math.max(0, ...Array.from(e.data, Math.abs));
    e.data.forEach((v, k) => expect(Math.abs(v - found[i]!.data[k]!)).toBeLessThanOrEqual(tolerance * top));
  });
}
/** An eigenvalue apart from every other, so that the vectors are determined. */
const apart = (n: number): Matrix => {
  const q = orthogonal(n);
  return q.mmul(Matrix.diag(Array.from({ length: n }, (_, i) => i + 1 - n / 3))).mmul(q.transpose());
};
const values = (n: number): Matrix => Matrix.diag(Array.from({ length: n }, (_, i) => 1 + i));

describe('qr', () => {
  test.each(general)('of %s', (_, a) => {
    const [q, r] = decompose('qr', host(a)).map(matrix) as [Matrix, Matrix];
    checkQr(a, q, r);
  });
  test('equals the reference', () => {
    for (const [m, n] of [
      [1, 1],
      [2, 2],
      [3, 5],
      [5, 3],
      [8, 8],
      [17, 16],
      [16, 17],
      [64, 20],
    ] as const) {
      expectReference('qr', host(random(m, n)));
    }
    expectReference('qr', stack([random(5, 4), random(5, 4), random(5, 4)]));
  });
});

describe('eigh', () => {
  test.each(symmetric)('of %s', (_, given) => {
    const [w, v] = decompose('eigh', host(given)) as [HostArray, HostArray];
    checkEigh(lowerOf(given), vector(w), matrix(v));
  });
  test('equals the reference, and does not read above the diagonal', () => {
    for (const n of [1, 2, 3, 5, 8, 17, 33]) {
      const a = apart(n);
      expectReference('eigh', host(a));
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) a.set(i, j, NaN);
      expectReference('eigh', host(a));
    }
    expectReference('eigh', stack([apart(4), apart(4), apart(4)]));
  });
});

describe('svd', () => {
  test.each(general)('of %s', (_, a) => {
    const [u, s, vt] = decompose('svd', host(a)) as [HostArray, HostArray, HostArray];
    checkSvd(a, matrix(u), vector(s), matrix(vt));
  });
  test('equals the reference', () => {
    for (const [m, n] of [
      [1, 1],
      [2, 2],
      [3, 5],
      [5, 3],
      [8, 8],
      [17, 16],
      [16, 17],
      [40, 20],
    ] as const) {
      const k = Math.min(m, n);
      const [u, v] = [
        orthogonal(m).subMatrix(0, m - 1, 0, k - 1),
        orthogonal(n).subMatrix(0, n - 1, 0, k - 1),
      ];
      expectReference('svd', host(u.mmul(values(k)).mmul(v.transpose())));
    }
    expectReference('svd', stack([random(3, 2), random(3, 2), random(3, 2)]), 1e-11);
  });
  test('small singular values have their digits', () => {
    const a = random(6, 6).mmul(Matrix.diag([1, 1e-4, 1e-8, 1e-12, 1e-16, 1e-20]));
    const [found, expected] = [decompose('svd', host(a))[1]!, reference('svd', {}, [host(a)])[1]!];
    expected.data.forEach((s, i) => expect(Math.abs(found.data[i]! - s)).toBeLessThan(near * s));
  });
});

test.runIf(hasRelaxed)('with multiply-add in one rounding', () => {
  const a = random(21, 21);
  const run = (op: Op): HostArray[] => decompose(op, host(a), undefined, true);
  const [q, r] = run('qr').map(matrix) as [Matrix, Matrix];
  checkQr(a, q, r);
  const [w, v] = run('eigh') as [HostArray, HostArray];
  checkEigh(lowerOf(a), vector(w), matrix(v));
  const [u, s, vt] = run('svd') as [HostArray, HostArray, HostArray];
  checkSvd(a, matrix(u), vector(s), matrix(vt));
});

test('matrices of many rows', () => {
  const a = random(120, 90);
  const [q, r] = decompose('qr', host(a)).map(matrix) as [Matrix, Matrix];
  checkQr(a, q, r);
  const [u, s, vt] = decompose('svd', host(a)) as [HostArray, HostArray, HostArray];
  checkSvd(a, matrix(u), vector(s), matrix(vt));
  const b = random(110, 110);
  const [w, v] = decompose('eigh', host(b)) as [HostArray, HostArray];
  checkEigh(lowerOf(b), vector(w), matrix(v));
});

test('what is not finite gives NaN, in its own matrix only', () => {
  for (const op of ['qr', 'eigh', 'svd'] as const) {
    for (const odd of [NaN, Infinity, -Infinity]) {
      const a = stack([random(4, 4), random(4, 4), random(4, 4)]);
      a.data[16 + 8] = odd;
      const [expected, found] = [reference(op, {}, [a]), decompose(op, a)];
      expected.forEach((e, i) =>
        e.data.forEach((v, k) => expect(Number.isNaN(found[i]!.data[k])).toBe(Number.isNaN(v))),
      );
    }
  }
});

test('empty matrices and batches', () => {
  const shapes: readonly Shape[] = [
    [0, 0],
    [2, 0, 0],
    [0, 3, 3],
  ];
  for (const op of ['qr', 'eigh', 'svd'] as const) {
    for (const shape of shapes) decompose(op, hostArray([], shape, 'f'));
  }
  for (const shape of [
    [0, 3],
    [3, 0],
  ]) {
    for (const op of ['qr', 'svd'] as const) decompose(op, hostArray([], shape, 'f'));
  }
});

describe('a planted wrong routine is caught by the same checks', () => {
  /** The right routine, and then something else. */
  const spoiled =
    (op: Op, result: number): Rule =>
    (attrs, operands, results) => {
      const right = (routineRules[op] as Rule)(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, outputs, scratch) => {
          right.emit(c, f, inputs, outputs, scratch);
          f.store(outputs[result]!, f64.mul(f64.load(outputs[result]!), f64.const(1 + 1e-11)));
        },
      };
    };
  const a = random(5, 5);
  test('qr', () => {
    const [q, r] = decompose('qr', host(a), spoiled('qr', 0)).map(matrix) as [Matrix, Matrix];
    expect(() => checkQr(a, q, r)).toThrow();
  });
  test('eigh', () => {
    const [w, v] = decompose('eigh', host(a), spoiled('eigh', 0)) as [HostArray, HostArray];
    expect(() => checkEigh(lowerOf(a), vector(w), matrix(v))).toThrow();
  });
  test('svd', () => {
    const [u, s, vt] = decompose('svd', host(a), spoiled('svd', 2)) as [HostArray, HostArray, HostArray];
    expect(() => checkSvd(a, matrix(u), vector(s), matrix(vt))).toThrow();
  });
  test('identities that hold to 1e-12 are tight', () =>
    expect(error(a, a.clone().mul(1 + 1e-11))).toBeGreaterThan(near));
});
