/** The weight of mesquite bushes, and the volume of their canopies: a power law. */
import * as tf from '@tensorflow/tfjs-core';
import { gen, improperUniform, normal, observe, sample, supports, tensor } from 'adjoint';
import { posteriorFile } from './data.js';

const power = gen(function* (logVolume: tf.Tensor, logWeight: tf.Tensor) {
  const beta = yield* sample('beta', improperUniform(supports.real, [2]));
  const sigma = yield* sample('sigma', improperUniform(supports.positive, []));
  const [b0, b1] = tf.unstack(beta);
  yield* observe('log_weight', normal(tf.add(b0!, tf.mul(b1!, logVolume)), sigma), logWeight);
});

interface Data {
  readonly weight: number[];
  readonly diam1: number[];
  readonly diam2: number[];
  readonly canopy_height: number[];
}

export const file = posteriorFile<Data>('mesquite_logvolume');
const { weight, diam1, diam2, canopy_height } = file.data;
const volume = diam1.map((d, i) => d * diam2[i]! * canopy_height[i]!);
export const program = power(tensor(volume.map(Math.log)), tensor(weight.map(Math.log)));
