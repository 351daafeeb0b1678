import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import {
  beta,
  binomial,
  categorical,
  cauchy,
  delta,
  dirichlet,
  gamma,
  geometric,
  inverseGamma,
  laplace,
  lkjCholesky,
  poisson,
  studentT,
  truncatedNormal,
  type Dist,
  type Num,
} from '../../src/distributions/index.js';

register();

interface Row {
  readonly family: string;
  readonly params: number[];
  readonly x: number | number[];
  readonly value: number;
}
const { values } = JSON.parse(
  readFileSync(new URL('./fixtures/log-densities.json', import.meta.url), 'utf8'),
) as { values: Row[] };

type Make = (...p: number[]) => Dist<any, any>;
const families: Readonly<Record<string, Make>> = {
  gamma: (a, r) => gamma(a!, r!),
  inverseGamma: (a, s) => inverseGamma(a!, s!),
  beta: (a, b) => beta(a!, b!),
  studentT: (v, m, s) => studentT(v!, m, s),
  laplace: (m, s) => laplace(m!, s!),
  cauchy: (m, s) => cauchy(m!, s!),
  poisson: (r) => poisson(r!),
  binomial: (n, p) => binomial(n!, p!),
  geometric: (p) => geometric(p!),
  dirichlet: (...a) => dirichlet(tensor(a)),
  lkjCholesky: (n, eta) => lkjCholesky(n!, eta!),
};

const scoreAt = (d: Dist<any, any>, x: number | number[]): number => {
  const [n] = d.eventShape;
  const value: Num = typeof x === 'number' ? x : d.eventShape.length === 2 ? tensor(x, [n!, n!]) : tensor(x);
  return hostOf(d.logProb(value)).data[0]!;
};

/** Largest |found − exact|/max(1, size): `size` is that of the largest term that cancels, where the family has such. */
function worst(family: string, make: Make, size: (row: Row) => number): number {
  const rows = values.filter((r) => r.family === family);
  expect(rows.length).toBeGreaterThan(3);
  return rows.reduce((w, r) => {
    const e = Math.abs(scoreAt(make(...r.params), r.x) - r.value) / Math.max(1, Math.abs(r.value), size(r));
    return Math.max(w, Number.isNaN(e) ? Infinity : e);
  }, 0);
}

/** n log n: what log Γ(n), or n log of something, brings to a sum in which it may cancel. */
const entropy = (n: number): number => n * Math.log(Math.max(n, 2));
const terms = (r: Row): number => Math.max(...[...r.params, r.x].flat().map((v) => entropy(Math.abs(v))));

describe.each(Object.entries(families))('%s', (family, make) => {
  it('has the log density of 50-digit arithmetic, to 1e-12, and to 2e-15 of its largest term', () => {
    expect(worst(family, make, terms)).toBeLessThan(2e-15);
    expect(worst(family, make, () => 0)).toBeLessThan(1e-12);
  });
});

it('a wrong normalizer does not pass', () => {
  const off: Make = (n, eta) => lkjCholesky(n!, eta! + 1e-9);
  expect(worst('lkjCholesky', off, () => 0)).toBeGreaterThan(1e-12);
  const swapped: Make = (a, b) => beta(b!, a!);
  expect(worst('beta', swapped, terms)).toBeGreaterThan(1e-3);
});

