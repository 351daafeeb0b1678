/** Kernels that are lowered to compositions: their first three derivatives, by rules, against differences of the one below. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/index.js';
import { evaluate, hostArray } from '../../src/ir/index.js';
import { register, stage } from '../../src/staging/index.js';

register();

type Scalar = (x: tf.Tensor) => tf.Tensor;

const compiled = (f: Scalar): ((x: number) => number) => {
  const { graph } = stage(f, [0.5]);
  return (x) => evaluate(graph, [hostArray([x], [], 'f')])[0]!.data[0]!;
};

/** f′(x) by central differences, extrapolated twice. */
function difference(f: (x: number) => number, x: number): number {
  const d = (h: number): number => (f(x + h) - f(x - h)) / (2 * h);
  const h = 0.02;
  const [a, b, c] = [d(h), d(h / 2), d(h / 4)];
  const [ab, bc] = [(4 * b - a) / 3, (4 * c - b) / 3];
  return (16 * bc - ab) / 15;
}

/** An image [1, 2, 2, 1], and a filter [2, 2, 1, 1]. */
const images = (x: tf.Tensor): tf.Tensor4D =>
  tf.reshape(tf.stack([x, tf.scalar(0.45), tf.neg(tf.square(x)), tf.sin(x)]), [1, 2, 2, 1]);
const kernels = (x: tf.Tensor): tf.Tensor4D =>
  tf.reshape(tf.stack([x, tf.sin(x), tf.square(x), tf.scalar(0.6)]), [2, 2, 1, 1]);

/** A vector (x, 0.3, −x²) in which a scalar function can move all elements. */
const vector: Scalar = (x) => tf.stack([x, tf.scalar(0.3), tf.neg(tf.square(x))]);
const weights = [0.7, -1.3, 2];
const weighted =
  (f: Scalar): Scalar =>
  (x) =>
    tf.sum(tf.mul(f(vector(x)), weights));

const functions: Readonly<Record<string, Scalar>> = {
  elu: tf.elu,
  selu: tf.selu,
  relu: tf.relu,
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  leakyRelu: (x) => tf.square(tf.leakyRelu(x, 0.3)),
  prelu: (x) => tf.square(tf.prelu(x, tf.scalar(0.3))),
  clip: (x) => tf.square(tf.clipByValue(x, -1, 1)),
  softplus: tf.softplus,
  sigmoid: tf.sigmoid,
  logSigmoid: tf.logSigmoid,
  rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), 1)),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.square(x), 1)),
  squaredDifference: (x) => tf.squaredDifference(tf.exp(x), 0.4),
  power: (x) => tf.pow(tf.exp(x), 2.5),
  softmax: weighted((v) => tf.softmax(v)),
  logSoftmax: weighted((v) => tf.logSoftmax(v)),
  logSumExp: (x) => tf.logSumExp(vector(x)),
  norm: (x) => tf.norm(vector(x)),
  moments: (x) => tf.moments(vector(x)).variance,
  prod: (x) => tf.prod(vector(x)),
  cumprod: weighted((v) => tf.cumprod(v)),
  cumsum: weighted((v) => tf.cumsum(tf.square(v), 0, true, true)),
  einsum: (x) => tf.einsum('i,i->', vector(x), tf.exp(vector(x))),
  conv2d: (x) => tf.sum(tf.square(tf.conv2d(images(x), kernels(x), 1, 'same'))),
  conv2dTranspose: (x) =>
    tf.sum(tf.square(tf.conv2dTranspose(images(x), kernels(x), [1, 5, 5, 1], 2, 'valid'))),
  depthwiseConv2d: (x) => tf.sum(tf.square(tf.depthwiseConv2d(images(x), kernels(x), 1, 'same'))),
  maxPool: (x) => tf.sum(tf.square(tf.maxPool(images(x), 2, 1, 'same'))),
  avgPool: (x) => tf.sum(tf.square(tf.avgPool(images(x), 2, 1, 'same'))),
  dilation2d: (x) =>
    tf.sum(tf.square(tf.dilation2d(images(x), tf.reshape(kernels(x), [2, 2, 1]) as tf.Tensor3D, 1, 'same'))),
  resizeBilinear: (x) => tf.sum(tf.square(tf.image.resizeBilinear(images(x), [3, 5]))),
  cropAndResize: (x) =>
    tf.sum(
      tf.square(
        tf.image.cropAndResize(
          images(x),
          tf.reshape(tf.stack([0.1, tf.div(x, 9), 0.8, 0.9]), [1, 4]) as tf.Tensor2D,
          tf.tensor1d([0], 'int32'),
          [3, 1],
        ),
      ),
    ),
  tensorScatterUpdate: weighted((v) =>
    tf.square(tf.tensorScatterUpdate(v, tf.tensor([[1], [1]], [2, 1], 'int32'), tf.slice(tf.exp(v), 0, 2))),
  ),
  topk: (x) => tf.sum(tf.square(tf.topk(vector(x), 2).values)),
  mirrorPad: (x) => tf.sum(tf.square(tf.cumsum(tf.mirrorPad(vector(x), [[2, 1]], 'reflect')))),
  batchNorm: weighted((v) => tf.batchNorm(v, tf.mean(v) as any, tf.moments(v).variance as any)),
};

describe('derivatives of lowered kernels', () => {
  it.each(Object.entries(functions))('%s', (_, f) => {
    const orders = [f, grad(f), grad(grad(f)), grad(grad(grad(f)))].map((g) => compiled(g as Scalar));
    for (const x of [-1.7, -0.6, 0.8, 1.3]) {
      for (let k = 1; k <= 3; k++) {
        const expected = difference(orders[k - 1]!, x);
        expect(Math.abs(orders[k]!(x) - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
      }
    }
  });

  it('a wrong derivative would be seen', () => {
    const f = compiled(tf.elu);
    const wrong = compiled(grad((x: tf.Tensor) => tf.selu(x)) as Scalar);
    expect(Math.abs(wrong(-0.6) - difference(f, -0.6))).toBeGreaterThan(1e-3);
  });

  it.each(['elu', 'selu', 'softplus', 'sigmoid', 'logSigmoid'])('%s has no NaN far from zero', (name) => {
    const f = functions[name]!;
    for (const g of [f, grad(f), grad(grad(f)), grad(grad(grad(f)))]) {
      for (const x of [-1e4, -800, 800, 1e4]) expect(compiled(g as Scalar)(x)).not.toBeNaN();
    }
  });

  it('kinks have the derivatives of tfjs', () => {
    expect(compiled(grad(tf.relu as Scalar) as Scalar)(0)).toBe(0);
    expect(compiled(grad(((x) => tf.clipByValue(x, 0, 1)) as Scalar) as Scalar)(1)).toBe(1);
    expect(compiled(grad(tf.elu as Scalar) as Scalar)(0)).toBe(1);
  });

  it('a norm has derivatives where an element is zero', () => {
    const { graph } = stage((v: tf.Tensor) => grad((u: tf.Tensor) => tf.norm(u))(v), [tf.zeros([2])]);
    expect(Array.from(evaluate(graph, [hostArray([0, 3], [2], 'f')])[0]!.data)).toEqual([0, 1]);
  });
});
