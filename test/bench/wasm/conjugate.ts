/**
 * The small program of the tables: z ~ N(0, I), y ~ N(z, I) with eight latents, and a mean-field guide that is written
 * out. One draw of the evidence lower bound and its gradient, as a user writes it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { adam, elbo, foldIn, foriLoop, gen, key, normal, observe, sample, tensor, type Key } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import type { Arr, JaxJs } from '../peers/jax-js.js';

/** The observations. */
export const observed: readonly number[] = [0.5, -1.2, 0.3, 2.1, -0.7, 1.4, -0.1, 0.9];

/** The parameters of the guide. */
export type Params = { readonly loc: tf.Tensor; readonly logScale: tf.Tensor };

const model = gen(function* (y: tf.Tensor) {
  const z = yield* sample('z', normal(tf.zeros([8]), 1));
  yield* observe('y', normal(z, 1), y);
});
const guide = gen(function* (q: Params) {
  yield* sample('z', normal(q.loc, tf.exp(q.logScale)));
});

/** (key, parameters) to value and gradient. */
export const estimator = gradientEstimator((q: Params) => elbo(model(tensor([...observed])), guide(q)));

/** Where the parameters start. */
export const start = (): Params => ({
  loc: tensor(new Array<number>(8).fill(0)),
  logScale: tensor(new Array<number>(8).fill(-0.5)),
});

/** One draw of the value and gradient. */
export const gradient = (k: Key, q: Params) => {
  const { value, gradient } = estimator(k, q, undefined);
  return [value, gradient] as const;
};

/** The mean of value and gradient over `draws` draws, in one loop. */
export const meanGradient = (draws: number) => (k: Key, q: Params) => {
  const zeros = [tf.scalar(0), { loc: tf.zeros([8]), logScale: tf.zeros([8]) }] as const;
  return foriLoop(
    0,
    draws,
    (i, [value, slope]: readonly [tf.Tensor, Params]) => {
      const [v, g] = gradient(foldIn(k, i), q);
      const sum = { loc: tf.add(slope.loc, g.loc), logScale: tf.add(slope.logScale, g.logScale) };
      return [tf.add(value, v), sum] as const;
    },
    zeros as readonly [tf.Tensor, Params],
  );
};

/** Adam for `steps` steps in one loop. */
export const adamSteps = (steps: number) => (k: Key, q: Params) => {
  const optimizer = adam(0.01);
  return foriLoop(
    0,
    steps,
    (i, { params, state }) => {
      const { loc, logScale } = gradient(foldIn(k, i), params)[1];
      // Adam descends, and the bound is to be made large
      return optimizer.update({ loc: tf.neg(loc), logScale: tf.neg(logScale) }, state, params);
    },
    { params: q, state: optimizer.init(q) },
  ).params;
};

/** The key of the benchmarks. */
export const drawKey = (): Key => key(7);

/** The same draw in jax-js, which has no distributions: the density written out, noise included, under `jit`. */
export function jaxGradient(jax: JaxJs): () => unknown {
  const { numpy: np, random } = jax;
  const y = np.array([...observed]);
  const bound = (loc: Arr, logScale: Arr, k: Arr): Arr => {
    const z = loc.add(np.exp(logScale.ref).mul(random.normal(k, [8])));
    const joint = np
      .square(z.ref)
      .add(np.square(y.ref.sub(z)))
      .sum()
      .mul(-0.5);
    return joint.add(logScale.sum()).add(8 * (0.5 - 0.5 * Math.log(2 * Math.PI)));
  };
  const both = (loc: Arr, logScale: Arr, k: Arr) =>
    jax.valueAndGrad(([m, s]: [Arr, Arr]) => bound(m, s, k))([loc, logScale]);
  const f = jax.jit(both);
  const [loc, logScale, k] = [np.zeros([8]), np.zeros([8]).sub(0.5), random.key(7)];
  return () => f(loc.ref, logScale.ref, k.ref);
}
