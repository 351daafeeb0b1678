/** Whether live memory stays flat while fitting. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { adam, elbo, fit, key, meanField } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { program } from '../../examples/posteriors/eight_schools.js';
import { steadiness, type Row } from './harness.js';

/** Bytes alive after a full collection. */
function live(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The rows of this benchmark. */
export function memory(): Row[] {
  const guide = meanField(program);
  const estimator = gradientEstimator((q: typeof guide.params) => elbo(program, guide(q)));
  const options = { params: guide.params, optimizer: adam(0.01), steps: 3000, key: key(0) };
  const training = fit(estimator, options);
  let state = training.step(training.init(), 1000).state;
  const before = { bytes: live(), tensors: tf.memory().numTensors };
  for (let i = 0; i < 1000; i++) state = training.step(state, 1).state;
  const after = { bytes: live(), tensors: tf.memory().numTensors };
  const row = (name: string, r: number, floor: number): Row => {
    const ratio = steadiness(r);
    return { name, peer: 'itself, 1,000 steps earlier', ratio, low: ratio, high: ratio, floor, goal: 1 };
  };
  return [
    row('bytes alive after 1,000 steps of a fit', before.bytes / after.bytes, 0.95),
    row('tensors alive after 1,000 steps of a fit', (before.tensors + 1) / (after.tensors + 1), 1),
  ];
}
