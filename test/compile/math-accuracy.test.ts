/**
 * Errors of the vector functions in units of the last place, over the whole range; the table in the doc comment of
 * src/compile/math/index.ts is kept true (UPDATE_TABLE=1 writes it anew).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { digamma } from '../../src/ir/special/gamma.js';
import { polygamma } from '../../src/ir/special/polygamma.js';
import type { RealName } from '../../src/compile/math/index.js';
import { measure } from './math-measure.js';
import { oracle } from './math-oracle.js';
import { domains, unitOf } from './math-points.js';
import { compileReal, floats } from './math-runner.js';

type Float = 'f32' | 'f64';
const names = Object.keys(domains) as RealName[];
const file = new URL('../../src/compile/math/index.ts', import.meta.url);
const measured = new Map<string, { f32: number; f64: number }>();

/** Largest errors, rounded up. */
const up = (x: number): string => (Math.ceil(x * 10) / 10).toFixed(1);

describe.each(['f32', 'f64'] as const)('%s', (float) => {
  test.each(names)('%s: at most 4 units in the last place, 6 for lbeta', (name) => {
    const { worst, at } = measure(name, float, 10_000);
    measured.set(name, { ...(measured.get(name) ?? { f32: NaN, f64: NaN }), [float]: worst });
    expect(worst, `${name}(${at.join(', ')}) in ${float}`).toBeLessThanOrEqual(domains[name]!.limit ?? 4);
  });

  const negative = Array.from({ length: 4000 }, (_, i) => -(((i + 0.377) * 0.0051) ** 1.2));
  test.each([
    ['lgamma', digamma],
    ['digamma', (x: number) => polygamma(1, x)],
  ] as const)(
    '%s of negative arguments: 4 units of the value, of 1, or of what the last bit of x changes',
    (name, slope) => {
      const x = floats(float, negative);
      const found = compileReal(name, float).run(x);
      const wrong = [...x].flatMap((v, i) => {
        const [high, low] = oracle[name]!(v, 0);
        const unit = unitOf(Math.max(1, Math.abs(high), Math.abs(v * slope(v))), float);
        return Math.abs(found[i]! - high - low) <= 4 * unit
          ? []
          : [`${name}(${v}) = ${found[i]} instead of ${high}`];
      });
      expect(wrong).toEqual([]);
    },
  );
});

test('the oracle agrees with mpmath to 22 digits', () => {
  const text = readFileSync(new URL('./math-fixtures.json', import.meta.url), 'utf8');
  const fixtures = JSON.parse(text) as { readonly [name: string]: readonly (readonly number[])[] };
  expect(Object.keys(fixtures).sort()).toEqual([...names].sort());
  for (const name of names) {
    for (const [x, y, high, low] of fixtures[name]!) {
      const [h, l] = oracle[name]!(x!, y!);
      // of numbers near float64's least, the second parts have fewer digits
      expect(Math.abs(h - high! + (l - low!)), `${name}(${x}, ${y})`).toBeLessThanOrEqual(
        1e-22 * Math.abs(high!),
      );
    }
  }
});

/** Whether this engine takes relaxed SIMD: a function that returns the relaxed f32x4 multiply-add of three zeros. */
const relaxed = WebAssembly.validate(
  Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 18, 1, 16, 0, 65, 0, 253, 15, 65, 0, 253,
    15, 65, 0, 253, 15, 253, 133, 2, 26, 11,
  ]),
);
describe.runIf(relaxed).each(['f32', 'f64'] as const)('relaxed multiply-add, %s', (float) => {
  test.each(names)('%s', (name) => {
    const { worst } = measure(name, float, 2000, { relaxed: true });
    expect(worst).toBeLessThanOrEqual(domains[name]!.limit ?? 4);
  });
});

describe('one coefficient wrong by a millionth is caught', () => {
  const users: readonly (readonly [constant: string, name: RealName])[] = [
    ['exponential', 'exp'],
    ['logarithm', 'log'],
    ['logarithmOfSum', 'softplus'],
    ['logarithmPower', 'pow'],
    ['sineHalf', 'sin'],
    ['sine', 'tan'],
    ['cosine', 'tan'],
    ['arctangent', 'atan'],
    ['arcsine', 'asin'],
    ['errorCentre', 'erf'],
    ['errorTail', 'erf'],
    ['scaledComplement', 'erfc'],
    ['millsRatio', 'logNdtr'],
    ['inverseErrorCentre', 'erfinv'],
    ['inverseErrorTail', 'erfinv'],
    ['logGamma', 'lgamma'],
    ['digammaCentre', 'digamma'],
    ['stirling', 'lgamma'],
    ['stirlingSlope', 'digamma'],
  ];
  test.each(users)('%s', async (constant, name) => {
    const shifted = (c: readonly number[]): number[] => c.map((v, i) => (i === 1 ? v * (1 + 1e-6) : v));
    type Fraction = { readonly above: readonly number[]; readonly below: readonly number[] };
    type Table = { readonly f64: readonly number[] | Fraction } | Fraction;
    const isList = (t: readonly number[] | Fraction): t is readonly number[] => Array.isArray(t);
    const fraction = (t: Fraction): Fraction => ({ ...t, above: shifted(t.above) });
    vi.resetModules();
    vi.doMock(import('../../src/compile/math/coefficients.js'), async (original) => {
      const actual = await original();
      const table = actual[constant as keyof typeof actual] as Table;
      const wrong =
        'f64' in table
          ? { ...table, f64: isList(table.f64) ? shifted(table.f64) : fraction(table.f64) }
          : fraction(table);
      return { ...actual, [constant]: wrong };
    });
    const judge = await import('./math-measure.js');
    vi.doUnmock('../../src/compile/math/coefficients.js');
    expect(judge.measure(name, 'f64', 3000).worst).toBeGreaterThan(4);
  });
});

test('the table of largest errors is true', () => {
  if (measured.size < names.length) return;
  const rows = names.map((n) => ` * | ${n} | ${up(measured.get(n)!.f32)} | ${up(measured.get(n)!.f64)} |`);
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(' * | --- | --- | --- |\n') + ' * | --- | --- | --- |\n'.length;
  const end = text.indexOf(' *\n', begin);
  if (process.env['UPDATE_TABLE'] !== undefined) {
    writeFileSync(file, text.slice(0, begin) + rows.join('\n') + '\n' + text.slice(end));
    return;
  }
  const stated = new Map(
    [...text.slice(begin, end).matchAll(/\| (\w+) \| ([\d.]+) \| ([\d.]+) \|/g)].map(([, n, a, b]) => [
      n!,
      { f32: Number(a), f64: Number(b) },
    ]),
  );
  const larger = names.flatMap((n) =>
    (['f32', 'f64'] as const satisfies readonly Float[])
      .filter((float) => !(measured.get(n)![float] <= (stated.get(n)?.[float] ?? 0) + 0.1))
      .map((float) => `${n} in ${float}: ${measured.get(n)![float].toFixed(2)}`),
  );
  expect(larger, 'larger than the table in index.ts says').toEqual([]);
});
