/** Models of tfjs-layers, as they are: staged, differentiated in input and weights, batched. */
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hvp, vjpGraph, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { hostArray, type HostArray } from '../../src/ir/index.js';
import { apply, register, stage, tensor } from '../../src/staging/index.js';
import { hostOf } from '../../src/staging/values.js';

register({ executor: bufferExecutor });
void tf.setBackend('cpu');

const image = [6, 5, 2];
let convolutional: layers.Sequential;

/** Deterministic numbers in (−1, 1). */
function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(Math.sin(12.9898 * (i + 1) + 78.233 * seed)));
}

/** Weights that depend on nothing but their place. */
function fill(model: layers.LayersModel): void {
  const values = model.getWeights().map((w, k) =>
    tf.tensor(
      numbers(w.size, k + 1).map((v) => v * 0.5),
      w.shape,
    ),
  );
  model.setWeights(values);
}

beforeAll(() => {
  convolutional = layers.sequential({
    layers: [
      layers.layers.conv2d({
        filters: 3,
        kernelSize: 3,
        activation: 'tanh',
        padding: 'same',
        inputShape: image,
      }),
      layers.layers.maxPooling2d({ poolSize: 2 }),
      layers.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, activation: 'elu' }),
      // not padded: tfjs's own derivative of a mean divides by the whole window, padding included
      layers.layers.averagePooling2d({ poolSize: [2, 1], strides: 1 }),
      layers.layers.flatten(),
      layers.layers.dense({ units: 4, activation: 'sigmoid' }),
      layers.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  fill(convolutional);
});

const size = (shape: readonly number[]): number => shape.reduce((p, d) => p * d, 1);
const batch = (n: number, shape = image): tf.Tensor => tf.tensor(numbers(n * size(shape), 9), [n, ...shape]);
const values = (x: unknown): number[] => Array.from((x as tf.Tensor).dataSync());

function close(found: readonly number[], expected: readonly number[], limit = 1e-5): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((e, i) =>
    expect(Math.abs(found[i]! - e), `element ${i}`).toBeLessThan(limit * Math.max(1, Math.abs(e))),
  );
}

const run = (model: layers.LayersModel, x: tf.Tensor): tf.Tensor => model.apply(x) as tf.Tensor;
/** One number of a batch: the cross-entropy with a fixed answer. */
const loss = (model: layers.LayersModel, x: tf.Tensor): tf.Scalar =>
  tf.neg(tf.mean(tf.log(tf.slice(run(model, x), [0, 1], [-1, 1])))) as tf.Scalar;

describe('a convolutional model of tfjs-layers', () => {
  it('is staged with its weights as inputs, and gives what the cpu backend gives', () => {
    const x = batch(4);
    const { graph, captures } = stage((v: tf.Tensor) => run(convolutional, v), [x]);
    expect(captures.length).toBe(convolutional.weights.length);
    expect(graph.nodes.some((n) => n.op === 'conv') && graph.nodes.some((n) => n.op === 'poolMax')).toBe(
      true,
    );
    close(values(apply(graph, [x], captures)[0]), values(run(convolutional, x)));
    // weights are read at each call
    const before = convolutional.getWeights().map((w) => w.clone());
    convolutional.setWeights(before.map((w) => tf.mul(w, 0.5)));
    close(values(apply(graph, [x], captures)[0]), values(run(convolutional, x)));
    convolutional.setWeights(before);
  });

  it('is differentiated in its weights as tfjs differentiates it', () => {
    const x = batch(3);
    const { value, grads } = tf.variableGrads(() => loss(convolutional, x));
    const { graph, captures } = stage((v: tf.Tensor) => loss(convolutional, v), [x]);
    const inputs: HostArray[] = [hostOf(x), ...captures.map((c) => hostOf(c as tf.Variable))];
    const back = vjpGraph(
      graph,
      graph.inputs.map((_, i) => i > 0),
    );
    const [found, ...gradients] = bufferExecutor.compile(back)([...inputs, hostArray([1], [], 'f')]);
    close(Array.from(found!.data), values(value));
    expect(gradients.length).toBe(Object.keys(grads).length);
    captures.forEach((c, i) => close(Array.from(gradients[i]!.data), values(grads[(c as tf.Variable).name])));
  });

  it('is differentiated twice in its input', () => {
    const [x, v] = [
      tensor(numbers(size(image), 4), [1, ...image]),
      tensor(numbers(size(image), 5), [1, ...image]),
    ];
    const f = (u: tf.Tensor): tf.Tensor => loss(convolutional, u);
    const product = values(hvp(f, x, v));
    const h = 1e-4;
    const g = grad(f);
    const at = (t: number): number[] =>
      values(
        g(
          tensor(
            values(x).map((e, i) => e + t * values(v)[i]!),
            [1, ...image],
          ),
        ),
      );
    const [up, down] = [at(h), at(-h)];
    close(
      product,
      up.map((u, i) => (u - down[i]!) / (2 * h)),
      1e-6,
    );
  });

  it('is batched, and so is its derivative', () => {
    const x = batch(3);
    const one = (v: tf.Tensor): tf.Tensor => tf.squeeze(run(convolutional, tf.expandDims(v, 0)), [0]);
    close(values(vmap(one)(x)), values(run(convolutional, x)));
    const slope = grad((v: tf.Tensor) => loss(convolutional, tf.expandDims(v, 0)));
    const all = values(vmap(slope)(x));
    const each = tf.unstack(x).flatMap((v) => values(slope(v)));
    close(all, each, 1e-12);
  });
});

describe('layers that need chained methods', () => {
  const recurrent: readonly (readonly [string, () => layers.LayersModel, number[]])[] = [
    [
      'lstm',
      () => layers.sequential({ layers: [layers.layers.lstm({ units: 3, inputShape: [4, 2] })] }),
      [4, 2],
    ],
    [
      'gru',
      () => layers.sequential({ layers: [layers.layers.gru({ units: 3, inputShape: [4, 2] })] }),
      [4, 2],
    ],
    [
      'layer normalization',
      () => layers.sequential({ layers: [layers.layers.layerNormalization({ inputShape: [4] })] }),
      [4],
    ],
    [
      'separable convolution and batch normalization',
      () =>
        layers.sequential({
          layers: [
            layers.layers.separableConv2d({ filters: 2, kernelSize: 2, inputShape: [4, 4, 2] }),
            layers.layers.batchNormalization(),
            layers.layers.globalAveragePooling2d({}),
          ],
        }),
      [4, 4, 2],
    ],
    [
      'a transposed convolution',
      () =>
        layers.sequential({
          layers: [
            layers.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, inputShape: [3, 3, 1] }),
          ],
        }),
      [3, 3, 1],
    ],
  ];
  it.each(recurrent)('%s', (_, build, shape) => {
    const model = build();
    fill(model);
    const x = batch(2, shape);
    const { graph, captures } = stage((v: tf.Tensor) => run(model, v), [x]);
    close(values(apply(graph, [x], captures)[0]), values(run(model, x)));
    const g = values(grad((v: tf.Tensor) => tf.sum(tf.square(run(model, v))))(x));
    const plain = values(tf.grad((v: tf.Tensor) => tf.sum(tf.square(run(model, v))))(x));
    close(g, plain, 1e-4);
  });
});
