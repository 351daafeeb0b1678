/** Images, updates at indices and sorting against the cpu backend. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  bool,
  difference,
  f32,
  grid,
  i32,
  onAdjoint,
  onCpu,
  staged,
  whole,
  type Fn,
  type Operand,
} from './compare.js';

type Case = readonly [string, Fn, readonly Operand[]];

const image = grid([2, 4, 5, 3], 0, 200);
const one = grid([1, 4, 5, 2], 0, 9, 2);
const x4 = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const flags = [
  [false, false],
  [true, false],
  [false, true],
] as const;

const resizing = flags.flatMap(([corners, half]): Case[] =>
  (
    [
      [7, 9],
      [3, 2],
      [1, 5],
    ] as [number, number][]
  ).flatMap((size): Case[] => [
    [
      `resizeBilinear ${size} ${corners} ${half}`,
      (x) => tf.image.resizeBilinear(x4(x), size, corners, half),
      [image],
    ],
    [
      `resizeNearestNeighbor ${size} ${corners} ${half}`,
      (x) => tf.image.resizeNearestNeighbor(x4(x), size, corners, half),
      [whole(image)],
    ],
  ]),
);

const boxes = f32([0, 0, 1, 1, 0.2, 0.1, 0.7, 0.9, 0.8, 0.9, 0.1, 0.2, -0.5, 0, 1.3, 0.6], [4, 4]);
const crops = (['bilinear', 'nearest'] as const).flatMap((method): Case[] =>
  (
    [
      [3, 4],
      [1, 1],
    ] as [number, number][]
  ).map((size): Case => [
    `cropAndResize ${method} ${size}`,
    (x, b, i) =>
      tf.image.cropAndResize(
        x4(x),
        b as tf.Tensor2D,
        i as tf.Tensor1D,
        size,
        method,
        method === 'nearest' ? 7 : 0,
      ),
    [image, boxes, i32([0, 1, 1, 0])],
  ]),
);

const turn = f32([0.9, -0.4, 1.3, 0.3, 1.1, -0.7, 0, 0], [1, 8]);
const projective = f32([0.7, 0.2, -3, -0.3, 0.8, 4, 0.05, 0.02], [1, 8]);
const maps = (['nearest', 'bilinear'] as const).flatMap((how): Case[] =>
  (['constant', 'reflect', 'wrap', 'nearest'] as const).flatMap((fill): Case[] => [
    [
      `transform ${how} ${fill}`,
      (x, t) => tf.image.transform(x4(x), t as tf.Tensor2D, how, fill, 0.5),
      [one, turn],
    ],
    [
      `transform projective ${how} ${fill}`,
      (x, t) => tf.image.transform(x4(x), t as tf.Tensor2D, how, fill, 0, [3, 6]),
      [one, projective],
    ],
  ]),
);

const others: Case[] = [
  ['flipLeftRight', (x) => tf.image.flipLeftRight(x4(x)), [image]],
  ['rotateWithOffset', (x) => tf.image.rotateWithOffset(x4(x), 0.6, 3, 0.5), [image]],
  ['rotateWithOffset colours', (x) => tf.image.rotateWithOffset(x4(x), -1.1, [1, 2, 3], [0.3, 0.6]), [image]],
  [
    'rotateWithOffset alpha',
    (x) => tf.image.rotateWithOffset(x4(x), 2, [1, 2, 3]),
    [grid([1, 3, 4, 4], 0, 99)],
  ],
  ['grayscaleToRGB', (x) => tf.image.grayscaleToRGB(x4(x)), [grid([1, 2, 3, 1])]],
  ['rgbToGrayscale', (x) => tf.image.rgbToGrayscale(x4(x)), [image]],
  ['depthToSpace first', (x) => tf.depthToSpace(x4(x), 2, 'NHWC'), [grid([1, 2, 2, 8])]],
  [
    'tensorScatterUpdate',
    (x, i, u) => tf.tensorScatterUpdate(x, i, u),
    [grid([4, 2]), i32([1, 3, 1], [3, 1]), grid([3, 2], 5, 6)],
  ],
  [
    'tensorScatterUpdate of elements',
    (x, i, u) => tf.tensorScatterUpdate(x, i, u),
    [whole(grid([2, 3], -9, 9)), i32([0, 2, 1, 1, 0, 2], [3, 2]), i32([7, 8, 9])],
  ],
  [
    'tensorScatterUpdate bool',
    (x, i, u) => tf.tensorScatterUpdate(x, i, u),
    [bool([1, 1, 0]), i32([0, 2], [2, 1]), bool([0, 1])],
  ],
  ['sparseToDense repeated', (i, v) => tf.sparseToDense(i, v, [4], -1), [i32([3, 1, 3], [3, 1]), grid([3])]],
  [
    'sparseToDense of one value',
    (i, v) => tf.sparseToDense(i, v, [2, 3], 4),
    [i32([0, 1, 1, 2], [2, 2]), f32([5], [])],
  ],
  ['sparseToDense at a scalar', (i, v) => tf.sparseToDense(i, v, [3], 0), [i32([1], []), f32([5], [])]],
  ...[1, 3, 5].map((k): Case => [
    `topk ${k}`,
    (x) => {
      const { values, indices } = tf.topk(x, k);
      return [values, indices];
    },
    [grid([2, 3, 5])],
  ]),
  [
    'topk int',
    (x) => {
      const { values, indices } = tf.topk(x, 4);
      return [values, indices];
    },
    [i32([3, -2147483648, 3, 2147483647, 0])],
  ],
];

describe('images and updates agree with the cpu backend', () => {
  it.each([...resizing, ...crops, ...maps, ...others])('%s', (_, f, xs) => {
    const expected = onCpu(f, xs);
    expect(difference(expected, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(expected, staged(f, xs))).toBeUndefined();
  });
});

describe('where the cpu backend stops short', () => {
  // cpu returns after the first image of a batch
  it('transform of every image', () => {
    const f: Fn = (x, t) => tf.image.transform(x4(x), t as tf.Tensor2D, 'bilinear', 'reflect');
    const images = grid([2, 3, 4, 1], 0, 9, 6);
    const half = images.values.length / 2;
    const maps = [turn, projective];
    const each = maps.map((t, k) =>
      onCpu(f, [f32(images.values.slice(k * half, (k + 1) * half), [1, 3, 4, 1]), t]),
    );
    const all = f32(
      maps.flatMap((t) => t.values),
      [2, 8],
    );
    const right = [{ shape: [2, 3, 4, 1], dtype: 'float32', values: each.flatMap((v) => [...v[0]!.values]) }];
    expect(difference(right, onAdjoint(f, [images, all]))).toBeUndefined();
    expect(difference(right, staged(f, [images, all]))).toBeUndefined();
  });
});

/** A kernel by name. */
const kernel = (name: string, inputs: object, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as never);

