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
const image = grid([2, 4, 6, 4]);

type Case = readonly [string, Fn, readonly Operand[]];

const shapeCases: Case[] = [
  ['reshape', (x) => tf.reshape(x, [3, -1]), [matrix]],
  ['reshape same', (x) => tf.reshape(x, [2, 3]), [bits]],
  ['squeeze', (x) => tf.squeeze(tf.expandDims(x, -1)), [matrix]],
  ['expandDims', (x) => tf.expandDims(x, 1), [ints]],
  ['transpose', (x) => tf.transpose(x), [cube]],
  ['transpose perm', (x) => tf.transpose(x, [2, 0, 1]), [cube]],
  ['broadcastTo', (x) => tf.broadcastTo(x, [4, 2, 3]), [matrix]],
  ['broadcastTo unit', (x) => tf.broadcastTo(x, [2, 3]), [grid([2, 1])]],
  ['broadcastArgs', (a, b) => tf.broadcastArgs(a, b), [i32([2, 1, 3]), i32([4, 1])]],
  ['broadcastArgs scalar', (a, b) => tf.broadcastArgs(a, b), [i32([2, 5]), i32([])]],
  ['tile', (x) => tf.tile(x, [2, 3]), [matrix]],
  ['tile bool', (x) => tf.tile(x, [1, 2]), [bits]],
  ['concat', (a, b) => tf.concat([a, b], 1), [matrix, grid([2, 2])]],
  ['concat -1', (a, b) => tf.concat([a, b], -1), [ints, ints]],
  ['concat empty', (a, b) => tf.concat([a, b], 0), [matrix, f32([], [0, 3])]],
  ['stack', (a, b) => tf.stack([a, b]), [matrix, grid([2, 3], 0, 1, 4)]],
  ['stack -1', (a, b) => tf.stack([a, b], -1), [ints, ints]],
  ['unstack', (x) => tf.unstack(x, 1), [cube]],
  ['unstack -1', (x) => tf.unstack(x, -1), [matrix]],
  ['split', (x) => tf.split(x, 2, 2), [cube]],
  ['split sizes', (x) => tf.split(x, [1, -1], -2), [cube]],
  [
    'pad',
    (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        7,
      ),
    [matrix],
  ],
  [
    'pad int',
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    [ints],
  ],
  [
    'mirrorPad reflect',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
    [matrix],
  ],
  [
    'mirrorPad symmetric',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        'symmetric',
      ),
    [matrix],
  ],
  ['reverse', (x) => tf.reverse(x), [cube]],
  ['reverse axes', (x) => tf.reverse(x, [0, -1]), [cube]],
  ['slice', (x) => tf.slice(x, 1), [cube]],
  ['slice short', (x) => tf.slice(x, [0, 1], [2, -1]), [cube]],
  ['slice full', (x) => tf.slice(x, [1, 0, 2], [1, 3, 1]), [cube]],
  ['slice empty', (x) => tf.slice(x, [0, 0], [0, 3]), [matrix]],
  ['stridedSlice', (x) => tf.stridedSlice(x, [0, 2, 3], [2, 0, 0], [1, -1, -2]), [cube]],
  ['stridedSlice masks', (x) => tf.stridedSlice(x, [1, 1, 1], [1, 2, 4], [1, 1, 2], 1, 2, 0, 0, 0), [cube]],
  ['stridedSlice ellipsis', (x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 1, 0, 0), [cube]],
  ['stridedSlice new axis', (x) => tf.stridedSlice(x, [0, 0], [1, 2], [1, 1], 0, 0, 0, 1, 0), [matrix]],
  ['depthToSpace', (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'), [image]],
  [
    'spaceToBatchND',
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 3],
        [
          [0, 0],
          [1, 2],
        ],
      ),
    [image],
  ],
  [
    'batchToSpaceND',
    (x) =>
      tf.batchToSpaceND(
        x,
        [2, 1],
        [
          [1, 0],
          [0, 2],
        ],
      ),
    [image],
  ],
  ['meshgrid', (x, y) => tf.meshgrid(x, y) as tf.Tensor[], [grid([3]), grid([2])]],
  ['flipLeftRight', (x) => tf.image.flipLeftRight(x as tf.Tensor4D), [image]],
  ['bandPart', (x) => tf.linalg.bandPart(x, 1, 0), [grid([3, 3])]],
];

