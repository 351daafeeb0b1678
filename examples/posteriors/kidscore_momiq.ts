/** Test scores of children, and the IQ of their mothers: a straight line. */
import * as tf from '@tensorflow/tfjs-core';
import { gen, halfCauchy, improperUniform, normal, observe, sample, supports, tensor } from 'adjoint';
import { posteriorFile } from './data.js';

const line = gen(function* (iq: tf.Tensor, score: tf.Tensor) {
  const beta = yield* sample('beta', improperUniform(supports.real, [2]));
  const sigma = yield* sample('sigma', halfCauchy(2.5));
  const [b0, b1] = tf.unstack(beta);
  yield* observe('kid_score', normal(tf.add(b0!, tf.mul(b1!, iq)), sigma), score);
});

export const file = posteriorFile<{ readonly mom_iq: number[]; readonly kid_score: number[] }>(
  'kidscore_momiq',
);
export const program = line(tensor(file.data.mom_iq), tensor(file.data.kid_score));
