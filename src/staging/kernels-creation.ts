/**
 * Lowering of kernels without operands: filled tensors and sequences.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, type Node, type Builder } from '../ir/index.js';
import { dtypeOf } from './backend.js';
import type { Kernel } from './kernels.js';

type Nothing = Readonly<Record<never, never>>;

interface FillAttrs {
  readonly shape: number[];
  readonly value: number | boolean;
  readonly dtype?: tf.DataType;
}

/** Number of elements of a range: tfjs counts down with the default step 1 when stop is below start. */
function sequence(start: number, stop: number, step: number): number[] {
  if (start === stop || (start < stop && step < 0) || (stop < start && step > 1)) return [];
  const s = stop < start && step === 1 ? -1 : step;
  return Array.from({ length: Math.abs(Math.ceil((stop - start) / s)) }, (_, i) => start + i * s);
}

function vector(b: Builder, values: readonly number[], dtype: tf.DataType): Node {
  return ops.constant(b, values, [values.length], dtypeOf(dtype));
}

/** Kernels that make tensors from attributes alone. */
interface Creation {
  readonly Fill: Kernel<Nothing, FillAttrs>;
  readonly LinSpace: Kernel<Nothing, tf.LinSpaceAttrs>;
  readonly Range: Kernel<Nothing, tf.RangeAttrs>;
}

/** Lowerings of kernels without operands. Their numbers are not rounded to float32. */
export const creationKernels: Creation = {
  Fill(_, { shape, value, dtype }, b) {
    return ops.fill(b, Number(value), shape, dtypeOf(dtype ?? tf.util.inferDtype(value)));
  },
  LinSpace(_, { start, stop, num }, b) {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return vector(
      b,
      Array.from({ length: num }, (_v, i) => (i === num - 1 && num > 1 ? stop : start + i * step)),
      'float32',
    );
  },
  Range: (_, { start, stop, step, dtype }, b) => vector(b, sequence(start, stop, step), dtype),
};
