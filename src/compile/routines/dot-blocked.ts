/**
 * Large matrix products, and those whose right operand does not lie row by row: b is copied, block by block, into strips
 * of two vectors; a is read where it is unless its rows run across memory.
 *
 * @module
 */
import { i32, type Expr, type Func, type Module } from '../assembler/index.js';
import { plus, times, type Lanes } from './dot-lanes.js';
import { blocksOf, least, rangeParameters, repeat, type Method, type Product } from './dot-method.js';
import { packStrip } from './dot-pack.js';
import { emitTile } from './dot-tile.js';

/** Bytes of a row of the packed block of b: with 256 rows it takes half of a cache of 1 MiB. */
const rowBytes = 2048;
/** Rows of a in a block. */
const blockRows = 96;
const unitRows = 16;

/** Rows that lie one after the other, four to a tile, against one strip. */
export interface StripShape {
  /** Rows of the last tile less than four, 0 if there is none. */
  readonly lastRows: number;
  readonly columns: number;
  readonly aRow: number;
  readonly aStep: number;
  /** Bytes from a tile of a to the next. */
  readonly aTile: number;
  readonly bStep: number;
  readonly cRow: number;
  /** Whether there are several blocks of terms. */
  readonly adds: boolean;
}

/** The function (a, strip of b, c, rows, k, add) of a strip: add = 0 stores, else the sums are added to c. */
export function stripProduct(module: Module, lanes: Lanes, name: string, s: StripShape): Func {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.func(name, parameters, undefined, (f, a, b, c, rows, k, add) => {
    const tile = { columns: s.columns, aRow: s.aRow, aStep: s.aStep, bStep: s.bStep, cRow: s.cRow };
    const [pa, pc] = [f.local('i32', a), f.local('i32', c)];
    const adding = s.adds ? add : undefined;
    repeat(f, i32.shrU(rows, i32.const(2)), () => {
      emitTile(f, lanes, { rows: 4, ...tile }, pa, b, pc, k, adding);
      f.set(pa, plus(pa, s.aTile));
      f.set(pc, plus(pc, 4 * s.cRow));
    });
    if (s.lastRows === 0) return;
    f.if(i32.and(rows, i32.const(3)), () => {
      emitTile(f, lanes, { rows: s.lastRows, ...tile }, pa, b, pc, k, adding);
    });
  });
}

/** Columns of a strip. */
export const stripColumns = (lanes: { readonly bytes: number }): number => 32 / lanes.bytes;

/** The product block by block. */
export function blockedMethod(p: Product, bytes: number): Method {
  const width = stripColumns({ bytes });
  const { size: terms } = blocksOf(p.k);
  const columns = Math.min(rowBytes / bytes, width * Math.ceil(p.n / width));
  const packA = p.aColumn !== 1 && p.n > 2 * width;
  const bBytes = columns * terms * bytes;
  const aBytes = packA ? Math.min(blockRows, 4 * Math.ceil(p.m / 4)) * terms * bytes : 0;
  const single = p.m <= unitRows;
  return {
    name: 'blocked',
    scratch: bBytes + aBytes,
    units: single ? 1 : Math.ceil(p.m / unitRows),
    unitElements: (single ? p.m : unitRows) * p.n,
    chunk: Math.max(128 * p.n, 65536 / bytes),
    make: (module, name, lanes) => {
      const shape = {
        lastRows: p.m % 4,
        aRow: (packA ? 1 : p.aRow) * bytes,
        aStep: (packA ? 4 : p.aColumn) * bytes,
        aTile: (packA ? terms : p.aRow) * 4 * bytes,
        bStep: width * bytes,
        cRow: p.n * bytes,
        adds: p.k > terms,
      };
      const strips = [width, p.n % width].map((lines) => {
        if (lines === 0 || (lines === width && p.n < width)) return undefined;
        const strip = { lines, width, lineStride: p.bColumn, step: p.bRow };
        return {
          pack: packStrip(module, lanes, strip),
          multiply: stripProduct(module, lanes, `${name}_strip${lines}`, { ...shape, columns: lines }),
        };
      });
      const rowStrip = (lines: number): Func =>
        packStrip(module, lanes, { lines, width: 4, lineStride: p.aRow, step: p.aColumn });
      return module.func(name, rangeParameters, undefined, (f, a, b, c, scratch, from, to) => {
        const begin = single ? i32.const(0) : f.let(i32.mul(from, i32.const(unitRows)));
        const end = single ? i32.const(p.m) : f.let(least(i32.mul(to, i32.const(unitRows)), i32.const(p.m)));
        const aBlock = f.let(plus(scratch, bBytes));
        /** Each strip of the columns from `first`: whole ones, then the last of the matrix. */
        const eachStrip = (
          first: Expr<'i32'>,
          body: (
            strip: NonNullable<(typeof strips)[number]>,
            column: Expr<'i32'>,
            block: Expr<'i32'>,
          ) => void,
        ): void => {
          const j = f.local('i32', first);
          const block = f.local('i32', scratch);
          const [whole, last] = strips;
          if (whole !== undefined) {
            const limit = f.let(least(i32.add(first, i32.const(columns)), i32.const(p.n - (p.n % width))));
            f.while(
              () => i32.lt(j, limit),
              () => {
                body(whole, j, block);
                f.set(j, plus(j, width));
                f.set(block, plus(block, width * terms * bytes));
              },
            );
          }
          if (last === undefined) return;
          const inside = i32.lt(i32.sub(j, first), i32.const(columns));
          if (p.n <= columns) body(last, j, block);
          else f.if(i32.and(inside, i32.eq(j, i32.const(p.n - (p.n % width)))), () => body(last, j, block));
        };
        const block = (column: Expr<'i32'>): void => {
          f.for(i32.const(0), i32.const(p.k), terms, (at) => {
            const k = f.let(least(i32.sub(i32.const(p.k), at), i32.const(terms)));
            const bAt = f.let(i32.add(b, times(at, p.bRow * bytes)));
            eachStrip(column, (strip, j, to) => {
              f.call(strip.pack, i32.add(bAt, times(j, p.bColumn * bytes)), to, k);
            });
            f.for(begin, end, blockRows, (row) => {
              const rows = f.let(least(i32.sub(end, row), i32.const(blockRows)));
              const aAt = f.let(
                i32.add(a, i32.add(times(at, p.aColumn * bytes), times(row, p.aRow * bytes))),
              );
              if (packA) {
                const [source, target] = [f.local('i32', aAt), f.local('i32', aBlock)];
                repeat(f, i32.shrU(rows, i32.const(2)), () => {
                  f.call(rowStrip(4), source, target, k);
                  f.set(source, plus(source, 4 * p.aRow * bytes));
                  f.set(target, plus(target, 4 * terms * bytes));
                });
                if (p.m % 4 > 0) {
                  f.if(i32.and(rows, i32.const(3)), () => f.call(rowStrip(p.m % 4), source, target, k));
                }
              }
              const cRow = f.let(i32.add(c, times(row, p.n * bytes)));
              eachStrip(column, (strip, j, packed) => {
                const pc = i32.add(cRow, times(j, bytes));
                f.call(strip.multiply, packA ? aBlock : aAt, packed, pc, rows, k, at);
              });
            });
          });
        };
        if (p.n <= columns) block(i32.const(0));
        else f.for(i32.const(0), i32.const(p.n), columns, block);
      });
    },
  };
}
