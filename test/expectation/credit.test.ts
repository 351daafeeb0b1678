import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  bernoulliLogits,
  flip,
  reinforce,
  withStrategy,
  type BoolTensor,
  type Dist,
} from '../../src/distributions/index.js';
import { ops, shapes } from '../../src/ir/index.js';
import { gen, plate, sample } from '../../src/language/index.js';
import { expectation } from '../../src/objectives/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { gradientEstimator, reinforceRule, type StrategyRule } from '../../transforms/expectation/index.js';
import { gradientMoments, zScore } from './statistics.js';

register({ executor: bufferExecutor });

/** The whole cost as signal, whatever depends on the choice. */
const whole: StrategyRule = {
  ...reinforceRule,
  surrogate: ({ cost, logProb }) => shapes.reduceSum(ops.credit(ops.stopGradient(cost), logProb)),
};

/** The parts of the cost that depend on the choice, shared by all elements. */
const joint: StrategyRule = {
  ...reinforceRule,
  surrogate: ({ credit, logProb }) =>
    shapes.reduceSum(ops.credit(ops.stopGradient(shapes.reduceSum(credit()!)), logProb)),
};

const scored = (kind: string) => (d: Dist<BoolTensor, boolean>) => withStrategy(d, { kind });

const number = (b: BoolTensor): tf.Tensor => tf.cast(b, 'float32');

describe('variance', () => {
  const n = 200_000;

  test('an independent cost and an unrelated choice add nothing', () => {
    const program = (strategy: (d: Dist<BoolTensor, boolean>) => Dist<BoolTensor, boolean>) =>
      gen(function* (p: tf.Tensor) {
        const b = yield* sample('b', strategy(flip(p)));
        const unrelated = yield* sample('unrelated', reinforce(flip(0.5)));
        const cost = tf.square(tf.sub(number(b), 0.45));
        return tf.add(tf.add(cost, 5), tf.mul(3, number(unrelated)));
      });
    const run = (strategy: (d: Dist<BoolTensor, boolean>) => Dist<BoolTensor, boolean>) =>
      gradientMoments(
        gradientEstimator((p: tf.Tensor) => expectation(program(strategy)(p)), { strategies: { whole } }),
        tensor(0.3),
        (g) => g,
        n,
      );
    const credited = run(reinforce);
    const naive = run(scored('whole'));
    expect(Math.abs(zScore(credited, 0.1))).toBeLessThan(4);
    expect(Math.abs(zScore(naive, 0.1))).toBeLessThan(4);
    // closed forms: E f²s² − 0.1² with f = (b − 0.45)², and with f + 5 + 3u, u = 0 or 1
    expect(Math.abs(credited.variance / 0.3536 - 1)).toBeLessThan(0.1);
    const second = [0, 1].map(
      (u) => 0.3 * ((5.3025 + 3 * u) / 0.3) ** 2 + 0.7 * ((5.2025 + 3 * u) / 0.7) ** 2,
    );
    expect(Math.abs(naive.variance / ((second[0]! + second[1]!) / 2 - 0.01) - 1)).toBeLessThan(0.1);
    expect(naive.variance / credited.variance).toBeGreaterThan(500);
  });

  test.each([
    ['a plate', true],
    ['a batch', false],
  ])('elements of %s are credited with their own terms', (_, plated) => {
    const size = 20;
    const weights = Array.from({ length: size }, (_, i) => 1 + (i % 4));
    const c = tensor(weights);
    const program = (strategy: (d: Dist<BoolTensor, boolean>) => Dist<BoolTensor, boolean>) =>
      gen(function* (p: tf.Tensor) {
        const one = gen(function* () {
          return yield* sample('b', strategy(flip(p)));
        });
        const many = gen(function* () {
          return yield* sample('b', strategy(flip(tf.mul(p, tf.ones([size])))));
        });
        const b = plated ? yield* plate('rows', size, () => one()) : yield* many();
        return tf.sum(tf.mul(c, number(b)));
      });
    const run = (strategy: (d: Dist<BoolTensor, boolean>) => Dist<BoolTensor, boolean>, keys: number) =>
      gradientMoments(
        gradientEstimator((p: tf.Tensor) => expectation(program(strategy)(p)), { strategies: { joint } }),
        tensor(0.3),
        (g) => g,
        keys,
      );
    const exact = weights.reduce((s, w) => s + w, 0);
    const own = run(reinforce, 20_000);
    const shared = run(scored('joint'), 20_000);
    expect(Math.abs(zScore(own, exact))).toBeLessThan(4);
    expect(Math.abs(zScore(shared, exact))).toBeLessThan(4);
    const variance = weights.reduce((s, w) => s + w * w, 0) * (1 / 0.3 - 1);
    expect(Math.abs(own.variance / variance - 1)).toBeLessThan(0.1);
    expect(shared.variance / own.variance).toBeGreaterThan(20);
  });

  test('what combines the elements is shared by them', () => {
    const program = gen(function* (p: tf.Tensor) {
      const b = yield* sample('b', reinforce(flip(tf.mul(p, tf.ones([5])))));
      return tf.square(tf.sum(number(b)));
    });
    const m = gradientMoments(
      gradientEstimator((p: tf.Tensor) => expectation(program(p))),
      tensor(0.3),
      (g) => g,
      100_000,
    );
    // E (Σb)² = 5p + 20p², derivative 5 + 40p
    expect(Math.abs(zScore(m, 17))).toBeLessThan(4);
  });

  test('a choice is credited with what later choices made of it', () => {
    const program = gen(function* (p: tf.Tensor) {
      const a = yield* sample('a', reinforce(flip(p)));
      const b = yield* sample('b', reinforce(bernoulliLogits(tf.sub(tf.mul(3, number(a)), 1))));
      return number(b);
    });
    const m = gradientMoments(
      gradientEstimator((p: tf.Tensor) => expectation(program(p))),
      tensor(0.4),
      (g) => g,
      100_000,
    );
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    expect(Math.abs(zScore(m, logistic(2) - logistic(-1)))).toBeLessThan(4);
  });
});
