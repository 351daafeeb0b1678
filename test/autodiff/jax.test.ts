/** JAX's published small examples, and nestings of its transformations: the same numbers to 1e-12 (fixtures/jax_derivatives.py). */
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkpoint,
  customJvp,
  customVjp,
  grad,
  hvp,
  jacobian,
  jvp,
  linearize,
  valueAndGrad,
  vjp,
  vmap,
} from '../../src/autodiff/index.js';
import { bufferExecutor, jit } from '../../src/compile/index.js';
import { cond, foriLoop, scan, switchCase, whileLoop } from '../../src/numerics/index.js';
import { flatten, hostOf, register, tensor } from '../../src/staging/index.js';

register({ executor: bufferExecutor });

const fixtures = JSON.parse(
  readFileSync(new URL('./fixtures/jax-derivatives.json', import.meta.url), 'utf8'),
) as { readonly values: Readonly<Record<string, readonly number[]>> };

type T = tf.Tensor;
type Scalar = (x: T) => T;
const { add, sub, mul, div, sin, cos, exp, square } = tf;
const one = tensor(1);
const int = (k: number): T => tf.scalar(k, 'int32');

const deriv =
  (f: Scalar): Scalar =>
  (x) =>
    jvp(f, [x], [one])[1];
const f: Scalar = (x) => add(tf.neg(mul(sin(x), 2)), x);
const sine: Scalar = (x) => sin(x);
const tanh: Scalar = (x) => tf.tanh(x);

const inputs = tensor([
  [0.52, 1.12, 0.77],
  [0.88, -1.08, 0.15],
  [0.52, 0.06, -1.3],
  [0.74, -2.49, 1.39],
]);
const targets = tensor([1, 1, 0, 1]);
const [w, b, u] = [tensor([0.3, -0.8, 0.5]), tensor(0.1), tensor([0.2, -0.4, 1.1])];
const logistic = (z: T): T => mul(0.5, add(tf.tanh(div(z, 2)), 1));
const predict = (w: T, b: T, rows: T): T => logistic(add(tf.sum(mul(rows, w), -1), b));
const likelihood = (p: T, t: T): T => tf.neg(tf.log(add(mul(p, t), mul(sub(1, p), sub(1, t)))));
const loss = (w: T, b: T): T => tf.sum(likelihood(predict(w, b, inputs), targets));
const at = (w: T): T => predict(w, b, inputs);

const fxy: (x: T, y: T) => T = customJvp(
  (x: T, y: T) => mul(sin(x), y),
  ([x, y], [dx, dy]) => [fxy(x, y), add(mul(mul(cos(x), dx), y), mul(sin(x), dy))],
);
const log1pexp: Scalar = customJvp(
  (x: T) => tf.log(add(1, exp(x))),
  ([x], [dx]) => [log1pexp(x), mul(sub(1, div(1, add(1, exp(x)))), dx)],
);
const convention: Scalar = customJvp(
  (x: T) => div(x, add(1, tf.sqrt(x))),
  ([x], [dx]) => [convention(x), mul(div(add(tf.sqrt(x), 2), mul(2, square(add(tf.sqrt(x), 1)))), dx)],
);
const gxy: (x: T, y: T) => T = customVjp(
  (x: T, y: T) => mul(sin(x), y),
  (x, y) => [gxy(x, y), [cos(x), sin(x), y]] as [T, [T, T, T]],
  ([c, s, y], g) => [mul(mul(c, g), y), mul(s, g)],
);
const clipGradient: Scalar = customVjp(
  (x: T) => x,
  (x) => [x, undefined],
  (_, g) => [tf.clipByValue(g, -0.75, 0.75)],
);
/** x with x = step(a, x), by iteration; its derivative by iteration of the transposed step. */
const iterate = (step: Scalar, start: T): T =>
  whileLoop(
    ([old, x]: [T, T]) => tf.greater(tf.abs(sub(old, x)), 1e-14),
    ([, x]: [T, T]) => [x, step(x)] as [T, T],
    [start, step(start)] as [T, T],
  )[1];
