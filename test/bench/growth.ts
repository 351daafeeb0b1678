/** Whether the time to stage and differentiate a program grows like its length. */
import * as tf from '@tensorflow/tfjs-core';
import { grad, stage, tensor } from 'adjoint';
import { spread, steadiness, timeRatios, type Row } from './harness.js';

/** A chain of n different steps. */
const chain =
  (n: number) =>
  (x: tf.Tensor): tf.Tensor => {
    let y = x;
    for (let i = 0; i < n; i++) y = tf.add(tf.mul(tf.sin(y), x), 1 / (i + 1));
    return tf.sum(y);
  };

/** The rows of this benchmark. */
export function growth(): Row[] {
  const x = tensor([0.3, 0.7]);
  const differentiate = (n: number) => () => void stage((v: tf.Tensor) => grad(chain(n))(v), [x]);
  const [short, long] = [200, 400];
  const ratios = timeRatios(differentiate(short), differentiate(long), { span: 0.1 });
  // time(2n) / time(n) over 2; its median first, since min(r, 1/r) of every repetition would count noise as growth
  const { ratio, low, high } = spread(ratios.map((t) => (t * short) / long));
  const found = [ratio, low, high].map(steadiness);
  const growthRow = { ratio: steadiness(ratio), low: Math.min(...found), high: Math.max(...found) };
  return [
    {
      name: `staging and differentiating a chain of ${3 * long} operations, against one of ${3 * short}, per operation`,
      peer: 'itself: 1 is linear growth',
      ...growthRow,
      floor: 0.7,
      goal: 1,
    },
  ];
}
