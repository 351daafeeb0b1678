/** What a staged function may not do. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { stage, StagingError, type StagingCode } from '../../src/staging/index.js';
import { codeOf, guardEngine, value, variable } from './engine-state.js';

guardEngine();

describe('what a staged function may not do', () => {
  const cases: readonly (readonly [string, StagingCode, (x: tf.Tensor) => unknown])[] = [
    ['dataSync', 'read', (x) => x.dataSync()],
    ['arraySync', 'read', (x) => x.arraySync()],
    ['bufferSync', 'read', (x) => x.bufferSync()],
    ['print', 'read', (x) => x.print()],
    ['toString', 'read', (x) => String(x)],
    ['a comparison', 'read', (x) => (x as any) > 0],
    ['arithmetic', 'read', (x) => (x as any) * 2],
    ['a template string', 'read', (x) => `${x as any}`],
    ['a tensor as a bound', 'read', (x) => tf.clipByValue(tf.exp(x), x as any, 1)],
    ['tf.grad', 'grad', (x) => tf.grad((y) => tf.exp(y))(x)],
    ['tf.valueAndGrad', 'grad', (x) => tf.valueAndGrad((y) => tf.exp(y))(x)],
    [
      'tf.customGrad',
      'customGrad',
      (x) => tf.customGrad((y) => ({ value: y as tf.Tensor, gradFunc: (dy) => dy }))(x),
    ],
    ['tf.variable', 'variable', (x) => tf.variable(x)],
    ['tf.variable of a constant', 'variable', () => tf.variable(tf.scalar(1))],
    ['x.variable()', 'variable', (x) => x.variable()],
    ['randomNormal', 'random', () => tf.randomNormal([2])],
    ['randomStandardNormal', 'random', () => tf.randomStandardNormal([2])],
    ['randomUniform', 'random', () => tf.randomUniform([2])],
    ['randomUniformInt', 'random', () => tf.randomUniformInt([2], 0, 3)],
    ['randomGamma', 'random', () => tf.randomGamma([2], 1)],
    ['truncatedNormal', 'random', () => tf.truncatedNormal([2])],
    ['rand', 'random', () => tf.rand([2], Math.random)],
    ['dropout', 'random', (x) => tf.dropout(tf.reshape(x, [1]), 0.5)],
    ['multinomial', 'random', (x) => tf.multinomial(tf.stack([x, x]) as tf.Tensor1D, 2)],
    ['a kernel of the browser', 'kernel', (x) => tf.engine().runKernel('Draw', { image: x })],
    [
      "a kernel of tfjs's derivatives",
      'gradientKernel',
      (x) => tf.engine().runKernel('MaxPoolGrad', { dy: x }),
    ],
    ['unique', 'dataShape', (x) => tf.unique(tf.reshape(x, [1]))],
    ['complex', 'dtype', (x) => tf.complex(x, x)],
    ['rfft', 'dtype', (x) => tf.spectral.rfft(tf.stack([x, x]))],
    ['strings', 'dtype', (x) => tf.add(x, tf.cast(tf.tensor(['a'], [1], 'string'), 'float32'))],
    ['an async function', 'async', async (x) => tf.exp(x)],
    ['an odd result', 'leaf', (x) => new Map([['x', x]])],
  ];
  it.each(cases)('%s: %s', (_, code, f) => {
    expect(codeOf(() => stage(f, [1]))).toBe(code);
  });

  it('reads through promises reject', async () => {
    const promises: Promise<unknown>[] = [];
    stage(
      (x: tf.Tensor) => {
        promises.push(x.data(), x.array());
        return x;
      },
      [1],
    );
    for (const p of promises) await expect(p).rejects.toThrow(StagingError);
  });

  it('an async function that awaits: no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    expect(
      codeOf(() =>
        stage(
          async (x: tf.Tensor) => {
            await Promise.resolve();
            return tf.exp(x);
          },
          [1],
        ),
      ),
    ).toBe('async');
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('assigning a variable, by hand or by an optimizer', () => {
    const w = variable(1, 'weight');
    expect(codeOf(() => stage((x: tf.Tensor) => w.assign(tf.mul(w, x)), [1]))).toBe('assign');
    const optimizer = tf.train.sgd(1);
    expect(codeOf(() => stage(() => optimizer.minimize(() => tf.square(w) as tf.Scalar), []))).toBe('grad');
    expect(codeOf(() => stage((x: tf.Tensor) => optimizer.applyGradients({ weight: x } as any), [1]))).toBe(
      'assign',
    );
    optimizer.dispose();
    expect(w.dataSync()[0]).toBe(1);
    w.dispose();
  });

  it('using a staged value after its recording, or in the kernels of another backend', () => {
    let leaked: tf.Tensor | undefined;
    stage((x: tf.Tensor) => (leaked = tf.exp(x)), [1]);
    expect(codeOf(() => stage((y: tf.Tensor) => tf.add(leaked!, y), [1]))).toBe('finished');
    expect(
      codeOf(() =>
        stage(
          (x: tf.Tensor) => {
            void tf.setBackend('cpu');
            return tf.exp(x);
          },
          [1],
        ),
      ),
    ).toBe('read');
  });

  it("tfjs's own uses of customGrad are recorded", () => {
    expect(value((x: tf.Tensor) => tf.logSigmoid(x), 0.3)).toBeCloseTo(-Math.log1p(Math.exp(-0.3)), 14);
  });
});
