/** The public functions over tf functions and trees. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { grad, hessian, hvp, jvp, stopGradient, valueAndGrad, vjp, vmap } from '../../src/autodiff/index.js';
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

/** Closed forms at x = 0.7. */
const x = 0.7;
const e = Math.exp(x);
const s = 1 / (1 + Math.exp(-x));
const s1 = s * (1 - s);
const s2 = s1 * (1 - 2 * s);
const s3 = s1 * (1 - 6 * s1);
const t = Math.tanh(x);
const t1 = 1 - t * t;
const t2 = -2 * t * t1;
const t3 = t1 * (6 * t * t - 2);
/** For p = softmax([x, 2x, 0.3])₀ and z = logSumExp of the same: derivatives in x by the cumulants of (1, 2, 0). */
const w = [Math.exp(x), Math.exp(2 * x), Math.exp(0.3)];
const total = w[0]! + w[1]! + w[2]!;
const p = w.map((v) => v / total);
const slopes = [1, 2, 0];
const mean = slopes.reduce((a, c, i) => a + p[i]! * c, 0);
const central = (k: number): number => slopes.reduce((a, c, i) => a + p[i]! * (c - mean) ** k, 0);
const [z2, z3] = [central(2), central(3)];
const d0 = 1 - mean;
// p₀′ = p₀ (1 − z′), and so on
const p2 = p[0]! * (d0 * d0 - z2);
const p3 = p[0]! * (d0 ** 3 - 3 * d0 * z2 - z3);

type Scalar = (x: tf.Tensor) => tf.Tensor;
const logits = (v: tf.Tensor): tf.Tensor => tf.stack([v, tf.mul(v, 2), tensor(0.3)]);
const first = (v: tf.Tensor): tf.Tensor => tf.reshape(tf.slice(v, [0], [1]), []);
const table: readonly (readonly [string, Scalar, number, number])[] = [
  ['x exp x', (v) => tf.mul(v, tf.exp(v)), (2 + x) * e, (3 + x) * e],
  [
    'exp x²',
    (v) => tf.exp(tf.square(v)),
    (2 + 4 * x * x) * Math.exp(x * x),
    (12 * x + 8 * x ** 3) * Math.exp(x * x),
  ],
  ['x sigmoid x', (v) => tf.mul(v, tf.sigmoid(v)), 2 * s1 + x * s2, 3 * s2 + x * s3],
  ['x tanh x', (v) => tf.mul(v, tf.tanh(v)), 2 * t1 + x * t2, 3 * t2 + x * t3],
  ['log(1 + exp x)', (v) => tf.log(tf.add(1, tf.exp(v))), s1, s2],
  ['softplus', (v) => tf.softplus(v), s1, s2],
  ['softmax', (v) => first(tf.softmax(logits(v))), p2, p3],
  ['logSoftmax', (v) => first(tf.logSoftmax(logits(v))), -z2, -z3],
  ['logSumExp', (v) => tf.logSumExp(logits(v)), z2, z3],
  ['max', (v) => tf.max(tf.stack([tf.mul(tf.square(v), v), tf.mul(v, 0.2)])), 6 * x, 6],
  ['elu below zero', (v) => tf.elu(tf.neg(v)), Math.exp(-x), -Math.exp(-x)],
  ['elu above zero', (v) => tf.elu(tf.mul(tf.square(v), v)), 6 * x, 6],
  [
    'prod',
    (v) => tf.prod(tf.stack([v, tf.exp(v), tf.square(v)])),
    (6 * x + 6 * x * x + x ** 3) * e,
    (6 + 18 * x + 9 * x * x + x ** 3) * e,
  ],
];

