/** Logistic regression: value and gradient of its log joint density at the sizes of two posteriors of posteriordb. */
import * as tf from '@tensorflow/tfjs-core';
import { assess, bernoulli, gen, normal, observe, sample, valueAndGrad, type BoolTensor } from 'adjoint';
import { agree } from '../agree.js';
import { coins, normals, ownTensor } from '../data.js';
import { against, local, type Benchmark } from '../harness.js';
import { compiled } from '../own.js';
import { onTfjs, valuesOf } from '../peers/tfjs.js';

const model = gen(function* (x: tf.Tensor, y: BoolTensor) {
  const beta = yield* sample('beta', normal(tf.zeros([x.shape[1]!]), 2.5));
  yield* observe('y', bernoulli({ logits: tf.dot(x, beta) }), y);
});

/** The density written out in eager tfjs. */
function eager(x: tf.Tensor2D, y: tf.Tensor2D, beta: tf.Tensor2D): () => ArrayLike<number>[] {
  const constant = x.shape[1] * (-Math.log(2.5) - 0.5 * Math.log(2 * Math.PI));
  const density = tf.valueAndGrad((b: tf.Tensor) => {
    const logits = tf.matMul(x, b as tf.Tensor2D);
    const likelihood = tf.sum(tf.sub(tf.mul(y, logits), tf.softplus(logits)));
    const prior = tf.mul(-0.5, tf.sum(tf.square(tf.div(b, 2.5))));
    return tf.add(tf.add(likelihood, prior), constant);
  });
  return () => {
    const { value, grad } = density(beta);
    return [valuesOf(value), valuesOf(grad)];
  };
}

/** The rows of this file. */
export const logistic: Benchmark = async function* (pace) {
  for (const [rows, columns] of [
    [434, 3],
    [1330, 10],
  ] as const) {
    const [x, y, beta] = [normals(1, [rows, columns]), coins(2, [rows, 1]), normals(3, [columns, 1], 0.1)];
    const name = `logistic regression ${rows}×${columns}, log joint density and its gradient; Compiled`;
    const density = (b: tf.Tensor, inputs: tf.Tensor, outcomes: BoolTensor) =>
      valueAndGrad((v: tf.Tensor) => assess(model(inputs, outcomes), { beta: v }).logDensity)(b);
    const outcomes = tf.cast(tf.reshape(ownTensor(y), [rows]), 'bool') as BoolTensor;
    const mine = compiled(density, [tf.reshape(ownTensor(beta), [columns]), ownTensor(x), outcomes]);
    yield await onTfjs('wasm', () => {
      const of = ({ data, shape }: typeof x) => tf.tensor2d(data, [shape[0]!, shape[1]!]);
      const byHand = eager(of(x), of(y), of(beta));
      agree(name, mine.values(), byHand());
      return against(
        {
          name,
          peer: 'tfjs-backend-wasm 4.22, one thread, eager, tf.valueAndGrad',
          floor: 20,
          goal: 100,
        },
        mine.side,
        local(byHand),
        pace,
      );
    });
  }
};
