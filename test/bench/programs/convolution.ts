/** A small convolutional network: the gradient of its loss on a batch of 64. */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrad } from 'adjoint';
import { agree } from '../agree.js';
import { normals, ownTensor, uniforms, type Numbers } from '../data.js';
import { against, local, type Benchmark } from '../harness.js';
import { compiled } from '../own.js';
import { onTfjs, valuesOf } from '../peers/tfjs.js';

const batch = 64;

/** Two convolutions 3×3 with rectifiers and pools, and a dense layer: 28×28 images to ten classes. */
const shapes: readonly (readonly number[])[] = [[3, 3, 1, 8], [8], [3, 3, 8, 16], [16], [784, 10], [10]];

const loss = (weights: readonly tf.Tensor[], images: tf.Tensor, labels: tf.Tensor): tf.Scalar => {
  const [k0, b0, k1, b1, w, b] = weights as [
    tf.Tensor4D,
    tf.Tensor,
    tf.Tensor4D,
    tf.Tensor,
    tf.Tensor2D,
    tf.Tensor,
  ];
  const stage = (x: tf.Tensor4D, kernel: tf.Tensor4D, bias: tf.Tensor): tf.Tensor4D =>
    tf.maxPool(tf.relu(tf.add(tf.conv2d(x, kernel, 1, 'same'), bias)) as tf.Tensor4D, 2, 2, 'valid');
  const features = stage(stage(images as tf.Tensor4D, k0, b0), k1, b1);
  const logits = tf.add(tf.matMul(tf.reshape(features, [batch, 784]), w), b);
  return tf.div(tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)))), batch) as tf.Scalar;
};

/** One-hot labels. */
function labelled(): Numbers {
  const data = new Float32Array(batch * 10);
  for (let i = 0; i < batch; i++) data[10 * i + ((7 * i) % 10)] = 1;
  return { data, shape: [batch, 10] };
}

/** The rows of this file. */
export const convolution: Benchmark = async function* (pace) {
  const weights = shapes.map((shape, i) => normals(i + 1, shape, 0.1));
  const [images, labels] = [uniforms(21, [batch, 28, 28, 1]), labelled()];
  const mine = compiled(
    (w: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor) =>
      valueAndGrad((v: readonly tf.Tensor[]) => loss(v, x, y))(w),
    [weights.map(ownTensor), ownTensor(images), ownTensor(labels)],
  );
  yield await onTfjs('wasm', () => {
    const of = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(data, [...shape]);
    const [w, x, y] = [weights.map(of), of(images), of(labels)] as const;
    const gradient = tf.valueAndGrads((...v: tf.Tensor[]) => loss(v, x, y));
    const name = 'convolutional network, gradient of a batch of 64; Compiled; 9 repeats after 10 calls';
    const { value, grads } = gradient(w);
    agree(name, mine.values(), [value, ...grads].map(valuesOf));
    return against(
      {
        name,
        peer: 'tfjs-backend-wasm 4.22, one thread, eager, tf.valueAndGrads',
        floor: 1,
        goal: 3,
      },
      mine.side,
      local(() =>
        tf.tidy(() => {
          gradient(w).value.dataSync();
        }),
      ),
      { ...pace, warmUp: 10, rounds: 9, span: 0, parts: 3 },
    );
  });
};
