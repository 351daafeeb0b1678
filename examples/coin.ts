/** Gradients of expectations by their strategies, on toys whose derivatives and variances are known exactly. */
import * as tf from '@tensorflow/tfjs-core';
import { expectation, flip, gen, key, normal, reinforce, sample, splitBatch, tensor, vmap } from 'adjoint';
import type { Key, Program } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';

/** d/dp E (b − 0.45)², b ~ Bernoulli(p): the draw is a boolean, so the gradient is credited to its score. */
const coin = gen(function* (p: tf.Tensor) {
  const b = yield* sample('b', reinforce(flip(p)));
  return tf.square(tf.sub(tf.cast(b, 'float32'), 0.45));
});

type Location = readonly [mean: tf.Tensor, scale: tf.Tensor];

/** ∇ E x³, x ~ Normal(μ, σ): the draw is a differentiable function of μ and σ. */
const cube = gen(function* ([mean, scale]: Location) {
  const x = yield* sample('x', normal(mean, scale));
  return tf.mul(x, tf.square(x));
});

/** The same by the score function. */
const scoredCube = gen(function* ([mean, scale]: Location) {
  const x = yield* sample('x', reinforce(normal(mean, scale)));
  return tf.mul(x, tf.square(x));
});

/** What many estimates of one derivative are like, and what they must be like. */
export interface ToyRow {
  readonly name: string;
  readonly mean: number;
  /** Of the mean. */
  readonly standardError: number;
  readonly exact: number;
  readonly variance: number;
  /** Of one estimate, in theory. */
  readonly exactVariance: number;
}

/** One toy: its derivatives by `draws` independent estimates. */
function estimates<P, C>(
  program: (params: P) => Program<tf.Tensor, C>,
  params: P,
  rows: readonly (Pick<ToyRow, 'name' | 'exact' | 'exactVariance'> & {
    readonly of: (gradient: P) => tf.Tensor;
  })[],
  draws: number,
): ToyRow[] {
  const estimator = gradientEstimator((p: P) => expectation(program(p)));
  const gradients = (k: Key): tf.Tensor[] => {
    const { gradient } = estimator(k, params, undefined);
    return rows.map((row) => row.of(gradient));
  };
  const found = vmap(gradients)(splitBatch(key('toys'), draws));
  return rows.map(({ name, exact, exactVariance }, i) => {
    const values = Float64Array.from(found[i]!.dataSync());
    const mean = values.reduce((a, b) => a + b, 0) / draws;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (draws - 1);
    return { name, mean, standardError: Math.sqrt(variance / draws), exact, variance, exactVariance };
  });
}

/** Runs the toys. */
export function runToys(draws = 100_000): ToyRow[] {
  const location: Location = [tensor(0.7), tensor(1.3)];
  const cubes = (how: string, variances: readonly [number, number]) => [
    { name: `normal, d mean, ${how}`, exact: 6.54, exactVariance: variances[0], of: (g: Location) => g[0] },
    { name: `normal, d scale, ${how}`, exact: 5.46, exactVariance: variances[1], of: (g: Location) => g[1] },
  ];
  const coinRow = {
    name: 'coin, score function',
    exact: 0.1,
    exactVariance: 0.3536,
    of: (g: tf.Tensor) => g,
  };
  return [
    ...estimates(coin, tensor(0.3), [coinRow], draws),
    ...estimates(cube, location, cubes('reparameterized', [81.5, 496]), draws),
    ...estimates(scoredCube, location, cubes('score function', [461, 3217]), draws),
  ];
}
