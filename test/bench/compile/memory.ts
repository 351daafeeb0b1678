/** Whether live memory stays flat while one program is called, and while fitting. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { adam, elbo, fit, key, meanField, tensor } from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { program } from '../../../examples/posteriors/eight_schools.js';
import type { Benchmark, Row } from '../harness.js';
import { executor, jitted, staged } from '../own.js';

/** Bytes alive after a full collection, and what the process holds of the machine. */
async function live(): Promise<{ readonly bytes: number; readonly resident: number }> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    // finalizers run between turns
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { bytes: heapUsed + external, resident: rss };
}

/** 1 if what is left after `run` is what was there before: to 5 % and a megabyte of live bytes, 10 % of the process. */
async function flat(name: string, peer: string, run: () => void): Promise<Row> {
  const before = await live();
  run();
  const after = await live();
  const megabyte = 2 ** 20;
  const isFlat = after.bytes <= 1.05 * before.bytes + megabyte && after.resident <= 1.1 * before.resident;
  if (!isFlat) {
    const [bytes, resident] = (['bytes', 'resident'] as const).map(
      (what) => `${(before[what] / megabyte).toFixed(1)} to ${(after[what] / megabyte).toFixed(1)} MB`,
    );
    console.error(`${name}: ${bytes} alive, ${resident} of the process`);
  }
  const ratio = isFlat ? 1 : 0;
  return { name, peer, ratio, low: ratio, high: ratio, floor: 1, goal: 1 };
}

const twoResults = (x: tf.Tensor, y: tf.Tensor) => [tf.sum(tf.mul(x, y)), tf.add(x, y)];

const counted = (n: number): tf.Tensor => tensor(Array.from({ length: n }, (_, i) => i));

/** The rows of this file: 1 for flat, 0 for growth. */
export const memory: Benchmark = async function* ({ quick }) {
  const calls = quick === true ? 10_000 : 1_000_000;
  const { graph, inputs } = staged(twoResults, [counted(2048), counted(2048)]);
  const run = executor().compile(graph);
  const repeat = (f: () => unknown, n: number) => (): void => {
    for (let i = 0; i < n; i++) f();
  };
  // results that nobody frees may fill the memory that is set aside for them, once
  repeat(() => run(inputs), calls / 10)();
  yield await flat(
    'memory after 10⁶ calls of one program, results of 8 kB left to the collector; Compiled',
    'itself after 10⁵ calls',
    repeat(() => run(inputs), calls),
  );
  const f = jitted(twoResults);
  const small = [counted(8), counted(8)] as const;
  const call = (): void => tf.dispose(f(...small));
  repeat(call, calls / 10)();
  yield await flat(
    'memory after 10⁶ calls of one program, results disposed; jit',
    'itself after 10⁵ calls',
    repeat(call, calls),
  );
  const guide = meanField(program);
  const estimator = gradientEstimator((q: typeof guide.params) => elbo(program, guide(q)));
  const options = { params: guide.params, optimizer: adam(0.01), steps: 3000, key: key(0) };
  const training = fit(estimator, options);
  let state = training.step(training.init(), 1000).state;
  const tensors = tf.memory().numTensors;
  yield await flat('memory after 1,000 steps of a fit', 'itself, 1,000 steps earlier', () => {
    for (let i = 0; i < 1000; i++) state = training.step(state, 1).state;
  });
  const ratio = tf.memory().numTensors <= tensors ? 1 : 0;
  yield {
    name: 'tensors alive after 1,000 steps of a fit',
    peer: 'itself, 1,000 steps earlier',
    ratio,
    low: ratio,
    high: ratio,
    floor: 1,
    goal: 1,
  };
};
