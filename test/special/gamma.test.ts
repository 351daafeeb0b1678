/** lgamma, digamma and polygamma against mpmath, and at the ends of their domains. */
import { describe, expect, test, vi } from 'vitest';
import { digamma, lgamma } from '../../src/ir/special/gamma.js';
import { polygamma } from '../../src/ir/special/polygamma.js';
import { failures, fixture, judge } from './judge.js';

const rows = fixture('gamma');
const last = (r: readonly number[]): number => r[r.length - 1]!;
/** What a rounding of a negative x costs: |x f′(x)|. */
const conditioning =
  (slope: (x: number) => number) =>
  ([x]: readonly number[]): number =>
    x! > 0 ? 0 : Math.abs(x! * slope(x!));

describe('accuracy', () => {
  test('lgamma: 1e-15, near its zeros 1 and 2 too', () => {
    judge(rows['lgamma']!, ([x]) => lgamma(x!), last, 1e-15, conditioning(digamma));
  });
  test('digamma: 1e-15, near its positive zero too', () => {
    judge(
      rows['digamma']!,
      ([x]) => digamma(x!),
      last,
      1e-15,
      conditioning((x) => polygamma(1, x)),
    );
  });
  test('polygamma: 2e-15 to the order 20, then by an exponential', () => {
    const limit = ([n, x]: readonly number[]): number =>
      n! <= 20 ? 2e-15 : 3e-16 * (20 + Math.abs(lgamma(n! + 1)) + n! * Math.abs(Math.log(Math.abs(x!))));
    const slope = ([n, x]: readonly number[]): number => (x! > 0 ? 0 : Math.abs(x! * polygamma(n! + 1, x!)));
    judge(rows['polygamma']!, ([n, x]) => polygamma(n!, x!), last, limit, slope);
  });
});

describe('ends', () => {
  test('lgamma', () => {
    for (const x of [0, -0, -1, -2, -1e17, Infinity, -Infinity]) expect(lgamma(x), String(x)).toBe(Infinity);
    expect(lgamma(1)).toBe(-0 + 0);
    expect(lgamma(2)).toBe(0);
    expect(lgamma(NaN)).toBeNaN();
    expect(lgamma(1.7e308)).toBe(Infinity);
  });
  test('digamma', () => {
    expect(digamma(0)).toBe(-Infinity);
    expect(digamma(-0)).toBe(Infinity);
    expect(digamma(Infinity)).toBe(Infinity);
    for (const x of [-1, -2, -1e17, -Infinity, NaN]) expect(digamma(x), String(x)).toBeNaN();
    expect(digamma(1e-310)).toBe(-Infinity);
  });
  test('polygamma', () => {
    expect(polygamma(1, 0)).toBe(Infinity);
    expect(polygamma(1, -3)).toBe(Infinity);
    expect(polygamma(2, 0)).toBe(-Infinity);
    expect(polygamma(2, -0)).toBe(Infinity);
    expect(polygamma(2, -3)).toBeNaN();
    expect(polygamma(3, Infinity)).toBe(0);
    expect(polygamma(0, 3)).toBe(digamma(3));
    for (const [n, x] of [
      [-1, 2],
      [0.5, 2],
      [NaN, 2],
      [1, NaN],
      [1, -Infinity],
      [Infinity, 1],
    ] as const)
      expect(polygamma(n, x), `${n}, ${x}`).toBeNaN();
    // log|ψ⁽ⁿ⁾(x)| ≈ n (log(n/x) − 1) for large n and x, and even orders are negative: orders of any size end
    expect(polygamma(1e300, 1e300)).toBe(-0);
    expect(polygamma(1e18, 1e17)).toBe(-Infinity);
    expect(polygamma(1e15, -0.3)).toBe(Infinity);
    expect(polygamma(1, 1e-200)).toBe(Infinity);
  });
});

describe('a wrong coefficient', () => {
  // lgamma's polynomial, digamma's, and the three Bernoulli series, by their numbers of coefficients
  test.each([
    [17, 9],
    [21, 12],
    [9, 8],
    [10, 9],
  ])('one in a billion in the table of %i is caught', async (length, index) => {
    vi.resetModules();
    vi.doMock(import('../../src/ir/special/series.js'), async (original) => {
      const actual = await original();
      const polynomial = (c: readonly number[], x: number): number =>
        actual.polynomial(c.length === length ? c.map((v, i) => (i === index ? v * (1 + 1e-9) : v)) : c, x);
      return { ...actual, polynomial };
    });
    const wrong = await import('../../src/ir/special/gamma.js');
    vi.doUnmock('../../src/ir/special/series.js');
    const found = [
      ...failures(rows['lgamma']!, ([x]) => wrong.lgamma(x!), last, 1e-15, conditioning(digamma)),
      ...failures(
        rows['digamma']!,
        ([x]) => wrong.digamma(x!),
        last,
        1e-15,
        conditioning((x) => polygamma(1, x)),
      ),
    ];
    expect(found.length).toBeGreaterThan(0);
  });
});
