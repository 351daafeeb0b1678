/** The incomplete beta function and its derivatives against mpmath, and at the ends of its domain. */
import { describe, expect, test, vi } from 'vitest';
import { betaDensity, lbeta } from '../../src/ir/special/beta.js';
import * as inc from '../../src/ir/special/incomplete-beta.js';
import { failures, fixture, judge, onlyTable } from './judge.js';

// a, b, x, I, ∂I/∂a, ∂I/∂b, ∂²I/∂a², ∂²I/∂a∂b, ∂²I/∂b², density
const rows = onlyTable('incomplete-beta');
const column =
  (k: number) =>
  (r: readonly number[]): number =>
    r[k]!;
/** The smaller of the two tails: what a second derivative, whose integrand changes its sign, is summed from. */
const tail = (r: readonly number[]): number => Math.min(r[3]!, 1 - r[3]!);

describe('accuracy', () => {
  test('betainc: 1e-13', () => judge(rows, ([a, b, x]) => inc.betainc(a!, b!, x!), column(3), 1e-13));
  test('its first derivatives: 1e-13', () => {
    judge(rows, ([a, b, x]) => inc.betaincGrad(1, 0, a!, b!, x!), column(4), 1e-13);
    judge(rows, ([a, b, x]) => inc.betaincGrad(0, 1, a!, b!, x!), column(5), 1e-13);
  });
  test('its second derivatives: 1e-12, and 1e-14 of the tail', () => {
    const extra = (r: readonly number[]): number => 1e-2 * tail(r);
    judge(rows, ([a, b, x]) => inc.betaincGrad(2, 0, a!, b!, x!), column(6), 1e-12, extra);
    judge(rows, ([a, b, x]) => inc.betaincGrad(1, 1, a!, b!, x!), column(7), 1e-12, extra);
    judge(rows, ([a, b, x]) => inc.betaincGrad(0, 2, a!, b!, x!), column(8), 1e-12, extra);
  });
  test('density: 1e-13', () => judge(rows, ([a, b, x]) => betaDensity(a!, b!, x!), column(9), 1e-13));
  test('lbeta: 3e-15', () => judge(fixture('others')['lbeta']!, ([a, b]) => lbeta(a!, b!), column(2), 3e-15));
});

describe('ends', () => {
  test.each([
    [1, 2, 0, 0],
    [1, 2, 1, 1],
    [0, 2, 0.5, 1],
    [2, 0, 0.5, 0],
    [Infinity, 2, 0.5, 0],
    [2, Infinity, 0.5, 1],
    [0, 0, 0.5, NaN],
    [-1, 2, 0.5, NaN],
    [1, 2, -0.1, NaN],
    [1, 2, 1.1, NaN],
    [NaN, 2, 0.5, NaN],
    [1, NaN, 0.5, NaN],
    [1, 2, NaN, NaN],
    [1, 1, 5e-324, 5e-324],
    [1e300, 1e300, 0.25, 0],
    [1e300, 1e300, 0.75, 1],
    [1e-300, 1e-300, 0.5, 0.5],
    [1e-300, 1, 1e-300, 1],
  ])('betainc(%d, %d, %d) = %d', (a, b, x, p) => {
    const found = inc.betainc(a, b, x);
    if (p > 0.1) expect(Math.abs(found - p)).toBeLessThanOrEqual(1.2e-16);
    else expect(found).toBe(p);
  });
  test('large shapes', () => {
    for (const a of [1e6, 1e10, 1e15]) {
      expect(inc.betainc(a, a, 0.5)).toBeCloseTo(0.5, 14);
      expect(inc.betaincGrad(1, 0, a, a, 0.5) * Math.sqrt(a)).toBeCloseTo(-0.5 / Math.sqrt(Math.PI), 5);
    }
  });
  test('derivatives and density', () => {
    expect(inc.betaincGrad(1, 0, 2, 3, 0)).toBe(0);
    expect(inc.betaincGrad(1, 1, 2, 3, 1)).toBe(0);
    for (const [a, b, x] of [
      [-1, 2, 0.5],
      [0, 2, 0.5],
      [1, 2, 1.5],
      [1, 2, NaN],
      [Infinity, 1, 0.5],
    ] as const) {
      expect(inc.betaincGrad(0, 1, a, b, x)).toBeNaN();
      expect(betaDensity(a, b, x)).toBeNaN();
    }
    expect(betaDensity(1, 3, 0)).toBe(3);
    expect(betaDensity(0.5, 3, 0)).toBe(Infinity);
    expect(betaDensity(2, 3, 1)).toBe(0);
  });
  test('lbeta', () => {
    expect(lbeta(0, 2)).toBe(Infinity);
    expect(lbeta(2, Infinity)).toBe(-Infinity);
    expect(lbeta(-1, 2)).toBeNaN();
    expect(lbeta(2, NaN)).toBeNaN();
    expect(Math.abs(lbeta(1, 1))).toBe(0);
  });
});

test('an error of 1e-10 in the exponent is caught', async () => {
  vi.resetModules();
  vi.doMock(import('../../src/ir/special/series.js'), async (original) => {
    const actual = await original();
    return { ...actual, log1pMinus: (x) => actual.log1pMinus(x) * (1 + 1e-10) };
  });
  const wrong = await import('../../src/ir/special/incomplete-beta.js');
  vi.doUnmock('../../src/ir/special/series.js');
  expect(failures(rows, ([a, b, x]) => wrong.betainc(a!, b!, x!), column(3), 1e-13).length).toBeGreaterThan(
    0,
  );
});
