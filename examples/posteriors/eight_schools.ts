/** The effect of coaching in eight schools, each known with its error: a hierarchy of means, not centred. */
import * as tf from '@tensorflow/tfjs-core';
import { gen, halfCauchy, normal, observe, sample, tensor } from 'adjoint';
import { posteriorFile } from './data.js';

const hierarchy = gen(function* (y: tf.Tensor, sigma: tf.Tensor) {
  const mu = yield* sample('mu', normal(0, 5));
  const tau = yield* sample('tau', halfCauchy(5));
  const eta = yield* sample('eta', normal(tf.zeros([8]), 1));
  yield* observe('y', normal(tf.add(mu, tf.mul(tau, eta)), sigma), y);
});

export const file = posteriorFile<{ readonly y: number[]; readonly sigma: number[] }>('eight_schools');
export const program = hierarchy(tensor(file.data.y), tensor(file.data.sigma));

/** What the data file calls the parameters: `theta` are the schools' effects. */
export const parameters = ({ mu, tau, eta }: { mu: tf.Tensor; tau: tf.Tensor; eta: tf.Tensor }) => ({
  theta: tf.add(mu, tf.mul(tau, eta)),
  mu,
  tau,
});
