/**
 * Matrix times vector where the rows lie in memory one by one: each result is the inner product of two lines.
 *
 * @module
 */
import { i32, v128, type Expr, type Func, type FunctionBuilder, type Module } from '../assembler/index.js';
import { keepLanes, plus, storePart, sumsOf, times, zero, type Lanes } from './dot-lanes.js';
import { blocksOf, blockOfTerms, least, rangeParameters, repeat, type Method } from './dot-method.js';
import { packLine } from './dot-pack.js';

/** y[r, j] = Σₖ a[r, k]·x[j or r, k]: the elements of a row of a are neighbours. Strides in elements. */
export interface RowProducts {
  readonly rows: number;
  readonly k: number;
  readonly aRow: number;
  /** From the x of a row to that of the next; 0 if all rows share it. Otherwise xStep is 1. */
  readonly xRow: number;
  readonly xStep: number;
  readonly yRow: number;
  /** Vectors x, the distance from one to the next, and that between the results. */
  readonly repeats: number;
  readonly xRepeat: number;
  readonly yRepeat: number;
}

const unitRows = 16;
/** A short line is written out, vector by vector. */
const shortVectors = 4;

/** y (+)= the products of `rows` rows, 1 to 4, with k terms each. */
function emitRowProducts(
  f: FunctionBuilder,
  lanes: Lanes,
  p: RowProducts,
  rows: number,
  k: number,
  a: Expr<'i32'>,
  x: Expr<'i32'>,
  y: Expr<'i32'>,
  add: Expr<'i32'> | undefined,
  shared: readonly Expr<'v128'>[] | undefined,
): void {
  const { bytes, count } = lanes;
  const [full, part] = [Math.floor(k / count), k % count];
  const index = Array.from({ length: rows }, (_, i) => i);
  /** Addresses of the rows as a base and offsets that are not negative. */
  const based = (address: Expr<'i32'>, stride: number): [Expr<'i32'>, number[]] => [
    plus(address, stride < 0 ? stride * bytes * (rows - 1) : 0),
    index.map((i) => Math.abs(stride) * bytes * (stride < 0 ? rows - 1 - i : i)),
  ];
  const [aBase, aOffsets] = based(a, p.aRow);
  const [xBase, xOffsets] = based(x, p.xRow);
  const sums = index.map(() => f.local('v128'));
  /** Adds a vector's worth of terms, `offset` bytes along the lines. */
  const terms = (pa: Expr<'i32'>, px: Expr<'i32'>, offset: number, kept: number, first: boolean): void => {
    const load = (address: Expr<'i32'>, at: number): Expr<'v128'> =>
      keepLanes(lanes, v128.load(address, at + offset), kept);
    const common = p.xRow !== 0 ? undefined : shared !== undefined ? shared[offset / 16] : f.let(load(px, 0));
    for (const i of index) {
      const other = common ?? load(px, xOffsets[i]!);
      f.set(sums[i]!, lanes.madd(load(pa, aOffsets[i]!), other, first ? zero : sums[i]!));
    }
  };
  const pa = f.local('i32', aBase);
  const px = f.local('i32', xBase);
  if (full + Math.sign(part) <= shortVectors) {
    for (let v = 0; v < full; v++) terms(pa, px, 16 * v, count, v === 0);
    if (part > 0) terms(pa, px, 16 * full, part, full === 0);
  } else {
    for (const s of sums) f.set(s, zero);
    const end = f.local('i32', plus(pa, 16 * full));
    f.loop((again) => {
      terms(pa, px, 0, count, false);
      f.set(pa, plus(pa, 16));
      f.set(px, plus(px, 16));
      f.brIf(again, i32.ne(pa, end));
    });
    if (part > 0) terms(pa, px, 0, part, false);
  }
  for (let i = 0; i < rows; i += count) {
    const here = Math.min(count, rows - i);
    const value = f.let(sumsOf(f, lanes, sums.slice(i, i + here)));
    const stride = p.yRow * bytes;
    const store = (adding: boolean): void => {
      if (stride === bytes) {
        const old = adding ? lanes.add(v128.load(y, i * stride), value) : value;
        storePart(f, lanes, y, old, here, i * stride);
        return;
      }
      for (let j = 0; j < here; j++) {
        const at = (i + j) * stride;
        // the result's lane j: the other lanes of the sum are not stored
        const old = adding ? lanes.add(lanes.splat(y, at), value) : value;
        f.storeLane(bytes === 8 ? 64 : 32, y, old, j, at);
      }
    };
    if (add === undefined) store(false);
    else {
      f.if(
        add,
        () => store(true),
        () => store(false),
      );
    }
  }
}

