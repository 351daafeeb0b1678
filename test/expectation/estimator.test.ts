import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { vmap } from '../../src/autodiff/index.js';
import { bufferExecutor, jit } from '../../src/compile/index.js';
import { normal, reinforce, type Dist } from '../../src/distributions/index.js';
import {
  average,
  bound,
  density,
  estimate,
  gen,
  logMeanExp,
  objective,
  observe,
  ratio,
  sample,
  simulated,
} from '../../src/language/index.js';
import { elbo } from '../../src/objectives/index.js';
import { foldIn, key, splitBatch } from '../../src/random/index.js';
import { register, tensor, type Key } from '../../src/staging/index.js';
import { gradientEstimator } from '../../transforms/expectation/index.js';
import { gradientMoments, moments, zScore } from './statistics.js';

register({ executor: bufferExecutor });

interface Params {
  readonly m: tf.Tensor;
  readonly s: tf.Tensor;
}

const data = [0.8, -0.3, 1.9];
// μ ~ N(0, 2²), y ~ N(μ, 1): with q = N(m, e^s²) the bound and its gradient are closed forms.
const model = gen(function* (y: tf.Tensor) {
  const mu = yield* sample('mu', normal(0, 2));
  yield* observe('y', normal(mu, 1), y);
});
const guideWith = (strategy: (d: Dist) => Dist) =>
  gen(function* (q: Params) {
    yield* sample('mu', strategy(normal(q.m, tf.exp(q.s))));
  });
const guide = guideWith((d) => d);
const scoreGuide = guideWith(reinforce);

const at = { m: 0.4, s: -0.3 };
const params: Params = { m: tensor(at.m), s: tensor(at.s) };
const y = tensor(data);
const log2pi = Math.log(2 * Math.PI);
const exact = (() => {
  const v = Math.exp(2 * at.s);
  const residuals = data.reduce((t, x) => t + (x - at.m) ** 2 + v, 0);
  return {
    value:
      -0.5 * (residuals + 3 * log2pi) -
      0.5 * ((at.m ** 2 + v) / 4 + Math.log(4) + log2pi) +
      at.s +
      0.5 * (1 + log2pi),
    m: data.reduce((t, x) => t + (x - at.m), 0) - at.m / 4,
    s: -3 * v - v / 4 + 1,
  };
})();

const number = (t: tf.Tensor): number => t.dataSync()[0]!;

describe('elbo of a conjugate model', () => {
  const n = 50_000;
  const pathwise = gradientEstimator((q: Params) => elbo(model(y), guide(q)));
  const score = gradientEstimator((q: Params) => elbo(model(y), scoreGuide(q)));

  test.each([
    ['reparam', pathwise],
    ['reinforce', score],
  ])('%s: value and gradient within 4 standard errors of the closed form', (_, estimator) => {
    const values = vmap((k: Key) => estimator(k, params, undefined).value)(splitBatch(key(7), n)).dataSync();
    expect(Math.abs(zScore(moments(values), exact.value))).toBeLessThan(4);
    for (const name of ['m', 's'] as const) {
      expect(
        Math.abs(
          zScore(
            gradientMoments(estimator, params, (g) => g[name], n),
            exact[name],
          ),
        ),
      ).toBeLessThan(4);
    }
  });

  test('the value is the plain estimate, to the bit, whatever the strategy', () => {
    const value = number(estimate(elbo(model(y), guide(params)), key(3)));
    expect(number(pathwise(key(3), params, undefined).value)).toBe(value);
    expect(number(score(key(3), params, undefined).value)).toBe(value);
  });

  test('sense, state and structure', () => {
    expect(pathwise.sense).toBe('maximize');
    expect(gradientEstimator(() => elbo(model(y), guide(params)), { sense: 'minimize' }).sense).toBe(
      'minimize',
    );
    const state = pathwise.init(params);
    const { gradient, state: next } = pathwise(key(0), params, state);
    expect([state, next]).toEqual([undefined, undefined]);
    expect(Object.keys(gradient)).toEqual(['m', 's']);
    expect(gradient.m.shape).toEqual([]);
  });

  test('one program serves all keys, parameters and data', () => {
    const estimator = gradientEstimator((q: Params, x: tf.Tensor) => elbo(model(x), guide(q)));
    const compiled: string[] = [];
    const counting = {
      name: 'counting',
      compile: (g: Parameters<typeof bufferExecutor.compile>[0]) => (
        compiled.push(g.key),
        bufferExecutor.compile(g)
      ),
    };
    register({ executor: counting });
    try {
      for (let i = 0; i < 4; i++)
        estimator(foldIn(key(0), i), { m: tensor(i), s: tensor(-i) }, undefined, tensor([i, 1, 2]));
    } finally {
      register({ executor: bufferExecutor });
    }
    expect(new Set(compiled.filter((k) => k.includes('randomBits'))).size).toBe(1);
  });

  test('inside a jitted function it gives the same numbers', () => {
    const step = jit((k: Key, q: Params) => {
      const { value, gradient } = pathwise(k, q, undefined);
      return { value, gradient };
    });
    const [a, b] = [step(key(4), params), pathwise(key(4), params, undefined)];
    expect(number(a.value)).toBeCloseTo(number(b.value), 12);
    expect(number(a.gradient.s)).toBeCloseTo(number(b.gradient.s), 12);
  });
});

