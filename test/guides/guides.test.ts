import * as tf from '@tensorflow/tfjs-core';
import { inverse, Matrix, solve } from 'ml-matrix';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  halfNormal,
  improperUniform,
  logNormal,
  multivariateNormal,
  normal,
  supports,
  uniform,
} from '../../src/distributions/index.js';
import { fullRank, meanField } from '../../src/inference/guides/index.js';
import { assess, call, gen, observe, plate, sample, simulate } from '../../src/language/index.js';
import { key } from '../../src/random/index.js';
import { hostOf, register, stage, tensor } from '../../src/staging/index.js';
import { bufferExecutor } from '../../src/compile/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

const noise = (i: number): number => Math.sin(12.9898 * i) * 2;
const rows = Array.from({ length: 20 }, (_, i) => [1, 10 + noise(i), 3 * noise(2 * i + 1) + noise(i)]);
const targets = rows.map(([, a, b], i) => 1 + 0.5 * a! - b! + noise(3 * i));
const [priorSd, noiseSd] = [10, 2];

/** Linear regression with known noise: the posterior is Gaussian. */
const regression = gen(function* (x: tf.Tensor2D, y: tf.Tensor) {
  const w = yield* sample('w', normal(tf.zeros([3]), priorSd));
  yield* observe('y', normal(tf.dot(x, w), noiseSd), y);
});
const conjugate = () => regression(tensor(rows) as tf.Tensor2D, tensor(targets));

/** Its posterior in closed form. */
function posterior(): { mean: number[]; sd: number[]; precision: Matrix } {
  const x = new Matrix(rows);
  const precision = x
    .transpose()
    .mmul(x)
    .div(noiseSd ** 2)
    .add(Matrix.eye(3).div(priorSd ** 2));
  const right = x
    .transpose()
    .mmul(Matrix.columnVector(targets))
    .div(noiseSd ** 2);
  return {
    mean: solve(precision, right).to1DArray(),
    sd: inverse(precision).diagonal().map(Math.sqrt),
    precision,
  };
}

const numbers = (x: tf.Tensor): number[] => [...hostOf(x).data];
const k = key('guides');

