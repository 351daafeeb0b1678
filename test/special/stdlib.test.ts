/** Special functions, as users call them, against @stdlib; where the two differ, mpmath decides. */
import * as tf from '@tensorflow/tfjs-core';
import stdBetainc from '@stdlib/math-base-special-betainc';
import stdBetaln from '@stdlib/math-base-special-betaln';
import stdDigamma from '@stdlib/math-base-special-digamma';
import stdErf from '@stdlib/math-base-special-erf';
import stdErfc from '@stdlib/math-base-special-erfc';
import stdErfinv from '@stdlib/math-base-special-erfinv';
import stdGammainc from '@stdlib/math-base-special-gammainc';
import stdGammaln from '@stdlib/math-base-special-gammaln';
import stdPolygamma from '@stdlib/math-base-special-polygamma';
import stdTrigamma from '@stdlib/math-base-special-trigamma';
import { describe, expect, test } from 'vitest';
import {
  betainc,
  digamma,
  erfinv,
  hostOf,
  igamma,
  igammac,
  lbeta,
  lgamma,
  logNdtr,
  polygamma,
  tensor,
} from '../../src/index.js';
import { failures, fixture, onlyTable, type Rows } from './judge.js';

/** Relative. */
const TOLERANCE = 1e-12;

type Function = (...args: tf.Tensor[]) => tf.Tensor;

const linear = (lo: number, hi: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => lo + ((hi - lo) * i) / (n - 1));
const geometric = (lo: number, hi: number, n: number): number[] =>
  linear(Math.log(lo), Math.log(hi), n).map(Math.exp);
const product = (...lists: (readonly number[])[]): Rows =>
  lists.reduce<Rows>((rows, list) => rows.flatMap((r) => list.map((v) => [...r, v])), [[]]);

const last = (r: readonly number[]): number => r[r.length - 1]!;

/** Rows of arguments (the first `n` columns), each with our value behind it. */
function withOurs(rows: Rows, n: number, ours: Function): Rows {
  const columns = Array.from({ length: n }, (_, k) => tensor(rows.map((r) => r[k]!)));
  const values = hostOf(ours(...columns)).data;
  return rows.map((r, i) => [...r.slice(0, n), values[i]!]);
}

const positive = [...geometric(1e-8, 1e8, 60), 0.5, 1, 1.5, 2, 3, 7, 10.25];
const negative = linear(-20.3, -0.1, 40);
const shapes = [1e-3, 0.1, 0.5, 1, 2.5, 10, 33.3, 200];
const scaled = product(shapes, [0.01, 0.3, 0.7, 1, 1.3, 2.5]).map(([a, q]) => [a!, a! * q!]);
const pairs = product([0.01, 0.3, 1, 2.5, 11, 100, 3000], [0.01, 0.3, 1, 2.5, 11, 100, 3000]);
const all: Readonly<Record<string, Rows>> = {
  ...fixture('gamma'),
  lbeta: fixture('others')['lbeta']!,
  betainc: onlyTable('incomplete-beta'),
};