describe('particles', () => {
  const k = 8;

  test.each([
    ['reparam', guide],
    ['reinforce', scoreGuide],
  ])('%s: the same mean, 1/%#th of the variance', (_, g) => {
    const one = gradientEstimator((q: Params) => elbo(model(y), g(q)));
    const many = gradientEstimator((q: Params) => elbo(model(y), g(q), { particles: k }));
    const [a, b] = [one, many].map((e) => gradientMoments(e, params, (grad) => grad.m, 20_000));
    expect(Math.abs(zScore(b!, exact.m))).toBeLessThan(4);
    expect(Math.abs((b!.variance * k) / a!.variance - 1)).toBeLessThan(0.1);
  });

  test('a run of an average is the single run with its key', () => {
    const single = elbo(model(y), guide(params));
    const many = number(estimate(average(3, single), key(1)));
    const runs = [0, 1, 2].map((i) => number(estimate(single, foldIn(foldIn(key(1), 0), i))));
    expect(many).toBeCloseTo(
      runs.reduce((s, v) => s + v / 3, 0),
      12,
    );
  });
});

describe('objectives of one’s own', () => {
  test('the elbo in four lines', () => {
    const mine = (q: Params) =>
      objective(function* () {
        const z = yield* simulated(guide(q));
        return bound(ratio(yield* density(model(y), z.choices), z.logWeight));
      });
    expect(number(estimate(mine(params), key(2)))).toBe(
      number(estimate(elbo(model(y), guide(params)), key(2))),
    );
  });

  test('an importance-weighted bound lies between the elbo and the evidence, and runs are independent', () => {
    const weighted = (q: Params) =>
      objective(function* () {
        const ws = [];
        for (let i = 0; i < 5; i++) {
          const z = yield* simulated(guide(q));
          ws.push(ratio(yield* density(model(y), z.choices), z.logWeight));
        }
        return bound(logMeanExp(ws));
      });
    const mean = (p: typeof weighted) =>
      moments(vmap((c: Key) => estimate(p(params), c))(splitBatch(key(5), 20_000)).dataSync());
    // y ~ N(0, I + 4·11ᵀ)
    const sum = data.reduce((s, v) => s + v, 0);
    const squares = data.reduce((s, v) => s + v * v, 0);
    const evidence = -0.5 * (3 * log2pi + Math.log(13) + squares - (4 / 13) * sum * sum);
    const m = mean(weighted);
    expect(m.mean).toBeGreaterThan(exact.value + 4 * m.error);
    expect(m.mean).toBeLessThan(evidence);
    expect(evidence - m.mean).toBeLessThan(0.2 * (evidence - exact.value));
  });

  test('with score-function sites too: the whole weight is the signal where it is not a sum', () => {
    const weighted = (g: typeof guide) => (q: Params) =>
      objective(function* () {
        const a = yield* simulated(g(q));
        const b = yield* simulated(g(q));
        const w = [
          ratio(yield* density(model(y), a.choices), a.logWeight),
          ratio(yield* density(model(y), b.choices), b.logWeight),
        ];
        return bound(logMeanExp(w));
      });
    const [p, s] = [guide, scoreGuide].map((g) =>
      gradientMoments(gradientEstimator(weighted(g)), params, (grad) => grad.m, 100_000),
    );
    const gap = (p!.mean - s!.mean) / Math.hypot(p!.error, s!.error);
    expect(Math.abs(gap)).toBeLessThan(4);
  });
});
