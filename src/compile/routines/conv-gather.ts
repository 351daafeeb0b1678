/**
 * Moves between a convolution's operands and the blocks that are multiplied.
 *
 * @module
 */
import { i32, v128, type Expr, type Func, type FunctionBuilder, type Module } from '../assembler/index.js';
import { stridesOf } from '../../ir/index.js';
import { extentOf, held, type Part } from './conv-geometry.js';
import { plus, storePart, times, type Lanes } from './dot-lanes.js';
import { copyElement } from './dot-pack.js';

type Address = Expr<'i32'>;

/** One loop of a nest. */
export interface NestAxis {
  readonly size: number | Address;
  /** Bytes by which an address moves with each step. */
  readonly strides: readonly number[];
}

/** Nested loops, outermost first: the body sees the addresses of each step. */
export function nest(
  f: FunctionBuilder,
  axes: readonly NestAxis[],
  bases: readonly Address[],
  body: (addresses: readonly Address[]) => void,
): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) {
    body(bases);
    return;
  }
  if (axis.size === 1) {
    nest(f, inner, bases, body);
    return;
  }
  const moving = bases.map((b) => f.local('i32', b));
  f.for(i32.const(0), typeof axis.size === 'number' ? i32.const(axis.size) : axis.size, 1, () => {
    nest(f, inner, moving, body);
    moving.forEach((p, i) => f.set(p, plus(p, axis.strides[i]!)));
  });
}

/** Copies neighbouring elements. */
function copyLine(f: FunctionBuilder, lanes: Lanes, to: Address, from: Address, count: number): void {
  const full = Math.floor(count / lanes.count);
  const [target, source] = [f.local('i32', to), f.local('i32', from)];
  if (full > 4) {
    f.for(i32.const(0), i32.const(full), 1, () => {
      f.store(target, v128.load(source));
      f.set(source, plus(source, 16));
      f.set(target, plus(target, 16));
    });
  } else for (let v = 0; v < full; v++) f.store(target, v128.load(source, 16 * v), 16 * v);
  const done = full > 4 ? 0 : 16 * full;
  const rest = count % lanes.count;
  if (rest > 0) storePart(f, lanes, target, v128.load(source, done), rest, done);
}

/** Fills a table of i32 with the offsets of all steps of a nest, then repeats the first, 0, up to a multiple of `round`. */
export function fillTable(
  f: FunctionBuilder,
  table: Address,
  axes: readonly { readonly size: number; readonly stride: number }[],
  round: number,
): void {
  const at = f.local('i32', table);
  const loops = axes.map(({ size, stride }) => ({ size, strides: [stride] }));
  nest(f, loops, [i32.const(0)], ([offset]) => {
    f.store(at, offset!);
    f.set(at, plus(at, 4));
  });
  const count = axes.reduce((s, { size }) => s * size, 1);
  for (let i = count; i % round !== 0; i++) {
    f.store(at, i32.const(0));
    f.set(at, plus(at, 4));
  }
}

/**
 * Copies planes of the operand to planes that have every position within reach; the zeros around are there already.
 * The function (x, to, images, channels): `x` is the plane of the first image and channel.
 */
export function padPlanes(
  module: Module,
  name: string,
  lanes: Lanes,
  part: Part,
  planes: {
    readonly image: number;
    readonly channel: number;
    readonly toImage: number;
    readonly toChannel: number;
  },
): Func {
  const { bytes } = lanes;
  const from = stridesOf(part.map(({ size }) => size));
  const to = stridesOf(part.map(extentOf));
  const kept = part.map(held);
  const start = (strides: readonly number[], at: (i: number) => number): number =>
    strides.reduce((s, d, i) => s + d * at(i), 0) * bytes;
  return module.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, x, target, images, channels) => {
    if (kept.some((k) => k.to === k.from)) return;
    const source = plus(
      x,
      start(from, (i) => kept[i]!.from),
    );
    const first = plus(
      target,
      start(to, (i) => kept[i]!.at),
    );
    const last = part.length - 1;
    const line = part[last]!.spread === 1;
    const rows = part.map(({ spread }, i) => ({
      size: kept[i]!.to - kept[i]!.from,
      strides: [from[i]! * bytes, to[i]! * spread * bytes],
    }));
    const outer = [
      { size: images, strides: [planes.image, planes.toImage] },
      { size: channels, strides: [planes.channel, planes.toChannel] },
    ];
    nest(f, [...outer, ...(line ? rows.slice(0, -1) : rows)], [source, first], ([p, q]) => {
      if (line) copyLine(f, lanes, q!, p!, rows[last]!.size as number);
      else copyElement(f, lanes, q!, p!, 0);
    });
  });
}

