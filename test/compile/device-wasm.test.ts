/** The device executor on the tfjs backend wasm, where its package is installed. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { deviceExecutor } from '../../src/compile/device/index.js';
import { failing, nodesJudged } from './device-sweep.js';

const name = '@tensorflow/tfjs-backend-wasm';
const installed = await import(name).then(
  () => tf.setBackend('wasm'),
  () => false,
);
if (!installed) console.warn(`${name} is not installed: its tests are skipped`);

test.skipIf(!installed)('the cases of the grid', () => {
  expect(failing(deviceExecutor('wasm'))).toEqual([]);
});

test.skipIf(!installed)('nodes of random graphs, and memory', () => {
  const held = tf.engine().backend.numDataIds();
  expect(nodesJudged(deviceExecutor('wasm'), 60)).toBeGreaterThan(400);
  expect(tf.engine().backend.numDataIds()).toBe(held);
});
