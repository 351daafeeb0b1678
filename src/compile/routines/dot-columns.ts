/**
 * Vector times matrix where the rows lie in memory one by one: a sum of rows, each times a number.
 *
 * @module
 */
import {
  i32,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Local,
  type Module,
} from '../assembler/index.js';
import { plus, storePart, times, zero, type Lanes } from './dot-lanes.js';
import { blockOfTerms, blocksOf, least, rangeParameters, repeat, type Method } from './dot-method.js';

/** y[j] = Σₖ x[k]·b[k, j]: the elements of a row of b are neighbours, those of the result too. Strides in elements. */
export interface RowSum {
  readonly n: number;
  readonly k: number;
  readonly xStep: number;
  readonly bRow: number;
}

/** Columns of a unit. */
const unitColumns = 64;
/** Columns whose sums stay in the nearest cache. */
const blockColumns = 2048;
/** Vectors of a result that stays in registers. */
const narrowVectors = 6;

/** Columns in registers: `split` sums for each, of every split-th row, so that additions do not wait for each other. */
function narrow(
  f: FunctionBuilder,
  lanes: Lanes,
  p: RowSum,
  x: Expr<'i32'>,
  b: Expr<'i32'>,
  y: Expr<'i32'>,
): void {
  const { bytes } = lanes;
  const vectors = Math.ceil(p.n / lanes.count);
  const split = Math.min([4, 3, 2, 1, 1, 1][vectors - 1]!, p.k);
  const sums = Array.from({ length: split }, () =>
    Array.from({ length: vectors }, () => f.local('v128')),
  ) as Local<'v128'>[][];
  const [px, pb] = [f.local('i32', x), f.local('i32', b)];
  const down = [p.xStep, p.bRow].map((s) => (s < 0 ? s : 0)) as [number, number];
  /** Adds `rows` rows; the bases are moved so that offsets are not negative. */
  const add = (rows: number): void => {
    const bx = rows > 1 ? f.let(plus(px, down[0] * bytes * (rows - 1))) : px;
    const bb = rows > 1 ? f.let(plus(pb, down[1] * bytes * (rows - 1))) : pb;
    const at = (stride: number, r: number): number =>
      Math.abs(stride) * bytes * (stride < 0 ? rows - 1 - r : r);
    for (let r = 0; r < rows; r++) {
      const factor = f.let(lanes.splat(bx, at(p.xStep, r)));
      for (let v = 0; v < vectors; v++) {
        f.set(sums[r]![v]!, lanes.madd(factor, v128.load(bb, at(p.bRow, r) + 16 * v), sums[r]![v]!));
      }
    }
    f.set(px, plus(px, rows * p.xStep * bytes));
    f.set(pb, plus(pb, rows * p.bRow * bytes));
  };
  const block = (rows: number, adding: Expr<'i32'> | undefined): void => {
    for (const s of sums.flat()) f.set(s, zero);
    if (rows >= split) {
      const left = f.local('i32', i32.const(Math.floor(rows / split)));
      f.loop((again) => {
        add(split);
        f.set(left, i32.sub(left, i32.const(1)));
        f.brIf(again, left);
      });
    }
    for (let r = 0; r < rows % split; r++) add(1);
    for (let v = 0; v < vectors; v++) {
      const parts = sums.map((s) => s[v]!);
      const joined = parts.slice(1).reduce<Expr<'v128'>>((s, t) => lanes.add(s, t), parts[0]!);
      const count = Math.min(lanes.count, p.n - v * lanes.count);
      const sum = f.let(joined);
      if (adding === undefined) storePart(f, lanes, y, sum, count, 16 * v);
      else {
        const old = v128.select(adding, v128.load(y, 16 * v), zero);
        storePart(f, lanes, y, lanes.add(old, sum), count, 16 * v);
      }
    }
  };
  const { count, size } = blocksOf(p.k, blockOfTerms * split);
  if (count > 1) f.for(i32.const(0), i32.const(count - 1), 1, (i) => block(size, i));
  block(p.k - (count - 1) * size, count > 1 ? i32.const(1) : undefined);
}

