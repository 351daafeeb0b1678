/**
 * Lowering of convolutions: plain, transposed, depthwise, fused, and morphological dilation.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Node } from '../ir/index.js';
import { backwardSteps } from '../ir/windows.js';
import { activation } from './activations.js';
import { toReal, type Kernel } from './kernels.js';
import { stagingError } from './messages.js';
import { channelsFirst, planar, spatial, type SpaceWindow } from './window-info.js';

const u: typeof tf.backend_util = tf.backend_util;
const list = (x: Node): number[] => x.shape as number[];
const axesFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, a) => first + a);

/** [n, …space, c] or [n, c, …space] as [1, n, c, …space]. */
function grouped(x: Node, first: boolean): Node {
  const rank = x.shape.length;
  const ordered = first ? x : shapes.transpose(x, [0, rank - 1, ...axesFrom(1, rank - 2)]);
  return shapes.expandDims(ordered, 0);
}

/** [1, n, c, …space] as [n, …space, c] or [n, c, …space]. */
function ungrouped(y: Node, first: boolean): Node {
  const x = shapes.reshape(y, y.shape.slice(1));
  return first ? x : shapes.transpose(x, [0, ...axesFrom(2, x.shape.length - 2), 1]);
}

/** A filter […window, in, out] as [1, out, in, …window]. */
function filterOf(w: Node): Node {
  const rank = w.shape.length - 2;
  return shapes.expandDims(shapes.transpose(w, [rank + 1, rank, ...axesFrom(0, rank)]), 0);
}

/** A convolution of all channels with all. */
function convolve(x: Node, filter: Node, { steps }: SpaceWindow, first: boolean): Node {
  return ungrouped(
    x.builder.node('conv', steps, [grouped(toReal(x), first), filterOf(toReal(filter))]),
    first,
  );
}

/** The derivative of a convolution in its operand, applied to dy: the transposed convolution. */
function deconvolve(
  dy: Node,
  filter: Node,
  { steps, window, space, places }: SpaceWindow,
  first: boolean,
): Node {
  const w = shapes.transpose(filterOf(toReal(filter)), [0, 2, 1, ...axesFrom(3, window.length)]);
  const turned = shapes.reverse(w, axesFrom(3, window.length));
  const back = backwardSteps(steps, space, window, places);
  return ungrouped(dy.builder.node('conv', back, [grouped(toReal(dy), first), turned]), first);
}

/** Each channel with filters of its own: [h, w, in, m] gives channel c the results c·m … c·m + m − 1. */
function depthwise(x: Node, filter: Node, { steps }: SpaceWindow, first: boolean): Node {
  const [real, w] = [toReal(x), toReal(filter)];
  const rows = first ? shapes.transpose(real, [1, 0, 2, 3]) : shapes.transpose(real, [3, 0, 1, 2]);
  const kernels = shapes.transpose(w, [2, 3, 0, 1]);
  const y = x.builder.node('conv', steps, [shapes.expandDims(rows, 2), shapes.expandDims(kernels, 2)]);
  const [c, n, m, height, width] = y.shape as readonly [number, number, number, number, number];
  if (first) return shapes.reshape(shapes.transpose(y, [1, 0, 2, 3, 4]), [n, c * m, height, width]);
  return shapes.reshape(shapes.transpose(y, [1, 3, 4, 0, 2]), [n, height, width, c * m]);
}

interface Conv2D {
  readonly strides: number | [number, number];
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: tf.Conv2DAttrs['dimRoundingMode'] | undefined;
  readonly dataFormat?: string;
}

function window2D(x: readonly number[], filter: Node, attrs: Conv2D, isDepthwise: boolean): SpaceWindow {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
  const format = channelsFirst(dataFormat) ? 'channelsFirst' : 'channelsLast';
  return planar(
    u.computeConv2DInfo(
      x as [number, number, number, number],
      filter.shape as unknown as [number, number, number, number],
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      isDepthwise,
      format,
    ),
  );
}

/** A parameter of each channel, where channels come first. */
function perChannel(v: Node, first: boolean): Node {
  return first && v.shape.length === 1 && v.shape[0] !== 1 ? shapes.reshape(v, [v.shape[0]!, 1, 1]) : v;
}

/** Bias and activation after a fused kernel. */
function finish(kernel: string, y: Node, inputs: Fused, attrs: tf.FusedConv2DAttrs): Node {
  const first = channelsFirst(attrs.dataFormat);
  const { bias, preluActivationWeights: weights } = inputs;
  const shifted = bias === undefined ? y : ops.add(y, perChannel(bias, first));
  const prelu = weights && perChannel(weights, first);
  const out = activation(attrs.activation, shifted, prelu, attrs.leakyreluAlpha);
  if (out === undefined)
    throw stagingError('kernel', `${kernel} with activation '${attrs.activation}'`, `tf.fused`);
  return out;
}

