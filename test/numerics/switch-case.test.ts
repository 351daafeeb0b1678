/** Choices among several functions. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { grad, vmap } from '../../src/autodiff/index.js';
import { jit } from '../../src/compile/index.js';
import { switchCase } from '../../src/numerics/index.js';
import { register, tensor } from '../../src/staging/index.js';

register();

const values = (x: tf.Tensor): number[] => [...x.dataSync()];
const scale = tensor(10);
const power = (k: number | tf.Tensor, x: tf.Tensor): tf.Tensor =>
  switchCase(k, [(v: tf.Tensor) => tf.mul(v, scale), (v: tf.Tensor) => tf.square(v), () => tensor(7)], x);

test.each([
  [0, 30],
  [1, 9],
  [2, 7],
  [-5, 30],
  [9, 7],
])('branch %i', (k, expected) => {
  expect(values(power(k, tensor(3)))).toEqual([expected]);
  expect(values(jit(power)(tf.scalar(k, 'int32'), tensor(3)))).toEqual([expected]);
});

test('derivatives are those of the branch, lane by lane', () => {
  expect(values(grad(power, 1)(tf.scalar(1, 'int32'), tensor(3)))).toEqual([6]);
  const lanes = vmap(grad(power, 1))(tf.tensor1d([0, 1, 2], 'int32'), tensor([3, 3, 3]));
  expect(values(lanes)).toEqual([10, 6, 0]);
  const outer = (c: tf.Tensor): tf.Tensor => switchCase(0, [(x: tf.Tensor) => tf.mul(c, x)], tensor(4));
  expect(values(grad(outer)(tensor(2)))).toEqual([4]);
});

test('refuses what does not fit', () => {
  expect(() => switchCase(0, [])).toThrow(/at least one branch/);
  expect(() => power(tensor(1), tensor(3))).toThrow(/int32 scalar or a whole number as index, found f\[\]/);
  expect(() => power(0.5, tensor(3))).toThrow(/found 0\.5/);
  expect(() => switchCase(0, [() => tensor(1), () => tensor([1, 2])])).toThrow(
    /switchCase: branch 1 returns another value than the first.*expected f\[\], found f\[2\]/,
  );
});
