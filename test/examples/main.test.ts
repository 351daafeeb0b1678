import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { jvp, stopGradient } from 'adjoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { barsOf, type Bar } from '../../examples/main/bars.js';
import { ridge } from '../../examples/main/closed-form.js';
import { difference, relativeError } from '../../examples/main/differences.js';
import { halves, textbook } from '../../examples/main/hyperparameters.js';
import { jsonOf, plannedSteps, runMain, type MainResult } from '../../examples/main/job.js';
import { checkLayer } from '../../examples/main/layers.js';
import { pageOf } from '../../examples/main/page.js';
import { conditionalRatios } from '../../examples/main/statistics.js';
import { writeReport } from '../../examples/main/write-report.js';
import { packageRoot } from '../../examples/root.js';

let result: MainResult;
const labels: string[] = [];
beforeAll(() => {
  result = runMain(false, (label) => labels.push(label));
}, 120_000);

describe('the main job', () => {
  it('meets every bar', () => {
    const failed = result.bars
      .filter((b) => !b.pass)
      .map((b) => `${b.name}: ${b.found} not in [${b.low}, ${b.high}]`);
    expect(failed).toEqual([]);
    // 5 near-Gaussian posteriors with 4 bars each, one hierarchy, 2 layers with 3 each, 3 of hyperparameters
    expect(result.bars).toHaveLength(5 * 4 + 1 + 2 * 3 + 3);
  });

  it('solves its layers', () => {
    expect(result.layers.map((l) => l.status)).toEqual(['converged', 'converged']);
  });

  it('tells its progress to the end', () => {
    expect(labels).toHaveLength(plannedSteps(false));
  });

  it('gives JSON of the stated form', () => {
    const json = JSON.parse(JSON.stringify(jsonOf(result)));
    expect(Object.keys(json)).toEqual(['fits', 'layers', 'bilevel', 'seconds']);
    expect(json.fits).toHaveLength(12);
    for (const fit of json.fits) {
      expect(Object.keys(fit)).toEqual(['data', 'guide', 'seconds', 'parameters']);
      expect(['meanField', 'fullRank']).toContain(fit.guide);
      for (const p of fit.parameters) {
        expect(Object.keys(p)).toEqual(['name', 'mean', 'sd', 'refMean', 'refSd', 'error', 'sdRatio']);
        expect(p.error).toBeCloseTo((p.mean - p.refMean) / p.refSd, 12);
        expect(p.sdRatio).toBeCloseTo(p.sd / p.refSd, 12);
      }
    }
    const names = (data: string): string[] =>
      json.fits.find((f: any) => f.data === data).parameters.map((p: any) => p.name);
    expect(names('eight_schools')).toEqual([
      ...Array.from({ length: 8 }, (_, i) => `theta[${i}]`),
      'mu',
      'tau',
    ]);
    expect(names('arK')).toEqual(['alpha', 'beta[0]', 'beta[1]', 'beta[2]', 'beta[3]', 'beta[4]', 'sigma']);
    expect(json.layers.map((l: any) => Object.keys(l))).toEqual([
      ['data', 'jvpError', 'vjpError', 'hessianError'],
      ['data', 'jvpError', 'vjpError', 'hessianError'],
    ]);
    expect(Object.keys(json.bilevel.hypergradientError)).toEqual(['implicitCg', 'unrolled']);
    expect(Object.keys(json.bilevel.validation)).toEqual(['none', 'shared', 'perFeature']);
  });

  it('makes a page of all it found', async () => {
    const page = await pageOf(result);
    for (const text of ['eight_schools', 'wells_dist', 'beta[4]', 'Penalties on their way', 'PASS']) {
      expect(page).toContain(text);
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity|FAIL/);
    expect(page.match(/<svg /g)).toHaveLength(6 * 2 + 2 + 2);
    expect(page.length).toBeLessThan(400_000);
  });

  it('keeps its results where the page cannot be written', async () => {
    const inFile = path.join(packageRoot(), 'package.json', 'report.html');
    expect(await writeReport(result, inFile)).toEqual({
      kind: 'lost',
      reason: expect.stringContaining('package.json'),
    });
  });
});

describe('the bars', () => {
  /** The bars that fail of a result changed by `f`. */
  const failed = (f: (copy: any) => void): string[] => {
    const copy = structuredClone({ fits: result.fits, layers: result.layers, bilevel: result.bilevel });
    f(copy);
    return barsOf(copy as MainResult)
      .filter((b: Bar) => !b.pass)
      .map((b: Bar) => b.name);
  };
  const fitOf = (copy: any, data: string, guide: string): any =>
    copy.fits.find((f: any) => f.data === data && f.guide === guide);

  it('do not take a mean-field guide that reports the true SDs', () => {
    const found = failed((copy) => {
      for (const p of fitOf(copy, 'sblrc', 'meanField').parameters) p.sdRatio = 1;
    });
    expect(found).toEqual(['sblrc, mean-field: smallest SD ratio']);
  });

  it('do not take a shifted mean, an SD that is off, or NaN', () => {
    const shifted = failed((copy) => (fitOf(copy, 'arK', 'fullRank').parameters[3].error = -0.16));
    expect(shifted).toEqual(['arK, full-rank: largest error of a mean, SDs']);
    const wide = failed((copy) => (fitOf(copy, 'wells_dist', 'fullRank').parameters[1].sdRatio = 1.26));
    expect(wide).toEqual(['wells_dist, full-rank: largest SD ratio']);
    const lost = failed((copy) => (fitOf(copy, 'eight_schools', 'fullRank').parameters[0].error = NaN));
    expect(lost).toEqual(['eight_schools, full-rank: largest error of a mean, SDs']);
  });

  it('do not take wrong derivatives or a loss that rises', () => {
    expect(failed((copy) => (copy.layers[1].hessianError = 2e-7))).toHaveLength(1);
    expect(failed((copy) => (copy.bilevel.hypergradientError.implicitCg = 2e-9))).toHaveLength(1);
    expect(failed((copy) => (copy.bilevel.validation.shared = 0.23))).toHaveLength(1);
    expect(failed((copy) => (copy.bilevel.validation.perFeature = 0.2201))).toHaveLength(1);
  });
});

