import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  bernoulliLogits,
  delta,
  flip,
  halfNormal,
  logNormal,
  normal,
  reinforce,
  truncatedNormal,
  uniform,
} from '../../src/distributions/index.js';
import { condition, estimate, gen, ModelError, observe, plate, sample } from '../../src/language/index.js';
import { elbo, expectation } from '../../src/objectives/index.js';
import { key } from '../../src/random/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { gradientEstimator } from '../../transforms/expectation/index.js';
import { gradientMoments, zScore } from './statistics.js';

register({ executor: bufferExecutor });

const number = (t: tf.Tensor): number => t.dataSync()[0]!;

describe('discrete guides', () => {
  // Two mixture components for each of n points, labels summed out for the oracle.
  const points = [-1.2, 0.3, 2.1];
  const mixture = gen(function* (x: tf.Tensor) {
    yield* plate('rows', 3, (i) => row(tf.gather(x, i)));
  });
  const row = gen(function* (x: tf.Tensor) {
    const label = yield* sample('label', flip(0.35));
    yield* observe('x', normal(tf.where(label, tf.scalar(1.5), tf.scalar(-1)), 0.9), x);
  });
  const labels = gen(function* (logits: tf.Tensor) {
    yield* plate('rows', 3, (i) => one(tf.gather(logits, i)));
  });
  const one = gen(function* (logit: tf.Tensor) {
    yield* sample('label', reinforce(bernoulliLogits(logit)));
  });
  const logits = [0.4, -0.7, 1.1];
  const gradient = logits.map((l, i) => {
    const p = 1 / (1 + Math.exp(-l));
    const log = (b: number): number =>
      Math.log(b ? 0.35 : 0.65) - 0.5 * ((points[i]! - (b ? 1.5 : -1)) / 0.9) ** 2;
    return p * (1 - p) * (log(1) - log(0) - l);
  });
  const estimator = gradientEstimator((q: tf.Tensor) => elbo(mixture(tensor(points)), labels(q)));

  test('the gradient of each logit is that by enumeration', () => {
    for (const i of [0, 1, 2]) {
      const m = gradientMoments(
        estimator,
        tensor(logits),
        (g) => tf.gather(g, tf.scalar(i, 'int32')),
        50_000,
      );
      expect(Math.abs(zScore(m, gradient[i]!))).toBeLessThan(4);
    }
  });

  test('each label is credited with its own point: the estimate of one logit does not see the others', () => {
    const run = (x: readonly number[], q: readonly number[]): readonly number[] => {
      const e = gradientEstimator((l: tf.Tensor) => elbo(mixture(tensor(x)), labels(l)));
      return [...e(key(1), tensor(q), undefined).gradient.dataSync()];
    };
    const [a, b] = [run(points, logits), run([-1.2, 5, 7], [0.4, 3, -3])];
    expect(b[0]).toBeCloseTo(a[0]!, 12);
    expect(b[1]).not.toBeCloseTo(a[1]!, 6);
  });
});

describe('faults', () => {
  const faultsOf = (f: () => unknown): readonly (readonly [string, string])[] => {
    try {
      f();
    } catch (error) {
      if (error instanceof ModelError) return error.faults.map((x) => [x.code, x.address] as const);
      throw error;
    }
    return [];
  };

  test('strategies and mismatches of model and guide are reported together', () => {
    const m = gen(function* () {
      yield* sample('tau', halfNormal(1));
      yield* sample('coin', flip(0.5));
      yield* sample('u', uniform(0, 1));
    });
    const g = gen(function* (q: tf.Tensor) {
      yield* sample('tau', normal(q, 1));
      yield* sample('coin', flip(0.5));
      yield* sample('u', reinforce(uniform(0, 1)));
    });
    const estimator = gradientEstimator((q: tf.Tensor) => elbo(m(), g(q)));
    expect(faultsOf(() => estimator(key(0), tensor(0), undefined))).toEqual([
      ['no-strategy', 'coin'],
      ['unfit-strategy', 'u'],
      ['support', 'tau'],
    ]);
  });

  test('a point mass has no score to follow', () => {
    const p = gen(function* (q: tf.Tensor) {
      return tf.square(yield* sample('d', reinforce(delta(q))));
    });
    const estimator = gradientEstimator((q: tf.Tensor) => expectation(p(q)));
    expect(() => estimator(key(0), tensor(2), undefined)).toThrow(
      /the strategy reinforce does not fit: the only value of delta is its parameter, .* Strategies that fit: reparam\(delta\(…\)\)/,
    );
  });

  test('bounds that move have no score, fixed ones do no harm', () => {
    const p = gen(function* (q: tf.Tensor, low: tf.Tensor | number) {
      return tf.square(yield* sample('t', reinforce(truncatedNormal(q, 1, { low }))));
    });
    const gradientAt = (low: (q: tf.Tensor) => tf.Tensor | number) =>
      gradientEstimator((q: tf.Tensor) => expectation(p(q, low(q))))(key(0), tensor(0.5), undefined).gradient;
    expect(() => gradientAt((q) => q)).toThrow(
      /does not fit: the bounds of truncatedNormal are computed in the program, .* give them as numbers or plain tensors/,
    );
    for (const low of [0, tensor(0)]) expect(Number.isFinite(number(gradientAt(() => low)))).toBe(true);
  });

  test('a conditioned model needs no guide for what is given', () => {
    const m = gen(function* () {
      const tau = yield* sample('tau', halfNormal(1));
      yield* sample('mu', normal(0, tau));
    });
    const g = gen(function* () {
      yield* sample('tau', logNormal(0, 1));
    });
    const given = condition(m(), { mu: 0.3 });
    expect(Number.isFinite(number(estimate(elbo(given, g()), key(1))))).toBe(true);
  });

  test('objectives return real scalars', () => {
    const vector = gen(function* () {
      return yield* sample('x', normal(tf.zeros([2]), 1));
    });
    expect(() => estimate(expectation(vector()), key(1))).toThrow(
      'an objective must return a real scalar, found f[2]',
    );
  });
});
