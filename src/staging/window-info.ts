/**
 * What tfjs's attributes of convolutions and pools mean, as steps of a window over the axes of space.
 *
 * tfjs resolves padding, formats and rounding; from its answer the padding after is chosen so that the window has exactly
 * the places that tfjs promises, whatever is rounded.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { type Shape, type WindowSteps } from '../ir/index.js';
import { spreadExtent } from '../ir/windows.js';

/** A window over the axes of space, and the places that it takes. */
export interface SpaceWindow {
  readonly steps: WindowSteps;
  readonly window: Shape;
  readonly space: Shape;
  readonly places: Shape;
}

function make(
  space: Shape,
  window: Shape,
  strides: readonly number[],
  dilation: readonly number[],
  low: readonly number[],
  places: Shape,
): SpaceWindow {
  const high = space.map(
    (n, a) => (places[a]! - 1) * strides[a]! + spreadExtent(window[a]!, dilation[a]!) - n - low[a]!,
  );
  const steps = { strides, low, high, baseDilation: space.map(() => 1), windowDilation: dilation };
  return { steps, window, space, places };
}

/** The window of a two-dimensional convolution or pool. */
export function planar(i: tf.backend_util.Conv2DInfo): SpaceWindow {
  return make(
    [i.inHeight, i.inWidth],
    [i.filterHeight, i.filterWidth],
    [i.strideHeight, i.strideWidth],
    [i.dilationHeight, i.dilationWidth],
    [i.padInfo.top, i.padInfo.left],
    [i.outHeight, i.outWidth],
  );
}

/** The window of a three-dimensional convolution or pool. */
export function spatial(i: tf.backend_util.Conv3DInfo): SpaceWindow {
  return make(
    [i.inDepth, i.inHeight, i.inWidth],
    [i.filterDepth, i.filterHeight, i.filterWidth],
    [i.strideDepth, i.strideHeight, i.strideWidth],
    [i.dilationDepth, i.dilationHeight, i.dilationWidth],
    [i.padInfo.front, i.padInfo.top, i.padInfo.left],
    [i.outDepth, i.outHeight, i.outWidth],
  );
}

/** Whether channels follow the batch ('NCHW', 'NCDHW') rather than space. */
export const channelsFirst = (dataFormat: string | undefined): boolean =>
  dataFormat?.startsWith('NC') ?? false;