describe('sums over all values', () => {
  const probs = (d: Dist<any, any>, n: number): number[] =>
    Array.from(hostOf(d.logProb(tensor(Array.from({ length: n }, (_, i) => i)))).data, Math.exp);
  const total = (d: Dist<any, any>, n: number): number => probs(d, n).reduce((s, v) => s + v, 0);
  const moments = (d: Dist<any, any>, n: number): [number, number] => {
    const p = probs(d, n);
    const mean = p.reduce((s, v, i) => s + v * i, 0);
    return [mean, p.reduce((s, v, i) => s + v * (i - mean) ** 2, 0)];
  };
  const all: readonly [string, Dist<any, any>, number][] = [
    ['poisson', poisson(7.3), 200],
    ['binomial', binomial(23, 0.31), 24],
    ['binomial by logits', binomial(23, { logits: -0.8 }), 24],
    ['geometric', geometric(0.2), 400],
    ['categorical', categorical(tensor([0.2, 0.5, 0.3])), 3],
    ['categorical by logits', categorical({ logits: tensor([0.2, -3, 2]) }), 3],
  ];
  it.each(all)('%s: one, and the moments that are stated', (_, d, n) => {
    expect(Math.abs(total(d, n) - 1)).toBeLessThan(1e-12);
    const [mean, variance] = moments(d, n);
    expect(Math.abs(hostOf(d.mean()).data[0]! / mean - 1)).toBeLessThan(1e-6);
    expect(Math.abs(hostOf(d.variance()).data[0]! / variance - 1)).toBeLessThan(1e-6);
  });

  it.each(all)('%s: −∞ at what is no value', (_, d) => {
    for (const x of [-1, 0.5, NaN, Infinity]) expect(hostOf(d.logProb(x)).data[0]).toBe(-Infinity);
    expect(d.checkValue(0.5)).toMatchObject({ code: 'value', value: 0.5, index: [] });
    expect(d.checkValue(1)).toBeUndefined();
  });

  it('by logits and by probabilities agree, over batches too', () => {
    const p = [0.2, 0.5, 0.3, 0.1, 0.1, 0.8];
    const [a, b] = [categorical(tensor(p, [2, 3])), categorical({ logits: tensor(p.map(Math.log), [2, 3]) })];
    const x = tensor([0, 2, 1, 1, 2, 0], [3, 2], 'int32');
    const [u, v] = [a, b].map((d) => hostOf(d.logProb(x)));
    expect([a.batchShape, u!.shape]).toEqual([[2], [3, 2]]);
    expect(Array.from(u!.data, Math.exp)).toEqual(
      [0.2, 0.8, 0.5, 0.1, 0.3, 0.1].map((q) => expect.closeTo(q, 12) as number),
    );
    v!.data.forEach((w, i) => expect(w).toBeCloseTo(u!.data[i]!, 12));
    expect(hostOf(a.logProb(2)).shape).toEqual([2]);
    const [c, d] = [binomial(9, 0.3), binomial(9, { logits: Math.log(3 / 7) })];
    for (const n of [0, 4, 9]) expect(scoreAt(c, n)).toBeCloseTo(scoreAt(d, n), 12);
  });
});

describe('delta', () => {
  it('is certain of its value, element by element or as an event', () => {
    const d = delta(tensor([1, 2]));
    expect(Array.from(hostOf(d.logProb(tensor([1, 3]))).data)).toEqual([0, -Infinity]);
    const event = delta(tensor([1, 2]), { eventRank: 1 });
    expect([event.batchShape, event.eventShape]).toEqual([[], [2]]);
    expect(scoreAt(event, [1, 2])).toBe(0);
    expect(scoreAt(event, [1, 3])).toBe(-Infinity);
    expect(Array.from(hostOf(event.mean()).data)).toEqual([1, 2]);
    expect(() => delta(1, { eventRank: 1 })).toThrow('an event of 1 axes was asked for, the value has 0');
  });
});

describe('parameters', () => {
  it('outside their constraints are named', () => {
    expect(categorical(tensor([0.2, 0.2])).check()).toMatchObject([
      {
        family: 'categorical',
        parameter: 'probs',
        constraint: 'probabilities with sum 1 along the last axis',
      },
    ]);
    expect(binomial(2.5, 0.3).check()).toMatchObject([{ parameter: 'total', value: 2.5 }]);
    expect(poisson(-1).check()).toMatchObject([{ parameter: 'rate', constraint: 'zero or more' }]);
    expect(gamma(1, tensor([1, 0])).check()).toMatchObject([{ parameter: 'rate', index: [1] }]);
    expect(dirichlet(tensor([1, 2])).check()).toEqual([]);
    expect(truncatedNormal(0, 1, { low: 2, high: 1 }).check()).toMatchObject([
      { family: 'truncatedNormal', parameter: 'high', constraint: 'greater than low (2)' },
    ]);
    expect(truncatedNormal(0, 1, { low: 2 }).check()).toEqual([]);
    expect(() => dirichlet(1)).toThrow('expected concentration [..., K], found a scalar');
    expect(() => categorical(1)).toThrow('expected probs [..., K], found a scalar');
    expect(() => lkjCholesky(1, 1)).toThrow('expected matrices of order 2 or more, found 1');
  });

  it('and events outside their supports', () => {
    const d = dirichlet(tensor([1, 1, 1]));
    expect(d.checkValue(tensor([0.2, 0.3, 0.5]))).toBeUndefined();
    const rows = tensor([0.2, 0.3, 0.5, 0.2, 0.3, 0.4], [2, 3]);
    expect(d.checkValue(rows)).toMatchObject({ support: 'simplex', index: [1, 0], value: 0.2 });
    expect(Array.from(hostOf(d.logProb(rows)).data)[1]).toBe(-Infinity);
    expect(lkjCholesky(2, 1).checkValue(tensor([1, 0, 0.6, 0.8], [2, 2]))).toBeUndefined();
    expect(lkjCholesky(2, 1).checkValue(tensor([1, 0, 0.6, 0.9], [2, 2]))).toMatchObject({
      support: 'correlationCholesky',
    });
  });
});
