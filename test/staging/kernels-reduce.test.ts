import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  difference,
  f32,
  grid,
  i32,
  logical,
  onAdjoint,
  onCpu,
  staged,
  whole,
  type Fn,
  type Operand,
} from './compare.js';

const matrix = grid([2, 3], -3, 3);
const cube = grid([2, 3, 4], -3, 3);
const ints = whole(grid([2, 3], -9, 9, 3));
const bits = logical(grid([2, 3], -1, 1, 5));

type Case = readonly [string, Fn, readonly Operand[]];

const axes = [undefined, 0, 1, -1, [0], [-1, 0], [0, -1], []] as const;
const reductions: Readonly<
  Record<string, [(x: tf.Tensor, axis: any, keep: boolean) => tf.Tensor, readonly Operand[]]>
> = {
  sum: [tf.sum, [matrix, ints, bits, cube]],
  mean: [tf.mean, [matrix, ints, bits, cube]],
  prod: [tf.prod, [matrix, ints, bits]],
  min: [tf.min, [matrix, ints, cube]],
  max: [tf.max, [matrix, ints, cube, f32([1, NaN, 3, 2, 5, 4], [2, 3])]],
  all: [tf.all, [bits]],
  any: [tf.any, [bits]],
  logSumExp: [tf.logSumExp, [matrix, cube]],
};
const reduceCases: Case[] = Object.entries(reductions).flatMap(([name, [f, xs]]) =>
  xs.flatMap((x) =>
    axes.flatMap((axis) =>
      [false, true].map((keep): Case => [
        `${name}(axis ${JSON.stringify(axis)}, ${keep})`,
        (t) => f(t, axis as any, keep),
        [x],
      ]),
    ),
  ),
);

const empty: Case[] = [tf.sum, tf.prod].flatMap((f) =>
  [0, 1].map((axis): Case => [`${f.name} of nothing, axis ${axis}`, (x) => f(x, axis), [f32([], [0, 3])]]),
);

const otherReductions: Case[] = [
  ['argMax', (x) => tf.argMax(x), [matrix]],
  ['argMax ties', (x) => tf.argMax(x, 1), [f32([2, 5, 5, 7, 7, 1], [2, 3])]],
  ['argMax -1', (x) => tf.argMax(x, -1), [cube]],
  ['argMin int', (x) => tf.argMin(x, 1), [ints]],
  ['argMin', (x) => tf.argMin(x, -2), [cube]],
  ['softmax', (x) => tf.softmax(x), [cube]],
  ['logSoftmax', (x) => tf.logSoftmax(x), [matrix]],
  ['moments', (x) => Object.values(tf.moments(x, [0])), [matrix]],
  ['moments keep', (x) => Object.values(tf.moments(x, -1, true)), [cube]],
  ['norm', (x) => tf.norm(x), [matrix]],
  ['norm 1', (x) => tf.norm(x, 1, 1), [matrix]],
  ['norm inf', (x) => tf.norm(x, Infinity, 0), [matrix]],
  ['norm -inf', (x) => tf.norm(x, -Infinity, 0, true), [matrix]],
  ['norm fro', (x) => tf.norm(x, 'fro', [0, 1]), [matrix]],
  ['cumsum', (x) => tf.cumsum(x, 0), [matrix]],
  ['cumsum exclusive', (x) => tf.cumsum(x, 1, true), [cube]],
  ['cumsum reverse', (x) => tf.cumsum(x, 2, false, true), [cube]],
  ['cumsum both', (x) => tf.cumsum(x, 0, true, true), [ints]],
  ['cumprod', (x) => tf.cumprod(x, 0), [matrix]],
  ['cumprod 1', (x) => tf.cumprod(x, 1), [matrix]],
  ['cumprod exclusive', (x) => tf.cumprod(x, 2, true), [cube]],
  ['cumprod reverse', (x) => tf.cumprod(x, 2, false, true), [cube]],
  ['bincount', (x, w) => tf.bincount(x, w, 4), [i32([0, 3, 1, 3, 2, 9]), grid([6])]],
  ['bincount unweighted', (x) => tf.bincount(x, [] as any, 4), [i32([0, 3, 1, 3, 2, 9])]],
  ['denseBincount', (x, w) => tf.denseBincount(x, w, 4), [i32([0, 3, 1, 3, 2, 2], [2, 3]), grid([2, 3])]],
  ['denseBincount binary', (x) => tf.denseBincount(x, [] as any, 4, true), [i32([0, 3, 3, 3, 2, 2], [2, 3])]],
];

const cases = [...reduceCases, ...empty, ...otherReductions];

describe('reductions agree with the cpu backend', () => {
  it.each(cases)('%s', (_, f, xs) => {
    const expected = onCpu(f, xs);
    expect(difference(expected, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(expected, staged(f, xs))).toBeUndefined();
  });
});
