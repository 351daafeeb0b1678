import { beforeAll, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { bufferExecutor, jit } from '../../src/compile/index.js';
import { hostOf, register, stage, tensor } from '../../src/staging/index.js';
import type { Executor } from '../../src/ir/index.js';

beforeAll(() => register());

const values = (x: tf.Tensor | number): number[] => [...hostOf(x).data];

test('records once for each signature, and computes in float64', () => {
  let recorded = 0;
  let compiled = 0;
  const executor: Executor = { name: 'counting', compile: (g) => (compiled++, bufferExecutor.compile(g)) };
  const f = jit(
    (p: { a: tf.Tensor; b: tf.Tensor | number }) => {
      recorded++;
      return { sum: tf.add(p.a, p.b), scaled: tf.mul(p.a, 0.1) };
    },
    { executor },
  );
  const first = f({ a: tensor([1, 2]), b: tensor([0.1, 0.2]) });
  expect(values(first.sum)).toEqual([1.1, 2.2]);
  expect(values(first.scaled)).toEqual([0.1, 0.2]);
  expect(values(f({ a: tensor([3, 4]), b: tensor([1, 1]) }).sum)).toEqual([4, 5]);
  expect([recorded, compiled]).toEqual([1, 1]);
  expect(values(f({ a: tensor([3, 4]), b: 2 }).sum)).toEqual([5, 6]);
  expect(values(f({ a: tensor([3, 4]), b: 7 }).sum)).toEqual([10, 11]);
  expect([recorded, compiled]).toEqual([2, 2]);
});

test('variables are read at each call', () => {
  const w = tf.variable(tf.tensor1d([1, 2]));
  const f = jit((x: tf.Tensor) => tf.mul(x, w));
  expect(values(f(tensor([3, 4])))).toEqual([3, 8]);
  w.assign(tf.tensor1d([5, 6]));
  expect(values(f(tensor([3, 4])))).toEqual([15, 24]);
});

test('inside a recording the program is recorded; staged values it closes over are those of that recording', () => {
  const double = jit((x: tf.Tensor) => tf.mul(x, 2));
  for (const k of [3, 5]) {
    const g = jit((y: tf.Tensor) => {
      const plus = jit((x: tf.Tensor) => tf.add(x, y));
      return plus(double(tf.mul(y, k)));
    });
    expect(values(g(tensor([1, 10])))).toEqual([2 * k + 1, 20 * k + 10]);
  }
  const { graph } = stage((y: tf.Tensor) => double(y), [tensor([1])]);
  expect(graph.nodes.some((n) => n.op === 'mul')).toBe(true);
});
