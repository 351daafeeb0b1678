import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  categorical,
  dirichlet,
  gamma,
  improperUniform,
  lkjCholesky,
  multivariateNormal,
  normal,
  poisson,
  supports,
} from '../../src/distributions/index.js';
import { fullRank, meanField, type Guide } from '../../src/inference/guides/index.js';
import { gen, observe, plate, sample, type Program } from '../../src/language/index.js';
import { elbo } from '../../src/objectives/index.js';
import { adam, averaged, cosineDecay } from '../../src/optimize/index.js';
import { key } from '../../src/random/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import { fit } from '../../src/train/index.js';
import { gradientEstimator } from '../../transforms/expectation/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

function train<C, P>(model: Program<void, C>, guide: Guide<C, P>, steps = 400): P {
  const estimator = gradientEstimator((q: P) => elbo(model, guide(q) as never, { particles: 8 }));
  const optimizer = averaged(adam(cosineDecay(0.05, { steps }), { beta2: 0.99 }), { start: steps / 2 });
  return fit(estimator, { params: guide.params, optimizer, steps, key: key('dimension') }).runSync().average;
}

const alpha = [1, 2, 0.7, 3];
const counts = [12, 3, 7, 30];
const data = counts.flatMap((c, k) => new Array<number>(c).fill(k));
/** Dirichlet(alpha + counts), the posterior. */
const posterior = alpha.map((a, k) => a + counts[k]!);
const total = posterior.reduce((s, v) => s + v, 0);
const means = posterior.map((a) => a / total);
const sds = means.map((m) => Math.sqrt((m * (1 - m)) / (total + 1)));

const classes = gen(function* (observed: tf.Tensor) {
  const p = yield* sample('p', dirichlet(tensor(alpha)));
  yield* observe('x', categorical(tf.broadcastTo(p, [data.length, 4])), observed as never);
});
const model = () => classes(tensor(data, [data.length], 'int32'));

/** Which of the moments are off: means by a tenth of a standard deviation, standard deviations by 10 %. */
function faults(found: { mean: Float64Array; sd: Float64Array }): string[] {
  return means.flatMap((m, k) => [
    ...(Math.abs(found.mean[k]! - m) < 0.1 * sds[k]! ? [] : [`mean ${k}`]),
    ...(Math.abs(found.sd[k]! / sds[k]! - 1) < 0.1 ? [] : [`sd ${k}`]),
  ]);
}

describe('Dirichlet and categorical, against the conjugate posterior', () => {
  it.each([
    ['fullRank', fullRank],
    ['meanField', meanField],
  ] as const)('%s: means and standard deviations', (_, make) => {
    const guide = (make as typeof meanField)(model());
    expect(guide.sites).toMatchObject([{ address: 'p', shape: [4], freeShape: [3], size: 3 }]);
    expect(guide.laplace.status).toBe('converged');
    const average = train(model(), guide);
    expect(faults(guide.moments(average, { key: key(0) })['p']!)).toEqual([]);
    const draws = hostOf(guide.sample(average, key(1), 100).p as tf.Tensor);
    expect(draws.shape).toEqual([100, 4]);
    for (let r = 0; r < 100; r++)
      expect([0, 1, 2, 3].reduce((s, k) => s + draws.data[4 * r + k]!, 0)).toBeCloseTo(1, 12);
  });

  it('other data do not pass', () => {
    const guide = meanField(
      classes(
        tensor(
          data.map((k) => (k === 2 ? 0 : k)),
          [data.length],
          'int32',
        ),
      ),
    );
    expect(faults(guide.moments(guide.params, { key: key(0) })['p']!)).not.toEqual([]);
  });
});

describe('sites with other changes of dimension', () => {
  it('a batch of simplexes in a plate keeps one vector each', () => {
    const row = gen(function* (_i: tf.Tensor) {
      yield* sample('p', dirichlet(tensor([2, 3, 4])));
    });
    const rows = gen(function* () {
      yield* plate('row', 2, row);
    });
    const guide = meanField(rows());
    expect(guide.sites).toMatchObject([{ shape: [2, 3], freeShape: [2, 2], size: 4 }]);
    const { mean } = guide.moments(train(rows(), guide), { key: key(0) })[guide.sites[0]!.address]!;
    [2, 3, 4, 2, 3, 4].forEach((a, i) => expect(Math.abs(mean[i]! - a / 9)).toBeLessThan(0.02));
  });

  it('ordered cut points and Cholesky factors', () => {
    const mixed = gen(function* () {
      const cuts = yield* sample('cuts', improperUniform(supports.ordered, [3]));
      yield* observe('near', normal(cuts, 0.5), tensor([-1, 0.5, 2]));
      const l = yield* sample('l', lkjCholesky(2, 2));
      yield* observe('pair', multivariateNormal(tensor([0, 0]), { scaleTril: l }), tensor([1, 0.8]));
    });
    const guide = fullRank(mixed());
    expect(guide.sites).toMatchObject([
      { address: 'cuts', shape: [3], freeShape: [3], offset: 0 },
      { address: 'l', shape: [2, 2], freeShape: [1], offset: 3, size: 1 },
    ]);
    const found = guide.moments(train(mixed(), guide), { key: key(0) });
    // the order is almost surely kept by the data: the posterior is nearly N(y, ½²)
    [-1, 0.5, 2].forEach((y, i) => expect(Math.abs(found['cuts']!.mean[i]! - y)).toBeLessThan(0.1));
    // correlation r with p(r) ∝ (1 − r²)^{η−1} N(pair | r), by quadrature
    const weights = Array.from({ length: 4000 }, (_, i) => -1 + (2 * i + 1) / 4000).map((r) => {
      const quadratic = (1 - 1.6 * r + 0.64) / (1 - r * r);
      return { r, w: (1 - r * r) ** 0.5 * Math.exp(-quadratic / 2) };
    });
    const mass = weights.reduce((s, { w }) => s + w, 0);
    const mean = weights.reduce((s, { r, w }) => s + r * w, 0) / mass;
    expect(Math.abs(found['l']!.mean[2]! - mean)).toBeLessThan(0.03);
    expect(found['l']!.mean[1]).toBe(0);
  });

  it('gamma and Poisson, against their conjugate posterior', () => {
    const y = [3, 5, 2, 6, 4, 4];
    const arrivals = gen(function* () {
      const rate = yield* sample('rate', gamma(2, 0.5));
      yield* observe('y', poisson(tf.broadcastTo(rate, [6])), tensor(y, [6], 'int32') as never);
    });
    const guide = fullRank(arrivals());
    const { mean, sd } = guide.moments(train(arrivals(), guide), { key: key(0) })['rate']!;
    // Gamma(2 + 24, 0.5 + 6)
    expect(Math.abs(mean[0]! - 26 / 6.5) / (Math.sqrt(26) / 6.5)).toBeLessThan(0.1);
    expect(Math.abs(sd[0]! / (Math.sqrt(26) / 6.5) - 1)).toBeLessThan(0.1);
  });

  it('discrete sites are refused by name', () => {
    const counted = gen(function* () {
      yield* sample('n', poisson(3));
      yield* sample('k', categorical(tensor([0.5, 0.5])));
    });
    expect(() => meanField(counted())).toThrow(
      /'n': poisson has the support nonNegativeInteger[^]*'k': categorical has the support integerInterval\(0, 1\)/,
    );
  });
});
