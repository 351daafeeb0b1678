/** Bessel functions, the logarithm of the normal distribution function and x log y, and at the ends of their domains. */
import { describe, expect, test } from 'vitest';
import { erfc, erfcx } from '../../src/ir/error-function.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { buildGraph, hostArray, special } from '../../src/ir/index.js';
import { besselIe } from '../../src/ir/special/bessel.js';
import { logNdtr, normalHazard } from '../../src/ir/special/normal.js';
import { xlog1py, xlogy } from '../../src/ir/special/xlogy.js';
import { failures, fixture, judge } from './judge.js';

const rows = fixture('others');
const normal = rows['logNdtr, hazard']!;

describe('accuracy', () => {
  test('besselIe to the order 5: 2e-15', () => {
    judge(
      rows['besselIe']!,
      ([n, x]) => besselIe(n!, x!),
      (r) => r[2]!,
      2e-15,
    );
    // an order off by a billionth is caught
    expect(
      failures(
        rows['besselIe']!,
        ([n, x]) => besselIe(n! + 1e-9, x!),
        (r) => r[2]!,
        2e-15,
      ),
    ).not.toEqual([]);
  });
  test('logNdtr: 2e-15, and for x > 0 what a rounding of x costs', () => {
    const slope = ([x]: readonly number[]): number => (x! > 0 ? x! * normalHazard(x!) : 0);
    judge(
      normal,
      ([x]) => logNdtr(x!),
      (r) => r[1]!,
      2e-15,
      slope,
    );
  });
  test('normalHazard: 3e-15', () =>
    judge(
      normal,
      ([x]) => normalHazard(x!),
      (r) => r[2]!,
      3e-15,
    ));
  test('erfcx agrees with erfc', () => {
    for (const x of [-3, -0.4, 0, 0.3, 0.6, 2, 5])
      expect((erfcx(x) * Math.exp(-x * x)) / erfc(x)).toBeCloseTo(1, 13);
  });
  test('log1mexp: 1e-15', () => {
    const xs = rows['log1mexp']!.map((r) => r[0]!);
    const f = bufferExecutor.compile(
      buildGraph([{ shape: [xs.length + 2], dtype: 'f' }], (x) => [special.log1mexp(x!)]),
    );
    const found = f([hostArray([...xs, 0, Infinity], [xs.length + 2], 'f')])[0]!.data;
    judge(
      rows['log1mexp']!.map((r, i) => [...r, i]),
      ([, , i]) => found[i!]!,
      (r) => r[1]!,
      1e-15,
    );
    expect([found[xs.length], found[xs.length + 1]]).toEqual([-Infinity, -0]);
  });
});

describe('ends', () => {
  test('besselIe', () => {
    expect(besselIe(0, 0)).toBe(1);
    expect(besselIe(1, 0)).toBe(0);
    expect(besselIe(0, Infinity)).toBe(0);
    expect(besselIe(1, -Infinity)).toBe(-0);
    expect(besselIe(2, NaN)).toBeNaN();
    expect(besselIe(1, -2)).toBe(-besselIe(1, 2));
  });
  test('logNdtr', () => {
    expect(logNdtr(-Infinity)).toBe(-Infinity);
    expect(logNdtr(Infinity)).toBe(-0);
    expect(logNdtr(NaN)).toBeNaN();
    expect(normalHazard(-Infinity)).toBe(Infinity);
    expect(normalHazard(Infinity)).toBe(0);
  });
  test('xlogy and xlog1py', () => {
    expect(xlogy(0, 0)).toBe(0);
    expect(xlogy(0, Infinity)).toBe(0);
    expect(xlogy(0, NaN)).toBeNaN();
    expect(xlogy(2, 0)).toBe(-Infinity);
    expect(xlog1py(0, -1)).toBe(0);
    expect(xlog1py(2, 1e-20)).toBe(2e-20);
    expect(xlog1py(NaN, 0)).toBeNaN();
  });
});
