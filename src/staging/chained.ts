/**
 * Chained methods of tensors: `x.add(y)` for `tf.add(x, y)`.
 *
 * tfjs-core declares them, and its browser bundle has them; in plain Node they are missing, and the files that would add
 * them cannot be imported. They are defined here from the public functions. What is there already stays.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';

// tfjs's declarations of the methods: kept in ours for users, erased from the program
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';

/** Methods that are the function of the same name, applied to the tensor first. */
const sameName = [
  ...[
    'abs',
    'acos',
    'acosh',
    'add',
    'all',
    'any',
    'argMax',
    'argMin',
    'asin',
    'asinh',
    'atan',
    'atan2',
    'atanh',
  ],
  ...[
    'avgPool',
    'batchNorm',
    'batchToSpaceND',
    'broadcastTo',
    'cast',
    'ceil',
    'clipByValue',
    'conv1d',
    'conv2d',
  ],
  ...[
    'conv2dTranspose',
    'cos',
    'cosh',
    'cumprod',
    'cumsum',
    'depthToSpace',
    'depthwiseConv2d',
    'dilation2d',
    'div',
  ],
  ...[
    'divNoNan',
    'dot',
    'elu',
    'equal',
    'erf',
    'euclideanNorm',
    'exp',
    'expandDims',
    'expm1',
    'fft',
    'floor',
  ],
  ...[
    'floorDiv',
    'gather',
    'greater',
    'greaterEqual',
    'ifft',
    'irfft',
    'isFinite',
    'isInf',
    'isNaN',
    'leakyRelu',
  ],
  ...[
    'less',
    'lessEqual',
    'localResponseNormalization',
    'log',
    'log1p',
    'logSigmoid',
    'logSoftmax',
    'logSumExp',
  ],
  ...[
    'logicalAnd',
    'logicalNot',
    'logicalOr',
    'logicalXor',
    'matMul',
    'max',
    'maxPool',
    'maximum',
    'mean',
    'min',
  ],
  ...[
    'minimum',
    'mirrorPad',
    'mod',
    'mul',
    'neg',
    'norm',
    'notEqual',
    'oneHot',
    'onesLike',
    'pad',
    'pool',
    'pow',
  ],
  ...['prelu', 'prod', 'reciprocal', 'relu', 'relu6', 'reshape', 'reverse', 'rfft', 'round', 'rsqrt', 'selu'],
  ...[
    'separableConv2d',
    'sigmoid',
    'sign',
    'sin',
    'sinh',
    'slice',
    'softmax',
    'softplus',
    'spaceToBatchND',
    'split',
  ],
  ...[
    'sqrt',
    'square',
    'squaredDifference',
    'squeeze',
    'step',
    'stridedSlice',
    'sub',
    'sum',
    'tan',
    'tanh',
    'tile',
  ],
  ...['topk', 'transpose', 'unique', 'unsortedSegmentSum', 'unstack', 'zerosLike'],
] as const;

type Method = (this: tf.Tensor, ...args: never[]) => unknown;
type Function = (x: tf.Tensor, ...args: unknown[]) => unknown;

const listOf = (x: tf.Tensor | readonly tf.Tensor[]): readonly tf.Tensor[] =>
  Array.isArray(x) ? x : [x as tf.Tensor];

/** Methods that no function stands for by itself. */
const others: Readonly<Record<string, Method>> = {
  as1D() {
    return tf.reshape(this, [this.size]);
  },
  as2D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as3D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as4D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as5D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  asScalar() {
    if (this.size !== 1)
      throw new Error(`asScalar: expected one element, found shape [${this.shape.join(',')}]`);
    return tf.reshape(this, []);
  },
  asType(dtype: tf.DataType) {
    return tf.cast(this, dtype);
  },
  concat(x: tf.Tensor | readonly tf.Tensor[], axis?: number) {
    return tf.concat([this, ...listOf(x)], axis);
  },
  flatten() {
    return tf.reshape(this, [this.size]);
  },
  reshapeAs(x: tf.Tensor) {
    return tf.reshape(this, x.shape);
  },
  resizeBilinear(size: [number, number], alignCorners?: boolean, halfPixelCenters?: boolean) {
    return tf.image.resizeBilinear(this as tf.Tensor4D, size, alignCorners, halfPixelCenters);
  },
  resizeNearestNeighbor(size: [number, number], alignCorners?: boolean, halfPixelCenters?: boolean) {
    return tf.image.resizeNearestNeighbor(this as tf.Tensor4D, size, alignCorners, halfPixelCenters);
  },
  stack(x: tf.Tensor | readonly tf.Tensor[], axis?: number) {
    return tf.stack([this, ...listOf(x)], axis);
  },
  toBool() {
    return tf.cast(this, 'bool');
  },
  toFloat() {
    return tf.cast(this, 'float32');
  },
  toInt() {
    return tf.cast(this, 'int32');
  },
  where(condition: tf.Tensor, x: tf.Tensor) {
    return tf.where(condition, this, x);
  },
};

/** Names of all chained methods. */
export const chainedNames: readonly string[] = [...sameName, ...Object.keys(others)];

/** Defines the chained methods that `prototype`, a tensor class's, does not have; again does nothing. */
export function defineChained(prototype: object = tf.Tensor.prototype): void {
  const define = (name: string, method: Method): void => {
    if (name in prototype) return;
    const value = function (this: tf.Tensor, ...args: never[]): unknown {
      if (this.isDisposed) throw new Error('Tensor is disposed.');
      return method.apply(this, args);
    };
    // as an assignment would, but for enumeration; another package may assign its own later
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: false });
  };
  for (const name of sameName) {
    const f = tf[name] as Function;
    define(name, function (...args) {
      return f(this, ...args);
    });
  }
  for (const [name, method] of Object.entries(others)) define(name, method);
}