describe('on a Gaussian posterior', () => {
  it('the full-rank guide starts as the posterior', () => {
    const guide = fullRank(conjugate());
    const { mean, sd } = posterior();
    expect(guide.laplace.status).toBe('converged');
    const { w } = guide.moments(guide.params, { key: k });
    w!.mean.forEach((v, i) => expect(v).toBeCloseTo(mean[i]!, 9));
    w!.sd.forEach((v, i) => expect(v / sd[i]!).toBeCloseTo(1, 9));
    // log q − log joint is the same everywhere: minus the log evidence
    const gaps = [1, 2, 3].map((seed) => {
      const { choices, logDensity } = simulate(guide(guide.params), key(seed));
      return numbers(logDensity)[0]! - numbers(assess(conjugate(), choices).logDensity)[0]!;
    });
    gaps.forEach((g) => expect(g).toBeCloseTo(gaps[0]!, 8));
  });

  it('the mean-field guide has scales 1/√Λᵢᵢ, not the posterior standard deviations', () => {
    const guide = meanField(conjugate());
    const { mean, sd, precision } = posterior();
    const { w } = guide.moments(guide.params, { key: k });
    w!.mean.forEach((v, i) => expect(v).toBeCloseTo(mean[i]!, 9));
    w!.sd.forEach((v, i) => expect(v * Math.sqrt(precision.get(i, i))).toBeCloseTo(1, 9));
    expect(Math.min(...[...w!.sd].map((v, i) => v / sd[i]!))).toBeLessThan(0.5);
  });

  it('draws have the moments that are claimed', () => {
    for (const guide of [fullRank(conjugate()), meanField(conjugate())]) {
      const { w } = guide.moments(guide.params as never, { key: k });
      const n = 20_000;
      const drawn = guide.sample(guide.params as never, k, n) as { w: tf.Tensor };
      expect(drawn.w.shape).toEqual([n, 3]);
      const values = numbers(drawn.w);
      for (let i = 0; i < 3; i++) {
        const column = values.filter((_, at) => at % 3 === i);
        const mean = column.reduce((s, v) => s + v, 0) / n;
        const sd = Math.sqrt(column.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
        expect(Math.abs(mean - w!.mean[i]!) / w!.sd[i]!).toBeLessThan(4 / Math.sqrt(n));
        expect(Math.abs(sd / w!.sd[i]! - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
      }
      tf.dispose(drawn.w);
    }
  });
});

/** A nested program over several supports, with a plate and improper priors. */
const sub = gen(function* (m: tf.Tensor) {
  const rate = yield* sample('rate', logNormal(0, 1));
  const share = yield* sample('share', uniform(-1, 3));
  return tf.add(m, tf.mul(rate, share));
});
const element = gen(function* (m: tf.Tensor) {
  return yield* sample('eta', normal(m, 1));
});
const nested = gen(function* (y: tf.Tensor) {
  const mu = yield* sample('mu', improperUniform(supports.real, [2, 2]));
  const sigma = yield* sample('sigma', improperUniform(supports.positive, []));
  const m = yield* call('sub', sub(tf.sum(mu)));
  const pair = yield* sample(
    'pair',
    multivariateNormal(tf.zeros([2]), {
      scaleTril: tensor([
        [1, 0],
        [0.5, 2],
      ]),
    }),
  );
  const eta = yield* plate('groups', 3, () => element(tf.add(m, tf.sum(pair))));
  yield* observe('z', normal(tf.sum(mu), 1), 0.5);
  yield* observe(
    'v',
    normal(mu, 2),
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  yield* observe('y', normal(eta, sigma), y);
});
const structured = () => nested(tensor([1, 2, 4]));

describe('sites', () => {
  it('are found in program order without a draw, improper priors and plates included', () => {
    const { sites } = fullRank(structured());
    expect(sites.map((s) => [s.address, s.shape, s.offset])).toEqual([
      ['mu', [2, 2], 0],
      ['sigma', [], 4],
      ['sub.rate', [], 5],
      ['sub.share', [], 6],
      ['pair', [2], 7],
      ['groups.eta', [3], 9],
    ]);
  });

  it('are drawn on their supports, with the density that their draws have', () => {
    for (const guide of [fullRank(structured()), meanField(structured())]) {
      // away from the start, so that every parameter matters
      const shift = (x: tf.Tensor): tf.Tensor =>
        tensor(
          numbers(x).map((_, i) => 0.3 * Math.cos(i + 1)),
          x.shape,
        );
      const q = Object.fromEntries(
        Object.entries(guide.params).map(([name, x]) => [name, shift(x as tf.Tensor)]),
      ) as never;
      for (const seed of [1, 2, 3]) {
        const { choices, logDensity } = simulate(guide(q), key(seed));
        const back = assess(guide(q), choices);
        expect(numbers(back.logDensity)[0]).toBeCloseTo(numbers(logDensity)[0]!, 8);
        expect(numbers(choices.sigma)[0]).toBeGreaterThan(0);
        expect(Math.abs(numbers(choices.sub.share)[0]! - 1)).toBeLessThan(2);
        expect(choices.groups.eta.shape).toEqual([3]);
        expect(numbers(assess(structured(), choices).logDensity)[0]).toBeGreaterThan(-Infinity);
      }
    }
  });

  it('on (0, ∞) have log-normal density and moments', () => {
    const model = gen(function* () {
      const s = yield* sample('s', halfNormal(2));
      yield* observe('y', normal(0, s), 1.5);
    });
    const guide = meanField(model());
    const q = { loc: tensor([0.2]), logScale: tensor([-0.1]) };
    const m = guide.laplace.mode[0]! + guide.laplace.scale[0]! * 0.2;
    const s = guide.laplace.scale[0]! * Math.exp(-0.1);
    const x = 1.7;
    const expected = -Math.log(x * s) - Math.log(2 * Math.PI) / 2 - (Math.log(x) - m) ** 2 / (2 * s ** 2);
    expect(numbers(assess(guide(q), { s: x }).logDensity)[0]).toBeCloseTo(expected, 10);
    const { mean, sd } = guide.moments(q, { key: k })['s']!;
    expect(mean[0]).toBeCloseTo(Math.exp(m + s ** 2 / 2), 10);
    expect(sd[0]! / mean[0]!).toBeCloseTo(Math.sqrt(Math.exp(s ** 2) - 1), 10);
  });

  it('on other supports have moments from draws', () => {
    const model = gen(function* () {
      yield* sample('p', uniform(-1, 3));
    });
    const guide = meanField(model());
    const q = { loc: tensor([0]), logScale: tensor([0]) };
    // the mode of a logistic density: σ = ½ and curvature ½
    expect(guide.laplace.mode[0]).toBeCloseTo(0, 10);
    expect(guide.laplace.scale[0]).toBeCloseTo(Math.SQRT2, 10);
    const { mean, sd } = guide.moments(q, { key: k })['p']!;
    // mean of σ(√2 ε) by a fine sum
    let [m2, w] = [0, 0];
    for (let e = -8; e <= 8; e += 1e-3) {
      const p = Math.exp(-(e ** 2) / 2);
      w += p;
      m2 += p * (4 / (1 + Math.exp(-Math.SQRT2 * e)) - 2) ** 2;
    }
    expect(Math.abs(mean[0]! - 1)).toBeLessThan(0.01);
    expect(sd[0]! / Math.sqrt(m2 / w)).toBeCloseTo(1, 2);
    // the density includes the log determinant: it integrates to one over the support
    const steps = 400;
    const total = stage(
      () =>
        Array.from(
          { length: steps },
          (_, i) => assess(guide(q), { p: -1 + (4 * (i + 0.5)) / steps }).logDensity,
        ),
      [],
    );
    const densities = bufferExecutor
      .compile(total.graph)([])
      .map((v) => Math.exp(v.data[0]!));
    expect((densities.reduce((sum, v) => sum + v, 0) * 4) / steps).toBeCloseTo(1, 3);
  });
});

describe('the Laplace step', () => {
  it('begins where it is told, and says what it found', () => {
    const two = gen(function* () {
      const x = yield* sample('x', improperUniform(supports.real, []));
      // two modes, at ±2
      yield* observe('y', normal(tf.square(x), 1), 4);
    });
    for (const sign of [-1, 1]) {
      const { laplace } = meanField(two(), { start: Float64Array.of(sign) });
      expect(laplace.status).toBe('converged');
      expect(laplace.mode[0]).toBeCloseTo(2 * sign, 9);
      expect(laplace.scale[0]).toBeCloseTo(1 / 4, 9);
    }
    // the start is a stationary point, and a minimum
    expect(meanField(two()).laplace.status).not.toBe('converged');
  });

  it('falls back to the standard normal around the start where there is no mode', () => {
    const unbounded = gen(function* () {
      const x = yield* sample('x', improperUniform(supports.real, []));
      const t = yield* sample('t', improperUniform(supports.positive, []));
      yield* observe('y', normal(x, t), 3);
    });
    const guide = fullRank(unbounded());
    expect(guide.laplace.status).not.toBe('converged');
    expect([...guide.laplace.mode]).toEqual([0, 0]);
    expect([...guide.laplace.scaleTril]).toEqual([1, 0, 0, 1]);
    expect(guide.moments(guide.params, { key: k })['x']).toMatchObject({
      mean: Float64Array.of(0),
      sd: Float64Array.of(1),
    });
  });

  it('reads variables', () => {
    const center = tf.variable(tensor(3));
    const model = gen(function* () {
      yield* sample('x', normal(center, 2));
    });
    expect(meanField(model()).laplace.mode[0]).toBeCloseTo(3, 9);
    center.dispose();
  });
});
