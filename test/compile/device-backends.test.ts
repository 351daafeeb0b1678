/** The ways that rules take on other backends than cpu, followed on the kernels of cpu under the other's name. */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { deviceExecutor } from '../../src/compile/device/index.js';
import { failing, nodesJudged } from './device-sweep.js';

describe.each(['webgl', 'webgpu', 'wasm'])('the rules of %s on the kernels of cpu', (name) => {
  tf.registerBackend(name, () => new MathBackendCPU(), 0);
  tf.copyRegisteredKernels('cpu', name);
  tf.findBackend(name);
  const device = deviceExecutor(name);
  test('the cases of the grid', () => {
    expect(failing(device)).toEqual([]);
  });
  test('nodes of random graphs', () => {
    expect(nodesJudged(device, 30)).toBeGreaterThan(200);
  });
  afterAll(() => {
    tf.removeBackend(name);
    for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
  });
});