describe('the closed form of ridge', () => {
  it('is the published one', () => {
    const { train, validation, logPenalties } = textbook();
    const { w, loss, hypergradient } = ridge(train, validation, logPenalties.map(Math.exp));
    const close = (found: number[], right: number[]): void =>
      found.forEach((x, i) => expect(x).toBeCloseTo(right[i]!, 11));
    close(w, [0.451365947309, 0.081667040521, -0.141939828002]);
    close([loss], [0.4488752291436542]);
    close(hypergradient, [-0.118744040061, -0.02035595567, -0.008710468544]);
  });

  it('has the hypergradient of its own loss, on diabetes', () => {
    const { train, validation, features } = halves();
    const at = features.map((_, j) => -2 + Math.cos(j));
    const lossAlong = (j: number) =>
      difference((h) => [
        ridge(
          train,
          validation,
          at.map((l, i) => Math.exp(l + (i === j ? h : 0))),
        ).loss,
      ])[0]!;
    const right = features.map((_, j) => lossAlong(j));
    const found = ridge(train, validation, at.map(Math.exp)).hypergradient;
    expect(relativeError(found, right)).toBeLessThan(1e-9);
    expect(
      relativeError(
        found.map((x) => x * (1 + 1e-8)),
        right,
      ),
    ).toBeGreaterThan(1e-9);
  });

  it('splits the rows in halves of which one tells nothing of the other', () => {
    const { train, validation } = halves();
    expect([train.x.length, validation.x.length]).toEqual([221, 221]);
    const mean = train.x.reduce((s, row) => s + row[2]!, 0) / 221;
    expect(mean).toBeCloseTo(0, 12);
    expect(Math.abs(validation.x.reduce((s, row) => s + row[2]!, 0) / 221)).toBeGreaterThan(1e-3);
  });
});

describe('what the job measures with', () => {
  const lanes = [
    [0.1, -0.4],
    [0.7, 0.2],
  ];
  const curved = (l: tf.Tensor): tf.Tensor => tf.mul(tf.exp(l), tf.sum(tf.square(l)));

  it('takes a right layer, and tells a wrong derivative', () => {
    const check = (layer: (l: tf.Tensor) => tf.Tensor) =>
      checkLayer({ data: '', fit: '', status: 'converged', layer, lanes });
    const right = check(curved);
    expect(Math.max(right.jvpError, right.vjpError, right.hessianError)).toBeLessThan(1e-9);
    // the same values, a part in a million of the derivative missing
    const short = check((l) => tf.add(tf.mul(1 - 1e-6, curved(l)), tf.mul(1e-6, stopGradient(curved(l)))));
    expect(Math.min(short.jvpError, short.vjpError)).toBeGreaterThan(1e-7);
    // the same values and first derivatives, no second ones
    const tangent = check((l) => {
      const at = stopGradient(l);
      const [value, slope] = jvp(curved, [at], [tf.sub(l, at)]);
      return tf.add(value, slope);
    });
    expect(Math.max(tangent.jvpError, tangent.vjpError)).toBeLessThan(1e-9);
    expect(tangent.hessianError).toBeGreaterThan(0.1);
  });

  it('differences are right to twelve digits', () => {
    expect(
      relativeError(
        difference((h) => [Math.exp(1 + h), Math.sin(1 + h)]),
        [Math.E, Math.cos(1)],
      ),
    ).toBeLessThan(1e-12);
  });

  it('conditional SDs of a correlated pair', () => {
    const n = 40_000;
    const draws = [new Float64Array(n), new Float64Array(n)] as const;
    // a low-discrepancy pair of normal numbers by Box and Muller, correlated 0.8
    for (let i = 0; i < n; i++) {
      const r = Math.sqrt(-2 * Math.log(1 - (i + 0.5) / n));
      const angle = 2 * Math.PI * ((i * 0.6180339887498949) % 1);
      const [a, b] = [r * Math.cos(angle), r * Math.sin(angle)];
      draws[0][i] = a;
      draws[1][i] = 1000 * (0.8 * a + 0.6 * b);
    }
    const ratios = conditionalRatios(draws.map((values, i) => ({ name: `${i}`, values })));
    ratios.forEach((r) => expect(r).toBeCloseTo(0.6, 3));
  });

  it('files are found from the package root', () => {
    expect(existsSync(path.join(packageRoot(), 'examples', 'data', 'posteriordb', 'README.md'))).toBe(true);
  });
});
