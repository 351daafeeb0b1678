/**
 * Lowering of pools: maxima and means under a window.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, windows, type Node } from '../ir/index.js';
import { toReal, type Kernel } from './kernels.js';
import { channelsFirst, planar, spatial, type SpaceWindow } from './window-info.js';

/** The window over all axes of [n, …space, c] or [n, c, …space]. */
function overAll(
  { steps, window }: SpaceWindow,
  first: boolean,
): readonly [window: number[], steps: windows.PartialSteps] {
  const around = (v: readonly number[], idle: number): number[] =>
    first ? [idle, idle, ...v] : [idle, ...v, idle];
  return [
    around(window, 1),
    {
      strides: around(steps.strides, 1),
      low: around(steps.low, 0),
      high: around(steps.high, 0),
      windowDilation: around(steps.windowDilation, 1),
    },
  ];
}

/** The mean of what the window covers: padding does not count. */
function mean(x: Node, at: SpaceWindow, first: boolean): Node {
  const [window, steps] = overAll(at, first);
  const ones = ops.fill(
    x.builder,
    1,
    x.shape.map((d, a) => (window[a] === 1 ? 1 : d)),
  );
  return ops.div(windows.poolSum(toReal(x), window, steps), windows.poolSum(ones, window, steps));
}

const largest = (x: Node, at: SpaceWindow, first: boolean): Node =>
  windows.poolMax(x, ...overAll(at, first))[0];

type Shape4 = [number, number, number, number];

function window2D(x: Node, { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs): SpaceWindow {
  const shape = x.shape as unknown as Shape4;
  return planar(tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode));
}

function window3D(x: Node, attrs: tf.MaxPool3DAttrs): SpaceWindow {
  const { filterSize, strides, pad, dimRoundingMode, dataFormat } = attrs;
  const shape = x.shape as unknown as [number, number, number, number, number];
  const format = dataFormat ?? 'NDHWC';
  return spatial(
    tf.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode, format),
  );
}

/** Kernels of pooling. */
interface Pools {
  readonly AvgPool: Kernel<tf.AvgPoolInputs, tf.AvgPoolAttrs>;
  readonly AvgPool3D: Kernel<tf.AvgPool3DInputs, tf.AvgPool3DAttrs>;
  readonly MaxPool: Kernel<tf.MaxPoolInputs, tf.MaxPoolAttrs>;
  readonly MaxPool3D: Kernel<tf.MaxPool3DInputs, tf.MaxPool3DAttrs>;
  readonly MaxPoolWithArgmax: Kernel<tf.MaxPoolWithArgmaxInputs, tf.MaxPoolWithArgmaxAttrs>;
}

/** Lowerings of pools. */
export const poolKernels: Pools = {
  AvgPool: ({ x }, attrs) => mean(x, window2D(x, attrs), false),
  AvgPool3D: ({ x }, attrs) => mean(x, window3D(x, attrs), channelsFirst(attrs.dataFormat)),
  MaxPool: ({ x }, attrs) => largest(x, window2D(x, attrs), false),
  MaxPool3D: ({ x }, attrs) => largest(x, window3D(x, attrs), channelsFirst(attrs.dataFormat)),
  MaxPoolWithArgmax({ x }, { filterSize, strides, pad, includeBatchInIndex }) {
    const at = window2D(x, { filterSize, strides, pad });
    const [max, position] = windows.poolMax(x, ...overAll(at, false));
    if (includeBatchInIndex) return [max, position];
    const image = x.shape.slice(1).reduce((p, d) => p * d, 1);
    return [max, ops.mod(position, image)];
  },
};
