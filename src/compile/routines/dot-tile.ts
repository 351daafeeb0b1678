/**
 * The micro-kernel of matrix products: a few rows of a few vectors of sums, all in locals, over one pass through k.
 *
 * Accumulators and everything loaded in the loop's body must fit into 15 registers: 4 × 2 vectors, 3 × 3, 2 × 4, 1 × 6.
 *
 * @module
 */
import { i32, v128, type Expr, type FunctionBuilder, type Local } from '../assembler/index.js';
import { plus, storePart, zero, type Lanes } from './dot-lanes.js';

/** A tile's size and where its operands lie; strides in bytes, of any sign. */
export interface Tile {
  /** 1 to 4. */
  readonly rows: number;
  /** Elements; the last vector may be a part of one. */
  readonly columns: number;
  /** From a row of the left operand to the next, and from one k to the next. */
  readonly aRow: number;
  readonly aStep: number;
  /** From one k to the next; the columns of one k are neighbours. */
  readonly bStep: number;
  /** From a row of the result to the next. */
  readonly cRow: number;
}

/** Greatest number of vectors in a row of a tile, by its number of rows less one. */
export const widths: readonly number[] = [6, 4, 3, 2];

/**
 * c[rows, columns] = Σₖ a[rows, k]·b[k, columns], summed in the order of k from zero.
 *
 * @param k - Number of products of each sum, at least 1.
 * @param add - If given, and not 0 when the code runs: the sums are added to what is in c.
 * @param offsets - If given: the address of i32 offsets, one for each k, that take the place of `bStep`.
 */
export function emitTile(
  f: FunctionBuilder,
  lanes: Lanes,
  t: Tile,
  a: Expr<'i32'>,
  b: Expr<'i32'>,
  c: Expr<'i32'>,
  k: Expr<'i32'>,
  add: Expr<'i32'> | undefined,
  offsets?: Expr<'i32'>,
): void {
  const vectors = Math.ceil(t.columns / lanes.count);
  const down = t.aRow < 0;
  // immediate offsets are not negative: of rows that lie downwards, the last is the base
  const pa = f.local('i32', plus(a, down ? t.aRow * (t.rows - 1) : 0));
  const rowOffset = (i: number): number => Math.abs(t.aRow) * (down ? t.rows - 1 - i : i);
  const pb = f.local('i32', b);
  const next = offsets === undefined ? undefined : f.local('i32', offsets);
  const sums: Local<'v128'>[][] = [];
  for (let i = 0; i < t.rows; i++) {
    sums.push(Array.from({ length: vectors }, () => f.local('v128', zero)));
  }
  const left = f.local('i32', k);
  f.loop((again) => {
    // a before b, and a counter rather than a comparison of addresses: measured, not reasoned
    const column = sums.map((_, i) => f.let(lanes.splat(pa, rowOffset(i))));
    const from = next === undefined ? pb : f.let(i32.add(pb, i32.load(next)));
    const row = Array.from({ length: vectors }, (_, v) => f.let(v128.load(from, 16 * v)));
    column.forEach((x, i) => {
      row.forEach((y, v) => f.set(sums[i]![v]!, lanes.madd(x, y, sums[i]![v]!)));
    });
    if (t.aStep !== 0) f.set(pa, plus(pa, t.aStep));
    if (next !== undefined) f.set(next, plus(next, 4));
    else if (t.bStep !== 0) f.set(pb, plus(pb, t.bStep));
    f.set(left, i32.sub(left, i32.const(1)));
    f.brIf(again, left);
  });
  const pc = f.let(c);
  const store = (adding: boolean): void => {
    sums.forEach((row, i) =>
      row.forEach((sum, v) => {
        const offset = i * t.cRow + 16 * v;
        const count = Math.min(lanes.count, t.columns - v * lanes.count);
        const value = adding ? lanes.add(v128.load(pc, offset), sum) : sum;
        storePart(f, lanes, pc, value, count, offset);
      }),
    );
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
