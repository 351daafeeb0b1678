/** The device executor: values, errors, memory, waiting. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { DeviceError, deviceExecutor } from '../../src/compile/device/index.js';
import { executorBy } from '../../src/compile/device/executor.js';
import { deviceRules } from '../../src/compile/device/table.js';
import { buildGraph, evaluate, hostArray, ops, shapes, type Graph } from '../../src/ir/index.js';
import { difference } from './device-judge.js';
import { everything, real, scalar, vector } from './device-program.js';

tf.setBackend('cpu');
/** A backend without kernels. */
class Bare extends tf.KernelBackend {
  override dispose(): void {}
}
const device = deviceExecutor('cpu');
const backend = (): tf.KernelBackend => tf.findBackend('cpu');

/** Tensors and buffers that tfjs and the device hold. */
function held(): readonly number[] {
  const { numTensors, numDataBuffers } = tf.memory();
  return [numTensors, numDataBuffers, backend().numDataIds()];
}

function failure(f: () => unknown): DeviceError {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(DeviceError);
    return error as DeviceError;
  }
  throw new Error('nothing was thrown');
}

describe('values', () => {
  test('a whole program equals the reference', () => {
    const { graph, inputs } = everything();
    expect(difference(evaluate(graph, inputs), device.compile(graph)(inputs), 1)).toBeUndefined();
  });
  test('random bits are the same to the last', () => {
    const graph = buildGraph([{ shape: [2], dtype: 'u32' }], (k) => {
      const bits = k!.builder.node('randomBits', { shape: [5] }, [k!]);
      return [
        bits,
        ops.xor(bits, 7),
        ops.cast(bits, 'f'),
        ops.compare('lt', bits, shapes.reverse(bits, [0])),
      ];
    });
    const k = [hostArray([1, 2 ** 32 - 1], [2], 'u32')];
    expect(difference(evaluate(graph, k), device.compile(graph)(k))).toBeUndefined();
  });
  test('results are fresh: neither arguments nor later results are touched', () => {
    const graph = buildGraph([vector, { shape: [2], dtype: 'i32' }], (x, i) => [x!, i!, ops.mul(x!, 2)]);
    const run = device.compile(graph);
    const args = [real(1, 2, 3), hostArray([4, 5], [2], 'i32')];
    const first = run(args);
    first[0]!.data[0] = 99;
    first[1]!.data[0] = 99;
    run([real(7, 8, 9), hostArray([6, 7], [2], 'i32')]);
    expect([args[0]!.data[0], args[1]!.data[0], ...first[2]!.data]).toEqual([1, 4, 2, 4, 6]);
    expect(first[0]!.data).toBeInstanceOf(Float64Array);
  });
  test('arguments that do not fit are named', () => {
    const run = device.compile(buildGraph([vector], (x) => [x!]));
    expect(() => run([real(1, 2)])).toThrow("device 'cpu': input 0 is f[3], found f[2]");
  });
  test('arrays without elements', () => {
    const empty = { shape: [0, 3], dtype: 'f' } as const;
    const graph = buildGraph([empty, { shape: [2, 3], dtype: 'f' }], (x, y) => [
      ops.exp(x!),
      shapes.reduceMax(x!, 0),
      shapes.matmul(shapes.transpose(x!), x!),
      shapes.concat([x!, y!], 0),
      shapes.pad(x!, [1, 0], [1, 0], [0, 0], 3),
    ]);
    const inputs = [hostArray([], [0, 3], 'f'), hostArray([1, 2, 3, 4, 5, 6], [2, 3], 'f')];
    expect(difference(evaluate(graph, inputs), device.compile(graph)(inputs))).toBeUndefined();
  });
});

