import { describe, expect, test } from 'vitest';
import { erf, erfc, erfinv } from '../../src/ir/error-function.js';
import { dice } from './dice.js';

// The oracle: Taylor's series in integers scaled by 2^bits.
const bits = 2400n;
const one = 1n << bits;

/** A float64 as a scaled integer, exactly. */
function exact(x: number): bigint {
  let e = 0;
  let m = x;
  while (!Number.isInteger(m)) {
    m *= 2;
    e++;
  }
  return (BigInt(m) << bits) >> BigInt(e);
}

function sqrtOf(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** arctan(1/n). */
function arctanInverse(n: bigint): bigint {
  let power = one / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? power : -power) / k;
    power /= n * n;
  }
  return sum;
}

// Machin's formula
const pi = 4n * (4n * arctanInverse(5n) - arctanInverse(239n));
const twoOverRootPi = (2n * one * one) / sqrtOf(pi * one);

/** erf(x) = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹/(n!(2n+1)). */
function erfExact(x: number): bigint {
  const z = exact(x);
  const z2 = (z * z) >> bits;
  let term = z;
  let sum = 0n;
  for (let n = 0n; term !== 0n; n++) {
    sum += term / (2n * n + 1n);
    term = -((term * z2) >> bits) / (n + 1n);
    if (term === -1n) break;
  }
  return (sum * twoOverRootPi) >> bits;
}

/** The size of the last place of |x|. */
function ulp(x: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(x))) - 52, -1074);
}

function errorInUlps(found: number, expected: bigint): number {
  const error = exact(found) - expected;
  const unit = exact(ulp(found));
  return Math.abs(Number((error * 1000n) / unit)) / 1000;
}

const d = dice(5);
const uniform = (lo: number, hi: number): number => lo + ((hi - lo) * d.below(2 ** 30)) / 2 ** 30;
const points = [
  ...Array.from({ length: 60 }, () => uniform(-0.46875, 0.46875)),
  ...Array.from({ length: 60 }, () => uniform(0.46875, 4)),
  ...Array.from({ length: 10 }, () => uniform(-4, -0.46875)),
  0.46875,
  4,
  -4,
  1e-10,
];

describe('error function', () => {
  test('the oracle knows erf(1)', () => {
    expect(Number(erfExact(1) >> (bits - 60n)) / 2 ** 60).toBeCloseTo(0.8427007929497149, 15);
  });
  test('erf is within 5 ulp', () => {
    for (const x of points) expect(errorInUlps(erf(x), erfExact(x)), `erf(${x})`).toBeLessThan(5);
  });
  test('erfc is within 5 ulp, also far out', () => {
    const far = Array.from({ length: 25 }, () => uniform(4, 26));
    for (const x of [...points, ...far]) {
      expect(errorInUlps(erfc(x), one - erfExact(x)), `erfc(${x})`).toBeLessThan(5);
    }
  });
  test('erfinv inverts erf: the step of Newton at the result is within 6 ulp', () => {
    const near = Array.from({ length: 30 }, () => 1 - 2 ** -uniform(1, 52));
    const inside = Array.from({ length: 60 }, () => uniform(-1, 1));
    for (const x of [...near, ...inside, 0.85, -0.85, 1e-12]) {
      const y = erfinv(x);
      const residual = erfExact(y) - exact(x);
      const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y);
      const step = Number(residual >> (bits - 300n)) / 2 ** 300 / slope;
      expect(Math.abs(step) / ulp(y), `erfinv(${x})`).toBeLessThan(6);
    }
  });
  test('ends and outside', () => {
    expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 2]);
    expect([erfinv(1), erfinv(-1), erfinv(0)]).toEqual([Infinity, -Infinity, 0]);
    expect(erfinv(1.0000000000000002)).toBeNaN();
    expect(Object.is(erf(-0), -0)).toBe(true);
    expect(erfc(27)).toBeGreaterThan(0);
    expect(erfc(28)).toBe(0);
  });
  test('a relative error of 1e-14 is caught', () => {
    const wrong = (x: number): number => erf(x) * (1 + 1e-14);
    expect(points.some((x) => errorInUlps(wrong(x), erfExact(x)) >= 5)).toBe(true);
  });
});
