/** Every element-wise real operation as vector code: special values against the reference evaluator. */
import { describe, expect, test } from 'vitest';
import { isRealName, weight, type RealName } from '../../src/compile/math/index.js';
import { specialFunction } from '../../src/ir/evaluate-special.js';
import { binaryNames, unaryNames } from '../../src/ir/catalogue.js';
import { specialOperands, type SpecialName } from '../../src/ir/catalogue-special.js';
import { realBinary, realUnary } from '../../src/ir/scalar.js';
import { arity, compileReal, floats, type Floats } from './math-runner.js';

const names: readonly RealName[] = [...unaryNames, ...binaryNames, ...Object.keys(specialOperands)].filter(
  isRealName,
);
const attributes: Readonly<Record<string, unknown>> = {
  igammaGrad: { order: 1 },
  betaincGrad: { a: 1, b: 0 },
  besselIe: { order: 1 },
};

/** The reference evaluator's function. */
function reference(name: RealName): (...args: number[]) => number {
  if (name in realUnary) return realUnary[name as keyof typeof realUnary] as (x: number) => number;
  if (name in realBinary)
    return realBinary[name as keyof typeof realBinary] as (x: number, y: number) => number;
  return specialFunction(name as SpecialName, attributes[name] as never) as (...args: number[]) => number;
}

const points = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  3,
  -3,
  2.5,
  -2.5,
  1.5,
  7,
  30,
  -30,
  1e-3,
  -1e-3,
  1e-30,
  -1e-30,
  88.5,
  -88.5,
  1e5,
  -1e5,
  1e30,
  -1e30,
  3e38,
  -3e38,
  1e-40,
  -1e-40,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  NaN,
  Infinity,
  -Infinity,
];
/** Operands of one, two or three numbers: every pair, or triples. */
function grid(count: number): readonly (readonly number[])[] {
  if (count === 1) return points.map((x) => [x]);
  if (count === 2) return points.flatMap((x) => points.map((y) => [x, y]));
  const few = [0, 0.5, 1, 2, 30, -1, NaN, Infinity];
  return few.flatMap((x) => few.flatMap((y) => [0, 0.25, 0.75, 1, 2, NaN].map((z) => [x, y, z])));
}

const column = (float: 'f32' | 'f64', rows: readonly (readonly number[])[], k: number): Floats =>
  floats(
    float,
    rows.map((r) => r[k]!),
  );

/** Equal up to eight units in the last place, NaN, infinities and signs of zero included. */
function close(found: number, expected: number, float: 'f32' | 'f64'): boolean {
  if (Object.is(found, expected)) return true;
  const [eps, least] = float === 'f32' ? [2 ** -23, 2 ** -126] : [2 ** -52, 2 ** -1022];
  if (!Number.isFinite(found) || !Number.isFinite(expected)) return false;
  if (expected === 0 || found === 0)
    return Math.abs(found - expected) < least && found * expected >= 0 && (expected !== 0 || found !== 0);
  return Math.abs(found - expected) <= 8 * Math.max(eps * Math.abs(expected), eps * least);
}

/**
 * Where the reference itself is not so accurate: on the right of the normal distribution it takes x/√2, whose rounding
 * costs x² times as much; its lbeta is a difference of larger numbers.
 */
function lessAccurate(name: RealName, [x]: readonly number[], found: number, expected: number): boolean {
  const error = Math.abs(found - expected);
  if (name === 'lbeta') return error < 8e-15 * Math.max(1, Math.abs(expected));
  if (name !== 'logNdtr' && name !== 'normalHazard') return false;
  return x! > 5 && error < 2 ** -52 * x! * x! * Math.abs(expected);
}

describe.each(['f32', 'f64'] as const)('%s', (float) => {
  test.each(names)('%s: special values and ordinary ones', (name) => {
    const rows = grid(arity(name));
    const columns = Array.from({ length: arity(name) }, (_, k) => column(float, rows, k));
    const f = reference(name);
    const round = float === 'f32' ? Math.fround : (x: number): number => x;
    for (const options of [{}, { inline: false }, { scalar: true }]) {
      const found = compileReal(name, float, { ...options, attrs: attributes[name] ?? {} }).run(...columns);
      const wrong = rows.flatMap((_, i) => {
        const x = columns.map((c) => c[i]!);
        const expected = round(f(...x));
        return close(found[i]!, expected, float) || lessAccurate(name, x, found[i]!, expected)
          ? []
          : [`${name}(${x.join(', ')}) = ${found[i]} instead of ${expected}`];
      });
      expect(wrong).toEqual([]);
    }
  });
});

test('every operation has a weight', () => {
  expect(names.length).toBe(
    unaryNames.length - 2 + binaryNames.length - 6 + Object.keys(specialOperands).length,
  );
  for (const name of names)
    for (const float of ['f32', 'f64'] as const) expect(weight(name, float)).toBeGreaterThan(0);
});
