/** Without a recording, the backend computes. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const read = (x: unknown): number[] => Array.from((x as tf.Tensor).dataSync());

describe('eager tensors', () => {
  it('plain tfjs code runs on the backend', () => {
    void tf.setBackend('adjoint');
    const y = tf.tidy(() =>
      tf.softmax(
        tf.matMul(
          tf.tensor2d([[1, 2]]),
          tf.tensor2d([
            [0.1, 1],
            [0.2, 2],
          ]),
        ),
      ),
    );
    const z = Math.exp(0.5 - 5);
    expect(y.dataSync()).toBeInstanceOf(Float32Array);
    expect(y.dataSync()[1]).toBeCloseTo(1 / (1 + z), 6);
    void tf.setBackend('cpu');
  });

  it('variables can be made, assigned and trained by hand', () => {
    void tf.setBackend('adjoint');
    const w = tf.variable(tf.tensor([1, 2]));
    w.assign(tf.mul(w, 2));
    expect(read(w)).toEqual([2, 4]);
    w.dispose();
    void tf.setBackend('cpu');
  });

  it('reads are copies', () => {
    const x = tensor([1, 2]);
    x.dataSync()[0] = 5;
    expect(read(x)).toEqual([1, 2]);
  });

  it('tensor checks its values', () => {
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2]);
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor(new Int32Array([1])).dtype).toBe('int32');
    expect(tensor([], [0, 3]).shape).toEqual([0, 3]);
    expect(() => tensor([1, 2], [3])).toThrow('tensor: expected 3 values for shape [3], found 2.');
    expect(() => tensor([[1], [2, 3]])).toThrow('tensor: expected 1 elements on axis 1, found 2.');
    expect(() => tensor([[1], 2])).toThrow(
      'tensor: expected nested arrays of regular shape, found a number beside an array.',
    );
  });
});
