/**
 * Closed forms of the families, written independently of the library: densities, distribution functions, moments.
 */
import {
  exponential,
  halfCauchy,
  halfNormal,
  logNormal,
  normal,
  uniform,
} from '../../src/distributions/index.js';
import type { Case } from './case.js';
import { moreCases } from './more-cases.js';
import { normalCdf } from './special.js';

export type { Case } from './case.js';
export { normalCdf } from './special.js';

const { exp, PI, sqrt, log, atan } = Math;
const phi = (z: number): number => exp((-z * z) / 2) / sqrt(2 * PI);
const [h2, h4] = [1 - 2 / PI, 3 - 4 / PI - 12 / PI ** 2];

export const cases: readonly Case[] = [
  {
    name: 'normal',
    make: normal,
    params: [0.7, 1.3],
    density: (x, m, s) => phi((x - m!) / s!) / s!,
    cdf: (x, m, s) => normalCdf((x - m!) / s!),
    moments: [0.7, 1.69, 3],
    inside: [-6, -0.5, 0.7, 2, 30],
    outside: [],
  },
  {
    name: 'halfNormal',
    make: halfNormal,
    params: [2.5],
    density: (x, s) => (2 / s!) * phi(x / s!),
    cdf: (x, s) => 2 * normalCdf(x / s!) - 1,
    moments: [2.5 * sqrt(2 / PI), 6.25 * h2, h4 / h2 ** 2],
    inside: [0, 1e-9, 0.3, 2.5, 20],
    outside: [-1e-12, -1, -1e200],
  },
  {
    name: 'halfCauchy',
    make: halfCauchy,
    params: [5],
    density: (x, s) => 2 / (PI * s! * (1 + (x / s!) ** 2)),
    cdf: (x, s) => (2 / PI) * atan(x / s!),
    inside: [0, 1e-8, 1, 5, 1e4],
    outside: [-1e-12, -3],
  },
  {
    name: 'logNormal',
    make: logNormal,
    params: [0.4, 0.3],
    density: (x, m, s) => phi((log(x) - m!) / s!) / (x * s!),
    cdf: (x, m, s) => normalCdf((log(x) - m!) / s!),
    // μ₄/σ⁴ = w⁴ + 2w³ + 3w² − 3 with w = exp(s²)
    moments: [exp(0.445), (exp(0.09) - 1) * exp(0.89), exp(0.36) + 2 * exp(0.27) + 3 * exp(0.18) - 3],
    inside: [0.05, 0.9, 1.5, 40],
    outside: [0, -1e-12, -2],
  },
  {
    name: 'exponential',
    make: exponential,
    params: [0.8],
    density: (x, r) => r! * exp(-r! * x),
    cdf: (x, r) => 1 - exp(-r! * x),
    moments: [1.25, 1.5625, 9],
    inside: [0, 0.2, 3, 100],
    outside: [-1e-12, -4],
  },
  {
    name: 'uniform',
    make: uniform,
    params: [-1.5, 2.5],
    density: (_, a, b) => 1 / (b! - a!),
    cdf: (x, a, b) => (x - a!) / (b! - a!),
    moments: [0.5, 16 / 12, 1.8],
    ends: [-1.5, 2.5],
    inside: [-1.5, 0, 1.1, 2.5],
    outside: [-1.500001, 2.6, 1e9],
  },
  ...moreCases,
];

/** Kolmogorov–Smirnov: √n·sup|F̂ − F| of a sample. */
export function kolmogorov(sample: Iterable<number>, cdf: (x: number) => number): number {
  const x = Float64Array.from(sample).sort();
  const n = x.length;
  let d = 0;
  x.forEach((v, i) => {
    const f = cdf(v);
    d = Math.max(d, f - i / n, (i + 1) / n - f);
  });
  return d * Math.sqrt(n);
}

/** The value that √n·D exceeds with probability α as n → ∞ (first term of the Kolmogorov series). */
export const kolmogorovLimit = (alpha: number): number => Math.sqrt(-0.5 * Math.log(alpha / 2));

/** z-scores of a sample's mean and variance against known moments; kurtosis μ₄/σ⁴ gives the variance's own spread. */
export function momentScores(
  sample: ArrayLike<number>,
  [mean, variance, kurtosis]: readonly [number, number, number],
): [number, number] {
  const n = sample.length;
  let [m, v] = [0, 0];
  for (let i = 0; i < n; i++) m += sample[i]! / n;
  for (let i = 0; i < n; i++) v += (sample[i]! - mean) ** 2 / n;
  return [(m - mean) / Math.sqrt(variance / n), (v - variance) / (variance * Math.sqrt((kurtosis - 1) / n))];
}

/** ∫ f by the trapezoidal rule on [−a, a], exponentially convergent for analytic f that vanish at the ends. */
export function integrate(values: ArrayLike<number>, step: number): number {
  let s = 0;
  for (let i = 0; i < values.length; i++) s += values[i]! * step;
  return s;
}
