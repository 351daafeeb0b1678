/**
 * Convolutions, as products of matrices.
 *
 * @module
 */
import { i32 } from '../assembler/index.js';
import { sizeOf, type WindowSteps } from '../../ir/index.js';
import type { ConvSizes } from './conv-cut.js';
import { inside, isWhole, partsOf, type Part } from './conv-geometry.js';
import { emitPart, partScratch } from './conv-product.js';
import { lanesOf } from './dot-lanes.js';
import { dotRoutine, type DotSpec } from './dot.js';
import { bytesOf, type Operand, type Routine } from './routine.js';

/** The matrix product that a convolution is where its windows are single elements, or lie in one place only. */
function asProduct(s: ConvSizes, parts: readonly Part[], storage: Operand['storage']): DotSpec | undefined {
  const [part] = parts;
  if (parts.length !== 1 || part === undefined || !isWhole(part) || !inside(part)) return undefined;
  // a window of which some elements lie on holes only is another one
  if (part.some((axis, a) => axis.window !== s.window[a])) return undefined;
  const { groups, images, channels, outputs } = s;
  const [space, window, places] = [sizeOf(s.space), sizeOf(s.window), sizeOf(s.places)];
  if (window === 1 && places === space) {
    const a = { batch: [outputs * channels, 0], row: channels, column: 1 };
    const b = { batch: [images * channels * places, channels * places], row: places, column: 1 };
    const sizes = { batch: [groups, images], m: outputs, k: channels, n: places };
    return { storage, ...sizes, a: { strides: a }, b: { strides: b }, relaxed: true };
  }
  if (places === 1 && window === space) {
    const line = channels * space;
    const a = { batch: [images * line], row: line, column: 1 };
    const b = { batch: [outputs * line], row: 1, column: line };
    const sizes = { batch: [groups], m: images, k: line, n: outputs };
    return { storage, ...sizes, a: { strides: a }, b: { strides: b }, relaxed: true };
  }
  return undefined;
}

/**
 * y[g, n, o, p] = Σ_{c,k} w[g, o, c, k] · x[g, n, c, position of k at p], for any strides, dilations and paddings. Over a
 * spread operand (as in the derivative of a convolution with strides) only the terms that are not zero are computed.
 * Padding counts as zeros: an infinite weight that lies on it makes a NaN.
 *
 * @param attrs - How the window moves (`WindowSteps`).
 * @param x - [groups, images, channels, …space].
 * @param w - [groups, outputs, channels, …window].
 * @param out - [groups, images, outputs, …places].
 */
export function convRoutine(attrs: WindowSteps, x: Operand, w: Operand, out: Operand): Routine {
  const bytes = bytesOf[out.storage];
  const [groups, images, channels, ...space] = x.shape as [number, number, number, ...number[]];
  const [, outputs, , ...window] = w.shape as [number, number, number, ...number[]];
  const places = out.shape.slice(3);
  const s: ConvSizes = { groups, images, channels, outputs, space, window, places };
  const size = sizeOf(out.shape);
  const terms = channels * sizeOf(window);
  const flops = 2 * size * terms;
  if (size === 0) return { scratch: 0, flops, emit: () => undefined };
  const zeros: Routine['emit'] = (_, f, __, [y]) => f.fill(y!, i32.const(0), i32.const(size * bytes));
  if (terms === 0) return { scratch: 0, flops, emit: zeros };

  const parts = partsOf(attrs, space, window, places);
  const spec = asProduct(s, parts, out.storage);
  if (spec !== undefined) {
    const dot = dotRoutine(spec);
    const whole = sizeOf(window) === 1;
    return {
      scratch: dot.scratch,
      flops,
      emit: (context, f, [px, pw], [y], scratch) => {
        dot.emit(context, f, ...(whole ? ([pw!, px!] as const) : ([px!, pw!] as const)), y!, scratch);
      },
    };
  }
  const filled = parts.filter((part) => part.every((axis) => axis.window > 0));
  return {
    scratch: Math.max(0, ...filled.map((part) => partScratch(s, part, bytes))),
    flops,
    emit: ({ module, relaxed }, f, [px, pw], [y], scratch) => {
      const lanes = lanesOf(out.storage, relaxed);
      const parameters = ['i32', 'i32', 'i32', 'i32'] as const;
      const run = module.once(`conv ${JSON.stringify([attrs, x, w, out.storage, relaxed])}`, () =>
        module.func(`conv${module.size}_${out.storage}`, parameters, undefined, (g, a, b, c, rest) => {
          if (filled.length < parts.length) g.fill(c, i32.const(0), i32.const(size * bytes));
          for (const part of filled) emitPart(module, g, lanes, s, part, a, b, c, rest);
        }),
      );
      f.call(run, px!, pw!, y!, scratch);
    },
  };
}
