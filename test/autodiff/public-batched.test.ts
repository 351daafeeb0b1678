/** Jacobians, Hessians and vmap over tf functions and trees. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { grad, hessian, jacobian, vmap } from '../../src/autodiff/index.js';
import { register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const at = (x: tf.Tensor | number): number => (typeof x === 'number' ? x : x.dataSync()[0]!);
const values = (x: tf.Tensor): number[] => [...x.dataSync()];
const near = (a: readonly number[], b: readonly number[], tolerance = 1e-12): void => {
  expect(a.length).toBe(b.length);
  b.forEach((v, i) =>
    expect(Math.abs(a[i]! - v), `${a} against ${b}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(v)),
    ),
  );
};

describe('jacobian and hessian', () => {
  const f = (v: tf.Tensor): tf.Tensor => tf.stack([tf.prod(v), tf.sum(tf.sin(v))]);
  test('of a vector function in both modes', () => {
    const v = tensor([0.5, 2, -1]);
    const expected = [-2, -0.5, 1, Math.cos(0.5), Math.cos(2), Math.cos(-1)];
    for (const mode of [undefined, 'forward', 'reverse'] as const) {
      const j = jacobian(f, mode)(v);
      expect(j.shape).toEqual([2, 3]);
      near(values(j), expected);
    }
  });

  test('of matrices: shapes of the result, then of the argument', () => {
    const m = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    for (const mode of ['forward', 'reverse'] as const) {
      const j = jacobian((v: tf.Tensor) => tf.transpose(v), mode)(m);
      expect(j.shape).toEqual([2, 3, 3, 2]);
      const data = values(j);
      const at4 = (a: number, b: number, c: number, d: number): number =>
        data[((a * 3 + b) * 3 + c) * 2 + d]!;
      for (const [a, b, c, d] of [
        [0, 1, 1, 0],
        [1, 2, 2, 1],
      ] as const)
        expect(at4(a, b, c, d)).toBe(1);
      expect(data.reduce((n, v) => n + v, 0)).toBe(6);
    }
  });

  test('of trees', () => {
    const g = (q: { a: tf.Tensor; b: tf.Tensor }): tf.Tensor => tf.mul(tf.sum(tf.square(q.a)), q.b);
    const h = hessian(g)({ a: tensor([1, 2]), b: tensor(3) });
    near(values(h.a.a), [6, 0, 0, 6]);
    near(values(h.a.b), [2, 4]);
    near(values(h.b.a), [2, 4]);
    near(values(h.b.b), [0]);
    const j = jacobian((q: { a: tf.Tensor; b: tf.Tensor }) => [tf.mul(q.a, q.b), q.b] as const)({
      a: tensor([1, 2]),
      b: tensor(3),
    });
    near(values(j[0].a), [3, 0, 0, 3]);
    near(values(j[0].b), [1, 2]);
    near([...values(j[1].a), at(j[1].b)], [0, 0, 1]);
  });

  test('of a quadratic', () => {
    const a = tensor([
      [2, 1],
      [0, 3],
    ]) as tf.Tensor2D;
    const h = hessian((v: tf.Tensor) => tf.sum(tf.mul(v, tf.dot(a, v))))(tensor([0.4, -2]));
    near(values(h), [4, 1, 1, 6]);
  });
});

describe('vmap', () => {
  const f = (a: { u: tf.Tensor; k: tf.Tensor }, w: tf.Tensor): tf.Tensor =>
    tf.add(tf.sum(tf.mul(a.u, w)), a.k);
  test('axes: one for all, one an argument, trees of them', () => {
    const u = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const k = tensor([100, 200]);
    const w = tensor([1, 10, 100]);
    near(values(vmap(f, [0, null])({ u, k }, w)), [421, 854]);
    near(values(vmap(f, [{ u: 1, k: null }, null])({ u: tf.transpose(u), k: tensor(1) }, w)), [322, 655]);
    near(values(vmap(f, [{ u: -2, k: 0 }, null])({ u, k }, w)), [421, 854]);
    const same = vmap((_: tf.Tensor, y: tf.Tensor) => tf.exp(y), [0, null])(tensor([1, 2]), tensor(0));
    near(values(same), [1, 1]);
  });

  test('no lanes, within a recording too', () => {
    const f = vmap((x: tf.Tensor) => tf.sum(tf.square(x)));
    const none = tf.zeros([0, 3]);
    expect(f(none).shape).toEqual([0]);
    expect(grad((x: tf.Tensor) => tf.sum(f(x)))(none).shape).toEqual([0, 3]);
    expect(vmap((x: tf.Tensor) => f(x))(tf.zeros([2, 0, 3])).shape).toEqual([2, 0]);
    expect(vmap((x: tf.Tensor) => f(x), [1])(tf.zeros([3, 0, 2])).shape).toEqual([0, 3]);
  });

  test('errors name the leaf', () => {
    expect(() => vmap(f, [0, null])({ u: tensor([[1], [2]]), k: tensor([1]) }, tensor([1]))).toThrow(
      "vmap: '0.u' has 2 lanes, but '0.k' has 1",
    );
    expect(() => vmap((y: tf.Tensor) => y)(3)).toThrow(
      "vmap: '0' has shape [], no axis 0 to map over; use null for values that are one for all lanes",
    );
    expect(() => vmap((y: tf.Tensor) => y, [null])(3)).toThrow('vmap: no argument is mapped over');
    expect(() =>
      vmap(f, [{ u: 0 } as never, null])({ u: tensor([[1]]), k: tensor([1]) }, tensor([1])),
    ).toThrow("vmap: the axes.0 have no member 'k'");
  });

  test('live tensors are those of the results', () => {
    const v = tensor([1, 2, 3]);
    const before = tf.memory().numTensors;
    const out = vmap(grad((y: tf.Tensor) => tf.exp(y)))(v);
    expect(tf.memory().numTensors).toBe(before + 1);
    out.dispose();
  });
});
