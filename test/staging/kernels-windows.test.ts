/** Convolutions and pools against the cpu backend. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { difference, f32, grid, onAdjoint, onCpu, staged, whole, type Fn, type Operand } from './compare.js';

type Case = readonly [string, Fn, readonly Operand[]];
type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

const image = grid([2, 5, 6, 3]);
const single = grid([5, 4, 2], -2, 2, 3);
const volume = grid([1, 4, 3, 5, 2], -2, 2, 4);
const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];
const pads: Pad[] = ['same', 'valid', 1, explicit];
const name = (pad: Pad): string => (typeof pad === 'object' ? 'explicit' : String(pad));

const x4 = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const x5 = (x: tf.Tensor): tf.Tensor5D => x as tf.Tensor5D;

const conv: Case[] = [
  ...pads.map((pad): Case => [
    `conv2d ${name(pad)}`,
    (x, w) => tf.conv2d(x4(x), x4(w), [2, 1], pad),
    [image, grid([3, 2, 3, 4], -1, 1, 5)],
  ]),
  ...pads.map((pad): Case => [
    `depthwiseConv2d ${name(pad)}`,
    (x, w) => tf.depthwiseConv2d(x4(x), x4(w), 1, pad),
    [image, grid([3, 3, 3, 2], -1, 1, 6)],
  ]),
  [
    'conv2d of one image',
    (x, w) => tf.conv2d(x as tf.Tensor3D, x4(w), 1, 'same'),
    [single, grid([2, 3, 2, 3])],
  ],
  [
    'conv2d dilated',
    (x, w) => tf.conv2d(x4(x), x4(w), 1, 'same', 'NHWC', [2, 3]),
    [image, grid([2, 2, 3, 2])],
  ],
  [
    'conv2d channels first',
    (x, w) => tf.conv2d(x4(x), x4(w), [1, 2], 'same', 'NCHW'),
    [grid([2, 3, 4, 5]), grid([3, 2, 3, 2])],
  ],
  [
    'conv2d rounded',
    (x, w) => tf.conv2d(x4(x), x4(w), 2, 1, 'NHWC', 1, 'floor'),
    [image, grid([2, 2, 3, 2])],
  ],
  ['conv2d ceil', (x, w) => tf.conv2d(x4(x), x4(w), 2, 0, 'NHWC', 1, 'ceil'), [image, grid([2, 3, 3, 2])]],
  ['conv2d by one', (x, w) => tf.conv2d(x4(x), x4(w), 1, 'valid'), [image, grid([1, 1, 3, 2])]],
  [
    'conv1d',
    (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'same'),
    [grid([2, 7, 3]), grid([3, 3, 2])],
  ],
  [
    'conv1d dilated',
    (x, w) => tf.conv1d(x as tf.Tensor2D, w as tf.Tensor3D, 1, 'valid', 'NWC', 2),
    [grid([7, 3]), grid([3, 3, 2])],
  ],
  ['conv3d', (x, w) => tf.conv3d(x5(x), x5(w), [1, 2, 2], 'same'), [volume, grid([2, 2, 3, 2, 3])]],
  [
    'conv3d valid',
    (x, w) => tf.conv3d(x5(x), x5(w), 1, 'valid', 'NDHWC', [2, 1, 2]),
    [volume, grid([2, 2, 2, 2, 1])],
  ],
  [
    'conv2dTranspose',
    (x, w) => tf.conv2dTranspose(x4(x), x4(w), [2, 6, 8, 2], 2, 'same'),
    [grid([2, 3, 4, 3]), grid([3, 2, 2, 3])],
  ],
  [
    'conv2dTranspose valid',
    (x, w) => tf.conv2dTranspose(x4(x), x4(w), [1, 8, 5, 1], [3, 1], 'valid'),
    [grid([1, 3, 3, 2]), grid([2, 3, 1, 2])],
  ],
  [
    'conv3dTranspose',
    (x, w) => tf.conv3dTranspose(x5(x), x5(w), [1, 4, 4, 6, 2], 2, 'same'),
    [grid([1, 2, 2, 3, 3]), grid([2, 3, 2, 2, 3])],
  ],
  [
    'depthwiseConv2d strides',
    (x, w) => tf.depthwiseConv2d(x4(x), x4(w), 2, 'same'),
    [image, grid([2, 3, 3, 1])],
  ],
  [
    'depthwiseConv2d dilated',
    (x, w) => tf.depthwiseConv2d(x4(x), x4(w), 1, 'valid', 'NHWC', 2),
    [image, grid([2, 2, 3, 2])],
  ],
  [
    'separableConv2d',
    (x, w, p) => tf.separableConv2d(x4(x), x4(w), x4(p), 1, 'same'),
    [image, grid([2, 2, 3, 2]), grid([1, 1, 6, 4])],
  ],
  [
    'dilation2d',
    (x, w) => tf.dilation2d(x4(x), w as tf.Tensor3D, 1, 'same'),
    [image, grid([3, 2, 3], -1, 1, 8)],
  ],
  [
    'dilation2d valid',
    (x, w) => tf.dilation2d(x4(x), w as tf.Tensor3D, [2, 1], 'valid', [1, 2]),
    [image, grid([2, 3, 3], -1, 1, 9)],
  ],
  [
    'fused.conv2d',
    (x, filter, bias) =>
      tf.fused.conv2d({ x: x4(x), filter: x4(filter), strides: 1, pad: 'same', bias, activation: 'relu' }),
    [image, grid([2, 2, 3, 2]), grid([2])],
  ],
  [
    'fused.conv2d prelu',
    (x, filter, bias, w) =>
      tf.fused.conv2d({
        x: x4(x),
        filter: x4(filter),
        strides: 2,
        pad: 1,
        dimRoundingMode: 'floor',
        bias,
        activation: 'prelu',
        preluActivationWeights: w,
      }),
    [image, grid([2, 2, 3, 2]), grid([2]), grid([2])],
  ],
  [
    'fused.conv2d channels first',
    (x, filter, bias) =>
      tf.fused.conv2d({
        x: x4(x),
        filter: x4(filter),
        strides: 1,
        pad: 'valid',
        dataFormat: 'NCHW',
        bias,
        activation: 'elu',
      }),
    [grid([2, 3, 4, 5]), grid([2, 2, 3, 2]), grid([2])],
  ],
  [
    'fused.depthwiseConv2d',
    (x, filter, bias) =>
      tf.fused.depthwiseConv2d({
        x: x4(x),
        filter: x4(filter),
        strides: 1,
        pad: 'same',
        bias,
        activation: 'sigmoid',
      }),
    [image, grid([2, 2, 3, 2]), grid([6])],
  ],
];

const pools: Case[] = [
  ...pads.flatMap((pad): Case[] => [
    [`maxPool ${name(pad)}`, (x) => tf.maxPool(x4(x), [3, 2], [2, 1], pad), [image]],
    [`avgPool ${name(pad)}`, (x) => tf.avgPool(x4(x), [3, 2], [2, 1], pad), [image]],
  ]),
  ['maxPool of one image', (x) => tf.maxPool(x as tf.Tensor3D, 2, 1, 'same'), [single]],
  ['maxPool int', (x) => tf.maxPool(x4(x), 2, 2, 'valid'), [whole(image)]],
  ['maxPool ceil', (x) => tf.maxPool(x4(x), 2, 2, 0, 'ceil'), [image]],
  ['maxPool by one', (x) => tf.maxPool(x4(x), 1, 1, 'valid'), [image]],
  ['avgPool round', (x) => tf.avgPool(x4(x), 3, 2, 1, 'round'), [image]],
  ['maxPool3d', (x) => tf.maxPool3d(x5(x), 2, [1, 2, 2], 'same'), [volume]],
  ['avgPool3d', (x) => tf.avgPool3d(x5(x), [2, 2, 3], 1, 'same'), [volume]],
  ['avgPool3d valid', (x) => tf.avgPool3d(x5(x), 2, 2, 'valid'), [volume]],
  ['pool max', (x) => tf.pool(x4(x), [2, 2], 'max', 'same'), [image]],
  ['pool avg dilated', (x) => tf.pool(x4(x), [2, 2], 'avg', 'valid', [2, 1]), [image]],
  ['pool max dilated', (x) => tf.pool(x4(x), [2, 2], 'max', 'same', 2), [grid([2, 6, 6, 2], 1, 3)]],
  ...[false, true].map((batch): Case => [
    `maxPoolWithArgmax ${batch}`,
    (x) => {
      const { result, indexes } = tf.maxPoolWithArgmax(x4(x), [2, 3], 2, 'same', batch);
      return [result!, indexes!];
    },
    [image],
  ]),
  ['localResponseNormalization', (x) => tf.localResponseNormalization(x4(x), 2), [image]],
];

describe('convolutions and pools agree with the cpu backend', () => {
  it.each([...conv, ...pools])('%s', (_, f, xs) => {
    const expected = onCpu(f, xs);
    expect(difference(expected, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(expected, staged(f, xs))).toBeUndefined();
  });

  it('a batch of no images', () => {
    const none = f32([], [0, 3, 3, 2]);
    const f: Fn = (x, w) => tf.maxPool(tf.conv2d(x4(x), x4(w), 1, 'same'), 2, 1, 'valid');
    for (const [y] of [onAdjoint(f, [none, grid([2, 2, 2, 3])]), staged(f, [none, grid([2, 2, 2, 3])])])
      expect(y!.shape).toEqual([0, 2, 2, 3]);
  });

  it('an average over a window of padding alone is not a number', () => {
    const f: Fn = (x) => tf.avgPool(x4(x), 1, 1, 1);
    expect(onAdjoint(f, [f32([3], [1, 1, 1, 1])])[0]!.values.map(Number.isNaN)).toEqual(
      Array.from({ length: 9 }, (_, i) => i !== 4),
    );
  });
});
