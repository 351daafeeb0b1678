/**
 * The public constructor of tensors, which keeps float64.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { hostArray } from '../ir/index.js';
import { stagingError } from './messages.js';
import { tensorFromHost } from './values.js';

/** Numbers or booleans in nested arrays of regular shape, or in a typed array. */
export type Values = number | boolean | ArrayBufferView | readonly Values[];

/** Element types of public tensors. */
export type TensorDType = 'float32' | 'int32' | 'bool';

const real = { float32: 'f', int32: 'i32', bool: 'bool' } as const;

function collect(values: Values, out: number[], shape: number[], depth: number): void {
  if (typeof values === 'number' || typeof values === 'boolean') {
    if (depth !== shape.length)
      throw stagingError('values', 'nested arrays of regular shape', 'a number beside an array');
    out.push(Number(values));
    return;
  }
  const list = values as ArrayLike<Values>;
  if (shape.length === depth) {
    if (out.length > 0)
      throw stagingError('values', 'nested arrays of regular shape', 'an array beside a number');
    shape.push(list.length);
  }
  if (shape[depth] !== list.length) {
    throw stagingError('values', `${shape[depth]!} elements on axis ${depth}`, `${list.length}`);
  }
  for (let i = 0; i < list.length; i++) collect(list[i]!, out, shape, depth + 1);
}

function inferred(values: Values): TensorDType {
  let v: unknown = values;
  while (Array.isArray(v)) v = v[0];
  if (typeof v === 'boolean') return 'bool';
  return ArrayBuffer.isView(v) && !(v instanceof Float32Array || v instanceof Float64Array)
    ? 'int32'
    : 'float32';
}

/**
 * The tensor of given values, real ones in float64: `tensor(0.1)` is 0.1, where `tf.scalar(0.1)` is 0.10000000149.
 * tfjs calls the type 'float32'; reads of this tensor give a `Float64Array`.
 *
 * @param values a number, nested arrays of regular shape, or a typed array (Float64Array included). Copied.
 * @param shape defaults to the shape of the nested arrays.
 * @param dtype defaults to bool for booleans, int32 for integer typed arrays, else float32.
 * @throws StagingError (code `values`) if values and shape do not fit.
 * @example
 * tensor([[0.1, 0.2], [0.3, 0.4]]).dataSync(); // [0.1, 0.2, 0.3, 0.4]
 * tensor(new Float64Array([1, 2, 3, 4]), [2, 2]); // [[1, 2], [3, 4]]
 * tensor([true, false]).dtype; // 'bool'
 */
export function tensor(
  values: Values,
  shape?: readonly number[],
  dtype: TensorDType = inferred(values),
): tf.Tensor {
  const out: number[] = [];
  const found: number[] = [];
  collect(values, out, found, 0);
  const target = shape ?? found;
  const size = target.reduce((n, d) => n * d, 1);
  if (size !== out.length)
    throw stagingError('values', `${size} values for shape [${target.join(',')}]`, `${out.length}`);
  return tensorFromHost(hostArray(out, [...target], real[dtype]));
}
