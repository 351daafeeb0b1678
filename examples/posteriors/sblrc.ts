/** A linear regression on five strongly correlated columns. */
import * as tf from '@tensorflow/tfjs-core';
import { gen, halfNormal, normal, observe, sample, tensor } from 'adjoint';
import { posteriorFile } from './data.js';

const regression = gen(function* (x: tf.Tensor2D, y: tf.Tensor) {
  const beta = yield* sample('beta', normal(tf.zeros([5]), 10));
  const sigma = yield* sample('sigma', halfNormal(10));
  yield* observe('y', normal(tf.dot(x, beta), sigma), y);
});

export const file = posteriorFile<{ readonly X: number[][]; readonly y: number[] }>('sblrc');
export const program = regression(tensor(file.data.X) as tf.Tensor2D, tensor(file.data.y));
