/**
 * Geometry of moving windows: which operand positions a window covers at each place.
 *
 * @module
 */
import type { WindowSteps } from './catalogue-windows.js';
import type { Shape } from './types.js';

/** Extent of `n` elements with `step − 1` holes between neighbours. */
export function spreadExtent(n: number, step: number): number {
  return n === 0 ? 0 : (n - 1) * step + 1;
}

/** Number of places of a window along each axis: ⌊(extent + low + high − window) / stride⌋ + 1, not below 0. */
export function windowPlaces(shape: Shape, window: Shape, steps: WindowSteps): number[] {
  return shape.map((n, a) => {
    const room = spreadExtent(n, steps.baseDilation[a]!) + steps.low[a]! + steps.high[a]!;
    const size = spreadExtent(window[a]!, steps.windowDilation[a]!);
    return Math.max(0, Math.floor((room - size) / steps.strides[a]!) + 1);
  });
}

/**
 * Operand position along one axis under element k of the window at place p:
 * (p·stride + k·windowDilation − low) / baseDilation. Undefined in padding and between spread elements.
 */
export function underWindow(
  steps: WindowSteps,
  axis: number,
  p: number,
  k: number,
  n: number,
): number | undefined {
  const q = p * steps.strides[axis]! + k * steps.windowDilation[axis]! - steps.low[axis]!;
  const step = steps.baseDilation[axis]!;
  return q < 0 || q % step !== 0 || q / step >= n ? undefined : q / step;
}

/**
 * Steps of the window that takes cotangents at the places of `steps` back to the operand: it moves over the places,
 * spread by the strides, and steps by what the operand was spread by.
 *
 * @param space - The operand's axes that the window moves along.
 * @param places - Those of the result, see `windowPlaces`.
 */
export function backwardSteps(steps: WindowSteps, space: Shape, window: Shape, places: Shape): WindowSteps {
  const { strides, baseDilation, windowDilation } = steps;
  const low = window.map((w, a) => spreadExtent(w, windowDilation[a]!) - 1 - steps.low[a]!);
  const high = space.map((n, a) => {
    const size = spreadExtent(window[a]!, windowDilation[a]!);
    return spreadExtent(n, baseDilation[a]!) + size - 1 - spreadExtent(places[a]!, strides[a]!) - low[a]!;
  });
  return { strides: baseDilation, low, high, baseDilation: strides, windowDilation };
}
