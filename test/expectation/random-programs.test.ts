import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  bernoulliLogits,
  normal,
  reinforce,
  withStrategy,
  type BoolTensor,
  type Dist,
} from '../../src/distributions/index.js';
import { gen, plate, sample } from '../../src/language/index.js';
import { expectation } from '../../src/objectives/index.js';
import { register, tensor } from '../../src/staging/index.js';
import { gradientEstimator, reinforceRule, type StrategyRule } from '../../transforms/expectation/index.js';
import { gradientMoments, zScore } from './statistics.js';

register({ executor: bufferExecutor });

/** A small deterministic generator of coefficients in (−1, 1). */
function coefficients(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return (s / 2 ** 31 - 1) * 0.9;
  };
}

interface Shape {
  readonly a: readonly number[];
  readonly w: readonly number[];
  readonly c: readonly number[];
}

const shapeOf = (seed: number): Shape => {
  const next = coefficients(seed * 7919 + 1);
  const list = (n: number): number[] => Array.from({ length: n }, next);
  return { a: list(4), w: list(6), c: list(8) };
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const number = (b: BoolTensor): tf.Tensor => tf.cast(b, 'float32');
const sigma = 0.7;

/**
 * Chained choices: b₀, then x given b₀, then b₁ given b₀ and x, then two of z given b₁; with a cost that has terms of one
 * choice, products of several, and a square of a sum over z.
 */
const program = (
  { a, w, c }: Shape,
  strategy: (d: Dist<BoolTensor, boolean>) => Dist<BoolTensor, boolean>,
  x0: Dist['strategy'],
  plated: boolean,
) =>
  gen(function* (theta: tf.Tensor) {
    const b0 = number(yield* sample('b0', strategy(bernoulliLogits(tf.mul(theta, a[0]!)))));
    const x = yield* sample('x', withStrategy(normal(tf.add(tf.mul(theta, a[1]!), b0), sigma), x0!));
    const b1 = number(
      yield* sample(
        'b1',
        strategy(bernoulliLogits(tf.add(tf.mul(theta, a[2]!), tf.add(tf.mul(w[0]!, b0), tf.mul(w[1]!, x))))),
      ),
    );
    const logits = tf.add(tf.mul(theta, a[3]!), tf.mul(w[2]!, b1));
    const one = gen(function* (i: tf.Tensor) {
      return yield* sample(
        'z',
        strategy(bernoulliLogits(tf.add(logits, tf.mul(w[3]!, tf.cast(i, 'float32'))))),
      );
    });
    const z = number(
      plated
        ? yield* plate('rows', 2, (i) => one(i))
        : yield* sample('z', strategy(bernoulliLogits(tf.add(logits, tensor([0, w[3]!]))))),
    );
    const separable = tf.sum(tf.mul(z, tf.add(tf.mul(c[0]!, b0), c[1]!)));
    const combined = tf.mul(c[2]!, tf.square(tf.add(tf.sum(z), tf.mul(2, b1))));
    const others = tf.add(tf.mul(c[3]!, tf.mul(x, b1)), tf.mul(c[4]!, tf.square(x)));
    return tf.add(tf.sub(tf.add(separable, combined), tf.div(others, 1.5)), tf.add(tf.mul(c[5]!, b0), 4));
  });

/** E cost by sums over the finite choices and the trapezoid rule over x, exact to rounding for these integrands. */
function exactValue({ a, w, c }: Shape, theta: number): number {
  let total = 0;
  const bits = [0, 1];
  const steps = 600;
  for (const b0 of bits) {
    const p0 = logistic(theta * a[0]!);
    const mean = theta * a[1]! + b0;
    for (let k = 0; k <= steps; k++) {
      const e = -7 + (14 * k) / steps;
      const x = mean + sigma * e;
      const px = (Math.exp(-0.5 * e * e) / Math.sqrt(2 * Math.PI)) * (14 / steps);
      for (const b1 of bits) {
        const p1 = logistic(theta * a[2]! + w[0]! * b0 + w[1]! * x);
        const logits = theta * a[3]! + w[2]! * b1;
        for (const z0 of bits) {
          for (const z1 of bits) {
            const [q0, q1] = [logistic(logits), logistic(logits + w[3]!)];
            const chance =
              (b0 ? p0 : 1 - p0) * px * (b1 ? p1 : 1 - p1) * (z0 ? q0 : 1 - q0) * (z1 ? q1 : 1 - q1);
            const separable = (z0 + z1) * (c[0]! * b0 + c[1]!);
            const combined = c[2]! * (z0 + z1 + 2 * b1) ** 2;
            const others = c[3]! * x * b1 + c[4]! * x * x;
            total += chance * (separable + combined - others / 1.5 + c[5]! * b0 + 4);
          }
        }
      }
    }
  }
  return total;
}

const slope = (s: Shape, theta: number, h = 1e-3): number =>
  (8 * (exactValue(s, theta + h) - exactValue(s, theta - h)) -
    (exactValue(s, theta + 2 * h) - exactValue(s, theta - 2 * h))) /
  (12 * h);

const theta = 0.6;
const seeds = [1, 2, 3, 4, 5, 6];

test.each(seeds.flatMap((seed) => (['reparam', 'reinforce'] as const).map((x) => [seed, x] as const)))(
  'random program %i with x by %s: mean within 4 standard errors of the enumerated gradient',
  (seed, x) => {
    const s = shapeOf(seed);
    const p = program(s, reinforce, { kind: x }, seed % 2 === 0);
    const m = gradientMoments(
      gradientEstimator((t: tf.Tensor) => expectation(p(t))),
      tensor(theta),
      (g) => g,
      40_000,
    );
    expect(Math.abs(zScore(m, slope(s, theta)))).toBeLessThan(4);
  },
);

test('the same test refuses an estimator that credits z alone', () => {
  const lastOnly: StrategyRule = {
    ...reinforceRule,
    surrogate: (drawn) => (drawn.logProb.shape.length > 0 ? reinforceRule.surrogate(drawn) : undefined),
  };
  const worst = seeds.map((seed) => {
    const s = shapeOf(seed);
    const p = program(s, (d) => withStrategy(d, { kind: 'lastOnly' }), { kind: 'reparam' }, false);
    const estimator = gradientEstimator((t: tf.Tensor) => expectation(p(t)), { strategies: { lastOnly } });
    return Math.abs(
      zScore(
        gradientMoments(estimator, tensor(theta), (g) => g, 40_000),
        slope(s, theta),
      ),
    );
  });
  expect(Math.max(...worst)).toBeGreaterThan(4);
});
