/** Conjugate gradients where they cannot succeed, and at the ends of the number range. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, vmap } from '../../src/autodiff/index.js';
import { linearSolve, type LinearSolveOptions } from '../../src/numerics/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const methods = [['cg'], ['normalCg']] as const;

/** F Fᵀ of rank r, and a right-hand side: in its range, or anywhere. */
function deficient(n: number, r: number, within: boolean): { a: number[][]; b: number[] } {
  const f = Array.from({ length: n }, (_, i) =>
    Array.from({ length: r }, (__, k) => Math.sin(1 + 3 * i + k * k)),
  );
  const a = f.map((p) => f.map((q) => p.reduce((s, v, k) => s + v * q[k]!, 0)));
  const z = Array.from({ length: n }, (_, i) => Math.cos(2 * i));
  return { a, b: within ? a.map((row) => row.reduce((s, v, k) => s + v * z[k]!, 0)) : z };
}

describe('a singular matrix', () => {
  it.each([
    [3, 1],
    [10, 5],
    [20, 10],
    [30, 29],
  ])('%i × %i of lower rank: no solution is NaN under cg, never a huge number', (n, r) => {
    const { a, b } = deficient(n, r, false);
    expect(numbers(linearSolve(tensor(a), tensor(b), { method: 'cg' }))).toEqual(b.map(() => NaN));
  });
  it.each(methods)('a right-hand side in its range is solved: %s', (method) => {
    for (const [n, r] of [
      [3, 1],
      [10, 5],
      [20, 10],
    ] as const) {
      const { a, b } = deficient(n, r, true);
      const x = numbers(linearSolve(tensor(a), tensor(b), { method }));
      const error = Math.hypot(...a.map((row, i) => row.reduce((s, v, k) => s + v * x[k]!, 0) - b[i]!));
      expect(error / Math.hypot(...b)).toBeLessThan(1e-9);
    }
  });
  it('without curvature along b: NaN; a negative definite one is solved', () => {
    const swap = tensor([
      [0, 1],
      [1, 0],
    ]);
    expect(numbers(linearSolve(swap, tensor([1, 0]), { method: 'cg' }))).toEqual([NaN, NaN]);
    expect(numbers(linearSolve(tf.zeros([2, 2]), tensor([1, 0]), { method: 'cg' }))).toEqual([NaN, NaN]);
    expect(numbers(linearSolve((v: tf.Tensor) => tf.mul(v, -2), tensor([2, 4]), { method: 'cg' }))).toEqual([
      -1, -2,
    ]);
  });
});

describe('the right-hand side', () => {
  const matrix = (): tf.Tensor =>
    tensor([
      [2, 1],
      [1, 2],
    ]);
  it.each(methods)('NaN and infinity give NaN, each lane for itself: %s', (method) => {
    const solve = vmap((b: tf.Tensor) => linearSolve(matrix(), b, { method }));
    const found = numbers(
      solve(
        tensor([
          [NaN, 1],
          [3, 3],
          [Infinity, 1],
          [0, 0],
        ]),
      ),
    );
    expect([found[0], found[1], found[4], found[5]]).toEqual([NaN, NaN, NaN, NaN]);
    [found[2]!, found[3]!].forEach((v) => expect(v).toBeCloseTo(1, 12));
    expect([found[6], found[7]]).toEqual([0, 0]);
  });
  it.each(methods)('its square may overflow or vanish: %s', (method) => {
    for (const size of [1e200, 1e-200]) {
      const b = tensor([3 * size, 3 * size]);
      numbers(linearSolve(matrix(), b, { method })).forEach((v) => expect(v / size).toBeCloseTo(1, 12));
      const first = (v: tf.Tensor): tf.Tensor => tf.sum(linearSolve(matrix(), tf.mul(v, size), { method }));
      numbers(grad(first)(tensor([1, 2]))).forEach((v) => expect(v / size).toBeCloseTo(1 / 3, 12));
    }
  });
});

it('a tolerance that is none, and an unknown method, are refused', () => {
  const solve = (options: LinearSolveOptions): tf.Tensor =>
    linearSolve((v: tf.Tensor) => tf.mul(v, 2), tensor([2, 4]), options);
  for (const tol of [-1, NaN])
    expect(() => solve({ method: 'cg', tol })).toThrow(
      `tol: expected a tolerance of 0 or more, found ${tol}`,
    );
  expect(() => solve({ method: 'gmres' as never })).toThrow(
    "linearSolve: the method is 'lu', 'cholesky', 'cg' or 'normalCg', found 'gmres'",
  );
});

describe('the step limit', () => {
  const solve = (maxSteps: number): number[] =>
    numbers(
      linearSolve((v: tf.Tensor) => tf.mul(v, tensor([1, 2])), tensor([2, 2]), { method: 'cg', maxSteps }),
    );
  it('0 gives the start, Infinity is no limit, others than whole numbers are refused', () => {
    expect(solve(0)).toEqual([0, 0]);
    solve(Infinity).forEach((v, i) => expect(v).toBeCloseTo(2 - i, 12));
    for (const bad of [-1, 1.5, NaN])
      expect(() => solve(bad)).toThrow(`maxSteps: expected a whole number of steps, 0 or more, found ${bad}`);
  });
});