const newton = (a: T, x: T): T => mul(0.5, add(x, div(a, x)));
const newtonSqrt: Scalar = customVjp(
  (a: T) => iterate((x) => newton(a, x), a),
  (a) => [newtonSqrt(a), { a, x: newtonSqrt(a) }],
  ({ a, x }, ct) => {
    const pull = vjp((v: T) => newton(a, v), x)[1];
    return vjp((v: T) => newton(v, x), a)[1](iterate((s) => add(ct, pull(s)[0]), ct));
  },
);

const g: Scalar = (x) => add(mul(3, sin(x)), cos(div(x, 2)));
const entries = (x: T): T[] => tf.unstack(x);
const choose = (i: T, x: T): T =>
  switchCase(i, [(x: T) => mul(x, 2), (x: T) => square(x), (x: T) => cos(x)], x);
const run = (xs: T): [T, T] =>
  scan((c: T, x: T) => [add(mul(c, 0.5), x), mul(c, x)] as [T, T], tensor(1), xs);

const examples: Readonly<Record<string, () => unknown>> = {
  'autodidax jvp': () => jvp(f, [tensor(3)], [one]),
  'autodidax deriv of sin': () => {
    const [d1, d2, d3] = [deriv(sine), deriv(deriv(sine)), deriv(deriv(deriv(sine)))];
    return [d1, d2, d3].map((d) => d(tensor(3)));
  },
  'autodidax perturbation': () => deriv((x) => mul(x, deriv((y) => mul(x, y))(tensor(2))))(tensor(3)),
  'autodidax jacfwd': () => vmap((v: T) => jvp(sine, [tensor([0, 1, 2])], [v])[1])(tf.eye(3)),
  'autodidax linearize': () => {
    const [y, push] = linearize(sine, tensor(3));
    return [y, push(one)];
  },
  'autodidax grad': () => grad(f)(tensor(3)),
  'autodidax cond grad': () =>
    grad((x: T) =>
      cond(
        true,
        () => mul(x, x),
        () => tf.zerosLike(x),
      ),
    )(one),
  'autodidax cond jvp': () =>
    jvp(
      (x: T) =>
        cond(
          true,
          () => mul(x, x),
          () => tf.zerosLike(x),
        ),
      [one],
      [one],
    ),
  'autodidax cond vmap': () =>
    vmap((x: T) =>
      cond(
        true,
        () => add(x, 1),
        () => tf.zerosLike(x),
      ),
    )(tensor([1, 2, 3])),
  'cookbook tanh': () =>
    [tensor(2)].flatMap((x) => [grad(tanh)(x), grad(grad(tanh))(x), grad(grad(grad(tanh)))(x)]),
  'cookbook loss': () => [...valueAndGrad(loss)(w, b), grad(loss, 1)(w, b)],
  'cookbook jacobian': () => jacobian(at)(w),
  'cookbook hessian': () => jacobian(jacobian(at))(w),
  'cookbook hvp': () => hvp((w: T) => loss(w, b), w, u),
  'cookbook hvp reverse': () => grad((w: T) => tf.sum(mul(grad((v: T) => loss(v, b))(w), u)))(w),
  'cookbook vmapped vjp': () => vmap(vjp(at, w)[1])(tf.eye(4))[0],
  'cookbook vmapped jvp': () => vmap((s: T) => jvp(at, [w], [s])[1])(tf.eye(3)),
  'cookbook per example': () =>
    vmap((x: T, t: T) => grad((w: T) => likelihood(predict(w, b, x), t))(w))(inputs, targets),
  'custom jvp': () => {
    const [x, y] = [tensor(2), tensor(3)];
    return [
      fxy(x, y),
      ...jvp(fxy, [x, y], [one, tensor(0)]),
      grad(fxy)(x, y),
      grad((x: T, y: T) => grad(fxy)(x, y))(x, y),
    ];
  },
  'custom log1pexp': () => [
    log1pexp(tensor(3)),
    grad(log1pexp)(tensor(3)),
    grad(log1pexp)(tensor(100)),
    vmap(grad(log1pexp))(tensor([0, 1, 2])),
    grad(grad(log1pexp))(one),
  ],
  'custom convention': () => [grad(convention)(tensor(0)), grad(convention)(tensor(2))],
  'custom vjp': () => {
    const [x, y] = [tensor(2), tensor(3)];
    return [grad(gxy, 0)(x, y), grad(gxy, 1)(x, y), grad((x: T, y: T) => grad(gxy)(x, y))(x, y)];
  },
  'custom clip': () =>
    vmap(grad((x: T) => mul(clipGradient(sin(x)), cos(x))))(tensor([0, 0.75, 1.5, 2.25, 3])),
  'custom fixed point': () => [newtonSqrt(tensor(2)), grad(newtonSqrt)(tensor(2))],
  'api jvp': () => jvp(sine, [tensor(0.1)], [tensor(0.2)]),
  'api vjp': () => vjp((x: T, y: T) => [sin(x), cos(y)], tensor(0.5), one)[1]([tensor(-0.7), tensor(0.3)]),
  'api linearize': () => {
    const [y, push] = linearize(g, tensor(2));
    return [y, push(tensor(3)), push(tensor(4)), ...jvp(g, [tensor(2)], [tensor(3)])];
  },
  'api jacobian': () =>
    jacobian((x: T) => {
      const [a, b, c] = entries(x) as [T, T, T];
      return tf.stack([a, mul(5, c), sub(mul(4, square(b)), mul(2, c)), mul(c, sin(a))]);
    })(tensor([1, 2, 3])),
  'api second derivative': () =>
    jacobian(
      jacobian((x: T) => {
        const [a, b] = entries(x) as [T, T];
        return tf.stack([mul(square(a), b), mul(exp(a), mul(square(b), b))]);
      }, 'forward'),
      'forward',
    )(tensor([1, 2])),
  'api vmap': () => {
    const [left, right] = [tf.reshape(tf.range(0, 6), [2, 3]), sub(tf.reshape(tf.range(0, 12), [3, 4]), 5)];
    return vmap((x: T) => vmap((y: T) => tf.sum(mul(x, y)), 1)(right))(left);
  },
  'api checkpoint': () => valueAndGrad(checkpoint((x: T) => sin(sin(x))))(tensor(2)),
  'api switch': () => [
    ...[-1, 0, 1, 2, 3].map((i) => choose(int(i), tensor(3))),
    vmap(grad(choose, 1), [0, null])(tf.tensor1d([0, 1, 2], 'int32'), tensor(3)),
  ],
  'api scan': () => [run(tensor([1, 2, 3])), jacobian(run)(tensor([1, 2, 3]))],
};

