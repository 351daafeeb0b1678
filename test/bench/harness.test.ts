/** The arithmetic of the benchmarks, and what keeps a side that computes something else from being timed. Nothing is timed here. */
import { describe, expect, it } from 'vitest';
import { agree } from './agree.js';
import { against, skip, spread, steadiness, within, type Side } from './harness.js';
import { misses, tableOf } from './table.js';
import { observed } from './wasm/conjugate.js';
import { handWritten } from './wasm/hand-written.js';

/** A side that takes these seconds, one after the other, and the last from then on. */
const taking = (...seconds: number[]): Side => {
  let next = 0;
  return () => seconds[Math.min(next++, seconds.length - 1)]!;
};
const subject = { name: 'a', peer: 'b', floor: 1, goal: 2 };
// one call to warm up, and none to find how many calls fill the span
const timing = { rounds: 3, warmUp: 1, span: 0, parts: 1 };

describe('rows', () => {
  it('are ratios of neighbours in time, above 1 where the peer is slower', async () => {
    const row = await against(subject, taking(9, 1, 2, 4), taking(9, 3, 2, 8), timing);
    expect(row).toEqual({ ...subject, ratio: 2, low: 1, high: 3 });
  });

  it('that are limits are the limit over what was measured', async () => {
    const row = await within({ name: 'a', peer: 'b', goal: 5 }, 10, taking(9, 5, 2, 4), timing);
    expect(row).toEqual({ name: 'a', peer: 'b', goal: 5, floor: 1, ratio: 2.5, low: 2, high: 5 });
  });

  it('take the fastest part of each repetition', async () => {
    const row = await against(subject, taking(9, 1, 7, 8, 2), taking(9, 6, 3, 4, 5), {
      ...timing,
      rounds: 2,
      parts: 2,
    });
    expect([row.low, row.high]).toEqual([2, 3]);
  });

  it('are scaled where the sides do different amounts of work', async () => {
    const row = await against(subject, taking(9, 1), taking(9, 3), { ...timing, scale: 0.5 });
    expect(row.ratio).toBe(1.5);
  });

  it('miss their floor by the median, by a NaN, and not by being skipped', () => {
    const row = { ...subject, ratio: 1, low: 0.5, high: 2 };
    expect([1, 0.999, NaN].map((ratio) => misses({ ...row, ratio }))).toEqual([false, true, true]);
    expect(misses(skip(subject, 'no gcc'))).toBe(false);
    expect(tableOf([{ ...row, ratio: 0.9 }])).toMatch('BELOW ITS FLOOR');
    expect(tableOf([skip(subject, 'no gcc')])).toMatch('skipped: no gcc');
  });

  it('take medians and the middle 80 %', () => {
    expect(spread([5, 1, 4, 2, 3, 0, 6, 7, 8, 9, 10])).toEqual({ ratio: 5, low: 1, high: 9 });
    expect([0.5, 1, 2].map(steadiness)).toEqual([0.5, 1, 0.5]);
  });
});

describe('agree', () => {
  const own = [[1, 2], [100]];

  it('lets rounding pass', () => {
    expect(() => agree('f', own, [[1.0001, 2], [100.01]])).not.toThrow();
  });

  it.each([
    [
      'another value',
      [[1, 2.01], [100]],
      'f: Adjoint and the peer differ: element 1 of result 0 is 2 and 2.01',
    ],
    ['a small element', [[1.01, 2], [100]], 'element 0 of result 0'],
    ['a NaN', [[NaN, 2], [100]], 'element 0 of result 0'],
    ['an infinity', [[Infinity, 2], [100]], 'element 0 of result 0'],
    ['another length', [[1], [100]], 'f: result 0 has 2 elements, that of the peer 1'],
    ['another count', [[1, 2]], 'f: Adjoint has 2 results, the peer 1'],
    ['zeros', [[0, 0], [0]], 'element 1 of result 0'],
  ])('refuses %s', (_, peer, message) => {
    expect(() => agree('f', own, peer)).toThrow(message);
  });
});

describe('the program by hand', () => {
  it('has the expected gradient, to six standard errors', async () => {
    const draws = 20_000;
    const loc = observed.map((_, i) => 0.1 * i);
    const run = await handWritten();
    const sums = run(loc, new Array<number>(8).fill(0), draws);
    observed.forEach((y, i) => {
      // the gradient in loc is y − 2z, of mean y − 2 loc and standard deviation 2
      expect(Math.abs(sums.loc[i]! / draws - (y - 2 * loc[i]!))).toBeLessThan(12 / Math.sqrt(draws));
      // in the log scale it is (y − 2z)ε + 1, of mean −1
      const deviation = Math.hypot(y - 2 * loc[i]!, Math.sqrt(8));
      expect(Math.abs(sums.logScale[i]! / draws + 1)).toBeLessThan((6 * deviation) / Math.sqrt(draws));
    });
    // E[−½z² − ½(y − z)²] = −½(loc² + 1 + (y − loc)² + 1), and entropy and normalizers
    const constant = 0.5 - 0.5 * Math.log(2 * Math.PI);
    const expected = observed.reduce(
      (s, y, i) => s + constant - 0.5 * (loc[i]! ** 2 + (y - loc[i]!) ** 2 + 2),
      0,
    );
    expect(Math.abs(sums.value / draws - expected)).toBeLessThan(0.2);
  });
});
