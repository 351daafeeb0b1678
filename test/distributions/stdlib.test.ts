/** Log densities of families of one number against @stdlib; where the two differ, mpmath decides. */
import { readFileSync } from 'node:fs';
import stdBeta from '@stdlib/stats-base-dists-beta-logpdf';
import stdBinomial from '@stdlib/stats-base-dists-binomial-logpmf';
import stdCauchy from '@stdlib/stats-base-dists-cauchy-logpdf';
import stdExponential from '@stdlib/stats-base-dists-exponential-logpdf';
import stdGamma from '@stdlib/stats-base-dists-gamma-logpdf';
import stdGeometric from '@stdlib/stats-base-dists-geometric-logpmf';
import stdGumbel from '@stdlib/stats-base-dists-gumbel-logpdf';
import stdInvgamma from '@stdlib/stats-base-dists-invgamma-logpdf';
import stdLaplace from '@stdlib/stats-base-dists-laplace-logpdf';
import stdLogistic from '@stdlib/stats-base-dists-logistic-logpdf';
import stdLognormal from '@stdlib/stats-base-dists-lognormal-logpdf';
import stdNormal from '@stdlib/stats-base-dists-normal-logpdf';
import stdPoisson from '@stdlib/stats-base-dists-poisson-logpmf';
import stdT from '@stdlib/stats-base-dists-t-logpdf';
import stdUniform from '@stdlib/stats-base-dists-uniform-logpdf';
import { describe, expect, test } from 'vitest';
import * as adjoint from '../../src/index.js';
import { hostOf, tensor, type Dist, type Num } from '../../src/index.js';

/** Relative. */
const TOLERANCE = 1e-12;

/** x and the parameters. */
type Point = readonly number[];

interface Family {
  readonly make: (...params: Num[]) => Dist<any, any>;
  readonly theirs: (...point: number[]) => number;
  readonly params: readonly (readonly number[])[];
  readonly xs: readonly number[];
  /** Points at which @stdlib is off, with the value (mpmath, 40 digits), and why it is. */
  readonly off?: { readonly why: string; readonly points: readonly (readonly [at: Point, value: number])[] };
}

const locs = [-3, 0, 2.5];
const onReals = [-50, -1.5, 0, 0.3, 2.5, 7, 60];
const onPositive = [1e-8, 0.3, 1, 2.5, 42, 900];

