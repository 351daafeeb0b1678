/** One stochastic gradient of the evidence lower bound of eight schools: staged, against the same by eager tfjs. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { bufferExecutor, elbo, key, meanField, stage, type Key } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { file, program } from '../../examples/posteriors/eight_schools.js';
import { hostOf } from '../../src/staging/index.js';
import { registerEagerGradients } from './eager-gradients.js';
import { spread, timeRatios, type Row } from './harness.js';

const { y, sigma } = file.data;

/** Adjoint: key and parameters to value and gradient, as one program on the buffer executor. */
function staged(): () => void {
  const guide = meanField(program);
  const estimator = gradientEstimator((q: typeof guide.params) => elbo(program, guide(q)));
  const { graph, captures } = stage(
    (k: Key, q: typeof guide.params) => estimator(k, q, undefined),
    [key(0), guide.params],
  );
  if (captures.length > 0) throw new Error('the estimator of eight schools captures nothing');
  const run = bufferExecutor.compile(graph);
  const { loc, logScale } = guide.params;
  const inputs = [key(1), loc, logScale].map((leaf) => hostOf(leaf));
  return () => void run(inputs);
}

/** The same density written out in tfjs, with `tf.valueAndGrads`, on tfjs's own cpu backend. */
function eager(): () => void {
  registerEagerGradients();
  const [ys, sigmas] = [tf.tensor1d(y), tf.tensor1d(sigma)];
  const sizes = [1, 1, 8];
  // means and log scales of mu, log tau and eta, each a tensor of its own: nothing to slice
  const params = [...sizes, ...sizes].map((n) => tf.zeros([n]));
  const constant = 10 * 0.5 * Math.log(2 * Math.PI);
  const bound = (...q: tf.Tensor[]): tf.Scalar => {
    const [mu, logTau, eta] = sizes.map((n, i) =>
      tf.add(q[i]!, tf.mul(tf.exp(q[i + 3]!), tf.randomNormal([n]))),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const tau = tf.exp(logTau);
    const priors = tf.add(
      tf.add(tf.sum(tf.square(tf.div(mu, 5))), tf.sum(tf.square(eta))),
      tf.mul(2, tf.sum(tf.sub(tf.log1p(tf.square(tf.div(tau, 5))), logTau))),
    );
    const misfit = tf.sum(tf.square(tf.div(tf.sub(ys, tf.add(mu, tf.mul(tau, eta))), sigmas)));
    const joint = tf.mul(-0.5, tf.add(priors, misfit));
    const entropy = tf.add(tf.sum(q[3]!), tf.add(tf.sum(q[4]!), tf.sum(q[5]!)));
    return tf.add(tf.add(joint, entropy), constant) as tf.Scalar;
  };
  const gradient = tf.valueAndGrads(bound);
  return () =>
    tf.tidy(() => {
      const { value, grads } = gradient(params);
      value.dataSync();
      for (const g of grads) g.dataSync();
    });
}

/** The rows of this benchmark. */
export async function eightSchools(): Promise<Row[]> {
  const own = staged();
  await tf.setBackend('cpu');
  try {
    const times = spread(timeRatios(own, eager()));
    return [
      {
        name: 'eight schools: one draw of the ELBO, value and gradient, on the buffer executor',
        peer: 'tfjs-core 4.22 eager, backend-cpu, the density by hand and tf.valueAndGrads',
        ...times,
        floor: 20,
        goal: 100,
      },
    ];
  } finally {
    await tf.setBackend('adjoint');
  }
}