/**
 * The function (x, columns, rows, k, to): a strip of 32 bytes by k rows from the offsets of its columns and of its rows.
 * Columns that are neighbours are moved as vectors.
 */
export function packPatches(module: Module, lanes: Lanes): Func {
  const { bytes, count } = lanes;
  return module.once(`conv_patches_${bytes}`, () =>
    module.func(
      `conv_patches_${bytes}`,
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, x, columns, rows, k, to) => {
        for (let group = 0; group < 2; group++) {
          const offset = (i: number): Address => i32.load(columns, 4 * (group * count + i));
          const first = f.let(i32.add(x, offset(0)));
          const row = f.local('i32', rows);
          const target = f.local('i32', plus(to, 16 * group));
          const end = f.let(i32.add(rows, times(k, 4)));
          const each = (load: (at: Address) => Expr<'v128'>): void => {
            f.loop((again) => {
              f.store(target, load(f.let(i32.load(row))));
              f.set(row, plus(row, 4));
              f.set(target, plus(target, 32));
              f.brIf(again, i32.ne(row, end));
            });
          };
          // offsets increase from column to column, but for those that fill up the table
          const together = i32.eq(i32.sub(offset(count - 1), offset(0)), i32.const((count - 1) * bytes));
          f.if(
            together,
            () => each((at) => v128.load(i32.add(first, at))),
            () => {
              const places = Array.from({ length: count - 1 }, (_, i) => f.let(i32.add(x, offset(i + 1))));
              const lane = bytes === 4 ? v128.load32Lane : v128.load64Lane;
              const zeroed = bytes === 4 ? v128.load32Zero : v128.load64Zero;
              each((at) =>
                places.reduce((v, p, i) => lane(i32.add(p, at), v, i + 1), zeroed(i32.add(first, at))),
              );
            },
          );
        }
      },
    ),
  );
}

/** The function (w, to): the window elements of a part, for all outputs and channels, one after the other. */
export function gatherWindows(
  module: Module,
  name: string,
  lanes: Lanes,
  part: Part,
  window: readonly number[],
  lines: number,
): Func {
  const { bytes } = lanes;
  const strides = stridesOf(window);
  const first = part.reduce((s, { firstElement }, i) => s + firstElement * strides[i]!, 0);
  const whole = window.reduce((s, d) => s * d, 1);
  return module.func(name, ['i32', 'i32'], undefined, (f, w, to) => {
    const target = f.local('i32', to);
    const axes = part.map((axis, i) => ({
      size: axis.window,
      strides: [axis.elementStep * strides[i]! * bytes],
    }));
    nest(f, [{ size: lines, strides: [whole * bytes] }, ...axes], [plus(w, first * bytes)], ([p]) => {
      copyElement(f, lanes, target, p!, 0);
      f.set(target, plus(target, bytes));
    });
  });
}

/**
 * The function (from, y, images): results [output][image, place of the part] to where they belong,
 * y[image, output, place]. `pitch` is the distance of outputs in `from`, in bytes.
 */
export function scatterPlaces(
  module: Module,
  name: string,
  lanes: Lanes,
  part: Part,
  places: readonly number[],
  outputs: number,
  pitch: number,
): Func {
  const { bytes } = lanes;
  const strides = stridesOf(places);
  const all = places.reduce((s, d) => s * d, 1);
  const own = part.reduce((s, axis) => s * axis.places, 1);
  const first = part.reduce((s, { firstPlace }, i) => s + firstPlace * strides[i]!, 0);
  const contiguous = part.every((axis) => axis.placeStep === 1);
  return module.func(name, ['i32', 'i32', 'i32'], undefined, (f, from, y, images) => {
    const outer = [
      { size: images, strides: [own * bytes, outputs * all * bytes] },
      { size: outputs, strides: [pitch, all * bytes] },
    ];
    nest(f, outer, [from, plus(y, first * bytes)], ([p, q]) => {
      if (contiguous) {
        copyLine(f, lanes, q!, p!, own);
        return;
      }
      const source = f.local('i32', p!);
      const axes = part.map((axis, i) => ({
        size: axis.places,
        strides: [axis.placeStep * strides[i]! * bytes],
      }));
      nest(f, axes, [q!], ([at]) => {
        copyElement(f, lanes, at!, source, 0);
        f.set(source, plus(source, bytes));
      });
    });
  });
}
