/** Special functions on tensors: values, broadcasting, derivatives, batches. */
import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, vmap } from '../../src/autodiff/index.js';
import * as numerics from '../../src/numerics/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const close = (found: unknown, expected: readonly number[], digits = 12): void => {
  const values = numbers(found);
  expect(values.length).toBe(expected.length);
  values.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, digits));
};
const scalar = (x: number): tf.Tensor => tensor(x);

describe('values', () => {
  const euler = 0.5772156649015329;
  it('of one tensor', () => {
    close(numerics.lgamma(tensor([1, 5])), [0, Math.log(24)]);
    close(numerics.digamma(tensor([1, 2])), [-euler, 1 - euler]);
    close(numerics.i0e(tensor([0, 1])), [1, 0.46575960759364043]);
    close(numerics.i1e(tensor([0, 1])), [0, 0.2079104153497085]);
    close(numerics.erfinv(tensor([0, 0.5])), [0, 0.4769362762044699]);
    close(numerics.log1mexp(tensor([Math.LN2, 40])), [-Math.LN2, -Math.exp(-40)]);
    close(numerics.logNdtr(tensor([0, -40])), [-Math.LN2, -804.6084420137538], 9);
  });
  it('of several, numbers among them, broadcast', () => {
    close(numerics.polygamma(1, tensor([1, 2])), [Math.PI ** 2 / 6, Math.PI ** 2 / 6 - 1]);
    close(numerics.igamma(1, tensor([2, 3])), [1 - Math.exp(-2), 1 - Math.exp(-3)]);
    close(numerics.igammac(tensor([[1], [2]]), tensor([2, 3])), [
      Math.exp(-2),
      Math.exp(-3),
      3 * Math.exp(-2),
      4 * Math.exp(-3),
    ]);
    // jax.lax.random_gamma_grad(1., 2.)
    close(numerics.randomGammaGrad(tensor([1]), 2), [1.6316914623496994]);
    close(numerics.betainc(1, tensor([2, 3]), 0.5), [0.75, 0.875]);
    close(numerics.lbeta(2, tensor([3])), [-Math.log(12)]);
    close(numerics.xlogy(tensor([0, 2]), tensor([0, 3])), [0, 2 * Math.log(3)]);
    close(numerics.xlog1py(tensor([0, 2]), tensor([-1, 3])), [0, 2 * Math.log(4)]);
  });
  it('refuses shapes that do not broadcast, naming them', () => {
    expect(() => numerics.betainc(tensor([1, 2]), tensor([1, 2, 3]), 0.5)).toThrow(
      'betainc: shapes [2], [3], []',
    );
    expect(() => numerics.igamma(tensor([1, 2]), tensor([1, 2, 3]))).toThrow('igamma: shapes [2] and [3]');
  });
});

describe('derivatives', () => {
  it('of the first order in closed form', () => {
    close(grad((x: tf.Tensor) => numerics.lgamma(x).sum())(tensor([1])), [-0.5772156649015329]);
    close(grad((x: tf.Tensor) => numerics.igamma(1, x))(scalar(2)), [Math.exp(-2)]);
    close(grad((x: tf.Tensor) => numerics.betainc(2, 1, x))(scalar(0.3)), [0.6]);
    close(grad((b: tf.Tensor) => numerics.betainc(1, b, 0.3))(scalar(2)), [-Math.log(0.7) * 0.49]);
    close(grad((a: tf.Tensor) => numerics.betainc(a, 1, 0.3))(scalar(2)), [Math.log(0.3) * 0.09]);
    close(grad((x: tf.Tensor) => numerics.i1e(x))(scalar(0)), [0.5]);
    close(grad((x: tf.Tensor) => numerics.xlogy(x, 3))(scalar(0)), [Math.log(3)]);
    close(grad((y: tf.Tensor) => numerics.xlogy(0, y))(scalar(0)), [0]);
    close(grad((x: tf.Tensor) => numerics.log1mexp(x))(scalar(1)), [1 / Math.expm1(1)]);
  });
  it('of the third order', () => {
    const third = (f: (x: tf.Tensor) => tf.Tensor): ((x: tf.Tensor) => tf.Tensor) => grad(grad(grad(f)));
    close(third((b) => numerics.betainc(1, b, 0.3))(scalar(2)), [-(Math.log(0.7) ** 3) * 0.49]);
    close(third((a) => numerics.betainc(a, 1, 0.3))(scalar(2)), [Math.log(0.3) ** 3 * 0.09]);
    close(third((x) => numerics.igamma(1, x))(scalar(2)), [Math.exp(-2)]);
    // P(a, x) by differences of the second derivative
    const second = grad(grad((a: tf.Tensor) => numerics.igamma(a, 1.3)));
    const at = (a: number): number => numbers(second(scalar(a)))[0]!;
    close(third((a) => numerics.igamma(a, 1.3))(scalar(2)), [(at(2.0005) - at(1.9995)) / 0.001], 6);
  });
  it('of batches', () => {
    const each = vmap(grad((a: tf.Tensor) => numerics.igamma(a, 2)))(tensor([0.5, 3]));
    close(
      each,
      [0.5, 3].flatMap((a) => numbers(grad((v: tf.Tensor) => numerics.igamma(v, 2))(scalar(a)))),
    );
  });
});