/** The function (x, b, y, columns) that adds `rows` rows to y. */
function rowsInto(module: Module, name: string, lanes: Lanes, p: RowSum, rows: number): Func {
  const { bytes } = lanes;
  return module.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, x, b, y, columns) => {
    const factors = Array.from({ length: rows }, (_, r) => f.let(lanes.splat(plus(x, r * p.xStep * bytes))));
    const pb = f.local('i32', plus(b, p.bRow < 0 ? p.bRow * bytes * (rows - 1) : 0));
    const py = f.local('i32', y);
    const sum = (): Expr<'v128'> =>
      factors.reduce<Expr<'v128'>>((s, factor, r) => {
        const offset = Math.abs(p.bRow) * bytes * (p.bRow < 0 ? rows - 1 - r : r);
        return lanes.madd(factor, v128.load(pb, offset), s);
      }, v128.load(py));
    const shift = Math.log2(lanes.count);
    repeat(f, i32.shrU(columns, i32.const(shift)), () => {
      f.store(py, sum());
      f.set(pb, plus(pb, 16));
      f.set(py, plus(py, 16));
    });
    const rest = p.n % lanes.count;
    if (rest === 0) return;
    f.if(i32.and(columns, i32.const(lanes.count - 1)), () => storePart(f, lanes, py, sum(), rest, 0));
  });
}

/** The function (from, to, columns) that adds one line to another. */
function lineInto(module: Module, name: string, lanes: Lanes, n: number): Func {
  return module.func(name, ['i32', 'i32', 'i32'], undefined, (f, from, to, columns) => {
    const [source, target] = [f.local('i32', from), f.local('i32', to)];
    const sum = lanes.add(v128.load(target), v128.load(source));
    repeat(f, i32.shrU(columns, i32.const(Math.log2(lanes.count))), () => {
      f.store(target, sum);
      f.set(source, plus(source, 16));
      f.set(target, plus(target, 16));
    });
    const rest = n % lanes.count;
    if (rest === 0) return;
    f.if(i32.and(columns, i32.const(lanes.count - 1)), () => storePart(f, lanes, target, sum, rest, 0));
  });
}

/** Columns in memory: four rows at a time are added to all columns of a block. */
function wide(module: Module, name: string, lanes: Lanes, p: RowSum, single: boolean): Func {
  const { bytes } = lanes;
  const { count, size } = blocksOf(p.k);
  const four = rowsInto(module, `${name}_4`, lanes, p, 4);
  const rest = p.k % 4 === 0 ? undefined : rowsInto(module, `${name}_${p.k % 4}`, lanes, p, p.k % 4);
  const join = count > 1 ? lineInto(module, `${name}_join`, lanes, p.n) : undefined;
  return module.func(name, rangeParameters, undefined, (f, x, b, y, scratch, from, to) => {
    const begin = single ? i32.const(0) : i32.mul(from, i32.const(unitColumns));
    const end = single ? i32.const(p.n) : f.let(least(i32.mul(to, i32.const(unitColumns)), i32.const(p.n)));
    f.for(begin, end, blockColumns, (column) => {
      const columns = f.let(least(i32.sub(end, column), i32.const(blockColumns)));
      const out = f.let(i32.add(y, times(column, bytes)));
      const width = f.let(times(columns, bytes));
      const [px, pb] = [f.local('i32', x), f.local('i32', i32.add(b, times(column, bytes)))];
      f.fill(out, i32.const(0), width);
      f.for(i32.const(0), i32.const(p.k), size, (at) => {
        // sums of later blocks are made apart and then added: errors grow with the number of blocks, not of terms
        const target = join === undefined ? out : f.let(i32.select(at, scratch, out));
        if (join !== undefined) f.if(at, () => f.fill(scratch, i32.const(0), width));
        const terms = f.let(least(i32.sub(i32.const(p.k), at), i32.const(size)));
        repeat(f, i32.shrU(terms, i32.const(2)), () => {
          f.call(four, px, pb, target, columns);
          f.set(px, plus(px, 4 * p.xStep * bytes));
          f.set(pb, plus(pb, 4 * p.bRow * bytes));
        });
        if (rest !== undefined)
          f.if(i32.and(terms, i32.const(3)), () => f.call(rest, px, pb, target, columns));
        if (join !== undefined) f.if(at, () => f.call(join, scratch, out, columns));
      });
    });
  });
}

/** The method. */
export function columnsMethod(p: RowSum, bytes: number): Method {
  const narrowly = p.n <= (narrowVectors * 16) / bytes;
  const single = narrowly || p.n <= 2 * unitColumns;
  return {
    name: 'columns',
    scratch: narrowly || blocksOf(p.k).count === 1 ? 0 : Math.min(blockColumns, p.n) * bytes + 16,
    units: single ? 1 : Math.ceil(p.n / unitColumns),
    unitElements: single ? p.n : unitColumns,
    chunk: blockColumns,
    make: (module, name, lanes) =>
      narrowly
        ? module.func(name, rangeParameters, undefined, (f, x, b, y) => narrow(f, lanes, p, x, b, y))
        : wide(module, name, lanes, p, single),
  };
}
