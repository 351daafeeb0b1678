/** Linear algebra and special functions on tensors. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, jvp, vmap } from '../../src/autodiff/index.js';
import {
  cholesky,
  linearSolve,
  logsumexp,
  softplus,
  solveTriangular,
  type LinearSolveOptions,
} from '../../src/numerics/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import { derivative, directional } from '../implicit/differences.js';

beforeAll(() => register());

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const close = (found: readonly number[], expected: readonly number[], digits = 10): void => {
  expect(found.length).toBe(expected.length);
  found.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, digits));
};

const spd = [
  [4, 1, 0.5],
  [1, 3, 0.2],
  [0.5, 0.2, 2],
];
const general = [
  [0, 2, 1],
  [1, 1, 0],
  [3, 0, -1],
];
const rhs = [1, -2, 0.5];
const times = (a: readonly (readonly number[])[], x: readonly number[]): number[] =>
  a.map((r) => r.reduce((s, v, j) => s + v * x[j]!, 0));

describe('linearSolve', () => {
  const cases: [LinearSolveOptions['method'], number[][]][] = [
    ['cholesky', spd],
    ['cg', spd],
    ['lu', spd],
    ['normalCg', spd],
    ['lu', general],
    ['normalCg', general],
  ];
  it.each(cases)('%s of %j: value and both derivatives against differences', (method, a) => {
    const f = (m: tf.Tensor, b: tf.Tensor): tf.Tensor => linearSolve(m, b, { method: method! });
    const x = numbers(f(tensor(a), tensor(rhs)));
    close(times(a, x), rhs, 9);
    const weight = tensor([1, -1, 2]);
    const flat = a.flat();
    // symmetric directions keep the system within the method's class
    const direction = flat.map((_, k) => Math.cos((k % 3) + Math.floor(k / 3)));
    const at = (v: readonly number[]): number[] => numbers(f(tensor([...v], [3, 3]), tensor(rhs)));
    const expected = directional(at, flat, direction, 0.05);
    close(
      numbers(jvp((m: tf.Tensor) => f(m, tensor(rhs)), [tensor(a)], [tensor(direction, [3, 3])])[1]),
      expected,
      7,
    );
    const g = numbers(grad((m: tf.Tensor) => tf.sum(tf.mul(weight, f(m, tensor(rhs)))))(tensor(a)));
    const along = g.reduce((s, v, k) => s + v * direction[k]!, 0);
    expect(along).toBeCloseTo(expected[0]! - expected[1]! + 2 * expected[2]!, 7);
    const gb = numbers(grad((b: tf.Tensor) => tf.sum(tf.mul(weight, f(tensor(a), b))))(tensor(rhs)));
    close(
      times(
        a[0]!.map((_, j) => a.map((r) => r[j]!)),
        gb,
      ),
      [1, -1, 2],
      8,
    );
  });
  it('of a matrix of right-hand sides', () => {
    const x = numbers(
      linearSolve(
        tensor(general),
        tensor([
          [1, 0],
          [0, 1],
          [2, 2],
        ]),
      ),
    );
    close(times(general, [x[0]!, x[2]!, x[4]!]), [1, 0, 2]);
    close(times(general, [x[1]!, x[3]!, x[5]!]), [0, 1, 2]);
  });
  it('of a function of trees that closes over a parameter', () => {
    const f = (s: tf.Tensor): tf.Tensor => {
      const { u, v } = linearSolve(
        (x: { readonly u: tf.Tensor; readonly v: tf.Tensor }) => ({
          u: tf.add(tf.mul(s, x.u), tf.sum(x.v)),
          v: tf.add(tf.mul(2, x.v), x.u),
        }),
        { u: tensor(1), v: tensor([1, 2]) },
      );
      return tf.add(u, tf.sum(v));
    };
    // s u + v₁ + v₂ = 1, 2v₁ + u = 1, 2v₂ + u = 2: u = −1/(2(s − 1)), sum = 3/2
    close(numbers(f(tensor(3))), [1.5]);
    const u = (s: tf.Tensor): tf.Tensor =>
      tf.sum(linearSolve((x: tf.Tensor) => tf.mul(tf.sub(s, 1), x), tensor([-0.5])));
    close(numbers(grad(u)(tensor(3))), [1 / 8]);
    close(numbers(hessian(u)(tensor(3))), [-1 / 8]);
  });
  it('vmap over matrices, over right-hand sides, and of the gradient', () => {
    const scaled = (s: tf.Tensor): tf.Tensor =>
      linearSolve(tf.mul(s, tensor(spd)), tensor(rhs), { method: 'cholesky' });
    const x = numbers(scaled(tensor(1)));
    close(numbers(vmap(scaled)(tensor([1, 2]))), [...x, ...x.map((v) => v / 2)]);
    close(
      numbers(
        vmap((b: tf.Tensor) => linearSolve(tensor(spd), b, { method: 'cg' }))(
          tensor([rhs, rhs.map((v) => 3 * v)]),
        ),
      ),
      [...x, ...x.map((v) => 3 * v)],
    );
    const sum = x.reduce((a, b) => a + b, 0);
    close(numbers(vmap(grad((s: tf.Tensor) => tf.sum(scaled(s))))(tensor([1, 2]))), [-sum, -sum / 4]);
  });
  it('second derivative in the matrix', () => {
    const f = (s: number): tf.Tensor => tensor(s);
    const g = (s: tf.Tensor): tf.Tensor =>
      tf.sum(
        tf.square(
          linearSolve(tf.add(tensor(spd), tf.mul(s, tf.eye(3))), tensor(rhs), { method: 'cholesky' }),
        ),
      );
    const expected = derivative((s) => numbers(grad(g)(f(s))), 0.3);
    close(numbers(hessian(g)(f(0.3))), expected, 8);
  });
  it('says what does not fit', () => {
    expect(() => linearSolve(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(
      'linearSolve: expected A[n, n] and b[n] or b[n, k], found A[2,3] and b[2]',
    );
    expect(() => linearSolve((x: tf.Tensor) => tf.sum(x), tf.zeros([2]))).toThrow(
      'linearSolve: the operator returns another value than b',
    );
  });
});

describe('factors and special functions', () => {
  it('cholesky: L Lᵀ = A, batched too, NaN where not positive definite, and its gradient', () => {
    const l = cholesky(tensor(spd));
    close(numbers(tf.matMul(l as tf.Tensor2D, tf.transpose(l) as tf.Tensor2D)), spd.flat());
    expect(numbers(cholesky(tensor([[[4]], [[9]]])))).toEqual([2, 3]);
    expect(
      numbers(
        cholesky(
          tensor([
            [1, 2],
            [2, 1],
          ]),
        ),
      ).some(Number.isNaN),
    ).toBe(true);
    const f = (s: tf.Tensor): tf.Tensor => tf.sum(cholesky(tf.add(tensor(spd), tf.mul(s, tf.eye(3)))));
    close(
      numbers(grad(f)(tensor(0.1))),
      derivative((s) => numbers(f(tensor(s))), 0.1),
      9,
    );
  });
  it('solveTriangular: lower, upper, transposed, vectors and matrices', () => {
    const l = [
      [2, 0],
      [1, 4],
    ];
    close(numbers(solveTriangular(tensor(l), tensor([2, 9]))), [1, 2]);
    close(numbers(solveTriangular(tensor(l), tensor([4, 8]), { transpose: true })), [1, 2]);
    close(
      numbers(
        solveTriangular(
          tensor([
            [2, 1],
            [0, 4],
          ]),
          tensor([[4], [8]]),
          { lower: false },
        ),
      ),
      [1, 2],
    );
    close(numbers(solveTriangular(tensor(l), tensor([1, 3]), { unitDiagonal: true })), [1, 2]);
  });
  it('logsumexp and softplus at the extremes, with derivatives', () => {
    close(numbers(logsumexp(tensor([1000, 1000]))), [1000 + Math.LN2]);
    expect(numbers(logsumexp(tensor([-Infinity, -Infinity])))).toEqual([-Infinity]);
    close(
      numbers(
        logsumexp(
          tensor([
            [0, 0],
            [1, 3],
          ]),
          1,
        ),
      ),
      [Math.LN2, 3 + Math.log1p(Math.exp(-2))],
    );
    close(numbers(grad((x: tf.Tensor) => logsumexp(x))(tensor([0, 1]))), [
      1 / (1 + Math.E),
      Math.E / (1 + Math.E),
    ]);
    close(numbers(softplus(tensor([-800, 0, 800]))), [0, Math.LN2, 800]);
    const s = 1 / (1 + Math.exp(-0.7));
    close(numbers(grad((x: tf.Tensor) => softplus(x))(tensor(0.7))), [s]);
    close(numbers(hessian((x: tf.Tensor) => softplus(x))(tensor(0.7))), [s * (1 - s)]);
  });
});
