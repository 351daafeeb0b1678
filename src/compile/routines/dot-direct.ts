/**
 * Matrix products whose operands are read where they are: small ones, and few rows times anything.
 *
 * @module
 */
import { i32, type Expr, type FunctionBuilder } from '../assembler/index.js';
import { plus, times, type Lanes } from './dot-lanes.js';
import { blocksOf, least, rangeParameters, repeat, type Method, type Product } from './dot-method.js';
import { emitTile, widths } from './dot-tile.js';

/** Rows of a unit, and rows that one call of the inner function works on. */
const unitRows = 16;
const callRows = 64;

/** The rows of a tile against all columns. */
function emitTiles(
  f: FunctionBuilder,
  lanes: Lanes,
  p: Product,
  rows: number,
  a: Expr<'i32'>,
  b: Expr<'i32'>,
  c: Expr<'i32'>,
  k: Expr<'i32'>,
  add: Expr<'i32'> | undefined,
): void {
  const { bytes } = lanes;
  const width = widths[rows - 1]! * lanes.count;
  const [full, rest] = [Math.floor(p.n / width), p.n % width];
  const tile = (columns: number, pb: Expr<'i32'>, pc: Expr<'i32'>): void => {
    const strides = {
      aRow: p.aRow * bytes,
      aStep: p.aColumn * bytes,
      bStep: p.bRow * bytes,
      cRow: p.n * bytes,
    };
    emitTile(f, lanes, { rows, columns, ...strides }, a, pb, pc, k, add);
  };
  if (full > 1) {
    const j = f.local('i32', i32.const(0));
    repeat(f, full, () => {
      tile(width, i32.add(b, j), i32.add(c, j));
      f.set(j, plus(j, width * bytes));
    });
  } else if (full === 1) tile(width, b, c);
  const done = full * width * bytes;
  if (rest > 0) tile(rest, plus(b, done), plus(c, done));
}

/** All rows: tiles of four, then the rest of m, which only the last rows have. */
function emitRows(
  f: FunctionBuilder,
  lanes: Lanes,
  p: Product,
  a: Expr<'i32'>,
  b: Expr<'i32'>,
  c: Expr<'i32'>,
  rows: number | Expr<'i32'>,
  k: Expr<'i32'>,
  add: Expr<'i32'> | undefined,
): void {
  const rest = p.m % 4;
  const [pa, pc] = [f.local('i32', a), f.local('i32', c)];
  repeat(f, typeof rows === 'number' ? rows >> 2 : i32.shrU(rows, i32.const(2)), () => {
    emitTiles(f, lanes, p, 4, pa, b, pc, k, add);
    f.set(pa, plus(pa, 4 * p.aRow * lanes.bytes));
    f.set(pc, plus(pc, 4 * p.n * lanes.bytes));
  });
  const last = (): void => emitTiles(f, lanes, p, rest, pa, b, pc, k, add);
  if (rest === 0) return;
  if (typeof rows === 'number') last();
  else f.if(i32.and(rows, i32.const(3)), last);
}

/** The product tile by tile, b's columns being neighbours. */
export function directMethod(p: Product, bytes: number): Method {
  const single = p.m <= callRows;
  const { count, size } = blocksOf(p.k);
  return {
    name: 'direct',
    scratch: 0,
    units: single ? 1 : Math.ceil(p.m / unitRows),
    unitElements: single ? p.m * p.n : unitRows * p.n,
    chunk: 16384 / bytes,
    make: (module, name, lanes) => {
      if (single && count === 1) {
        return module.func(name, rangeParameters, undefined, (f, a, b, c) => {
          emitRows(f, lanes, p, a, b, c, p.m, i32.const(p.k), undefined);
        });
      }
      const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
      const inner = module.func(`${name}_rows`, parameters, undefined, (f, a, b, c, rows, k, add) => {
        emitRows(f, lanes, p, a, b, c, rows, k, count > 1 ? add : undefined);
      });
      return module.func(name, rangeParameters, undefined, (f, a, b, c, _, from, to) => {
        const begin = single ? i32.const(0) : i32.mul(from, i32.const(unitRows));
        const end = single ? i32.const(p.m) : f.let(least(i32.mul(to, i32.const(unitRows)), i32.const(p.m)));
        f.for(begin, end, callRows, (row) => {
          const rows = f.let(least(i32.sub(end, row), i32.const(callRows)));
          const pa = f.let(i32.add(a, times(row, p.aRow * bytes)));
          const pc = f.let(i32.add(c, times(row, p.n * bytes)));
          f.for(i32.const(0), i32.const(p.k), size, (at) => {
            const terms = least(i32.sub(i32.const(p.k), at), i32.const(size));
            const x = i32.add(pa, times(at, p.aColumn * bytes));
            const y = i32.add(b, times(at, p.bRow * bytes));
            f.call(inner, x, y, pc, rows, terms, at);
          });
        });
      });
    },
  };
}
