import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/index.js';
import {
  binomial,
  categorical,
  delta,
  geometric,
  gumbel,
  lkjCholesky,
  makeDist,
  multivariateNormal,
  normal,
  poisson,
  supports,
  truncatedNormal,
  uniform,
  type Dist,
} from '../../src/distributions/index.js';
import { key, randomGeometric, randomPoisson, randomTruncatedNormal } from '../../src/random/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';

register();

const values = (t: tf.Tensor): number[] => Array.from(hostOf(t).data);
const int = (...xs: number[]): tf.Tensor => tf.tensor1d(xs, 'int32');

describe('parameters that are integers', () => {
  const pairs: Readonly<Record<string, (x: tf.Tensor) => Dist<tf.Tensor, any>>> = {
    normal: (x) => normal(x, x),
    delta: (x) => delta(x),
    poisson: (x) => poisson(x),
    categorical: (x) => categorical({ logits: x }),
    multivariateNormal: (x) =>
      multivariateNormal(x, { scaleTril: tf.tensor2d([1, 0, 1, 2], [2, 2], 'int32') }),
    uniform: (x) => uniform(0, x),
    truncatedNormal: (x) => truncatedNormal(x, x, { low: x }),
  };
  it.each(Object.keys(pairs))('%s: are the reals that they are', (name) => {
    const [whole, real] = [pairs[name]!(int(1, 2)), pairs[name]!(tensor([1, 2]))];
    const x = real.sample(key(1));
    expect(values(whole.sample(key(1)))).toEqual(values(x));
    expect(values(whole.logProb(x))).toEqual(values(real.logProb(x)));
    expect(values(whole.mean())).toEqual(values(real.mean()));
    expect(whole.checkValue(x)).toBeUndefined();
  });

  it('families of a user get reals', () => {
    const seen: string[] = [];
    const d = makeDist({
      family: 'mine',
      parameters: { p: { value: int(1), constraint: { description: '', violation: () => undefined } } },
      support: supports.real,
      reparameterizable: false,
      draw: (_, { p }) => p,
      score: (_, { p }) => (seen.push(p.dtype), p),
      mean: ({ p }) => p,
      variance: ({ p }) => p,
    });
    d.logProb(0);
    expect(seen).toEqual(['f']);
  });
});

describe('scores at the ends', () => {
  it('binomial: certain by infinite logits', () => {
    expect(values(binomial(3, { logits: Infinity }).logProb(tensor([0, 2, 3])))).toEqual([
      -Infinity,
      -Infinity,
      0,
    ]);
    expect(values(binomial(3, { logits: -Infinity }).logProb(tensor([0, 1, 3])))).toEqual([
      0,
      -Infinity,
      -Infinity,
    ]);
    expect(values(grad((l: tf.Tensor) => binomial(3, { logits: l }).logProb(3))(tensor(0)))).toEqual([1.5]);
  });

  it('gumbel: nothing at −∞', () => {
    expect(values(gumbel(1, 2).logProb(tensor([-Infinity, Infinity])))).toEqual([-Infinity, -Infinity]);
  });

  it('geometric: a probability of zero is a fault', () => {
    expect(geometric(tensor([1, 0])).check()).toEqual([
      {
        code: 'parameter',
        family: 'geometric',
        parameter: 'probs',
        value: 0,
        index: [1],
        constraint: 'above 0 and at most 1',
      },
    ]);
  });
});

describe('truncatedNormal far out', () => {
  // scipy.stats.truncnorm(low, inf).logpdf(low + 0.1)
  it.each([
    [10, 1.3073466173078],
    [39, -0.24078196882715],
    [100, -5.39972983899861],
  ])('from %d on: density finite and right', (low, expected) => {
    const found = values(truncatedNormal(0, 1, { low }).logProb(low + 0.1))[0]!;
    expect(found).toBeCloseTo(expected, 9);
    const mirrored = values(truncatedNormal(0, 1, { high: -low }).logProb(-low - 0.1))[0]!;
    expect(mirrored).toBeCloseTo(expected, 9);
  });

  it('mean and derivatives are those of the exponential tail', () => {
    expect(values(truncatedNormal(0, 1, { low: 100 }).mean())[0]).toBeCloseTo(100.009998, 7);
    // d/dloc log p = (x − loc) − hazard(low − loc)
    const slope = grad((loc: tf.Tensor) => truncatedNormal(loc, 1, { low: 40 }).logProb(41))(tensor(0));
    expect(values(slope)[0]).toBeCloseTo(41 - 40.024968847210886, 9);
    expect(values(truncatedNormal(2, 3).logProb(1))).toEqual(values(normal(2, 3).logProb(1)));
    expect(values(truncatedNormal(2, 3).variance())[0]).toBeCloseTo(9, 12);
  });

  it('a narrow interval is a uniform', () => {
    const d = truncatedNormal(0, 1, { low: -1e-10, high: 1e-10 });
    expect(values(d.logProb(0))[0]).toBeCloseTo(-Math.log(2e-10), 13);
    const low = (l: tf.Tensor) => truncatedNormal(0, 1, { low: l, high: 1e-10 }).logProb(0);
    expect(values(grad(low)(tensor(-1e-10)))[0]! * 2e-10).toBeCloseTo(1, 10);
    // from either side of where the two ways meet
    const [tails, middle] = [1.0001e-3, 0.9999e-3].map((w) => truncatedNormal(0, 1, { low: 0, high: w }));
    expect(values(tails!.logProb(0))[0]! + Math.log(1.0001e-3)).toBeCloseTo(1.0001e-6 / 6, 10);
    expect(values(middle!.logProb(0))[0]! + Math.log(0.9999e-3)).toBeCloseTo(0.9999e-6 / 6, 10);
  });

  it('a uniform that is zero is no draw at the end of the tail', () => {
    // the uniform of this key is exactly 0
    const k = key(780233);
    for (const x of [truncatedNormal(0, 1).sample(k), randomTruncatedNormal(k, -8, 3)])
      expect(Math.abs(values(x)[0]! + 5.3)).toBeLessThan(0.1);
  });
});

describe('draws stay in the support', () => {
  it('lkjCholesky: with a concentration near zero', () => {
    const d = lkjCholesky(3, tf.fill([2000], 0.05));
    const x = d.sample(key(3));
    expect(d.checkValue(x)).toBeUndefined();
    expect(values(d.logProb(x)).every(Number.isFinite)).toBe(true);
  });

  it('counts beyond int32 are the largest int32', () => {
    const most = 2 ** 31 - 1;
    for (const x of [
      geometric(1e-12).sample(key(1)),
      randomGeometric(key(1), 1e-12),
      poisson(1e10).sample(key(1)),
      randomPoisson(key(1), 1e10),
      binomial(1e10, 0.5).sample(key(1)),
    ])
      expect(values(x)).toEqual([most]);
  });
});

describe('parameters that are none', () => {
  it.each([
    ['an array: write tensor([…])', [1, 2]],
    ['string', '1'],
    ['null', null],
    ['undefined', undefined],
  ])('%s', (found, loc) => {
    expect(() => normal(loc as never, 1)).toThrow(`normal: loc must be a tensor or a number, found ${found}`);
  });
});