describe('kernels that no function of tfjs calls', () => {
  const rows = f32([1, 2, 2, 5, 0, 1, 3, 4], [2, 4]);
  const sought = f32([2, 6, -1, 3], [2, 2]);
  const same: readonly (readonly [string, kernel: Fn, plain: Fn, operands: readonly Operand[]])[] = [
    [
      'MatrixBandPart',
      (x) =>
        kernel('MatrixBandPart', {
          input: x,
          numLower: tf.scalar(1, 'int32'),
          numUpper: tf.scalar(-1, 'int32'),
        }),
      (x) => tf.linalg.bandPart(x, 1, -1),
      [grid([2, 4, 3])],
    ],
    [
      'BroadcastTo',
      (x) => kernel('BroadcastTo', { x }, { shape: [2, 3] }),
      (x) => tf.broadcastTo(x, [2, 3]),
      [grid([1, 3])],
    ],
    [
      'LogicalXor',
      (a, b) => kernel('LogicalXor', { a, b }),
      tf.logicalXor,
      [bool([1, 0, 1]), bool([1, 1, 0])],
    ],
    ['LogSoftmax', (logits) => kernel('LogSoftmax', { logits }), (x) => tf.logSoftmax(x), [grid([2, 3])]],
    [
      'LowerBound',
      (sortedSequence, values) => kernel('LowerBound', { sortedSequence, values }),
      (s, v) => tf.lowerBound(s, v),
      [rows, sought],
    ],
    [
      'UpperBound',
      (sortedSequence, values) => kernel('UpperBound', { sortedSequence, values }),
      (s, v) => tf.upperBound(s, v),
      [rows, sought],
    ],
  ];
  it.each(same)('%s', (_, call, plain, xs) => {
    expect(difference(onCpu(plain, xs), onAdjoint(call, xs))).toBeUndefined();
    expect(difference(onCpu(plain, xs), staged(call, xs))).toBeUndefined();
  });
});
