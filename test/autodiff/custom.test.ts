/** Functions with forward derivative rules of their own, over tensors and trees. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { customJvp, grad, hessian, jvp, vjp, vmap } from '../../src/autodiff/index.js';
import { jit } from '../../src/compile/index.js';
import { evaluate, fromJSON, print, toJSON } from '../../src/ir/index.js';
import { cond, scan } from '../../src/numerics/index.js';
import { key, randomUniform } from '../../src/random/index.js';
import { hostOf, register, stage, tensor, type Key } from '../../src/staging/index.js';

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

describe('customJvp', () => {
  const log1pexp: Scalar = customJvp(
    (x: tf.Tensor) => tf.log(tf.add(1, tf.exp(x))),
    ([x], [dx]) => [log1pexp(x), tf.mul(tf.sigmoid(x), dx)],
  );
  const sigma = (v: number): number => 1 / (1 + Math.exp(-v));

  test('is the function on concrete values', () => near(log1pexp(tensor(0.3)), [Math.log1p(Math.exp(0.3))]));

  test('uses the rule in both modes and where the function overflows', () => {
    near(grad(log1pexp)(tensor(1000)), [1]);
    near(jvp(log1pexp, [tensor(1000)], [tensor(2)])[1], [2]);
    near(vmap(grad(log1pexp))(tensor([0, 1000])), [0.5, 1]);
    near(grad((x: tf.Tensor) => tf.sum(vmap(log1pexp)(x)))(tensor([0, 1000])), [0.5, 1]);
  });

  test('higher orders are derivatives of the rule', () => {
    const s = sigma(0.3);
    near(grad(grad(log1pexp))(tensor(0.3)), [s * (1 - s)]);
    near(grad(grad(grad(log1pexp)))(tensor(0.3)), [s * (1 - s) * (1 - 2 * s)]);
    // the derivative of the value is by the rule again, also in forward mode over forward mode
    const push = (x: tf.Tensor): tf.Tensor => jvp(log1pexp, [x], [tensor(1)])[0];
    near(jvp(push, [tensor(1000)], [tensor(1)])[1], [1]);
    near(hessian(log1pexp)(tensor(0.3)), [s * (1 - s)]);
    near(vmap(hessian(log1pexp))(tensor([0.3, 1000])), [s * (1 - s), 0]);
  });

  test('a rule that lies is followed, at every order', () => {
    // the derivative of "seven" is said to be itself
    const seven: Scalar = customJvp(
      (x: tf.Tensor) => tf.mul(x, 7),
      ([x], [dx]) => [seven(x), tf.mul(seven(x), dx)],
    );
    near(grad(seven)(tensor(2)), [14]);
    near(grad(grad(grad(seven)))(tensor(2)), [14]);
    near(jvp(grad(seven), [tensor(2)], [tensor(1)])[1], [14]);
    near(vmap(grad(grad(seven)))(tensor([1, 2])), [7, 14]);
    near(grad((x: tf.Tensor) => tf.sum(vmap(grad(seven))(tf.stack([x, x]))))(tensor(2)), [28]);
  });

  test('works on trees with leaves that are not real', () => {
    interface Layer {
      readonly w: tf.Tensor;
      readonly k: tf.Tensor;
    }
    const f = customJvp(
      ({ w, k }: Layer, x: tf.Tensor) => ({
        y: tf.mul(tf.mul(w, tf.cast(k, 'float32')), x),
        next: tf.add(k, 1),
      }),
      ([{ w, k }, x], [d, dx]) => [
        f({ w, k }, x),
        { y: tf.mul(100, tf.add(tf.mul(d.w, x), dx)), next: tf.tensor(0) },
      ],
    ) as (p: Layer, x: tf.Tensor) => { y: tf.Tensor; next: tf.Tensor };
    const k = tf.scalar(3, 'int32');
    const [out, pull] = vjp((w: tf.Tensor, x: tf.Tensor) => f({ w, k }, x), tensor(2), tensor(5));
    near(out.y, [30]);
    near(out.next, [4]);
    const cts = pull({ y: tensor(1), next: tensor(0) });
    near(cts[0], [500]);
    near(cts[1], [100]);
  });

  test('captured values are differentiated as the function is written', () => {
    const f = (c: tf.Tensor, x: tf.Tensor): tf.Tensor => {
      const own: Scalar = customJvp(
        (x: tf.Tensor) => tf.mul(tf.square(c), x),
        // the rule closes over another value, and calls the function
        ([x], [dx]) => [own(x), tf.mul(tf.mul(c, 10), tf.mul(dx, own(x)))],
      );
      return own(x);
    };
    near(grad(f, 0)(tensor(3), tensor(2)), [2 * 3 * 2]);
    near(grad(f, 1)(tensor(3), tensor(2)), [10 * 3 * 18]);
    // d/dc of 10 c · c² x
    near(grad((c: tf.Tensor) => grad(f, 1)(c, tensor(2)) as tf.Scalar)(tensor(3)), [10 * 3 * 9 * 2]);
    near(vmap(grad(f, 1), [0, null])(tensor([1, 3]), tensor(2)), [20, 540]);
  });

  test('what only the rule closes over reaches calls of the function in it', () => {
    const f = (a: tf.Tensor, x: tf.Tensor): tf.Tensor => {
      const own: Scalar = customJvp(
        (x: tf.Tensor) => tf.exp(x),
        ([x], [dx]) => [own(x), tf.mul(tf.mul(a, own(x)), dx)],
      );
      return own(x);
    };
    const twice = grad((x: tf.Tensor) => grad(f, 1)(tensor(3), x) as tf.Scalar);
    near(twice(tensor(0.5)), [9 * Math.exp(0.5)]);
    near(grad((a: tf.Tensor) => grad(f, 1)(a, tensor(0.5)) as tf.Scalar)(tensor(3)), [Math.exp(0.5)]);
    near(
      jit((x: tf.Tensor) => vmap((y: tf.Tensor) => grad((z: tf.Tensor) => f(y, z))(y))(x))(tensor([1, 2])),
      [Math.exp(1), 2 * Math.exp(2)],
    );
  });

  test('stands in scans and branches, and calls itself from within them', () => {
    const f: Scalar = customJvp(
      (x: tf.Tensor) => tf.sin(x),
      ([x], [dx]) => {
        const y = cond(
          tf.greater(x, 0),
          (v: tf.Tensor) => f(v),
          (v: tf.Tensor) => tf.neg(f(v)),
          x,
        );
        return [f(x), tf.mul(tf.mul(3, y), dx)];
      },
    );
    near(grad(f)(tensor(0.4)), [3 * Math.sin(0.4)]);
    near(grad(grad(f))(tensor(0.4)), [9 * Math.sin(0.4)]);
    near(grad(grad(f))(tensor(-0.4)), [9 * Math.sin(-0.4)]);
    near(vmap(grad(grad(f)))(tensor([0.4, -0.4])), [9 * Math.sin(0.4), 9 * Math.sin(-0.4)]);
    const loop = (x: tf.Tensor): tf.Tensor =>
      scan((c: tf.Tensor) => [f(c), c], x, undefined, { length: 2 })[0];
    near(grad(loop)(tensor(0.4)), [3 * Math.sin(Math.sin(0.4)) * 3 * Math.sin(0.4)]);
  });

  test('calls itself from within branches, closing over values of several recordings', () => {
    const f = (a: tf.Tensor, c: tf.Tensor, x: tf.Tensor): tf.Tensor => {
      const own: Scalar = customJvp(
        (x: tf.Tensor) => tf.mul(c, tf.sin(x)),
        ([x], [dx]) => {
          const y = cond(
            tf.greater(x, 0),
            (v: tf.Tensor) => tf.mul(a, own(v)),
            (v: tf.Tensor) => v,
            x,
          );
          return [own(x), tf.mul(y, dx)];
        },
      );
      return own(x);
    };
    const [a, c, x] = [tensor(3), tensor(2), tensor(0.4)];
    near(grad(f, 2)(a, c, x), [6 * Math.sin(0.4)]);
    const second = (a: tf.Tensor): tf.Tensor => grad((x: tf.Tensor) => grad(f, 2)(a, c, x))(x);
    near(second(a), [9 * 2 * Math.sin(0.4)]);
    near(vmap(second)(tensor([1, 3])), [2 * Math.sin(0.4), 18 * Math.sin(0.4)]);
    near(grad(second)(a), [2 * 3 * 2 * Math.sin(0.4)]);
  });

  test('takes keys and other leaves without derivative', () => {
    const noisy = customJvp(
      (k: Key, x: tf.Tensor) => tf.mul(x, randomUniform(k, [])),
      ([k, x], [, dx]) => [noisy(k, x), tf.mul(10, dx)],
    ) as (k: Key, x: tf.Tensor) => tf.Tensor;
    near(grad((x: tf.Tensor) => noisy(key(1), x))(tensor(2)), [10]);
    near(vmap(grad(noisy, 1), [null, 0])(key(1), tensor([2, 3])), [10, 10]);
  });

  test('is data: JSON, hash and text', () => {
    const { graph } = stage(log1pexp, [tensor(0)]);
    expect(fromJSON(JSON.parse(JSON.stringify(toJSON(graph)))).key).toBe(graph.key);
    expect(stage(log1pexp, [tensor(0)]).graph.key).toBe(graph.key);
    expect(print(graph)).toContain('custom(');
    near(evaluate(graph, [hostOf(tensor(0.3))])[0]!.data[0]!, [Math.log1p(Math.exp(0.3))]);
  });

  test('refuses rules that do not fit', () => {
    const bad = (rule: (p: readonly tf.Tensor[], t: readonly tf.Tensor[]) => unknown) => () =>
      grad(customJvp((x: tf.Tensor) => tf.mul(x, 2), rule as never) as Scalar)(tensor(1));
    expect(bad(([x]) => x)).toThrow(/customJvp: expected the rule to return \[value, tangent\]/);
    expect(bad(([x]) => [tf.stack([x!, x!]), x])).toThrow(/value of the rule.*expected f\[\], found f\[2\]/);
    expect(bad(([x], [d]) => [x, tf.stack([d!, d!])])).toThrow(
      /tangent of the rule.*expected f\[\], found f\[2\]/,
    );
    expect(bad((_, [d]) => [d, d])).toThrow(/depends on the tangents/);
    expect(bad(([x], [d]) => [x, tf.square(d!)])).toThrow(/not linear/);
  });
});

test('two functions whose rules call each other', () => {
  const sine: Scalar = customJvp(
    (x: tf.Tensor) => tf.sin(x),
    ([x], [dx]) => [sine(x), tf.mul(cosine(x), dx)],
  );
  const cosine: Scalar = customJvp(
    (x: tf.Tensor) => tf.cos(x),
    ([x], [dx]) => [cosine(x), tf.mul(tf.neg(sine(x)), dx)],
  );
  const fourth = grad(grad(grad(grad(sine))));
  near(fourth(tensor(0.4)), [Math.sin(0.4)]);
  near(vmap(grad(grad(sine)))(tensor([0.4])), [-Math.sin(0.4)]);
});