const indexCases: Case[] = [
  ['gather', (x, i) => tf.gather(x, i), [cube, i32([1, 0, 1])]],
  ['gather axis', (x, i) => tf.gather(x, i, -1), [cube, i32([3, 0, 1, 2], [2, 2])]],
  ['gather batch', (x, i) => tf.gather(x, i, 1, 1), [cube, i32([2, 0, 1, 1], [2, 2])]],
  ['gather scalar', (x, i) => tf.gather(x, i, 1), [matrix, i32([2], [])]],
  ['gatherND', (x, i) => tf.gatherND(x, i), [cube, i32([0, 1, 1, 2], [2, 2])]],
  ['gatherND full', (x, i) => tf.gatherND(x, i), [cube, i32([0, 1, 3, 1, 2, 0], [2, 3])]],
  ['scatterND', (i, u) => tf.scatterND(i, u, [4, 3]), [i32([1, 3, 1], [3, 1]), grid([3, 3])]],
  [
    'scatterND deep',
    (i, u) => tf.scatterND(i, u, [2, 3]),
    [i32([0, 2, 1, 1, 0, 2], [3, 2]), whole(grid([3], -9, 9))],
  ],
  ['unsortedSegmentSum', (x, s) => tf.unsortedSegmentSum(x, s, 3), [grid([4, 2]), i32([2, 0, 2, -1])]],
  ['oneHot', (i) => tf.oneHot(i, 4), [i32([0, 3, 5])]],
  ['oneHot values', (i) => tf.oneHot(i, 3, 0.5, -1, 'float32'), [i32([0, 2, 1, 1], [2, 2])]],
  ['sparseToDense', (i, v) => tf.sparseToDense(i, v, [4], -1), [i32([1, 3], [2, 1]), grid([2])]],
  [
    'searchSorted',
    (s, v) => tf.searchSorted(s, v, 'left'),
    [f32([1, 2, 2, 5, 0, 1, 3, 4], [2, 4]), f32([2, 6, -1, 3], [2, 2])],
  ],
  ['upperBound', (s, v) => tf.upperBound(s, v), [f32([1, 2, 2, 5]), f32([2, 0, 9])]],
  [
    'topk',
    (x) => {
      const r = tf.topk(x, 2);
      return [r.values, r.indices];
    },
    [grid([3, 5])],
  ],
  [
    'topk ties',
    (x) => {
      const r = tf.topk(x, 3);
      return [r.values, r.indices];
    },
    [f32([1, 4, 4, 2])],
  ],
];