describe('derivatives of tf functions at 0.7 against closed forms', () => {
  test.each(table)('%s: second and third', (_, f, second, third) => {
    const g1 = grad(f);
    const g2 = grad(g1);
    const g3 = grad(g2);
    near([at(g2(x)), at(g3(x))], [second, third], 1e-9);
    near([at(hessian(f)(x)), at(hvp(f, x, 1))], [second, second], 1e-9);
    const forward = (y: tf.Tensor): tf.Tensor => jvp(f, [y], [1])[1];
    near(
      [at(jvp(forward, [x], [1])[1]), at(grad((y: tf.Tensor) => jvp(forward, [y], [1])[1])(x))],
      [second, third],
      1e-9,
    );
  });
});

describe('grad', () => {
  test('of trees, with the chosen argument, in the types of the arguments', () => {
    const f = (q: { loc: tf.Tensor; scale: [tf.Tensor, tf.Tensor] }, data: tf.Tensor): tf.Tensor =>
      tf.sum(tf.add(tf.mul(q.loc, data), tf.mul(q.scale[0], tf.square(q.scale[1]))));
    const q = { loc: tensor([1, 2]), scale: [tensor(3), tensor(4)] as [tf.Tensor, tf.Tensor] };
    const g = grad(f)(q, tensor([5, 6]));
    expectTypeOf(g).toEqualTypeOf<typeof q>();
    near(values(g.loc), [5, 6]);
    near([at(g.scale[0]), at(g.scale[1])], [32, 48]);
    const [value, g1] = valueAndGrad(f, 1)(q, tensor([5, 6]));
    expectTypeOf(g1).toEqualTypeOf<tf.Tensor>();
    near([at(value), ...values(g1)], [5 + 12 + 96, 1, 2]);
  });

  test('takes numbers for scalars, and keeps float64', () => {
    near([at(grad((y: tf.Tensor) => tf.mul(y, 0.1))(0.3))], [0.1], 0);
  });

  test('refuses results that are not scalars, and leaves that are not real', () => {
    expect(() => grad((y: tf.Tensor) => y)(tensor([1, 2]))).toThrow(
      'grad: expected a function with one real scalar as its result, found (f[2]); jacobian and vjp take any result',
    );
    expect(() => grad((q: { n: tf.Tensor }) => tf.sum(q.n))({ n: tf.tensor1d([1], 'int32') })).toThrow(
      "grad: argument 0 has a leaf at 'n' of type i32[1]; only real tensors have derivatives: pass it as an argument of its own",
    );
    expect(() => grad((y: tf.Tensor) => y, 1 as 0)(1)).toThrow(
      'grad: argument 1 was asked for, 1 were given',
    );
  });

  test('of a function that does not depend on its argument is zero', () => {
    near(values(grad((_: tf.Tensor) => tensor(3))(tensor([1, 2]))), [0, 0]);
  });

  test('of a function of a variable that it closes over holds it constant', () => {
    const v = tf.variable(tensor(3));
    near([at(grad((y: tf.Tensor) => tf.mul(y, v))(2))], [3]);
    v.assign(tensor(4));
    near([at(grad((y: tf.Tensor) => tf.mul(y, v))(2))], [4]);
    near([at(grad((y: tf.Tensor) => tf.mul(y, y))(v))], [8]);
    v.dispose();
  });
});