describe('what cannot run is said when compiling', () => {
  test('every lacking operation at once, with its place and what to do', () => {
    const graph = buildGraph([scalar, { shape: [2, 2], dtype: 'f' }], (x, a) => {
      const p = ops.igamma(x!, ops.add(x!, 1));
      p.origin = () => 'igamma at model.ts:3:7';
      return [p, ...a!.builder.nodes('svd', ops.none, [a!])];
    });
    const error = failure(() => device.compile(graph));
    expect(error.device).toBe('cpu');
    expect(error.faults.map((f) => f.op).sort()).toEqual(['igamma', 'svd']);
    expect(error.message).toContain("The device 'cpu' cannot run this program:");
    expect(error.message).toContain('- igamma (igamma at model.ts:3:7): its series');
    expect(error.message).toContain('Run the program without the device');
  });
  test('operations inside loops and functions are found', () => {
    const inner = buildGraph([scalar], (x) => [ops.igamma(x!, x!)]);
    const graph = buildGraph([{ shape: [], dtype: 'i32' }, scalar], (i, x) => [
      ...x!.builder.nodes('cond', { branches: [inner, inner] }, [i!, x!]),
      ...x!.builder.nodes('custom', { fun: inner, captures: 0 }, [x!]),
    ]);
    expect(failure(() => device.compile(graph)).faults.map((f) => f.op)).toEqual(['igamma']);
  });
  test('a kernel that the backend lacks is named with the operation that needs it', () => {
    tf.registerBackend('bare', () => new Bare());
    for (const name of ['Exp', 'Add', 'Reshape']) {
      const { kernelFunc } = tf.getKernel(name, 'cpu')!;
      tf.registerKernel({ kernelName: name, backendName: 'bare', kernelFunc });
    }
    const graph = buildGraph([vector], (x) => [
      ops.exp(x!),
      ops.logistic(x!),
      ops.add(x!, 1),
      ops.digamma(x!),
    ]);
    const { faults } = failure(() => deviceExecutor('bare').compile(graph));
    expect(new Set(faults.map((f) => f.op))).toEqual(new Set(['logistic', 'digamma']));
    expect(faults[0]!.reason).toMatch(/^the backend 'bare' has no kernel \w+$/);
    tf.removeBackend('bare');
  });
  test('a part that asks for float64', () => {
    const inner = buildGraph([scalar], (x) => [ops.exp(x!)]);
    const graphOf = (precision: 'float32' | 'float64'): Graph =>
      buildGraph([{ shape: [], dtype: 'i32' }, scalar], (i, x) =>
        x!.builder.nodes('cond', { branches: [inner], precision }, [i!, x!]),
      );
    expect(failure(() => device.compile(graphOf('float64'))).faults[0]!.reason).toContain('asks for float64');
    expect(() => device.compile(graphOf('float32'))).not.toThrow();
  });
  test('values of too many axes', () => {
    const graph = buildGraph([{ shape: [1, 2, 1, 2, 1, 2, 1], dtype: 'f' }], (x) => [shapes.transpose(x!)]);
    const { faults } = failure(() => device.compile(graph));
    expect(faults).toEqual([
      { op: 'transpose', origin: undefined, reason: 'a value has 7 axes; devices address 6' },
    ]);
  });
  test.each([
    ['nowhere', "No tfjs backend 'nowhere' is registered: register it with tf.registerBackend."],
    ['webgl', "No tfjs backend 'webgl' is registered: import '@tensorflow/tfjs-backend-webgl'."],
    ['adjoint', "'adjoint' is Adjoint's own backend: leave the device out to run on it."],
  ])('the backend %s', (name, message) => {
    const graph = buildGraph([scalar], (x) => [x!]);
    expect(failure(() => deviceExecutor(name).compile(graph)).message).toBe(message);
  });
  test('a backend that still starts', () => {
    tf.registerBackend('webgpu', () => new Promise<tf.KernelBackend>(() => undefined));
    const graph = buildGraph([scalar], (x) => [x!]);
    const { message } = failure(() => deviceExecutor('webgpu').compile(graph));
    expect(message).toContain("await tf.setBackend('webgpu') once before the first call.");
    expect(tf.exp(0).dataSync()[0]).toBe(1);
    tf.removeBackend('webgpu');
  });
});

describe('nothing stays behind', () => {
  const { graph, inputs } = everything();
  test('memory is flat over 1,000 calls', () => {
    const run = device.compile(graph);
    run(inputs);
    const before = held();
    for (let i = 0; i < 1000; i++) run(inputs);
    expect(held()).toEqual(before);
  }, 20000);
  test('after an operation that fails, whose error names it', () => {
    const broken = executorBy('cpu', {
      ...deviceRules,
      cholesky: { emit: (e, _, [a], [r]) => [e.kernel('BatchMatMul', { a: a! }, r!.shape, 'f')] },
    });
    const run = broken.compile(graph);
    const before = held();
    for (let i = 0; i < 20; i++) {
      expect(failure(() => run(inputs)).message).toMatch(/^The device 'cpu' failed:\n- cholesky: /);
    }
    expect(held()).toEqual(before);
  });
  test('a device that cannot be read says how to wait for it', () => {
    const run = device.compile(graph);
    const before = held();
    const cpu = backend();
    cpu.readSync = () => {
      throw new Error('no synchronous reads');
    };
    try {
      const { message } = failure(() => run(inputs));
      expect(message).toContain("The device 'cpu' could not be read synchronously (no synchronous reads).");
      expect(message).toContain("await deviceExecutor('cpu').compileAsync(graph)(inputs)");
    } finally {
      delete (cpu as Partial<tf.KernelBackend>).readSync;
    }
    expect(held()).toEqual(before);
  });
});

describe('waiting', () => {
  const { graph, inputs } = everything();
  test('gives what reading at once gives, and leaves nothing behind', async () => {
    const run = device.compileAsync(graph);
    const before = held();
    const found = await Promise.all([run(inputs), run(inputs), run(inputs)]);
    const expected = device.compile(graph)(inputs);
    for (const f of found) expect(f).toEqual(expected);
    expect(held()).toEqual(before);
  });
  test('errors are rejections', async () => {
    await expect(device.compileAsync(graph)([])).rejects.toThrow(
      'the graph has 2 inputs, 0 values were given',
    );
  });
});
