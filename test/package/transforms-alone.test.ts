import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { minimize } from '../../transforms/index.js';

it('the entry point `adjoint/transforms` registers the backend by itself', () => {
  const { value } = minimize((w: tf.Tensor) => tf.square(tf.sub(w, 3)), tf.scalar(0));
  expect(value.dataSync()[0]).toBeCloseTo(3, 6);
});
