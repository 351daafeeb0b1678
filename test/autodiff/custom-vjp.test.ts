/** Functions with reverse derivative rules of their own, over tensors and trees. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  customVjp,
  grad,
  hessian,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
  vmap,
} from '../../src/autodiff/index.js';
import { jit } from '../../src/compile/index.js';
import { scan } from '../../src/numerics/index.js';
import { register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const values = (x: tf.Tensor | number): number[] => (typeof x === 'number' ? [x] : [...x.dataSync()]);
const near = (x: tf.Tensor | number, expected: readonly number[], tolerance = 1e-12): void => {
  const found = values(x);
  expect(found.length).toBe(expected.length);
  expected.forEach((v, i) =>
    expect(Math.abs(found[i]! - v), `${found} against ${expected}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(v)),
    ),
  );
};
type Scalar = (x: tf.Tensor) => tf.Tensor;

describe('customVjp', () => {
  const clipped: Scalar = customVjp(
    (x: tf.Tensor) => x,
    (x) => [x, undefined],
    (_, ct) => [tf.clipByValue(ct, -1, 1)],
  );

  test('uses the backward rule, of any form', () => {
    near(clipped(tensor(2)), [2]);
    near(grad((x: tf.Tensor) => tf.mul(clipped(x), 5) as tf.Scalar)(tensor(2)), [1]);
    near(
      vmap(grad((x: tf.Tensor) => tf.mul(tf.square(clipped(x)), 0.25) as tf.Scalar))(tensor([1, 4])),
      [0.5, 1],
    );
    near(
      grad((x: tf.Tensor) => tf.sum(tf.mul(vmap(clipped)(x), tensor([0.5, 5]))))(tensor([1, 1])),
      [0.5, 1],
    );
  });

  const f = customVjp(
    (x: tf.Tensor, y: tf.Tensor) => tf.mul(tf.sin(x), y),
    (x, y) => [f(x, y), { c: tf.cos(x), s: tf.sin(x), y }],
    ({ c, s, y }, ct) => [tf.mul(tf.mul(c, y), ct), tf.mul(s, ct)],
  ) as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;

  test('and is differentiated in turn', () => {
    const [x, y] = [0.7, 1.3];
    const [value, gradient] = valueAndGrad(f)(tensor(x), tensor(y));
    near(value, [Math.sin(x) * y]);
    near(gradient, [Math.cos(x) * y]);
    near(grad((x: tf.Tensor) => grad(f)(x, tensor(y)) as tf.Scalar)(tensor(x)), [-Math.sin(x) * y]);
    const joint = hessian(({ x, y }: { x: tf.Tensor; y: tf.Tensor }) => f(x, y))({
      x: tensor(x),
      y: tensor(y),
    });
    near(joint.x.x, [-Math.sin(x) * y]);
    near(joint.x.y, [Math.cos(x)]);
    near(joint.y.y, [0]);
  });

  test('forward mode is the transpose of the backward rule', () => {
    near(jvp(f, [tensor(0.7), tensor(1.3)], [tensor(1), tensor(2)])[1], [
      Math.cos(0.7) * 1.3 + 2 * Math.sin(0.7),
    ]);
    near(jacobian((x: tf.Tensor) => tf.stack([f(x, x), x]), 'forward')(tensor(0.7)), [
      Math.cos(0.7) * 0.7 + Math.sin(0.7),
      1,
    ]);
    const pushed = (x: tf.Tensor): tf.Tensor => jvp((z: tf.Tensor) => f(z, tensor(1.3)), [x], [tensor(1)])[1];
    near(grad(pushed)(tensor(0.7)), [-Math.sin(0.7) * 1.3]);
    near(jvp(pushed, [tensor(0.7)], [tensor(1)])[1], [-Math.sin(0.7) * 1.3]);
    near(vmap(pushed)(tensor([0.7, 0])), [Math.cos(0.7) * 1.3, 1.3]);
    near(jvp(clipped, [tensor(1)], [tensor(5)])[1], [5]);
  });

  test('a rule that lies is followed', () => {
    const lie: Scalar = customVjp(
      (x: tf.Tensor) => tf.square(x),
      (x) => [lie(x), x],
      (x, ct) => [tf.mul(tf.mul(lie(x), 100), ct)],
    );
    near(grad(lie)(tensor(3)), [900]);
    near(grad(grad(lie))(tensor(3)), [90000]);
    near(jvp(lie, [tensor(3)], [tensor(1)])[1], [900]);
    near(jit(vmap(grad(grad(lie))))(tensor([1, 3])), [10000, 90000]);
    const loop = (x: tf.Tensor): tf.Tensor =>
      scan((c: tf.Tensor) => [lie(c), c], x, undefined, { length: 2 })[0];
    near(grad(loop)(tensor(2)), [100 * 16 * 100 * 4]);
  });

  test('captured values are differentiated as the function is written, in the rules too', () => {
    const g = (c: tf.Tensor, x: tf.Tensor): tf.Tensor =>
      customVjp(
        (x: tf.Tensor) => tf.mul(tf.square(c), x),
        (x) => [tf.mul(tf.square(c), x), undefined],
        (_, ct) => [tf.mul(tf.mul(c, 10), ct)],
      )(x);
    near(grad(g, 0)(tensor(3), tensor(2)), [12]);
    near(grad(g, 1)(tensor(3), tensor(2)), [30]);
    near(grad((c: tf.Tensor) => grad(g, 1)(c, tensor(2)) as tf.Scalar)(tensor(3)), [10]);
  });

  test('a cotangent may be left out, or a number', () => {
    const h = customVjp(
      (x: tf.Tensor, y: tf.Tensor) => tf.add(x, y),
      (x, y) => [tf.add(x, y), undefined],
      () => [undefined, 7],
    ) as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
    const pull = vjp(h, tensor([1, 2]), tensor([3, 4]))[1];
    near(pull(tensor([1, 1]))[0], [0, 0]);
    near(pull(tensor([1, 1]))[1], [7, 7]);
  });

  test('refuses a rule without end', () => {
    const fresh = (): Scalar =>
      customVjp(
        (x: tf.Tensor) => tf.sin(x),
        (x) => [tf.sin(x), x],
        (x, ct) => [tf.mul(fresh()(x), ct)],
      );
    expect(() => grad(fresh())(tensor(1))).toThrow(/makes a new customJvp or customVjp function each time/);
  });

  test('refuses rules that do not fit', () => {
    const bad = (fwd: (x: tf.Tensor) => unknown, bwd: (r: never, ct: tf.Tensor) => unknown) => () =>
      grad(customVjp((x: tf.Tensor) => tf.mul(x, 2), fwd as never, bwd as never) as Scalar)(tensor(1));
    expect(
      bad(
        (x) => x,
        (_, ct) => [ct],
      ),
    ).toThrow(/expected the rule to return \[value, residuals\]/);
    expect(
      bad(
        (x) => [x, x],
        (_, ct) => ct,
      ),
    ).toThrow(/list of 1, one cotangent an argument/);
    expect(
      bad(
        (x) => [x, x],
        (_, ct) => [tf.stack([ct, ct])],
      ),
    ).toThrow(/cotangent 0.*expected f\[\], found f\[2\]/);
  });
});
