/** Derivatives, of first and second order, and batching of matrix functions on tensors. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, hvp, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { det, eigh, inv, lstsq, lu, qr, slogdet, solve, svd } from '../../src/numerics/index.js';
import { register, stage, tensor } from '../../src/staging/index.js';
import { judge, near, numbers, values } from './matrices.js';

beforeAll(() => register({ executor: bufferExecutor }));

const nine = [0.5, 2, 1, 3, -0.4, 0.2, 1, 1, 2.5];
/** The same with two rows exchanged: the determinant changes sign. */
const turned = [...nine.slice(3, 6), ...nine.slice(0, 3), ...nine.slice(6)];
const twelve = [3, 0.4, -0.2, 0.5, -2, 0.3, 0.6, -0.1, 1, 0.2, 0.7, 0.3];
const flat = (...xs: tf.Tensor[]): tf.Tensor => tf.concat(xs.map((x) => tf.reshape(x, [-1])));

describe.each([
  ['as it is', nine],
  ['with two rows exchanged', turned],
])('a general matrix %s', (_, a) => {
  it('solve in the matrix, for vectors and matrices', () => {
    judge((x) => solve(x, tensor([1, -2, 0.5])), a, [3, 3]);
    judge((x) => solve(x, tensor(values(1, 6), [3, 2])), a, [3, 3]);
  });
  it('inv', () => judge((x) => inv(x), a, [3, 3]));
  it('det', () => judge((x) => det(x), a, [3, 3]));
  it('slogdet', () => judge((x) => slogdet(x).logAbsDet, a, [3, 3]));
  it('lu', () => {
    judge((x) => flat(lu(x).l, lu(x).u), a, [3, 3]);
  });
});

describe('right-hand sides', () => {
  it('solve in the right-hand side, alone, with the matrix, and for stacks', () => {
    judge((b) => solve(tensor(nine, [3, 3]), b), values(2, 3), [3]);
    judge((b) => solve(tensor(nine, [3, 3]), tf.mul(b, b)), values(3, 12), [2, 3, 2]);
    const both = (x: tf.Tensor): tf.Tensor => solve(tf.slice(x, [0, 0], [3, 3]), tf.slice(x, [0, 3], [3, 1]));
    judge(both, [0.5, 2, 1, 1, 3, -0.4, 0.2, 2, 1, 1, 2.5, -1], [3, 4]);
    const stacks = (x: tf.Tensor): tf.Tensor => solve(x, tensor(values(4, 6), [2, 3]));
    judge(stacks, [...nine, ...turned], [2, 3, 3]);
  });
  it('lstsq in the matrix, tall and wide', () => {
    judge((x) => lstsq(x, tensor([1, -2, 0.5, 3])), twelve, [4, 3]);
    judge((x) => lstsq(x, tensor([1, -2, 0.5])), twelve, [3, 4]);
  });
});

describe('decompositions', () => {
  it('qr, thin, full and wide', () => {
    judge((x) => flat(qr(x).q, qr(x).r), twelve, [4, 3]);
    judge((x) => flat(qr(x).q, qr(x).r), twelve, [3, 4]);
    const full = (x: tf.Tensor): tf.Tensor => {
      const { q, r } = qr(x, { full: true });
      return flat(q, r);
    };
    judge(full, twelve.slice(0, 8), [4, 2]);
    judge(full, twelve, [4, 3]);
    judge(full, twelve, [3, 4]);
  });
  it('eigh of the symmetric part', () => {
    const f = (x: tf.Tensor): tf.Tensor => {
      const { values: w, vectors } = eigh(tf.add(x, tf.transpose(x)));
      return flat(w, vectors);
    };
    judge(f, nine, [3, 3]);
  });
  it('svd, tall and wide', () => {
    const f = (x: tf.Tensor): tf.Tensor => {
      const { u, s, vt } = svd(x);
      return flat(u, s, vt);
    };
    judge(f, twelve, [4, 3]);
    judge(f, twelve, [3, 4]);
  });
});

describe('known derivatives', () => {
  it('∇ log|det A| = A⁻ᵀ and ∇ det A = det A · A⁻ᵀ, at a negative determinant too', () => {
    for (const a of [nine, turned]) {
      const x = tensor(a, [3, 3]);
      const t = numbers(tf.transpose(inv(x)));
      near(numbers(grad((m: tf.Tensor) => slogdet(m).logAbsDet)(x)), t);
      near(
        numbers(grad((m: tf.Tensor) => det(m))(x)),
        t.map((v) => v * numbers(det(x))[0]!),
      );
    }
    expect(Math.sign(numbers(det(tensor(nine, [3, 3])))[0]!)).toBe(
      -Math.sign(numbers(det(tensor(turned, [3, 3])))[0]!),
    );
  });
  it('the third derivative of log det along the identity', () => {
    // d³/dt³ Σ log(wᵢ + t) = Σ 2/(wᵢ + t)³
    const f = (t: tf.Tensor): tf.Tensor =>
      slogdet(tf.add(tensor([2, 1, 1, 3], [2, 2]), tf.mul(t, tf.eye(2)))).logAbsDet;
    const third = grad((t: tf.Tensor) => hessian(f)(t) as tf.Tensor)(tensor(0));
    const w = [(5 - Math.sqrt(5)) / 2, (5 + Math.sqrt(5)) / 2];
    near(numbers(third), [w.reduce((s, x) => s + 2 / x ** 3, 0)], 1e-11);
  });
  it('derivatives at a singular matrix are not finite', () => {
    const x = tensor([1, 2, 2, 4], [2, 2]);
    expect(numbers(grad((m: tf.Tensor) => det(m))(x)).some(Number.isFinite)).toBe(false);
    expect(numbers(grad((m: tf.Tensor) => tf.sum(inv(m)))(x)).some(Number.isFinite)).toBe(false);
  });
});

describe('cost', () => {
  const factorizations = (f: (...xs: tf.Tensor[]) => unknown, ...args: tf.Tensor[]): string[] =>
    stage(f, args)
      .graph.nodes.filter((n) => n.op === 'lu')
      .map((n) => n.shape.join());
  const a = (): tf.Tensor => tensor(nine, [3, 3]);
  it('one factorization serves all columns, all lanes of right-hand sides, and derivatives of both modes', () => {
    expect(factorizations((m, b) => solve(m!, b!), a(), tensor(values(5, 12), [3, 4]))).toEqual(['3,3']);
    const lanes = (m: tf.Tensor, b: tf.Tensor): tf.Tensor => vmap((x: tf.Tensor) => solve(m, x))(b);
    expect(factorizations((m, b) => lanes(m!, b!), a(), tensor(values(5, 12), [4, 3]))).toEqual(['3,3']);
    const sum = (m: tf.Tensor): tf.Tensor => tf.sum(solve(m, tensor([1, 2, 3])));
    expect(factorizations((m) => grad(sum)(m!), a())).toEqual(['3,3']);
    expect(factorizations((m) => hvp(sum, m!, m!), a())).toEqual(['3,3']);
    expect(factorizations((m) => grad((x: tf.Tensor) => slogdet(x).logAbsDet)(m!), a())).toEqual(['3,3']);
  });
  it('the planted fault is seen: a second factorization of the same matrix', () => {
    expect(
      factorizations((m) => [solve(m!, tensor([1, 2, 3])), solve(tf.mul(m!, 2), tensor([1, 2, 3]))], a()),
    ).toHaveLength(2);
  });
});