interface Fused {
  readonly bias?: Node;
  readonly preluActivationWeights?: Node;
}

/** max over the window of x + filter, channel by channel; padding never wins. */
function dilate(x: Node, filter: Node, { steps, window, space, places }: SpaceWindow): Node {
  const { strides, low, windowDilation } = steps;
  const n = x.shape[0]!;
  const high = steps.high.map((h) => Math.max(0, h));
  const padded = shapes.pad(x, [0, ...low, 0], [0, ...high, 0], undefined, -Infinity);
  let best: Node | undefined;
  for (let i = 0; i < window[0]!; i++) {
    for (let j = 0; j < window[1]!; j++) {
      const start = [i * windowDilation[0]!, j * windowDilation[1]!];
      const limit = start.map((s, a) => s + (places[a]! - 1) * strides[a]! + 1);
      const under = shapes.slice(padded, [0, ...start, 0], [n, ...limit, x.shape[3]!], [1, ...strides, 1]);
      const weight = shapes.index(shapes.index(filter, i), j);
      const candidate = ops.add(under, weight);
      best = best === undefined ? candidate : ops.maximum(best, candidate);
    }
  }
  if (best === undefined || space.length !== 2) throw new Error('dilation2d: the filter has no element');
  return best;
}

/** Kernels of convolution. */
interface Convolutions {
  readonly Conv2D: Kernel<tf.Conv2DInputs, tf.Conv2DAttrs>;
  readonly Conv2DBackpropInput: Kernel<tf.Conv2DBackpropInputInputs, tf.Conv2DBackpropInputAttrs>;
  readonly Conv3D: Kernel<tf.Conv3DInputs, tf.Conv3DAttrs>;
  readonly Conv3DBackpropInputV2: Kernel<tf.Conv3DBackpropInputV2Inputs, tf.Conv3DBackpropInputV2Attrs>;
  readonly DepthwiseConv2dNative: Kernel<
    tf.DepthwiseConv2dNativeInputs,
    Omit<tf.DepthwiseConv2dNativeAttrs, 'dimRoundingMode'> & Pick<tf.Conv2DAttrs, 'dimRoundingMode'>
  >;
  readonly Dilation2D: Kernel<tf.Dilation2DInputs, tf.Dilation2DAttrs>;
  readonly FusedConv2D: Kernel<tf.FusedConv2DInputs, tf.FusedConv2DAttrs>;
  readonly FusedDepthwiseConv2D: Kernel<tf.FusedDepthwiseConv2DInputs, tf.FusedConv2DAttrs>;
}

/** Lowerings of convolutions. */
export const convolutionKernels: Convolutions = {
  Conv2D: ({ x, filter }, attrs) =>
    convolve(x, filter, window2D(list(x), filter, attrs, false), channelsFirst(attrs.dataFormat)),
  Conv2DBackpropInput({ dy, filter }, attrs) {
    const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attrs;
    const given = { strides, pad, dataFormat, dimRoundingMode, dilations: 1 };
    return deconvolve(dy, filter, window2D(inputShape, filter, given, false), channelsFirst(dataFormat));
  },
  Conv3D({ x, filter }, { strides, pad, dilations }) {
    const filterShape = list(filter) as [number, number, number, number, number];
    const shape = list(x) as [number, number, number, number, number];
    return convolve(
      x,
      filter,
      spatial(u.computeConv3DInfo(shape, filterShape, strides, dilations, pad)),
      false,
    );
  },
  Conv3DBackpropInputV2({ dy, filter }, { strides, pad, inputShape }) {
    const filterShape = list(filter) as [number, number, number, number, number];
    return deconvolve(
      dy,
      filter,
      spatial(u.computeConv3DInfo(inputShape, filterShape, strides, 1, pad)),
      false,
    );
  },
  DepthwiseConv2dNative: ({ x, filter }, attrs) =>
    depthwise(x, filter, window2D(list(x), filter, attrs, true), channelsFirst(attrs.dataFormat)),
  Dilation2D({ x, filter }, { strides, pad, dilations }) {
    const info = u.computeDilation2DInfo(
      list(x) as [number, number, number, number],
      list(filter) as [number, number, number],
      strides,
      pad,
      'NHWC',
      dilations,
    );
    return dilate(toReal(x), toReal(filter), planar(info));
  },
  FusedConv2D(inputs, attrs) {
    const { x, filter } = inputs;
    const at = window2D(list(x), filter, attrs, false);
    return finish('FusedConv2D', convolve(x, filter, at, channelsFirst(attrs.dataFormat)), inputs, attrs);
  },
  FusedDepthwiseConv2D(inputs, attrs) {
    const { x, filter } = inputs;
    const at = window2D(list(x), filter, attrs, true);
    const y = depthwise(x, filter, at, channelsFirst(attrs.dataFormat));
    return finish('FusedDepthwiseConv2D', y, inputs, attrs);
  },
};
