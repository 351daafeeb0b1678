import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { flip, normal, reinforce, reparam, withStrategy, type Dist } from '../../src/distributions/index.js';
import { ops } from '../../src/ir/index.js';
import { gen, sample } from '../../src/language/index.js';
import { expectation } from '../../src/objectives/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { gradientEstimator, reinforceRule, type StrategyRule } from '../../transforms/expectation/index.js';
import { gradientMoments, zScore, type Moments } from './statistics.js';

register({ executor: bufferExecutor });

// Derivatives and variances of one draw's estimate, by closed form.
type Strategy = <V, H>(d: Dist<V, H>) => Dist<V, H>;

const broken: Readonly<Record<string, StrategyRule>> = {
  dropped: { ...reinforceRule, surrogate: () => undefined },
  flipped: { ...reinforceRule, surrogate: (drawn) => ops.neg(reinforceRule.surrogate(drawn)!) },
  halved: { ...reinforceRule, surrogate: (drawn) => ops.mul(reinforceRule.surrogate(drawn)!, 0.5) },
};
const named =
  (kind: string): Strategy =>
  (d) =>
    withStrategy(d, { kind });

const coin = (strategy: Strategy) =>
  gen(function* (p: tf.Tensor) {
    const b = yield* sample('b', strategy(flip(p)));
    return tf.square(tf.sub(tf.cast(b, 'float32'), 0.45));
  });

const cube = (strategy: Strategy) =>
  gen(function* (q: { mu: tf.Tensor; sigma: tf.Tensor }) {
    const x = yield* sample('x', strategy(normal(q.mu, q.sigma)));
    return tf.mul(x, tf.square(x));
  });

const coinGradient = (strategy: Strategy, n: number): Moments => {
  const estimator = gradientEstimator((p: tf.Tensor) => expectation(coin(strategy)(p)), {
    strategies: broken,
  });
  return gradientMoments(estimator, tensor(0.3), (g) => g, n);
};

const cubeGradient = (strategy: Strategy, name: 'mu' | 'sigma', n: number, blocks: number): Moments => {
  const program = cube(strategy);
  const estimator = gradientEstimator((q: { mu: tf.Tensor; sigma: tf.Tensor }) => expectation(program(q)), {
    strategies: broken,
  });
  return gradientMoments(estimator, { mu: tensor(0.7), sigma: tensor(1.3) }, (g) => g[name], n, blocks);
};

describe('mean within 4 standard errors, variance within 10 %', () => {
  test('Bernoulli 0.3, (b − 0.45)², REINFORCE: 0.1, 0.3536', () => {
    const m = coinGradient(reinforce, 1e6);
    expect(Math.abs(zScore(m, 0.1))).toBeLessThan(4);
    expect(Math.abs(m.variance / 0.3536 - 1)).toBeLessThan(0.1);
  });

  test.each([
    ['reparam', 'mu', reparam, 6.54, 81.5, 2],
    ['REINFORCE', 'mu', reinforce, 6.54, 461, 4],
    ['reparam', 'sigma', reparam, 5.46, 496, 4],
    ['REINFORCE', 'sigma', reinforce, 5.46, 3217, 8],
  ] as const)('Normal(0.7, 1.3), x³, %s, d/d%s', (_, name, strategy, exact, variance, blocks) => {
    const m = cubeGradient(strategy, name, 250_000, blocks);
    expect(Math.abs(zScore(m, exact))).toBeLessThan(4);
    expect(Math.abs(m.variance / variance - 1)).toBeLessThan(0.1);
  });
});

describe('the same test refuses wrong estimators', () => {
  test.each(['dropped', 'flipped', 'halved'])('%s credit', (kind) => {
    expect(Math.abs(zScore(coinGradient(named(kind), 1e5), 0.1))).toBeGreaterThan(4);
    expect(Math.abs(zScore(cubeGradient(named(kind), 'mu', 1e5, 1), 6.54))).toBeGreaterThan(4);
  });
});
