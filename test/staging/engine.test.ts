/** What staging leaves behind: nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { apply, stage, StagingError, tensor } from '../../src/staging/index.js';
import { guardEngine, value } from './engine-state.js';

guardEngine();

describe('the engine is as it was', () => {
  it('after nested stagings that throw in the middle, a thousand times', () => {
    const sites = ['outside', 'between', 'inside', 'kernel', 'read'];
    let thrown = 0;
    for (let i = 0; i < 1000; i++) {
      const site = sites[i % sites.length];
      const fail = (at: string): void => {
        if (site === at) throw new Error(at);
      };
      try {
        stage(
          (x: tf.Tensor) => {
            fail('outside');
            const inner = stage(
              (y: tf.Tensor) => {
                const z = tf.tidy(() => tf.mul(tf.add(x, y), 0.1));
                fail('inside');
                if (site === 'kernel') tf.matMul(z as tf.Tensor2D, z as tf.Tensor2D);
                if (site === 'read') z.dataSync();
                tf.engine().startScope('left open');
                return z;
              },
              [1],
            );
            fail('between');
            return apply(inner.graph, [x], inner.captures);
          },
          [1],
        );
      } catch {
        thrown++;
      }
    }
    expect(thrown).toBe(1000);
  });

  it('when an inner staging fails and the outer one goes on', () => {
    const y = value((x: tf.Tensor) => {
      expect(() => stage(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3])), [])).toThrow();
      expect(() => stage((z: tf.Tensor) => z.dataSync(), [1])).toThrow(StagingError);
      return tf.add(x, 1);
    }, 2);
    expect(y).toBe(3);
  });

  it('inside a gradient of tfjs: nothing is put on its tape', () => {
    const square = tf.customGrad((x, save) => {
      (save as any)([x]);
      return {
        value: tf.mul(x as tf.Tensor, x as tf.Tensor),
        gradFunc: (dy, [s]) => tf.mul(dy, tf.mul(s!, 2)),
      };
    });
    const nodes: number[] = [];
    const tape = () => (tf.engine() as any).state.activeTape.length as number;
    const g = tf.grad((x) => {
      nodes.push(tape());
      value((y: tf.Tensor) => tf.exp(y), 0);
      nodes.push(tape());
      return square(x);
    });
    tf.tidy(() => void expect(g(tf.scalar(3)).dataSync()[0]).toBe(6));
    expect(nodes[0]).toBe(nodes[1]);
  });

  it('memory is flat over stagings, applications and eager operations', () => {
    const { graph, captures } = stage((x: tf.Tensor) => tf.mul(x, 2), [1]);
    const x = tensor([1, 2, 3]);
    const start = tf.memory();
    for (let i = 0; i < 1000; i++) {
      stage((a: { w: tf.Tensor }) => [tf.mul(a.w, 0.3), { b: tf.exp(a.w) }], [{ w: x }]);
      tf.dispose(apply(graph, [1], captures) as tf.Tensor[]);
    }
    void tf.setBackend('adjoint');
    for (let i = 0; i < 1000; i++)
      tf.tidy(() => void tf.where(tf.greater(tf.add(x, 1), 2), x, tf.reshape(x, [3]).clone()));
    void tf.setBackend('cpu');
    expect(tf.memory().numTensors).toBe(start.numTensors);
    expect(tf.memory().numDataBuffers).toBe(start.numDataBuffers);
    expect(tf.memory().numBytes).toBe(start.numBytes);
    x.dispose();
  });

  it('staged tensors that were kept are disposed, concrete ones are not', () => {
    let kept: tf.Tensor | undefined;
    stage(
      (x: tf.Tensor) => {
        kept = tf.keep(tf.tensor([1, 2]));
        return tf.keep(tf.add(x, kept));
      },
      [1],
    );
    expect(Array.from(kept!.dataSync())).toEqual([1, 2]);
    kept!.dispose();
  });

  it('under the leak check of IS_TEST and in debug mode', async () => {
    const flags = (tf.env() as any).flags as Record<string, unknown>;
    const saved = { ...flags };
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      flags['IS_TEST'] = true;
      flags['DEBUG'] = true;
      const y = value((x: tf.Tensor) => tf.where(tf.greater(x, 0), tf.relu(x).clone(), tf.zerosLike(x)), 2);
      expect(y).toBe(2);
      expect(flags['DEBUG']).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
      for (const name of Object.keys(flags)) delete flags[name];
      Object.assign(flags, saved);
    }
  });

  it('after a profile of a staged function', async () => {
    const info = await tf.profile(() => {
      value((x: tf.Tensor) => tf.exp(x), 0);
      return tf.scalar(0);
    });
    (info.result as tf.Tensor).dispose();
    (tf.engine() as any).state.activeProfile.result = null;
  });
});