/** Where: arguments in rows. What a rounding of x costs besides, if the function is ill-conditioned. */
const cases: readonly [
  name: string,
  where: Rows,
  ours: Function,
  theirs: (...args: number[]) => number,
  extra?: (row: readonly number[]) => number,
][] = [
  ['lgamma', product([...positive, ...negative]), lgamma, (x) => stdGammaln(x!)],
  ['lgamma on the fixture', all['lgamma']!, lgamma, (x) => stdGammaln(x!)],
  ['digamma', product([...positive, ...negative]), digamma, (x) => stdDigamma(x!)],
  [
    // one of its points is next to the zero at −0.504…, on which a rounding of x moves the value by more
    'digamma on the fixture',
    all['digamma']!,
    digamma,
    (x) => stdDigamma(x!),
    ([x]) => (x! > 0 ? 0 : Math.abs(x! * stdTrigamma(x!))),
  ],
  ['polygamma(1, x)', product([...positive, ...negative]), (x) => polygamma(1, x!), (x) => stdTrigamma(x!)],
  [
    'polygamma',
    product([0, 2, 3, 5, 10], [...geometric(1e-2, 1e4, 30), ...negative.slice(0, 20)]),
    polygamma,
    (n, x) => stdPolygamma(n!, x!),
  ],
  ['polygamma on the fixture', all['polygamma']!, polygamma, (n, x) => stdPolygamma(n!, x!)],
  ['erf', product(linear(-6, 6, 101)), (x) => tf.erf(x!), (x) => stdErf(x!)],
  [
    'erfinv',
    product([...linear(-0.9999, 0.9999, 101), 1e-10, 1 - 1e-10, 1 - 1e-14]),
    erfinv,
    (x) => stdErfinv(x!),
  ],
  ['logNdtr', product(linear(-37, -0.5, 101)), logNdtr, (x) => Math.log(stdErfc(-x! / Math.SQRT2) / 2)],
  ['igamma', scaled, igamma, (a, x) => stdGammainc(x!, a!)],
  ['igammac', scaled, igammac, (a, x) => stdGammainc(x!, a!, true, true)],
  ['lbeta', pairs, lbeta, (a, b) => stdBetaln(a!, b!)],
  ['lbeta on the fixture', all['lbeta']!, lbeta, (a, b) => stdBetaln(a!, b!)],
  [
    'betainc',
    pairs.flatMap((p) => [0.01, 0.2, 0.5, 0.77, 0.98].map((x) => [...p, x])),
    betainc as Function,
    (a, b, x) => stdBetainc(x!, a!, b!),
  ],
  ['betainc on the fixture', all['betainc']!, betainc as Function, (a, b, x) => stdBetainc(x!, a!, b!)],
];

describe.each(cases)('%s', (_, where, ours, theirs, extra) => {
  const n = theirs.length;
  const rows = withOurs(where, n, ours);

  test('is that of @stdlib', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(failures(rows, last, (r) => theirs(...r), TOLERANCE, extra)).toEqual([]);
  });
  test('and five times the tolerance away is not', () => {
    const off = (r: readonly number[]): number => last(r) * (1 + 5 * TOLERANCE);
    expect(failures(rows, off, (r) => theirs(...r), TOLERANCE, extra).length).toBeGreaterThan(
      rows.length / 4,
    );
  });
});

/**
 * Where @stdlib is wrong, by 7e-9 to 2e-2: in its uniform expansion for large a (1000 or more here), at x near a or above.
 */
const wrongThere: readonly (readonly [a: number, x: number])[] = [
  [1000, 1009.5319756211412],
  [1000, 1032.1280889960358],
  [1000, 1065.2883920946085],
  [1000, 1134.8393583315167],
  [10000, 9970.04495503373],
  [10000, 10000],
  [10000, 10030.04504503377],
  [10000, 10100.501670841679],
  [10000, 10202.013400267559],
  [10000, 10408.107741923883],
  [1000000, 1000000],
  [1000000, 1000300.0450045003],
  [1000000, 1001000.5001667084],
  [1000000, 1002002.0013340003],
  [1000000, 1004008.010677342],
];

describe.each([
  ['igamma', igamma, false, 2],
  ['igammac', igammac, true, 3],
] as const)('%s on the fixture', (_, ours, upper, column) => {
  const table = onlyTable('incomplete-gamma');
  const rows = withOurs(table, 2, ours);
  const theirs = ([a, x]: readonly number[]): number => stdGammainc(x!, a!, true, upper);

  test('is that of @stdlib, but for points that are known', () => {
    const differing = rows.filter((r) => failures([r], last, theirs, TOLERANCE).length > 0);
    expect(differing.map((r) => r.slice(0, 2))).toEqual(wrongThere);
  });
  test('and there it is that of mpmath, from which @stdlib differs by more than 1e-10', () => {
    const there = wrongThere.map(([a, x]) => table.findIndex((r) => r[0] === a && r[1] === x));
    const exact = (i: number): number => table[i]![column]!;
    const from = (value: (i: number) => number): number[] =>
      there.map((i) => Math.abs(value(i) / exact(i) - 1));
    expect(Math.max(...from((i) => last(rows[i]!)))).toBeLessThan(1e-13);
    expect(Math.min(...from((i) => theirs(rows[i]!)))).toBeGreaterThan(1e-10);
  });
});
