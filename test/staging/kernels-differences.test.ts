import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  bool,
  difference,
  f32,
  i32,
  onAdjoint,
  staged,
  type Fn,
  type Operand,
  type Value,
} from './compare.js';

/** Where the cpu backend is wrong or lets a dtype hold what it cannot: the right value instead. */
const differences: readonly (readonly [string, Fn, readonly Operand[], Value[]])[] = [
  // cpu: shape [undefined, 2], no data
  [
    'cumsum -1',
    (x) => tf.cumsum(x, -1),
    [f32([1, 2, 3, 4], [2, 2])],
    [{ shape: [2, 2], dtype: 'float32', values: [1, 3, 3, 7] }],
  ],
  [
    'cumprod -1',
    (x) => tf.cumprod(x, -1),
    [f32([1, 2, 3, 0], [2, 2])],
    [{ shape: [2, 2], dtype: 'float32', values: [1, 2, 3, 0] }],
  ],
  // cpu: bool tensors that hold 2 and −1
  ['add bool', tf.add, [bool([1, 0]), bool([1, 0])], [{ shape: [2], dtype: 'int32', values: [2, 0] }]],
  ['sub bool', tf.sub, [bool([0, 1]), bool([1, 0])], [{ shape: [2], dtype: 'int32', values: [-1, 1] }]],
  ['neg bool', tf.neg, [bool([1, 0])], [{ shape: [2], dtype: 'int32', values: [-1, 0] }]],
  // cpu: int32 results of real functions, truncated
  ['sinh int', tf.sinh, [i32([1])], [{ shape: [1], dtype: 'float32', values: [Math.sinh(1)] }]],
  ['reciprocal int', tf.reciprocal, [i32([2])], [{ shape: [1], dtype: 'float32', values: [0.5] }]],
  ['atan2 int', tf.atan2, [i32([1]), i32([1])], [{ shape: [1], dtype: 'float32', values: [Math.PI / 4] }]],
  // cpu: 0
  ['sign NaN', tf.sign, [f32([NaN, -0.5])], [{ shape: [2], dtype: 'float32', values: [NaN, -1] }]],
  // cpu reads the wrong matrix where a leading axis other than the first is 1
  [
    'matMul broadcast',
    (a, b) => tf.matMul(a, b),
    [f32([1, 2], [2, 1, 1, 1]), f32([10, 20, 30], [3, 1, 1])],
    [{ shape: [2, 3, 1, 1], dtype: 'float32', values: [10, 20, 30, 20, 40, 60] }],
  ],
  // cpu takes the strides of the wrong axes after a shrunk one
  [
    'stridedSlice shrink',
    (x) => tf.stridedSlice(x, [1, 0], [2, 3], [1, 2], 0, 0, 0, 0, 1),
    [f32([1, 2, 3, 4, 5, 6], [2, 3])],
    [{ shape: [2], dtype: 'float32', values: [4, 6] }],
  ],
  // cpu concatenates the raw buffers
  [
    'concat mixed',
    (a, b) => tf.concat([a, b]),
    [i32([1]), f32([0.5])],
    [{ shape: [2], dtype: 'float32', values: [1, 0.5] }],
  ],
  [
    'einsum mixed',
    (a, b) => tf.einsum('i,i->', a, b),
    [i32([2]), f32([0.5])],
    [{ shape: [], dtype: 'float32', values: [1] }],
  ],
  // cpu: 0 or NaN where nothing is reduced
  [
    'mean of nothing',
    (x) => tf.mean(x, 0),
    [f32([], [0, 1])],
    [{ shape: [1], dtype: 'float32', values: [NaN] }],
  ],
  [
    'max of nothing',
    (x) => tf.max(x, 0),
    [f32([], [0, 1])],
    [{ shape: [1], dtype: 'float32', values: [-Infinity] }],
  ],
  [
    'min of nothing',
    (x) => tf.min(x, 0),
    [f32([], [0, 1])],
    [{ shape: [1], dtype: 'float32', values: [Infinity] }],
  ],
  // cpu throws; a compiled program cannot
  [
    'gather clamps',
    (x, i) => tf.gather(x, i),
    [f32([1, 2, 3]), i32([-1, 5])],
    [{ shape: [2], dtype: 'float32', values: [1, 3] }],
  ],
];

describe('intended differences from the cpu backend', () => {
  it.each(differences)('%s', (_, f, xs, right) => {
    expect(difference(right, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(right, staged(f, xs))).toBeUndefined();
  });
});
