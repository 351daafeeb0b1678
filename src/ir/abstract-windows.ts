/**
 * Abstract evaluation of sorting, blocks at computed positions, convolution and pooling.
 *
 * @module
 */
import { expect } from './abstract-rule.js';
import type { AbstractTable } from './abstract.js';
import type { OpName } from './catalogue.js';
import type { WindowSteps } from './catalogue-windows.js';
import type { Node } from './graph.js';
import type { Aval, Shape } from './types.js';
import { windowPlaces } from './windows.js';

/** The operations of this family. */
export type WindowName = 'sort' | 'dynamicSlice' | 'dynamicUpdate' | 'conv' | 'poolSum' | 'poolMax';

/** Throws unless the steps have one entry an axis: integer padding, positive strides and dilations. */
function checkSteps(op: OpName, steps: WindowSteps, rank: number, operands: readonly Node[]): void {
  const { strides, low, high, baseDilation, windowDilation } = steps;
  const full = [strides, low, high, baseDilation, windowDilation].every((s) => s.length === rank);
  expect(op, full, `expected ${rank} strides, paddings and dilations, one an axis`, operands);
  const positive = [strides, baseDilation, windowDilation].every((s) =>
    s.every((v) => Number.isInteger(v) && v >= 1),
  );
  expect(op, positive, 'strides and dilations must be positive integers', operands);
  expect(op, [...low, ...high].every(Number.isInteger), 'paddings must be integers', operands);
}

function checkStart(op: OpName, x: Node, start: Node, operands: readonly Node[]): void {
  const ok = start.dtype === 'i32' && start.shape.length === 1 && start.shape[0] === x.shape.length;
  expect(op, ok, `expected a start of i32[${x.shape.length}], one index an axis`, operands);
}

function pooled(
  op: 'poolSum' | 'poolMax',
  x: Node,
  attrs: WindowSteps & { readonly window: Shape },
): number[] {
  expect(op, x.dtype !== 'bool', 'expected numbers', [x]);
  expect(op, attrs.window.length === x.shape.length, 'expected one window size an axis', [x]);
  checkSteps(op, attrs, x.shape.length, [x]);
  const filled = attrs.window.every((w) => Number.isInteger(w) && w >= 1);
  expect(op, filled, `window [${attrs.window.join(',')}] must have positive sizes`, [x]);
  return windowPlaces(x.shape, attrs.window, attrs);
}

/** Rules of the family. */
export const abstractWindows: Pick<AbstractTable, WindowName> = {
  sort: ({ axis }, [x]) => {
    const ok = Number.isInteger(axis) && axis >= 0 && axis < x!.shape.length;
    expect('sort', ok, `axis ${axis} must be within the rank`, [x!]);
    expect('sort', x!.dtype !== 'bool', 'expected numbers', [x!]);
    return [x!.avals[0]!, { shape: x!.shape, dtype: 'i32' }];
  },
  dynamicSlice: ({ size }, [x, start]) => {
    const fits = size.length === x!.shape.length && size.every((s, a) => s >= 0 && s <= x!.shape[a]!);
    expect('dynamicSlice', fits, `a block of [${size.join(',')}] does not fit`, [x!, start!]);
    checkStart('dynamicSlice', x!, start!, [x!, start!]);
    return [{ shape: size, dtype: x!.dtype }];
  },
  dynamicUpdate: (_, [x, u, start]) => {
    const all = [x!, u!, start!];
    const fits = u!.shape.length === x!.shape.length && u!.shape.every((s, a) => s <= x!.shape[a]!);
    expect('dynamicUpdate', fits, 'the block does not fit', all);
    expect('dynamicUpdate', u!.dtype === x!.dtype, 'element types differ (use cast)', all);
    checkStart('dynamicUpdate', x!, start!, all);
    return [x!.avals[0]!];
  },
  conv: (attrs, [x, w]): Aval[] => {
    const both = [x!, w!];
    const rank = x!.shape.length - 3;
    expect('conv', x!.dtype === 'f' && w!.dtype === 'f', 'expected real operands', both);
    const formed = rank >= 1 && w!.shape.length === x!.shape.length;
    expect('conv', formed, 'expected x[groups, batch, in, …space] and w[groups, out, in, …window]', both);
    const paired = x!.shape[0] === w!.shape[0] && x!.shape[2] === w!.shape[2];
    expect('conv', paired, 'numbers of groups or of input channels differ', both);
    checkSteps('conv', attrs, rank, both);
    const places = windowPlaces(x!.shape.slice(3), w!.shape.slice(3), attrs);
    return [{ shape: [x!.shape[0]!, x!.shape[1]!, w!.shape[1]!, ...places], dtype: 'f' }];
  },
  poolSum: (attrs, [x]) => [{ shape: pooled('poolSum', x!, attrs), dtype: x!.dtype }],
  poolMax: (attrs, [x]) => {
    const shape = pooled('poolMax', x!, attrs);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'i32' },
    ];
  },
};
