/** Whether a household in Bangladesh switches to a safe well, and how many metres away that is: a logistic regression. */
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli, gen, improperUniform, observe, sample, supports, tensor, type BoolTensor } from 'adjoint';
import { posteriorFile } from './data.js';

const logistic = gen(function* (distance: tf.Tensor, switched: BoolTensor) {
  const beta = yield* sample('beta', improperUniform(supports.real, [2]));
  const [b0, b1] = tf.unstack(beta);
  yield* observe('switched', bernoulli({ logits: tf.add(b0!, tf.mul(b1!, distance)) }), switched);
});

export const file = posteriorFile<{ readonly dist: number[]; readonly switched: number[] }>('wells_dist');
const switched = tf.cast(tensor(file.data.switched), 'bool') as BoolTensor;
export const program = logistic(tensor(file.data.dist), switched);
