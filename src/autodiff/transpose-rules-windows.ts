/**
 * Transposes of blocks at computed positions, convolution and sums under a window.
 *
 * The transposes of a convolution are convolutions: strides become dilations and dilations strides.
 *
 * @module
 */
import { ops, shapes, sizeOf, windows, type Node, type Shape, type WindowSteps } from '../ir/index.js';
import { backwardSteps, spreadExtent } from '../ir/windows.js';
import { rearrange } from './masked.js';
import type { TransposeTable } from './transpose-rule.js';

/** Axes 1 and 2 exchanged. */
const swap = (x: Node): Node => shapes.transpose(x, [0, 2, 1, ...x.shape.slice(3).map((_, a) => a + 3)]);

/** x̄: the window, turned around, over the cotangents. */
function ofOperand(ct: Node, w: Node, steps: WindowSteps, shape: Shape): Node {
  if (sizeOf(ct.shape) * sizeOf(w.shape) === 0) return ops.fill(ct.builder, 0, shape);
  const [space, window, places] = [shape.slice(3), w.shape.slice(3), ct.shape.slice(3)];
  const turned = shapes.reverse(
    swap(w),
    window.map((_, a) => a + 3),
  );
  return ct.builder.node('conv', backwardSteps(steps, space, window, places), [ct, turned]);
}

/** w̄: the cotangents, spread by the strides, as a window over the operand. */
function ofWindow(ct: Node, x: Node, steps: WindowSteps, shape: Shape): Node {
  if (sizeOf(ct.shape) * sizeOf(x.shape) === 0) return ops.fill(ct.builder, 0, shape);
  const { strides, low, baseDilation, windowDilation } = steps;
  const [space, window, places] = [x.shape.slice(3), shape.slice(3), ct.shape.slice(3)];
  const high = space.map(
    (n, a) =>
      spreadExtent(places[a]!, strides[a]!) -
      spreadExtent(n, baseDilation[a]!) +
      spreadExtent(window[a]!, windowDilation[a]!) -
      1 -
      low[a]!,
  );
  const over = { strides: windowDilation, low, high, baseDilation, windowDilation: strides };
  return swap(ct.builder.node('conv', over, [swap(x), swap(ct)]));
}

/** Rules of the linear operations of the family. */
export const transposeWindows: Pick<TransposeTable, 'dynamicSlice' | 'dynamicUpdate' | 'conv' | 'poolSum'> = {
  dynamicSlice: ({ operands: [, start], avals, cotangents: [ct] }) => [
    windows.dynamicUpdate(ops.fill(ct!.builder, 0, avals[0]!.shape), ct!, start!),
  ],
  dynamicUpdate: ({ operands: [x, u, start], avals, cotangents: [ct] }) => {
    const size = avals[1]!.shape;
    return [
      x === undefined ? windows.dynamicUpdate(ct!, ops.fill(ct!.builder, 0, size), start!) : undefined,
      u === undefined ? rearrange(ct!, (t) => windows.dynamicSlice(t, start!, size)) : undefined,
    ];
  },
  conv: ({ attrs, operands: [x, w], avals, cotangents: [ct] }) => {
    if (x === undefined && w === undefined)
      throw new Error('transpose: a convolution of two linear factors is not linear');
    return [
      x === undefined ? ofOperand(ct!, w!, attrs, avals[0]!.shape) : undefined,
      w === undefined ? ofWindow(ct!, x!, attrs, avals[1]!.shape) : undefined,
    ];
  },
  poolSum: ({ attrs, avals, cotangents: [ct] }) => {
    const { shape } = avals[0]!;
    if (sizeOf(ct!.shape) === 0) return [ops.fill(ct!.builder, 0, shape)];
    const steps = backwardSteps(attrs, shape, attrs.window, ct!.shape);
    return [windows.poolSum(ct!, attrs.window, steps)];
  },
};
