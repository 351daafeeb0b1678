/** What a staged function may close over. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/ir/index.js';
import { apply, register, stage, tensor } from '../../src/staging/index.js';
import { codeOf, guardEngine, scalar, value, variable } from './engine-state.js';

guardEngine();

describe('what a staged function closes over', () => {
  it('concrete tensors become constants, of this backend or another, and may be disposed afterwards', () => {
    const cpu = tf.tensor([1, 2]);
    const own = tensor([0.1, 0.2]);
    const twin = tf.reshape(cpu, [2, 1]); // shares the data id of cpu
    const { graph, captures } = stage(
      (x: tf.Tensor) => tf.add(tf.mul(x, own), tf.add(cpu, tf.sum(tf.mul(twin, x)))),
      [1],
    );
    expect(Array.from(cpu.dataSync())).toEqual([1, 2]);
    tf.dispose([cpu, own, twin]);
    expect(captures).toEqual([]);
    expect(Array.from(evaluate(graph, [scalar(3)])[0]!.data)).toEqual([0.1 * 3 + 10, 0.2 * 3 + 11]);
  });

  it('a tensor of this backend that another backend took over is still read', () => {
    const own = tensor([0.5]);
    tf.tidy(() => void expect(tf.add(own, 1).dataSync()[0]).toBe(1.5));
    expect(value((x: tf.Tensor) => tf.add(x, own), 1)).toBe(1.5);
    own.dispose();
  });

  it('a variable becomes an input that is read at each call', () => {
    const w = variable([1, 2]);
    const { graph, captures } = stage(
      (x: tf.Tensor) => {
        const inner = stage((y: tf.Tensor) => tf.mul(y, w), [1]);
        return apply(inner.graph, [tf.add(x, tf.sum(w))], inner.captures);
      },
      [1],
    );
    expect(captures).toEqual([w]);
    const call = (): number[] => {
      const y = apply(graph, [1], captures)[0] as tf.Tensor;
      const values = Array.from(y.dataSync());
      y.dispose();
      return values;
    };
    expect(call()).toEqual([4, 8]);
    const next = tf.tensor([10, 20]);
    w.assign(next);
    next.dispose();
    expect(call()).toEqual([310, 620]);
    w.dispose();
  });

  it('a variable used alone, and applied within another recording', () => {
    const w = variable(2);
    const g = stage(() => tf.square(w), []);
    expect(g.captures).toEqual([w]);
    const outer = stage((x: tf.Tensor) => tf.add(apply(g.graph, [], g.captures)[0] as tf.Tensor, x), [1]);
    expect(outer.captures).toEqual([w]);
    expect(evaluate(outer.graph, [scalar(1), scalar(3)])[0]!.data[0]).toBe(10);
    w.dispose();
  });

  it('a tensor of a backend that cannot be read synchronously is an error that says how to pass it', () => {
    class Device extends tf.KernelBackend {
      override write = () => ({});
      override readSync = () => {
        throw new Error('not here');
      };
      override disposeData = () => true;
      override dispose = () => undefined;
    }
    tf.registerBackend('device', () => new Device());
    void tf.setBackend('device');
    const x = tf.scalar(1);
    expect(() => stage((y: tf.Tensor) => tf.add(x, y), [1])).toThrow(
      "A tensor of the backend 'device' could not be read synchronously (not here).",
    );
    x.dispose();
    void tf.setBackend('cpu');
    tf.removeBackend('device');
  });

  it('removing the backend and registering it again', () => {
    tf.removeBackend('adjoint');
    expect(codeOf(() => stage((y: tf.Tensor) => y, [1]))).toBe('unregistered');
    register();
    expect(value((x: tf.Tensor) => tf.add(x, 1), 1)).toBe(2);
  });

  it('a disposed tensor is an error', () => {
    const x = tensor([1, 2]);
    x.dispose();
    expect(codeOf(() => stage((y: tf.Tensor) => tf.add(x, y), [1]))).toBe('disposed');
  });

  it('constants computed while staging have no node and full precision', () => {
    let seen = 0;
    const y = value((x: tf.Tensor) => {
      const c = tf.exp(tf.mul(tf.scalar(0.1), 3));
      seen = c.dataSync()[0]!;
      return tf.mul(x, c);
    }, 1);
    expect(seen).toBe(Math.exp(0.1 * 3));
    expect(y).toBe(seen);
  });
});