const linalgCases: Case[] = [
  ['matMul', (a, b) => tf.matMul(a, b), [matrix, grid([3, 2])]],
  ['matMul transposed', (a, b) => tf.matMul(a, b, true, true), [matrix, grid([5, 2])]],
  ['matMul batch', (a, b) => tf.matMul(a, b), [cube, grid([2, 4, 2])]],
  ['matMul broadcast', (a, b) => tf.matMul(a, b), [grid([1, 3, 4]), grid([2, 4, 2])]],
  ['matMul int', (a, b) => tf.matMul(a, b, false, true), [ints, ints]],
  ['dot 1-1', (a, b) => tf.dot(a, b), [grid([3]), grid([3], 0, 1, 3)]],
  ['dot 2-1', (a, b) => tf.dot(a, b), [matrix, grid([3])]],
  ['dot 1-2', (a, b) => tf.dot(a, b), [grid([2]), matrix]],
  ['outerProduct', (a, b) => tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D), [grid([2]), grid([3])]],
  ['einsum matmul', (a, b) => tf.einsum('ij,jk->ik', a, b), [matrix, grid([3, 2])]],
  ['einsum batch', (a, b) => tf.einsum('bij, bjk -> bki', a, b), [cube, grid([2, 4, 2])]],
  ['einsum sum', (a) => tf.einsum('ij->j', a), [matrix]],
  ['einsum all', (a, b) => tf.einsum('ij,ij->', a, b), [matrix, matrix]],
  ['einsum outer', (a, b) => tf.einsum('i,j->ji', a, b), [grid([2]), grid([3])]],
  ['einsum alone', (a, b) => tf.einsum('ijk,j->i', a, b), [cube, grid([3])]],
  ['einsum transpose', (a) => tf.einsum('ijk->kij', a), [cube]],
  ['diag', (x) => tf.diag(x), [matrix]],
  [
    'fused',
    (a, b, c) => tf.fused.matMul({ a, b, bias: c, activation: 'relu' }),
    [matrix, grid([3, 2]), grid([2])],
  ],
  [
    'fused elu',
    (a, b) => tf.fused.matMul({ a, b, transposeB: true, activation: 'elu' }),
    [matrix, grid([2, 3])],
  ],
  [
    'fused leaky',
    (a, b) => tf.fused.matMul({ a, b, activation: 'leakyrelu', leakyreluAlpha: 0.1 }),
    [matrix, grid([3, 2])],
  ],
  [
    'batchNorm',
    (x, m, v, o, s) => tf.batchNorm(x, m as any, v as any, o as any, s as any, 0.01),
    [image, grid([4]), grid([4], 0.5, 2), grid([4]), grid([4])],
  ],
  [
    'batchNorm plain',
    (x, m, v) => tf.batchNorm(x, m as any, v as any),
    [matrix, grid([3]), grid([3], 0.5, 2)],
  ],
  [
    'localResponseNormalization',
    (x) => tf.localResponseNormalization(x as tf.Tensor4D, 1, 1.5, 0.3, 0.7),
    [image],
  ],
  ['qr', (x) => tf.linalg.qr(x) as tf.Tensor[], [grid([2, 2])]],
  ['gramSchmidt', (x) => tf.linalg.gramSchmidt(x as tf.Tensor2D) as tf.Tensor2D, [grid([2, 3])]],
];

const creationCases: Case[] = [
  ['fill', () => tf.fill([2, 2], 3), []],
  ['fill int', () => tf.fill([3], 3, 'int32'), []],
  ['range', () => tf.range(0, 5), []],
  ['range step', () => tf.range(0.5, 3, 0.25), []],
  ['range down', () => tf.range(5, 0), []],
  ['range negative', () => tf.range(5, 0, -2, 'int32'), []],
  ['range empty', () => tf.range(0, 5, -1), []],
  ['linspace', () => tf.linspace(-1, 2, 7), []],
  ['eye', () => tf.eye(3, 2), []],
  ['zeros', () => tf.zeros([2, 3], 'int32'), []],
];

const lossCases: Case[] = [
  ['meanSquaredError', (a, b) => tf.losses.meanSquaredError(a, b), [matrix, grid([2, 3])]],
  ['huberLoss', (a, b) => tf.losses.huberLoss(a, b), [matrix, grid([2, 3])]],
  ['hingeLoss', (a, b) => tf.losses.hingeLoss(a, b), [logical(matrix), grid([2, 3])]],
  ['sigmoidCrossEntropy', (a, b) => tf.losses.sigmoidCrossEntropy(a, b), [bits, matrix]],
  ['softmaxCrossEntropy', (a, b) => tf.losses.softmaxCrossEntropy(a, b), [grid([2, 3], 0, 1), matrix]],
  ['cosineDistance', (a, b) => tf.losses.cosineDistance(a, b, 1), [matrix, grid([2, 3])]],
];

const cases = [...shapeCases, ...indexCases, ...linalgCases, ...creationCases, ...lossCases];

describe('kernels agree with the cpu backend', () => {
  it.each(cases)('%s', (_, f, xs) => {
    const expected = onCpu(f, xs);
    expect(difference(expected, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(expected, staged(f, xs))).toBeUndefined();
  });
});
