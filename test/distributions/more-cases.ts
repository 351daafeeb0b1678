/**
 * Closed forms of more families.
 */
import {
  beta,
  cauchy,
  gamma,
  gumbel,
  inverseGamma,
  laplace,
  logistic,
  studentT,
  truncatedNormal,
} from '../../src/distributions/index.js';
import type { Case } from './case.js';
import { betaCdf, gammaCdf, logGamma, normalCdf } from './special.js';

const { abs, exp, PI, sqrt, log, atan } = Math;
const phi = (z: number): number => exp((-z * z) / 2) / sqrt(2 * PI);

const sinh = {
  x: (u: number) => Math.sinh(u),
  logSlope: (u: number) => log(Math.cosh(u)),
};

function betaMoments(a: number, b: number): readonly [number, number, number] {
  const n = a + b;
  const excess = (6 * ((a - b) ** 2 * (n + 1) - a * b * (n + 2))) / (a * b * (n + 2) * (n + 3));
  return [a / n, (a * b) / (n * n * (n + 1)), 3 + excess];
}

/** Mean ½, and moments of the standard normal on [−1, 1] by parts: m₂ = 1 − 2φ(1)/Z, m₄ = 3m₂ − 2φ(1)/Z. */
function truncatedMoments(): readonly [number, number, number] {
  const end = (2 * phi(1)) / (normalCdf(1) - normalCdf(-1));
  const [m2, m4] = [1 - end, 3 * (1 - end) - end];
  return [0.5, 2.25 * m2, m4 / m2 ** 2];
}

/** Mean and variance of the standard normal above a. */
function tailMoments(a: number): readonly [number, number] {
  const mean = phi(a) / normalCdf(-a);
  return [mean, 1 + a * mean - mean * mean];
}

