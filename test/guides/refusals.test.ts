import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { bernoulliLogits, halfNormal, normal, uniform } from '../../src/distributions/index.js';
import { fullRank, meanField } from '../../src/inference/guides/index.js';
import { elbo } from '../../src/objectives/index.js';
import { gen, observe, sample, simulate } from '../../src/language/index.js';
import { sgd } from '../../src/optimize/index.js';
import { key } from '../../src/random/index.js';
import { register, stage, tensor } from '../../src/staging/index.js';
import { fit } from '../../src/train/index.js';
import { gradientEstimator } from '../../transforms/expectation/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

const simple = gen(function* () {
  const w = yield* sample('w', normal(0, 1));
  yield* observe('y', normal(w, 2), 1);
});

describe('refusals', () => {
  it('name every site that has no Gaussian guide', () => {
    const model = gen(function* () {
      const p = yield* sample('p', normal(0, 1));
      yield* sample('b', bernoulliLogits(p));
      const top = yield* sample('top', halfNormal(1));
      yield* sample('u', uniform(0, top));
    });
    expect(() => meanField(model())).toThrow(
      'meanField: an automatic Gaussian guide needs real sites on fixed supports. Write a guide by hand for\n' +
        "  'b': bernoulli has the support boolean, onto which there is no bijector from the reals\n" +
        "  'u': the bounds of its support depend on values that are not known yet",
    );
  });

  it('are given for models without latents, other parameters, and recordings', () => {
    const empty = gen(function* () {
      yield* observe('y', normal(0, 1), 1);
    });
    expect(() => fullRank(empty())).toThrow('fullRank: the model has no latent site');
    const guide = meanField(simple());
    expect(() => guide({ loc: tensor([0]) } as never)).toThrow(
      'meanField: the parameters have leaves [loc], expected [loc, logScale]',
    );
    const wide = { loc: tensor([0, 1]), logScale: tensor([0]) };
    expect(() => simulate(guide(wide), key(1))).toThrow(
      'meanField: the parameters have the shapes f[2], f[1], expected f[1], f[1]',
    );
    expect(() => guide.moments(guide.params, { draws: 0, key: key(1) })).toThrow(
      'meanField.moments: draws is a positive number of draws, found 0',
    );
    expect(() => stage(() => meanField(simple()).params, [])).toThrow(/outside recordings/);
  });

  it('leave the faults of the model itself to its own messages', () => {
    const model = gen(function* () {
      yield* sample('x', normal(0, 1));
      yield* sample('x', normal(0, 1));
    });
    expect(() => meanField(model())).toThrow(/address 'x' is used by two sites/);
  });
});

describe('guides', () => {
  it('keep no tensors but their parameters', () => {
    const model = simple();
    const before = tf.memory().numTensors;
    const guide = fullRank(model);
    expect(tf.memory().numTensors - before).toBe(3);
    guide.moments(guide.params, { key: key(0) });
    expect(tf.memory().numTensors - before).toBe(3);
  });
});

describe('a fit that diverges', () => {
  it('says at which step, and in which operation', () => {
    const model = gen(function* () {
      const s = yield* sample('s', normal(0, 1));
      yield* observe('y', normal(0, tf.exp(s)), 1);
    });
    const guide = meanField(model());
    const estimator = gradientEstimator((q: typeof guide.params) => elbo(model(), guide(q)));
    const training = fit(estimator, { params: guide.params, optimizer: sgd(100), steps: 50, key: key(0) });
    let message = '';
    try {
      training.runSync();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(
      /^fit: the objective is (NaN|-Infinity) at step \d+: it was first not finite in exp\([1-9]\S*\), made by tf\.exp\. /,
    );
  });
});