/** The function (a, x, y, rows, add) for a number of terms known when it is made. */
function rowsFunction(
  module: Module,
  name: string,
  lanes: Lanes,
  p: RowProducts,
  k: number,
  adds: boolean,
): Func {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.func(name, parameters, undefined, (f, a, x, y, rows, add) => {
    const [pa, px, py] = [f.local('i32', a), f.local('i32', x), f.local('i32', y)];
    const vectors = Math.ceil(k / lanes.count);
    const shared =
      p.xRow === 0 && vectors <= shortVectors
        ? Array.from({ length: vectors }, (_, v) =>
            f.let(keepLanes(lanes, v128.load(px, 16 * v), Math.min(lanes.count, k - v * lanes.count))),
          )
        : undefined;
    const emit = (count: number): void =>
      emitRowProducts(f, lanes, p, count, k, pa, px, py, adds ? add : undefined, shared);
    repeat(f, i32.shrU(rows, i32.const(2)), () => {
      emit(4);
      f.set(pa, plus(pa, 4 * p.aRow * lanes.bytes));
      f.set(px, plus(px, 4 * p.xRow * lanes.bytes));
      f.set(py, plus(py, 4 * p.yRow * lanes.bytes));
    });
    if (p.rows % 4 > 0) f.if(i32.and(rows, i32.const(3)), () => emit(p.rows % 4));
  });
}

/** The method. */
export function rowsMethod(p: RowProducts, bytes: number): Method {
  // each lane sums a block of terms
  const { count, size } = blocksOf(p.k, (blockOfTerms * 16) / bytes);
  const packed = p.xRow === 0 && p.xStep !== 1 && p.k > 1;
  const single = p.repeats > 1 || p.rows <= unitRows;
  return {
    name: 'rows',
    scratch: packed ? 16 * Math.ceil((p.k * bytes) / 16) : 0,
    units: single ? 1 : Math.ceil(p.rows / unitRows),
    unitElements: single ? p.rows * p.repeats : unitRows,
    chunk: 16384 / bytes,
    make: (module, name, lanes) => {
      const last = p.k - (count - 1) * size;
      const whole = count > 1 ? rowsFunction(module, `${name}_whole`, lanes, p, size, true) : undefined;
      const final = rowsFunction(module, `${name}_last`, lanes, p, last, count > 1);
      return module.func(name, rangeParameters, undefined, (f, a, b, c, scratch, from, to) => {
        const row = single ? i32.const(0) : f.let(i32.mul(from, i32.const(unitRows)));
        const end = single
          ? i32.const(p.rows)
          : f.let(least(i32.mul(to, i32.const(unitRows)), i32.const(p.rows)));
        const rows = single ? end : f.let(i32.sub(end, row));
        for (let r = 0; r < p.repeats; r++) {
          const source = f.let(plus(b, r * p.xRepeat * bytes));
          const x = packed ? scratch : f.let(i32.add(source, times(row, p.xRow * bytes)));
          if (packed) f.call(packLine(module, lanes, p.xStep), source, scratch, i32.const(p.k));
          const pa = f.let(i32.add(a, times(row, p.aRow * bytes)));
          const y = f.let(i32.add(plus(c, r * p.yRepeat * bytes), times(row, p.yRow * bytes)));
          if (whole !== undefined) {
            f.for(i32.const(0), i32.const(p.k - last), size, (at) => {
              const bytesAt = times(at, bytes);
              f.call(whole, i32.add(pa, bytesAt), i32.add(x, bytesAt), y, rows, at);
            });
          }
          const done = (p.k - last) * bytes;
          f.call(final, plus(pa, done), plus(x, done), y, rows, i32.const(1));
        }
      });
    },
  };
}
