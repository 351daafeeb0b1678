/** How the package as imported compiles functions. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { bufferExecutor, jit, ProgramError, tensor } from 'adjoint';
import { executorOf } from '../../src/staging/index.js';

test('programs are compiled to WebAssembly', () => {
  expect(executorOf().name).toBe('wasm float64');
});

test('the precision of a program', () => {
  const third = (x: tf.Tensor): tf.Tensor => tf.div(x, 3);
  expect(jit(third)(tensor(1)).dataSync()[0]).toBe(1 / 3);
  expect(jit(third, { precision: 'float32' })(tensor(1)).dataSync()[0]).toBe(Math.fround(1 / 3));
  expect(jit(third, { without: ['simplify', 'hoist'] })(tensor(1)).dataSync()[0]).toBe(1 / 3);
});

test('choices that exclude one another', () => {
  const f = jit((x: tf.Tensor) => x, { executor: bufferExecutor, precision: 'float32' });
  expect(() => f(tensor(1))).toThrow("jit: 'executor' says how programs are run; leave out precision");
  const g = jit((x: tf.Tensor) => x, { device: 'cpu', precision: 'float32' });
  expect(() => g(tensor(1))).toThrow("jit: 'device' says where programs run; leave out executor, precision");
});

test('a program that does not fit names its operation, and the next one runs', () => {
  const f = jit((x: tf.Tensor) => tf.sum(tf.exp(tf.matMul(x, x, false, true))));
  expect(() => f(tf.zeros([100_000, 2]))).toThrow(ProgramError);
  expect(() => f(tf.zeros([100_000, 2]))).toThrow(/f\[100000,100000\]/);
  expect(f(tf.zeros([10, 2])).dataSync()[0]).toBe(100);
});
