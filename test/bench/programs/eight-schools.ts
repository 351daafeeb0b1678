/** Eight schools: one stochastic gradient of its evidence lower bound, and ten thousand steps of Adam. */
import * as tf from '@tensorflow/tfjs-core';
import { adam, elbo, foldIn, foriLoop, key, meanField, type Key } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { file, program } from '../../../examples/posteriors/eight_schools.js';
import { against, local, skip, type Benchmark } from '../harness.js';
import { compiled } from '../own.js';
import { forced, jaxJs, loadJaxJs, type Arr, type JaxJs } from '../peers/jax-js.js';
import { absent, startPython } from '../peers/python.js';
import { onTfjs } from '../peers/tfjs.js';

const { y, sigma } = file.data;
const guide = meanField(program);
const estimator = gradientEstimator((q: typeof guide.params) => elbo(program, guide(q)));
type Params = typeof guide.params;

/** Adjoint: key and parameters to value and gradient. */
const own = () => compiled((k: Key, q: Params) => estimator(k, q, undefined), [key(1), guide.params]).side;

/** Adjoint: Adam in one loop. */
const ownSteps = (steps: number) => {
  const optimizer = adam(0.01);
  const run = (k: Key, q: Params) =>
    foriLoop(
      0,
      steps,
      (i, { params, state }) => {
        const { gradient } = estimator(foldIn(k, i), params, undefined);
        const { loc, logScale } = gradient;
        // Adam descends, and the bound is to be made large
        return optimizer.update({ loc: tf.neg(loc), logScale: tf.neg(logScale) }, state, params);
      },
      { params: q, state: optimizer.init(q) },
    ).params;
  return compiled(run, [key(1), guide.params]).side;
};

/** The same density written out in tfjs, with `tf.valueAndGrads`. */
function eager(): () => void {
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

/** The same density in jax-js, noise included. */
function inJaxJs(jax: JaxJs): () => unknown {
  const { numpy: np, random } = jax;
  const [ys, sigmas] = [np.array(y), np.array(sigma)];
  const sizes = [1, 1, 8];
  const bound = (loc: Arr[], logScale: Arr[], k: Arr): Arr => {
    const keys = random.split(k, 3);
    const entropy = logScale.map((s) => s.ref.sum()).reduce((a, b) => a.add(b));
    const draws = sizes.map((n, i) => {
      const noise = random.normal(i === 2 ? keys.slice(i) : keys.ref.slice(i), [n]);
      return loc[i]!.add(np.exp(logScale[i]!).mul(noise));
    });
    const [mu, logTau, eta] = draws as [Arr, Arr, Arr];
    const tau = np.exp(logTau.ref);
    const priors = np
      .square(mu.ref.div(5))
      .sum()
      .add(np.square(eta.ref).sum())
      .add(
        np
          .log1p(np.square(tau.ref.div(5)))
          .sub(logTau)
          .sum()
          .mul(2),
      );
    const misfit = np.square(ys.ref.sub(mu.add(tau.mul(eta))).div(sigmas.ref)).sum();
    return priors.add(misfit).mul(-0.5).add(entropy);
  };
  const f = jax.jit((loc: Arr[], logScale: Arr[], k: Arr) =>
    jax.valueAndGrad(([m, s]: [Arr[], Arr[]]) => bound(m, s, k))([loc, logScale]),
  );
  const [loc, logScale] = [0, 1].map(() => sizes.map((n) => np.zeros([n]))) as [Arr[], Arr[]];
  const k = random.key(1);
  return () =>
    f(
      loc.map((x) => x.ref),
      logScale.map((x) => x.ref),
      k.ref,
    );
}

/** The rows of this file. */
export const eightSchools: Benchmark = async function* (pace) {
  const name = 'eight schools: ELBO gradient, 1 particle, noise included; Compiled';
  const mine = own();
  yield await onTfjs('cpu', () =>
    against(
      { name, peer: 'tfjs-backend-cpu 4.22, eager, tf.valueAndGrads', floor: 300, goal: 2000 },
      mine,
      local(eager()),
      pace,
    ),
  );
  const jax = await loadJaxJs();
  yield await against({ name, peer: jaxJs, floor: 200, goal: 800 }, mine, forced(jax, inJaxJs(jax)), pace);
  const steps = { name: 'eight schools: 10,000 Adam steps in one loop; Compiled; 11 repeats after 10 calls' };
  const peers = [
    ['jax', 'JAX, lax.fori_loop under jit', 1, 10],
    ['numpyro', 'NumPyro, SVI.run', 0, 10],
  ] as const;
  const ownLoop = ownSteps(10_000);
  for (const [needed, peer, floor, goal] of peers) {
    const subject = { ...steps, peer, floor, goal };
    const python = startPython(needed);
    try {
      yield python === undefined
        ? skip(subject, absent(needed))
        : await against(subject, ownLoop, python.side('eight schools, Adam', { steps: 10_000 }), {
            ...pace,
            warmUp: 10,
          });
    } finally {
      python?.close();
    }
  }
};
