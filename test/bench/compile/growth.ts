/** What it costs to stage, differentiate and compile a program, and how that grows with its length. */
import type * as tf from '@tensorflow/tfjs-core';
import { hostOf, stage, tensor, valueAndGrad } from 'adjoint';
import { local, spread, steadiness, times, within, type Benchmark, type Row } from '../harness.js';
import { forgetful } from '../own.js';
import { chain } from './chain.js';

const x = (): tf.Tensor => tensor([0.3, 0.7]);

/** Stages, differentiates, compiles and runs once a program that is new at every call. */
function fresh(operations: number): () => void {
  const own = forgetful();
  const at = x();
  const input = hostOf(at);
  let salt = 0;
  return () => {
    const { graph } = stage((v: tf.Tensor) => valueAndGrad(chain(operations, salt++ / 1024))(v), [at]);
    own().compile(graph)([input]);
  };
}

const peer = 'itself: 1 is linear growth';

/** min(r, 1/r) for r = (time at 10×) / (10 × time): the median of r first, since min(r, 1/r) of each would count noise as growth. */
async function growthRow(operations: number, warmUp: number, quick: boolean | undefined): Promise<Row> {
  const sides = [operations, 10 * operations].map((n) => local(fresh(n)));
  const found = await times(sides, { rounds: 9, warmUp, span: 0, parts: 3, quick: quick ?? false });
  const { ratio, low, high } = spread(found.map(([short, long]) => long! / (10 * short!)));
  const both = [low, high].map(steadiness);
  return {
    name: `stage, differentiate, compile and run once ${10 * operations} operations, against ${operations}, an operation; 9 repeats after ${warmUp} calls`,
    peer,
    ratio: steadiness(ratio),
    low: Math.min(...both, steadiness(ratio)),
    high: Math.max(...both, steadiness(ratio)),
    floor: 0.7,
    goal: 1,
  };
}

/** The rows of this file. */
export const growth: Benchmark = async function* ({ quick }) {
  yield await within(
    {
      name: 'stage, differentiate, compile and run once 160 operations',
      peer: 'a limit of 30 ms',
      goal: 3,
    },
    30e-3,
    local(fresh(160)),
    { quick: quick ?? false },
  );
  yield await growthRow(160, 20, quick);
  yield await growthRow(1600, 3, quick);
};