describe('nesting', () => {
  test('perturbations are not confused', () => {
    const f = (y: tf.Tensor): tf.Tensor => tf.mul(y, grad((u: tf.Tensor) => tf.add(y, u))(1));
    near([at(grad(f)(1))], [1]);
    const g = (y: tf.Tensor): tf.Tensor => tf.mul(y, jvp((u: tf.Tensor) => tf.mul(y, u), [2], [1])[1]);
    near([at(jvp(g, [3], [1])[1])], [6]);
  });

  test('grad of vmap, vmap of grad, vmap of vmap', () => {
    const xs = tensor([0.1, 0.2, 0.3]);
    near(
      values(grad((v: tf.Tensor) => tf.sum(vmap((y: tf.Tensor) => tf.sin(y))(v)))(xs)),
      [0.1, 0.2, 0.3].map(Math.cos),
    );
    near(values(vmap(grad((y: tf.Tensor) => tf.sin(y)))(xs)), [0.1, 0.2, 0.3].map(Math.cos));
    near(
      values(vmap(grad(grad((y: tf.Tensor) => tf.sin(y))))(xs)),
      [0.1, 0.2, 0.3].map((v) => -Math.sin(v)),
    );
    const outer = vmap((a: tf.Tensor) => vmap((b: tf.Tensor) => tf.mul(a, b))(xs));
    near(values(outer(tensor([1, 10]))), [0.1, 0.2, 0.3, 1, 2, 3]);
  });

  test('grad in a staged function that closes over staged values', () => {
    const f = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => grad((y: tf.Tensor) => tf.mul(tf.mul(y, y), a))(b);
    near([at(grad(f)(3, 5)), at(grad(f, 1)(3, 5))], [10, 6]);
    near(values(vmap(f, [0, null])(tensor([1, 2]), tensor(5))), [10, 20]);
  });

  test('jvp of vjp is the Hessian product', () => {
    const f = (v: tf.Tensor): tf.Tensor => tf.sum(tf.exp(tf.mul(v, tf.reverse(v))));
    const v = tensor([0.2, 0.5, -0.3]);
    const u = tensor([1, -1, 2]);
    const [, product] = jvp((y: tf.Tensor) => vjp(f, y)[1](1)[0], [v], [u]);
    near(values(product), values(hvp(f, v, u)));
    const h = hessian(f)(v);
    near(values(tf.dot(h as tf.Tensor2D, u)), values(product));
  });
});

describe('products', () => {
  test('jvp over trees, with arguments held constant and results that are not real', () => {
    const f = (a: { u: tf.Tensor }, b: tf.Tensor) => ({ y: tf.mul(a.u, b), k: tf.cast(b, 'int32') });
    const [out, tangent] = jvp(f, [{ u: tensor([1, 2]) }, tensor(3)], [{ u: tensor([1, 10]) }, undefined]);
    near(values(out.y), [3, 6]);
    near(values(tangent.y), [3, 30]);
    near([at(tangent.k)], [0]);
    expect(() => jvp(f, [{ u: 1 }, 2], [{ v: 1 } as never, undefined])).toThrow(
      'jvp: tangent 0 must have the structure {"u":*}, found {"v":*}',
    );
    expect(() => jvp(f, [{ u: 1 }, 2], [undefined, tensor([1, 2])])).toThrow(
      'jvp: leaf 0 of tangent 1 must be real of shape [], found f[2]',
    );
  });

  test('vjp evaluates once and pulls back any number of times', () => {
    let count = 0;
    const [out, pullback] = vjp(
      (a: tf.Tensor, b: tf.Tensor) => (count++, { y: tf.mul(a, b), z: tf.exp(a) }),
      tensor([1, 2]),
      tensor(3),
    );
    near(values(out.y), [3, 6]);
    const [da, db] = pullback({ y: tensor([1, 10]), z: tensor([0, 0]) });
    near([...values(da), at(db)], [3, 30, 21]);
    near(values(pullback({ y: tensor([0, 0]), z: tensor([1, 0]) })[0]), [Math.E, 0]);
    expect(count).toBe(1);
    expect(() => pullback({ y: tensor(1), z: tensor([0, 0]) })).toThrow(
      'vjp: leaf 0 of the cotangent must be real of shape [2], found f[]',
    );
  });

  test('vjp of a constant function', () => {
    const [, pullback] = vjp((_: tf.Tensor) => tensor(3), tensor([1, 2]));
    near(values(pullback(1)[0]), [0, 0]);
  });
});

test('stopGradient is a constant to derivatives, in trees', () => {
  const f = (y: tf.Tensor): tf.Tensor => {
    const q = stopGradient({ a: y, n: tf.scalar(2, 'int32') });
    return tf.mul(q.a, y);
  };
  near([at(f(tensor(3))), at(grad(f)(3)), at(grad(grad(f))(3))], [9, 3, 0]);
});
