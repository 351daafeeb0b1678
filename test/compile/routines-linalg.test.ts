/** Routines of factors and triangular systems. */
import { describe, expect, test } from 'vitest';
import { f64, i32 } from '../../src/compile/assembler/index.js';
import { routineRules, type RoutineName, type RoutineRule } from '../../src/compile/routines/index.js';
import { hostArray, sizeOf, type HostArray, type OpTable, type Shape } from '../../src/ir/index.js';
import { dice } from '../ir/dice.js';
import { difference, hasRelaxed, place, read, reference } from './routines-harness.js';

const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 18, 31, 64];
const batches: readonly Shape[] = [[], [3], [2, 2], [0]];
const d = dice(5);
const unit = (): number => d.below(20000) / 10000 - 1;

/** Elements in (−1, 1), and `diagonal` added where rows and columns meet. */
function matrices(lead: Shape, m: number, n: number, diagonal = 0): HostArray {
  const data = Array.from({ length: sizeOf(lead) * m * n }, unit);
  for (let k = 0; k < sizeOf(lead); k++) {
    for (let i = 0; i < Math.min(m, n); i++) data[k * m * n + i * (n + 1)]! += diagonal;
  }
  return hostArray(data, [...lead, m, n], 'f');
}
/** B Bᵀ + I in the lower triangles; what lies above must not matter. */
function definite(lead: Shape, n: number): HostArray {
  const b = matrices(lead, n, n);
  const out = matrices(lead, n, n);
  for (let k = 0; k < sizeOf(lead); k++) {
    const at = (i: number, j: number): number => (k * n + i) * n + j;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let s = i === j ? 1 : 0;
        for (let l = 0; l < n; l++) s += b.data[at(i, l)]! * b.data[at(j, l)]!;
        out.data[at(i, j)] = s;
      }
    }
  }
  return out;
}

/** Largest difference of two results over the largest magnitude; NaN must stand where NaN stands. */
function distance(expected: HostArray, found: HostArray): number {
  let [most, top] = [0, 0];
  expected.data.forEach((e, i) => {
    const f = found.data[i]!;
    if (Number.isNaN(e) !== Number.isNaN(f)) most = Infinity;
    else if (e !== f && !Number.isNaN(e)) most = Math.max(most, Math.abs(e - f));
    if (Number.isFinite(e)) top = Math.max(top, Math.abs(e));
  });
  return most === 0 ? 0 : most / (top || 1);
}

/** The greatest distance of any result from the reference. */
function worst<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  args: readonly HostArray[],
  rule?: RoutineRule<K>,
  relaxed = false,
): number {
  const placed = place(op, attrs, args, 'f64', rule, relaxed);
  let most = 0;
  for (let turn = 0; turn < 2; turn++) {
    placed.run();
    const found = read(placed);
    reference(op, attrs, args).forEach((e, i) => (most = Math.max(most, distance(e, found[i]!))));
  }
  return most;
}

const near = 1e-12;

describe('cholesky', () => {
  test('equals the reference in every size and batch', () => {
    for (const n of sizes) {
      for (const lead of batches) expect(worst('cholesky', {}, [definite(lead, n)])).toBeLessThan(near);
    }
    expect(worst('cholesky', {}, [definite([], 133)])).toBeLessThan(near);
  });
  test('NaN in the lower triangle where a matrix is not positive definite, and only there', () => {
    for (const n of [1, 2, 3, 5, 8, 21]) {
      for (const value of [0, -1, NaN]) {
        const a = definite([3], n);
        const at = n * n + d.below(n) * (n + 1);
        a.data[at] = value;
        expect(worst('cholesky', {}, [a])).toBeLessThan(near);
      }
    }
  });
  test('elements of any magnitude', () => {
    for (const scale of [1e300, 1e-300]) {
      const a = definite([], 9);
      expect(
        worst('cholesky', {}, [{ ...a, data: a.data.map((x) => x * scale) as Float64Array }]),
      ).toBeLessThan(near);
    }
    const infinite = hostArray([Infinity, 0, 0, 1], [2, 2], 'f');
    expect(difference('cholesky', {}, [infinite], 'f64', 0)).toBeUndefined();
  });
});

