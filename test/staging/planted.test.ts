/** The comparison with the cpu backend sees a wrong lowering: each of these is planted in turn. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ops, shapes, windows, type Node } from '../../src/ir/index.js';
import { adjointBackend } from '../../src/staging/backend.js';
import { runKernel } from '../../src/staging/dispatch.js';
import { kernelTable } from '../../src/staging/kernel-table.js';
import type { AnyKernel } from '../../src/staging/kernels.js';
import { difference, f32, grid, i32, onAdjoint, onCpu, staged, type Fn, type Operand } from './compare.js';

type X = { readonly x: Node };

/** Runs `f` with another lowering for a kernel. */
function planted<T>(kernelName: string, wrong: AnyKernel, f: () => T): T {
  const right = tf.getKernel(kernelName, 'adjoint');
  tf.unregisterKernel(kernelName, 'adjoint');
  const kernelFunc = ({ inputs, attrs }: { inputs: any; attrs?: any }) =>
    runKernel(adjointBackend(), kernelName, wrong, inputs, attrs);
  tf.registerKernel({ kernelName, backendName: 'adjoint', kernelFunc });
  adjointBackend().kernels.clear();
  try {
    return f();
  } finally {
    tf.unregisterKernel(kernelName, 'adjoint');
    tf.registerKernel(right);
    adjointBackend().kernels.clear();
  }
}

const faults: readonly (readonly [string, string, AnyKernel, Fn, readonly Operand[]])[] = [
  [
    'a slope that is a little off',
    'Elu',
    ({ x }: X) => ops.select(ops.lt(x, 0), ops.mul(ops.expm1(x), 1.0001), x),
    tf.elu,
    [grid([7])],
  ],
  ['NaN that vanishes', 'Relu', ({ x }: X) => ops.select(ops.gt(x, 0), x, 0), tf.relu, [f32([NaN, 1])]],
  [
    'an attribute that is ignored',
    'Cumsum',
    ({ x }: X) => shapes.cumsum(x, 0),
    (x) => tf.cumsum(x, 0, true),
    [grid([4])],
  ],
  [
    'an axis that is not normalized',
    'Reverse',
    ({ x }: X) => shapes.reverse(x, [0]),
    (x) => tf.reverse(x, -1),
    [grid([2, 3])],
  ],
  [
    'a dtype that is not kept',
    'Square',
    ({ x }: X) => ops.square(ops.cast(x, 'f')),
    tf.square,
    [i32([1, 2])],
  ],
  [
    'truncation instead of floor',
    'FloorDiv',
    ({ a, b }: { a: Node; b: Node }) => ops.div(a, b),
    tf.floorDiv,
    [i32([-7]), i32([2])],
  ],
  [
    'the last of equal elements',
    'ArgMax',
    ({ x }: X) =>
      ops.cast(
        ops.sub(x.shape[0]! - 1, x.builder.node('argMax', { axis: 0 }, [shapes.reverse(x, [0])])),
        'i32',
      ),
    (x) => tf.argMax(x),
    [f32([1, 3, 3])],
  ],
  [
    'a window that is turned around',
    'Conv2D',
    ({ x, filter }: { x: Node; filter: Node }, attrs: never) =>
      kernelTable['Conv2D']!({ x, filter: shapes.reverse(filter, [0, 1]) } as never, attrs, x.builder),
    (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
    [grid([1, 3, 3, 2]), grid([2, 2, 2, 1])],
  ],
  [
    'padding that counts in a mean',
    'AvgPool',
    ({ x }: X) => ops.div(windows.poolSum(x, [1, 2, 2, 1], { high: [0, 1, 1, 0] }), 4),
    (x) => tf.avgPool(x as tf.Tensor4D, 2, 1, 'same'),
    [grid([1, 3, 3, 2])],
  ],
  [
    'the first of several updates',
    'TensorScatterUpdate',
    ({ tensor, indices, updates }: { tensor: Node; indices: Node; updates: Node }) =>
      kernelTable['TensorScatterUpdate']!(
        { tensor, indices: shapes.reverse(indices, [0]), updates: shapes.reverse(updates, [0]) } as never,
        undefined as never,
        tensor.builder,
      ) as Node,
    (x, i, u) => tf.tensorScatterUpdate(x, i, u),
    [grid([3]), i32([1, 1], [2, 1]), grid([2], 4, 5)],
  ],
  [
    'corners that are not aligned',
    'ResizeBilinear',
    ({ images }: { images: Node }, attrs: tf.ResizeBilinearAttrs) =>
      kernelTable['ResizeBilinear']!(
        { images } as never,
        { ...attrs, alignCorners: false } as never,
        images.builder,
      ),
    (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [5, 4], true),
    [grid([1, 3, 3, 1])],
  ],
  [
    'rows instead of columns',
    'Transpose',
    ({ x }: X) => shapes.reshape(x, [3, 2]),
    (x) => tf.transpose(x),
    [grid([2, 3])],
  ],
];

describe('a planted wrong lowering is caught', () => {
  it.each(faults)('%s', (_, kernel, wrong, f, operands) => {
    const expected = onCpu(f, operands);
    expect(difference(expected, onAdjoint(f, operands))).toBeUndefined();
    planted(kernel, wrong, () => {
      expect(difference(expected, onAdjoint(f, operands))).toBeDefined();
      expect(difference(expected, staged(f, operands))).toBeDefined();
    });
    expect(difference(expected, staged(f, operands))).toBeUndefined();
  });
});