const families: Readonly<Record<string, Family>> = {
  normal: { make: adjoint.normal, theirs: stdNormal, params: [locs, [0.01, 1, 30]], xs: onReals },
  halfNormal: {
    make: adjoint.halfNormal,
    theirs: (x, scale) => stdNormal(x!, 0, scale!) + Math.LN2,
    params: [[0.2, 1, 30]],
    xs: onPositive,
  },
  logNormal: { make: adjoint.logNormal, theirs: stdLognormal, params: [locs, [0.01, 1, 30]], xs: onPositive },
  laplace: { make: adjoint.laplace, theirs: stdLaplace, params: [locs, [0.01, 1, 30]], xs: onReals },
  cauchy: { make: adjoint.cauchy, theirs: stdCauchy, params: [locs, [0.01, 1, 30]], xs: [...onReals, 1e5] },
  halfCauchy: {
    make: adjoint.halfCauchy,
    theirs: (x, scale) => stdCauchy(x!, 0, scale!) + Math.LN2,
    params: [[0.2, 1, 30]],
    xs: onPositive,
  },
  gumbel: { make: adjoint.gumbel, theirs: stdGumbel, params: [locs, [0.2, 1, 30]], xs: onReals },
  logistic: { make: adjoint.logistic, theirs: stdLogistic, params: [locs, [0.2, 1, 30]], xs: onReals },
  exponential: {
    make: adjoint.exponential,
    theirs: stdExponential,
    params: [[0.01, 1, 30]],
    xs: [0, ...onPositive],
  },
  uniform: {
    make: adjoint.uniform,
    theirs: stdUniform,
    params: [
      [-3, 0],
      [0.01, 1, 30],
    ],
    xs: [0, 0.005],
  },
  studentT: {
    make: (df, loc, scale) => adjoint.studentT(df!, loc, scale),
    theirs: (x, df, loc, scale) => stdT((x! - loc!) / scale!, df!) - Math.log(scale!),
    params: [[0.3, 1, 2.5, 7, 30, 1e3, 1e6], [0], [1]],
    xs: [-50, -1.5, 0, 0.3, 2.5, 7, 1e5],
    off: {
      why: 'differences of log Γ at half a million',
      points: [
        [[-1.5, 1e6, 0, 1], -2.0439386425803057],
        [[0.3, 1e6, 0, 1], -0.9639388261796707],
        [[2.5, 1e6, 0, 1], -4.043932142610597],
        [[7, 1e6, 0, 1], -25.418363052211888],
      ],
    },
  },
  gamma: {
    make: adjoint.gamma,
    theirs: stdGamma,
    params: [
      [0.01, 0.5, 1, 3.3, 40],
      [0.02, 1, 7],
    ],
    xs: [0.05, 0.3, 1, 2.5, 42],
    off: {
      why: 'the logarithm of a density that underflows',
      points: [
        [[900, 0.01, 1], -911.3338506937331],
        [[900, 0.5, 3], -2703.424256180253],
        [[900, 1, 2], -1799.30685281944],
        [[1e-8, 3000, 50], -64523.5710208066],
        [[0.3, 3000, 50], -12905.663909366942],
        [[1, 3000, 50], -9329.949469193456],
        [[900, 3000, 50], -33879.56757398385],
      ],
    },
  },
  inverseGamma: {
    make: adjoint.inverseGamma,
    theirs: stdInvgamma,
    params: [
      [0.01, 0.5, 1, 3.3, 40, 1e3],
      [0.02, 1, 7],
    ],
    xs: onPositive,
  },
  beta: {
    make: adjoint.beta,
    theirs: stdBeta,
    params: [
      [0.01, 0.5, 1, 3.3, 40, 1e3],
      [0.02, 1, 7, 300],
    ],
    xs: [1e-8, 0.1, 0.5, 0.77, 0.999],
  },
  flip: {
    make: adjoint.flip,
    theirs: (x, p) => stdBinomial(x!, 1, p!),
    params: [[1e-9, 0.3, 0.5, 0.99]],
    xs: [0, 1],
  },
  poisson: {
    make: adjoint.poisson,
    theirs: stdPoisson,
    params: [[0.01, 1, 7.3, 200]],
    xs: [0, 1, 2, 7, 30, 170, 171, 500],
  },
  binomial: {
    make: adjoint.binomial,
    theirs: stdBinomial,
    params: [
      [1, 7, 60, 1000],
      [0.001, 0.3, 0.5, 0.99],
    ],
    xs: [0, 1, 2, 7, 30, 171, 1000],
  },
  geometric: {
    make: adjoint.geometric,
    theirs: stdGeometric,
    params: [[0.001, 0.3, 0.5, 0.99, 1]],
    xs: [0, 1, 2, 7, 30, 171],
    off: { why: '0 · log 0', points: [[[0, 1], 0]] },
  },
};

interface Row {
  readonly family: string;
  readonly params: number[];
  readonly x: number;
}
const { values } = JSON.parse(
  readFileSync(new URL('./fixtures/log-densities.json', import.meta.url), 'utf8'),
) as { values: Row[] };

const pointsOf = (name: string, { params, xs }: Family): readonly Point[] => [
  ...[xs, ...params].reduce<Point[]>((rows, list) => rows.flatMap((r) => list.map((v) => [...r, v])), [[]]),
  ...values.filter((r) => r.family === name).map((r) => [r.x, ...r.params]),
];

function ours({ make }: Family, points: readonly Point[]): ArrayLike<number> {
  const [x, ...params] = points[0]!.map((_, k) => tensor(points.map((p) => p[k]!)));
  return hostOf(make(...params).logProb(x!)).data;
}

/** Whether a value is the other. */
const near = (found: number, value: number): boolean =>
  found === value || (Number.isFinite(value) && Math.abs(found - value) <= TOLERANCE * Math.abs(value));

describe.each(Object.entries(families))('%s', (name, family) => {
  const points = pointsOf(name, family);
  const found = ours(family, points);
  const differing = (factor: number): readonly Point[] =>
    points.filter((p, i) => !near(found[i]! * factor, family.theirs(...p)));
  const off = family.off?.points ?? [];

  test('is that of @stdlib, but for points that are known', () => {
    const known = new Set(off.map(([at]) => at.join()));
    expect(new Set(differing(1).map((p) => p.join()))).toEqual(known);
  });
  test('there it is that of mpmath, and @stdlib is not', () => {
    if (off.length === 0) return;
    const here = ours(
      family,
      off.map(([at]) => at),
    );
    off.forEach(([at, value], i) => {
      expect(near(here[i]!, value), at.join()).toBe(true);
      expect(near(family.theirs(...at), value), at.join()).toBe(false);
    });
  });
  test('and a factor of 1 + 1e-9 is caught', () => {
    expect(differing(1 + 1e-9).length).toBeGreaterThan(points.length / 2);
  });
});