export const moreCases: readonly Case[] = [
  {
    name: 'laplace',
    make: laplace,
    params: [0.6, 1.4],
    density: (x, m, s) => exp(-abs(x - m!) / s!) / (2 * s!),
    cdf: (x, m, s) => (x < m! ? exp((x - m!) / s!) / 2 : 1 - exp((m! - x) / s!) / 2),
    moments: [0.6, 2 * 1.96, 6],
    cover: [1, -1].map((sign) => ({ x: (u: number) => 0.6 + sign * exp(u), logSlope: (u: number) => u })),
    inside: [-30, -1, 0.5, 2, 20],
    outside: [],
  },
  {
    name: 'cauchy',
    make: cauchy,
    params: [-0.3, 0.7],
    density: (x, m, s) => 1 / (PI * s! * (1 + ((x - m!) / s!) ** 2)),
    cdf: (x, m, s) => 0.5 + atan((x - m!) / s!) / PI,
    stated: [NaN, NaN],
    cover: [sinh],
    inside: [-1e4, -2, 0.1, 3, 1e6],
    outside: [],
  },
  {
    name: 'studentT',
    make: studentT,
    params: [6.5, 0.4, 1.2],
    density: (x, v, m, s) =>
      exp(logGamma((v! + 1) / 2) - logGamma(v! / 2)) /
      (s! * sqrt(v! * PI) * (1 + ((x - m!) / s!) ** 2 / v!) ** ((v! + 1) / 2)),
    cdf: (x, v, m, s) => {
      const z = (x - m!) / s!;
      const tail = betaCdf(v! / (v! + z * z), v! / 2, 0.5) / 2;
      return z < 0 ? tail : 1 - tail;
    },
    // kurtosis 3 + 6/(ν − 4)
    moments: [0.4, (1.44 * 6.5) / 4.5, 3 + 6 / 2.5],
    cover: [sinh],
    quantile: false,
    inside: [-40, -1, 0.4, 2, 100],
    outside: [],
  },
  {
    name: 'gamma',
    make: gamma,
    params: [1.7, 0.8],
    density: (x, a, r) => exp(a! * log(r!) + (a! - 1) * log(x) - r! * x - logGamma(a!)),
    cdf: (x, a, r) => gammaCdf(r! * x, a!),
    moments: [1.7 / 0.8, 1.7 / 0.64, 3 + 6 / 1.7],
    inside: [1e-6, 0.3, 2, 30],
    outside: [-1e-12, -3],
  },
  {
    name: 'gamma with a pole',
    make: gamma,
    params: [0.9, 2],
    density: (x, a, r) => exp(a! * log(r!) + (a! - 1) * log(x) - r! * x - logGamma(a!)),
    cdf: (x, a, r) => gammaCdf(r! * x, a!),
    moments: [0.45, 0.225, 3 + 6 / 0.9],
    inside: [1e-6, 0.3, 2, 20],
    outside: [-1e-12, -3],
  },
  {
    name: 'inverseGamma',
    make: inverseGamma,
    params: [6.2, 3],
    density: (x, a, s) => exp(a! * log(s!) - (a! + 1) * log(x) - s! / x - logGamma(a!)),
    cdf: (x, a, s) => 1 - gammaCdf(s! / x, a!),
    moments: [3 / 5.2, 9 / (5.2 ** 2 * 4.2), 3 + (6 * (5 * 6.2 - 11)) / ((6.2 - 3) * (6.2 - 4))],
    inside: [0.05, 0.5, 2, 40],
    outside: [0, -1e-12, -3],
  },
  {
    name: 'beta',
    make: beta,
    params: [0.9, 2.3],
    density: (x, a, b) =>
      exp((a! - 1) * log(x) + (b! - 1) * log(1 - x) + logGamma(a! + b!) - logGamma(a!) - logGamma(b!)),
    cdf: (x, a, b) => betaCdf(x, a!, b!),
    moments: betaMoments(0.9, 2.3),
    quantile: false,
    inside: [1e-6, 0.1, 0.5, 0.8],
    outside: [-1e-12, 1.000001, 3],
  },
  {
    name: 'gumbel',
    make: gumbel,
    params: [-0.4, 1.2],
    density: (x, m, s) => exp(-(x - m!) / s! - exp(-(x - m!) / s!)) / s!,
    cdf: (x, m, s) => exp(-exp(-(x - m!) / s!)),
    moments: [-0.4 + 1.2 * 0.5772156649015329, (1.44 * PI ** 2) / 6, 5.4],
    cover: [sinh],
    inside: [-3, 0.1, 2, 40],
    outside: [],
  },
  {
    name: 'logistic',
    make: logistic,
    params: [0.3, 0.8],
    density: (x, m, s) => 1 / (4 * s! * Math.cosh((x - m!) / (2 * s!)) ** 2),
    cdf: (x, m, s) => 1 / (1 + exp(-(x - m!) / s!)),
    moments: [0.3, (0.64 * PI ** 2) / 3, 4.2],
    inside: [-20, -1, 0.5, 20],
    outside: [],
  },
  {
    name: 'truncatedNormal',
    make: (m, s, a, b) => truncatedNormal(m!, s!, { low: a!, high: b! }),
    params: [0.5, 1.5, -1, 2],
    density: (x, m, s, a, b) =>
      phi((x - m!) / s!) / (s! * (normalCdf((b! - m!) / s!) - normalCdf((a! - m!) / s!))),
    cdf: (x, m, s, a, b) => {
      const [low, high] = [normalCdf((a! - m!) / s!), normalCdf((b! - m!) / s!)];
      return (normalCdf((x - m!) / s!) - low) / (high - low);
    },
    // a = −1, b = 1 in units of the scale: symmetric
    moments: truncatedMoments(),
    ends: [-1, 2],
    inside: [-1, -0.3, 0.4, 1.6],
    outside: [-1.000001, 2.1, 1e9],
  },
  {
    name: 'truncatedNormal, one-sided',
    make: (m, s, a) => truncatedNormal(m!, s!, { low: a! }),
    params: [0, 1, 3],
    density: (x, m, s, a) => phi((x - m!) / s!) / (s! * normalCdf((m! - a!) / s!)),
    cdf: (x, m, s, a) => 1 - normalCdf((m! - x) / s!) / normalCdf((m! - a!) / s!),
    stated: tailMoments(3),
    ends: [3, 50],
    inside: [3, 3.2, 4, 9],
    outside: [2.9, -5],
  },
];