describe('triangularSolve', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'variant %i equals the reference in every size and batch',
    (variant) => {
      const attrs = {
        lower: (variant & 1) > 0,
        transposeA: (variant & 2) > 0,
        unitDiagonal: (variant & 4) > 0,
      };
      for (const n of sizes) {
        for (const columns of [0, 1, 2, 3, 8, 11]) {
          const lead = d.pick(batches);
          // well conditioned with any diagonal
          const a = matrices(lead, n, n, 2);
          for (let i = 0; i < a.data.length; i++) {
            const [r, c] = [Math.floor(i / n) % n, i % n];
            if (r !== c) a.data[i]! /= n;
          }
          expect(worst('triangularSolve', attrs, [a, matrices(lead, n, columns)])).toBeLessThan(near);
        }
      }
    },
  );
  test('a zero on the diagonal gives what division gives', () => {
    const a = hostArray([1, 0, 0, 2, 0, 0, 3, 4, 5], [3, 3], 'f');
    for (const columns of [1, 2, 3]) {
      for (const transposeA of [false, true]) {
        const b = hostArray(new Float64Array(3 * columns).fill(1), [3, columns], 'f');
        const attrs = { lower: true, transposeA, unitDiagonal: false };
        expect(difference('triangularSolve', attrs, [a, b], 'f64', near)).toBeUndefined();
      }
    }
  });
});

test.runIf(hasRelaxed)('with multiply-add in one rounding', () => {
  for (const n of [3, 8, 33]) {
    expect(worst('cholesky', {}, [definite([], n)], undefined, true)).toBeLessThan(near);
    for (const columns of [1, 11]) {
      for (const transposeA of [false, true]) {
        const attrs = { lower: true, transposeA, unitDiagonal: false };
        const args = [matrices([], n, n, n), matrices([], n, columns)];
        expect(worst('triangularSolve', attrs, args, undefined, true)).toBeLessThan(near);
      }
    }
  }
});

describe('lu', () => {
  test('equals the reference to the bit in every size and batch', () => {
    for (const n of sizes) {
      for (const lead of batches) {
        expect(difference('lu', {}, [matrices(lead, n, n)], 'f64', 0)).toBeUndefined();
      }
    }
    expect(difference('lu', {}, [matrices([], 130, 130)], 'f64', 0)).toBeUndefined();
  });
  test('equal candidates for a pivot, singular matrices, special values', () => {
    for (let turn = 0; turn < 200; turn++) {
      const n = 1 + d.below(9);
      const few = d.pick([[0, 1], [0, 1, -1], [0, 1, 2, NaN], [0, 1, Infinity], [0]]);
      const a = hostArray(
        Array.from({ length: n * n }, () => d.pick(few)),
        [n, n],
        'f',
      );
      expect(difference('lu', {}, [a], 'f64', 0)).toBeUndefined();
    }
  });
});

describe('a planted wrong routine is caught by the same comparison', () => {
  test('a factor with one element changed in its last digits', () => {
    const wrong: RoutineRule<'cholesky'> = (attrs, operands, results) => {
      const right = routineRules.cholesky(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, [out], scratch) => {
          right.emit(c, f, inputs, [out!], scratch);
          f.store(out!, f64.mul(f64.load(out!), f64.const(1 + 1e-11)));
        },
      };
    };
    expect(worst('cholesky', {}, [definite([], 5)], wrong)).toBeGreaterThan(near);
  });
  test('a permutation with two rows exchanged', () => {
    const wrong: RoutineRule<'lu'> = (attrs, operands, results) => {
      const right = routineRules.lu(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, [out, perm], scratch) => {
          right.emit(c, f, inputs, [out!, perm!], scratch);
          f.store(perm!, i32.const(1));
        },
      };
    };
    const a = hostArray([3, 1, 2, 1], [2, 2], 'f');
    expect(difference('lu', {}, [a], 'f64', 0, wrong)).toMatch(/result 1, element 0/);
  });
  test('a solve that takes the other triangle', () => {
    const wrong: RoutineRule<'triangularSolve'> = (attrs, operands, results) =>
      routineRules.triangularSolve({ ...attrs, lower: !attrs.lower }, operands, results);
    const attrs = { lower: true, transposeA: false, unitDiagonal: false };
    expect(
      worst('triangularSolve', attrs, [matrices([], 4, 4, 2), matrices([], 4, 2)], wrong),
    ).toBeGreaterThan(near);
  });
});
