import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  binomial,
  beta,
  categorical,
  delta,
  dirichlet,
  gamma,
  poisson,
  reinforce,
} from '../../src/distributions/index.js';
import { gen, observe, sample, simulate } from '../../src/language/index.js';
import { covers } from '../../src/language/guide-checks.js';
import { supports } from '../../src/distributions/index.js';
import { elbo } from '../../src/objectives/index.js';
import { adam, averaged, cosineDecay } from '../../src/optimize/index.js';
import { key } from '../../src/random/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import { fit } from '../../src/train/index.js';
import { gradientEstimator } from '../../transforms/expectation/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

/** Where a fit of a guide ends: the averaged parameters. */
function train<Q extends object>(objective: (q: Q) => ReturnType<typeof elbo>, params: Q, steps: number): Q {
  const estimator = gradientEstimator(objective as never) as never;
  const optimizer = averaged(adam(cosineDecay(0.1, { steps }), { beta2: 0.99 }), { start: steps / 2 });
  return (
    fit(estimator, { params, optimizer, steps, key: key('implicit') } as never) as {
      runSync(): { average: Q };
    }
  ).runSync().average;
}
const values = (t: unknown): number[] => Array.from(hostOf(t as tf.Tensor).data);

describe('guides of the posterior’s own family, by implicit reparameterization', () => {
  it('gamma for Poisson counts', () => {
    const y = [3, 5, 2, 6, 4, 4];
    const model = gen(function* () {
      const rate = yield* sample('rate', gamma(2, 0.5));
      yield* observe('y', poisson(tf.broadcastTo(rate, [6])), tensor(y, [6], 'int32') as never);
    });
    interface Q {
      readonly a: tf.Tensor;
      readonly m: tf.Tensor;
    }
    // by shape and mean, which the data determine independently
    const guide = gen(function* (q: Q) {
      yield* sample('rate', gamma(tf.exp(q.a), tf.exp(tf.sub(q.a, q.m))));
    });
    const q = train(
      (p: Q) => elbo(model(), guide(p), { particles: 4 }) as never,
      { a: tensor(2), m: tensor(0) },
      2500,
    );
    // Gamma(2 + 24, 0.5 + 6): there the objective has no variance, so that the fit is sharp
    expect(Math.exp(values(q.a)[0]!) / 26).toBeCloseTo(1, 1);
    expect(Math.exp(values(q.m)[0]!) / 4).toBeCloseTo(1, 1);
  });

  it('Dirichlet for classes, beta for successes', () => {
    const data = [0, 0, 1, 2, 2, 2, 2, 1, 0, 2];
    const model = gen(function* () {
      const p = yield* sample('p', dirichlet(tensor([1, 1, 2])));
      yield* observe('x', categorical(tf.broadcastTo(p, [10, 3])), tensor(data, [10], 'int32') as never);
      const s = yield* sample('s', beta(2, 2));
      yield* observe('n', binomial(10, s), 7 as never);
    });
    interface Q {
      readonly p: tf.Tensor;
      readonly s: tf.Tensor;
    }
    const guide = gen(function* (q: Q) {
      yield* sample('p', dirichlet(tf.exp(q.p)));
      const [a, b] = tf.unstack(tf.exp(q.s));
      yield* sample('s', beta(a!, b!));
    });
    const q = train(
      (p: Q) => elbo(model(), guide(p), { particles: 4 }) as never,
      { p: tensor([0, 0, 0]), s: tensor([0, 0]) },
      1200,
    );
    [4, 3, 7].forEach((a, i) => expect(Math.exp(values(q.p)[i]!) / a).toBeCloseTo(1, 1));
    [9, 5].forEach((a, i) => expect(Math.exp(values(q.s)[i]!) / a).toBeCloseTo(1, 1));
  });
});

describe('a point guide', () => {
  it('ends at the mode', () => {
    const model = gen(function* () {
      const rate = yield* sample('rate', gamma(3, 2));
      yield* observe('y', poisson(rate), 4 as never);
    });
    const guide = gen(function* (q: { r: tf.Tensor }) {
      yield* sample('rate', delta(tf.exp(q.r)));
    });
    const q = train((p: { r: tf.Tensor }) => elbo(model(), guide(p)) as never, { r: tensor(0) }, 300);
    // mode of Gamma(3 + 4, 2 + 1): 6/3
    expect(Math.exp(values(q.r)[0]!)).toBeCloseTo(2, 2);
  });
});

describe('discrete guides by the score function', () => {
  it('find the posterior over classes', () => {
    const model = gen(function* () {
      const k = yield* sample('k', categorical(tensor([0.5, 0.3, 0.2])));
      const rate = tf.gather(tensor([1, 4, 9]), tf.cast(k, 'int32'));
      yield* observe('y', poisson(rate), 5 as never);
    });
    const guide = gen(function* (q: { l: tf.Tensor }) {
      yield* sample('k', reinforce(categorical({ logits: q.l })));
    });
    const q = train(
      (p: { l: tf.Tensor }) => elbo(model(), guide(p), { particles: 16 }) as never,
      { l: tensor([0, 0, 0]) },
      600,
    );
    const joint = [0.5, 0.3, 0.2].map((p, i) => p * Math.exp(-[1, 4, 9][i]!) * [1, 4, 9][i]! ** 5);
    const total = joint.reduce((s, v) => s + v, 0);
    const e = values(q.l).map(Math.exp);
    const sum = e.reduce((s, v) => s + v, 0);
    joint.forEach((v, i) => expect(Math.abs(e[i]! / sum - v / total)).toBeLessThan(0.03));
  });

  it('are simulated with the element types of their sites', () => {
    const program = gen(function* () {
      const n = yield* sample('n', poisson(4));
      const k = yield* sample('k', categorical(tensor([0.5, 0.5])));
      return tf.add(n, k);
    });
    const { choices, logDensity } = simulate(program(), key(3));
    const [n, k] = [choices.n, choices.k] as unknown as tf.Tensor[];
    expect([n!.dtype, k!.dtype]).toEqual(['int32', 'int32']);
    const expected = values(poisson(4).logProb(n!))[0]! + Math.log(0.5);
    expect(values(logDensity)[0]).toBeCloseTo(expected, 6);
  });
});

describe('supports of model and guide', () => {
  it('are told apart where they are no intervals', () => {
    const { simplex, real, realVector, nonNegativeInteger, ordered, boolean, positive } = supports;
    expect(covers(simplex, simplex)).toBe(true);
    for (const guide of [real, realVector, ordered, positive]) expect(covers(simplex, guide)).toBe(false);
    expect(covers(nonNegativeInteger, positive)).toBe(false);
    expect(covers(nonNegativeInteger, supports.integerInterval(0, 4))).toBe(true);
    expect(covers(nonNegativeInteger, supports.integerInterval(-1, 4))).toBe(false);
    expect(covers(supports.integerInterval(0, 9), supports.integerInterval(0, 4))).toBe(true);
    expect(covers(supports.integerInterval(0, 3), supports.integerInterval(0, 4))).toBe(false);
    expect(covers(boolean, real)).toBe(false);
    expect(covers(real, simplex)).toBe(false);
  });
});