const bases: Readonly<Record<string, Scalar>> = {
  product: (x) => mul(sin(x), exp(mul(0.5, x))),
  branch: (x) =>
    cond(
      tf.greater(x, 0.25),
      (x: T) => mul(x, sin(x)),
      (x: T) => exp(x),
      x,
    ),
  loop: (x) => foriLoop(0, 3, (i, c: T) => sin(add(c, mul(x, tf.cast(i, 'float32')))), x),
  custom: (x) => mul(log1pexp(x), x),
};
const letters: Readonly<Record<string, (f: Scalar) => Scalar>> = {
  J: (f) => (x) => jvp(f, [x], [tensor(0.7)])[1],
  V: (f) => (x) => vjp(f, x)[1](tensor(0.9))[0],
  M: (f) => (x) => tf.sum(mul(tensor([1, -2, 0.5]), vmap(f)(mul(x, tensor([1, 0.5, -0.25]))))),
};

function compare(name: string, found: unknown): void {
  const values = flatten(found).leaves.flatMap((leaf) => Array.from(hostOf(leaf).data));
  const expected = fixtures.values[name]!;
  expect(values.length, name).toBe(expected.length);
  expected.forEach((v, i) =>
    expect(Math.abs(values[i]! - v), `${name} [${i}]: ${values[i]} against ${v}`).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(v)),
    ),
  );
}

describe('published examples', () => {
  // eager tfjs rounds numbers that it meets, such as 0.1, to float32; staged ones are kept
  test.each(Object.entries(examples))('%s', (name, example) => {
    compare(name, jit(example)());
  });
});

describe('nestings', () => {
  const nests = Object.keys(fixtures.values).filter((name) => name.startsWith('nest'));
  test.each(nests)('%s', (name) => {
    const [, base, word] = name.split(' ');
    const h = [...word!].reduceRight((f, letter) => letters[letter]!(f), bases[base!]!);
    compare(name, h(tensor(0.8)));
  });
});

test('every example of the fixture is judged', () => {
  const judged = Object.keys(fixtures.values).filter((name) => !name.startsWith('nest'));
  expect(Object.keys(examples).sort()).toEqual(judged.sort());
});
