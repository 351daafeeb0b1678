/**
 * One part of a convolution as products of blocks: windows times patches of the operand.
 *
 * For each group, y[o, (image, place)] = Σ w[o, (channel, element)] · patch[(channel, element), (image, place)]. Images
 * that have few places share a block.
 *
 * @module
 */
import { i32, type Expr, type FunctionBuilder, type Module } from '../assembler/index.js';
import { blockOfPart } from './conv-block.js';
import { cutOf, product, type ConvSizes } from './conv-cut.js';
import { fillTable, gatherWindows, padPlanes, scatterPlaces } from './conv-gather.js';
import { isWhole, reach, type Part } from './conv-geometry.js';
import { stripColumns } from './dot-blocked.js';
import { plus, times, type Lanes } from './dot-lanes.js';
import { least } from './dot-method.js';

type Address = Expr<'i32'>;

/** Bytes of scratch memory of a part. */
export function partScratch(s: ConvSizes, part: Part, bytes: number): number {
  return cutOf(s, part, bytes).scratch;
}

/** Writes the statements of a part: all of its places, from operands and to results at addresses. */
export function emitPart(
  module: Module,
  f: FunctionBuilder,
  lanes: Lanes,
  s: ConvSizes,
  part: Part,
  x: Address,
  w: Address,
  y: Address,
  scratch: Address,
): void {
  const { bytes } = lanes;
  const cut = cutOf(s, part, bytes);
  const name = `conv${module.size}_${bytes}`;
  const { at } = cut;
  const whole = isWhole(part);
  const block = blockOfPart(module, `${name}_block`, lanes, s, part, cut);
  const space = product(s.space) * bytes;
  const pad = !cut.padded
    ? undefined
    : padPlanes(module, `${name}_pad`, lanes, part, {
        image: s.channels * space,
        channel: space,
        toImage: cut.imageStride,
        toChannel: cut.channelStride,
      });
  const gather = whole
    ? undefined
    : gatherWindows(module, `${name}_windows`, lanes, part, s.window, s.outputs * s.channels);
  const scatter = cut.direct
    ? undefined
    : scatterPlaces(module, `${name}_places`, lanes, part, s.places, s.outputs, cut.waitingPitch);

  const [columns, rows, packed, waiting, planes, windows] = (
    ['columns', 'rows', 'packed', 'waiting', 'planes', 'windows'] as const
  ).map((key) => f.let(plus(scratch, at[key]))) as [Address, Address, Address, Address, Address, Address];
  const axes = (key: 'window' | 'places', step: 'dilation' | 'stride'): { size: number; stride: number }[] =>
    part.map((axis, i) => ({ size: axis[key], stride: axis[step] * cut.pitches[i]! }));
  const images = cut.direct ? [] : [{ size: cut.images, stride: cut.imageStride }];
  fillTable(f, columns, [...images, ...axes('places', 'stride')], stripColumns(lanes));
  fillTable(f, rows, [{ size: cut.channels, stride: cut.channelStride }, ...axes('window', 'dilation')], 1);
  if (pad !== undefined) f.fill(planes, i32.const(0), i32.const(cut.planesSize));
  // the position under the first element of the window at the first place
  const origin =
    pad === undefined ? part.reduce((t, axis, i) => t + reach(axis).from * cut.pitches[i]!, 0) : 0;

  const line = s.channels * cut.elements * bytes;
  const [px, pw, py] = [f.local('i32', x), f.local('i32', w), f.local('i32', y)];
  const total = product(s.places) * bytes;
  f.for(i32.const(0), i32.const(s.groups), 1, () => {
    if (gather !== undefined) f.call(gather, pw, windows);
    const weights = gather === undefined ? pw : windows;
    f.for(i32.const(0), i32.const(s.images), cut.images, (image) => {
      const count = f.let(least(i32.sub(i32.const(s.images), image), i32.const(cut.images)));
      const out = f.let(i32.add(py, times(image, s.outputs * total)));
      f.for(i32.const(0), i32.const(s.channels), cut.channels, (channel) => {
        const depth = f.let(least(i32.sub(i32.const(s.channels), channel), i32.const(cut.channels)));
        const source = f.let(i32.add(px, i32.add(times(image, s.channels * space), times(channel, space))));
        if (pad !== undefined) f.call(pad, source, planes, count, depth);
        const base = pad === undefined ? plus(source, origin) : planes;
        const end = f.let(times(depth, cut.elements));
        f.for(i32.const(0), end, cut.terms, (term) => {
          const k = f.let(least(i32.sub(end, term), i32.const(cut.terms)));
          const from = f.let(
            i32.add(weights, i32.add(times(channel, cut.elements * bytes), times(term, bytes))),
          );
          const offsets = f.let(i32.add(rows, times(term, 4)));
          const add = f.let(i32.or(channel, term));
          if (!cut.direct) {
            const all = times(count, cut.places);
            f.call(block, base, from, waiting, offsets, columns, packed, k, add, all);
            return;
          }
          const [source1, target] = [f.local('i32', base), f.local('i32', out)];
          f.for(i32.const(0), count, 1, () => {
            f.call(block, source1, from, target, offsets, columns, packed, k, add, i32.const(cut.places));
            f.set(source1, plus(source1, cut.imageStride));
            f.set(target, plus(target, s.outputs * total));
          });
        });
      });
      if (scatter !== undefined) f.call(scatter, waiting, out, count);
    });
    f.set(px, plus(px, s.images * s.channels * space));
    f.set(
      pw,
      plus(pw, gather === undefined ? s.outputs * line : s.outputs * s.channels * product(s.window) * bytes),
    );
    f.set(py, plus(py, s.images * s.outputs * total));
  });
}
