/** The incomplete gamma functions and their derivatives against mpmath, and at the ends of their domains. */
import { describe, expect, test, vi } from 'vitest';
import * as inc from '../../src/ir/special/incomplete-gamma.js';
import { failures, judge, onlyTable } from './judge.js';

// a, x, P, Q, ∂P/∂a, ∂²P/∂a², ∂x/∂a, density
const rows = onlyTable('incomplete-gamma');
const column =
  (k: number) =>
  (r: readonly number[]): number =>
    r[k]!;
/** Exponentials of E cost E roundings. */
const limit = (r: readonly number[]): number =>
  2e-15 + 3e-16 * Math.abs(Math.log(r[7]!)) + 3e-16 * Math.abs(Math.log(r[1]!));

describe('accuracy', () => {
  test('igamma', () => judge(rows, ([a, x]) => inc.igamma(a!, x!), column(2), limit));
  test('igammac', () => judge(rows, ([a, x]) => inc.igammac(a!, x!), column(3), limit));
  test('∂P/∂a', () => judge(rows, ([a, x]) => inc.igammaGrad(1, a!, x!), column(4), limit));
  // it passes through zero near x = a: there relative to its size on either side
  test('∂²P/∂a²', () =>
    judge(
      rows,
      ([a, x]) => inc.igammaGrad(2, a!, x!),
      column(5),
      (r) => 5 * limit(r),
      (r) => (r[0]! < 1 ? 0 : r[7]! / Math.sqrt(r[0]!)),
    ));
  test('∂x/∂a at a fixed quantile: 1e-14', () =>
    judge(rows, ([a, x]) => inc.randomGammaGrad(a!, x!), column(6), 1e-14));
  test('density', () => judge(rows, ([a, x]) => inc.gammaDensity(a!, x!), column(7), limit));
  test('all of them are within 1e-13, but for zeros of ∂²P/∂a²', () => {
    judge(rows, ([a, x]) => inc.igamma(a!, x!), column(2), 1e-13);
    judge(rows, ([a, x]) => inc.igammac(a!, x!), column(3), 1e-13);
    judge(rows, ([a, x]) => inc.igammaGrad(1, a!, x!), column(4), 1e-13);
  });
});

describe('ends', () => {
  test.each([
    [0, 1, 1],
    [0, Infinity, 1],
    [1, 0, 0],
    [2.5, 0, 0],
    [3, Infinity, 1],
    [Infinity, 3, 0],
    [1e300, 1, 0],
    [1, 1e300, 1],
    [5e-324, 1, 1],
    [1, 5e-324, 5e-324],
    [0, 0, NaN],
    [Infinity, Infinity, NaN],
    [-1, 1, NaN],
    [1, -1, NaN],
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ])('igamma(%d, %d) = %d', (a, x, p) => {
    expect(inc.igamma(a, x)).toBe(p);
    if (p !== 5e-324) expect(inc.igammac(a, x)).toBe(1 - p);
  });
  test('the median of large shapes', () => {
    for (const a of [1e8, 1e12, 1e15]) {
      // P(a, a) = 1/2 + 1/(3 √(2πa)) + …
      expect(inc.igamma(a, a)).toBeCloseTo(0.5 + 1 / (3 * Math.sqrt(2 * Math.PI * a)), 12);
      expect(inc.randomGammaGrad(a, a)).toBeCloseTo(1, 7);
    }
  });
  test('derivatives', () => {
    for (const k of [1, 2, 3]) {
      expect(inc.igammaGrad(k, 2, 0)).toBe(0);
      expect(inc.igammaGrad(k, 2, Infinity)).toBe(0);
      expect(inc.igammaGrad(k, -1, 2)).toBeNaN();
      expect(inc.igammaGrad(k, 2, NaN)).toBeNaN();
    }
    expect(inc.randomGammaGrad(2, 0)).toBe(0);
    expect(inc.randomGammaGrad(-2, 1)).toBeNaN();
    expect(inc.randomGammaGrad(NaN, 1)).toBeNaN();
    expect(inc.gammaDensity(1, 0)).toBe(1);
    expect(inc.gammaDensity(0.5, 0)).toBe(Infinity);
    expect(inc.gammaDensity(2, 0)).toBe(0);
    expect(inc.gammaDensity(2, -1)).toBeNaN();
  });
});

test('one wrong weight of the quadrature is caught', async () => {
  vi.resetModules();
  vi.doMock(import('../../src/ir/special/quadrature.js'), async (original) => {
    const actual = await original();
    return {
      ...actual,
      gaussLegendre: (n) => {
        const { nodes, weights } = actual.gaussLegendre(n);
        return { nodes, weights: weights.map((w, i) => (i === 3 ? w * (1 + 1e-9) : w)) };
      },
    };
  });
  const wrong = await import('../../src/ir/special/incomplete-gamma.js');
  vi.doUnmock('../../src/ir/special/quadrature.js');
  for (const f of [
    failures(rows, ([a, x]) => wrong.igamma(a!, x!), column(2), limit),
    failures(rows, ([a, x]) => wrong.igammac(a!, x!), column(3), limit),
    failures(rows, ([a, x]) => wrong.igammaGrad(1, a!, x!), column(4), limit),
  ])
    expect(f.length).toBeGreaterThan(0);
});
