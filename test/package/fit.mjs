// A fit with the packed package, in plain Node: run in an empty folder in which the package and its peer are installed.
import { adam, averaged, elbo, fit, fullRank, gen, key, normal, observe, sample, tensor } from 'adjoint';
import * as tf from '@tensorflow/tfjs-core';
import { gradientEstimator } from 'adjoint/transforms';

const x = Array.from({ length: 10 }, (_, i) => i - 4.5);
const y = [-3.9, -2.6, -2.2, -0.7, 0.4, 0.9, 2.3, 3.1, 3.6, 5.2];

// y ~ Normal(a + b x, 1), a and b ~ Normal(0, 3)
const line = gen(function* (x, y) {
  const a = yield* sample('a', normal(0, 3));
  const b = yield* sample('b', normal(0, 3));
  yield* observe('y', normal(tf.add(a, tf.mul(b, x)), 1), y);
});

const model = line(tensor(x), tensor(y));
const guide = fullRank(model);
const { average } = fit(
  gradientEstimator((q) => elbo(model, guide(q), { particles: 8 })),
  { params: guide.params, optimizer: averaged(adam(0.02), { start: 200 }), steps: 600, key: key('package') },
).runSync();
const { a, b } = guide.moments(average, { key: key('moments') });

// x has mean 0, so a and b are independent: precision n + 1/9 and Σ x² + 1/9
const sum = (f) => x.reduce((s, _, i) => s + f(i), 0);
const exact = [
  { name: 'a', precision: 10 + 1 / 9, mean: sum((i) => y[i]) / (10 + 1 / 9) },
  {
    name: 'b',
    precision: sum((i) => x[i] ** 2) + 1 / 9,
    mean: sum((i) => x[i] * y[i]) / (sum((i) => x[i] ** 2) + 1 / 9),
  },
];
const rows = exact.map(({ name, precision, mean }, i) => {
  const found = [a, b][i];
  return {
    name,
    error: (found.mean[0] - mean) * Math.sqrt(precision),
    ratio: found.sd[0] * Math.sqrt(precision),
  };
});
const text = rows
  .map((r) => `${r.name}: error ${r.error.toFixed(3)} SD, SD ratio ${r.ratio.toFixed(3)}`)
  .join('; ');
const ok = rows.every((r) => Math.abs(r.error) < 0.1 && Math.abs(r.ratio - 1) < 0.1);
console.log(`${ok ? 'ok' : 'FAILED'}: full-rank fit of ten points, ${text}`);
if (!ok) process.exitCode = 1;
