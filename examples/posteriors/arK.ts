/** An autoregression of order five: every value of a series is a line in the five before it. */
import * as tf from '@tensorflow/tfjs-core';
import { gen, halfCauchy, normal, observe, sample, tensor } from 'adjoint';
import { posteriorFile } from './data.js';

const autoregression = gen(function* (lags: tf.Tensor2D, y: tf.Tensor) {
  const alpha = yield* sample('alpha', normal(0, 10));
  const beta = yield* sample('beta', normal(tf.zeros([5]), 10));
  const sigma = yield* sample('sigma', halfCauchy(2.5));
  yield* observe('y', normal(tf.add(alpha, tf.dot(lags, beta)), sigma), y);
});

export const file = posteriorFile<{ readonly K: number; readonly y: number[] }>('arK');
const { K, y } = file.data;
// row t holds y[t-1], …, y[t-K]; the first K values are conditioned on
const lags = y.slice(K).map((_, t) => Array.from({ length: K }, (_, k) => y[t + K - 1 - k]!));
export const program = autoregression(tensor(lags) as tf.Tensor2D, tensor(y.slice(K)));
