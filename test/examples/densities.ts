/** The log densities of the six models once more, in plain JavaScript and straight from the files' sentences. */
import { readFileSync } from 'node:fs';

/** Values of parameters by name. */
export type Point = Readonly<Record<string, number | readonly number[]>>;

const read = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../../examples/data/posteriordb/${name}.json`, import.meta.url), 'utf8'))
    .data;

const normal = (x: number, m: number, s: number): number =>
  -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
const halfNormal = (x: number, s: number): number => Math.LN2 + normal(x, 0, s);
const halfCauchy = (x: number, s: number): number =>
  Math.log(2 / Math.PI) - Math.log(s) - Math.log(1 + (x / s) ** 2);
const sum = (n: number, f: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < n; i++) total += f(i);
  return total;
};

/** log p(parameters, data) of each model, by the name of its file. */
export const densities: Readonly<Record<string, (p: any) => number>> = {
  kidscore_momiq({ beta, sigma }) {
    const { N, kid_score, mom_iq } = read('kidscore_momiq');
    return halfCauchy(sigma, 2.5) + sum(N, (n) => normal(kid_score[n], beta[0] + beta[1] * mom_iq[n], sigma));
  },
  mesquite_logvolume({ beta, sigma }) {
    const { N, weight, diam1, diam2, canopy_height } = read('mesquite_logvolume');
    const volume = (n: number): number => diam1[n] * diam2[n] * canopy_height[n];
    return sum(N ?? weight.length, (n) =>
      normal(Math.log(weight[n]), beta[0] + beta[1] * Math.log(volume(n)), sigma),
    );
  },
  sblrc({ beta, sigma }) {
    const { N, D, X, y } = read('sblrc');
    const prior = sum(D, (d) => normal(beta[d], 0, 10)) + halfNormal(sigma, 10);
    return (
      prior +
      sum(N, (n) =>
        normal(
          y[n],
          sum(D, (d) => X[n][d] * beta[d]),
          sigma,
        ),
      )
    );
  },
  wells_dist({ beta }) {
    const { N, switched, dist } = read('wells_dist');
    return sum(N, (n) => {
      const logit = beta[0] + beta[1] * dist[n];
      return (switched[n] === 1 ? logit : 0) - Math.log(1 + Math.exp(logit));
    });
  },
  arK({ alpha, beta, sigma }) {
    const { K, T, y } = read('arK');
    let total = normal(alpha, 0, 10) + sum(K, (k) => normal(beta[k], 0, 10)) + halfCauchy(sigma, 2.5);
    for (let t = K; t < T; t++) {
      total += normal(y[t], alpha + sum(K, (k) => beta[k] * y[t - k - 1]), sigma);
    }
    return total;
  },
  eight_schools({ mu, tau, eta }) {
    const { J, y, sigma } = read('eight_schools');
    const prior = normal(mu, 0, 5) + halfCauchy(tau, 5) + sum(J, (j) => normal(eta[j], 0, 1));
    return prior + sum(J, (j) => normal(y[j], mu + tau * eta[j], sigma[j]));
  },
};

/** Three points at which to compare. */
export const points: Readonly<Record<string, readonly Point[]>> = {
  kidscore_momiq: [
    { beta: [25.9, 0.61], sigma: 18.3 },
    { beta: [0, 0], sigma: 1 },
    { beta: [-3, 1.2], sigma: 40 },
  ],
  mesquite_logvolume: [
    { beta: [5.2, 0.72], sigma: 0.43 },
    { beta: [0, 0], sigma: 1 },
    { beta: [4, -0.5], sigma: 3 },
  ],
  sblrc: [
    { beta: [1, 1, 1, 1, 1], sigma: 1.04 },
    { beta: [0, 0, 0, 0, 0], sigma: 300 },
    { beta: [0.5, -1, 2, 0.25, 1], sigma: 20 },
  ],
  wells_dist: [{ beta: [0.6, -0.006] }, { beta: [0, 0] }, { beta: [-1, 0.02] }],
  arK: [
    { alpha: 0, beta: [0.69, 0.44, 0.11, -0.04, -0.3], sigma: 0.15 },
    { alpha: 1, beta: [0, 0, 0, 0, 0], sigma: 1 },
    { alpha: -0.3, beta: [0.1, -0.2, 0.3, -0.4, 0.5], sigma: 0.7 },
  ],
  eight_schools: [
    { mu: 4.4, tau: 3.6, eta: [0.5, 0.1, -0.1, 0.1, -0.2, -0.1, 0.5, 0.1] },
    { mu: 0, tau: 1, eta: [0, 0, 0, 0, 0, 0, 0, 0] },
    { mu: -5, tau: 12, eta: [1, -1, 2, -2, 0.5, -0.5, 3, -3] },
  ],
};
