/**
 * Sorting of records: a key and the position that it comes from, in one number or in two.
 *
 * Blocks of eight are sorted by a network, runs are merged without branches on what is compared. All records differ, since
 * their positions do, so that the order is that of a stable sort.
 *
 * @module
 */
import {
  i32,
  i64,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Local,
  type Module,
} from '../assembler/index.js';
import { copyRow } from './copy.js';

type I = Expr<'i32'>;
type L = Expr<'i64'>;

/** Bytes of a record: a 32-bit key above its position, or a 64-bit key before it. */
export type Width = 8 | 16;
/** Records are sorted in blocks of this many. */
export const block = 8;

/** The fewest compare-and-exchange steps that sort eight elements. */
// prettier-ignore
const network: readonly (readonly [number, number])[] = [
  [0, 2], [1, 3], [4, 6], [5, 7],
  [0, 4], [1, 5], [2, 6], [3, 7],
  [0, 1], [2, 3], [4, 5], [6, 7],
  [2, 4], [3, 5], [1, 4], [3, 6],
  [1, 2], [3, 4], [5, 6],
];

const choose = (condition: I, a: L, b: L): L => i64.select(condition, a, b);

/** (a): sorts eight records. */
function sortBlock(m: Module, width: Width): Func {
  const name = `sort.block.${width}`;
  return m.once(name, () =>
    m.func(name, ['i32'], undefined, (f, a) => {
      const keys: Local<'i64'>[] = [];
      const positions: Local<'i64'>[] = [];
      for (let k = 0; k < block; k++) {
        keys.push(f.local('i64', i64.load(a, width * k)));
        if (width === 16) positions.push(f.local('i64', i64.load(a, width * k + 8)));
      }
      const less = f.local('i32');
      const kept = f.local('i64');
      const exchange = (x: Local<'i64'>, y: Local<'i64'>): void => {
        f.set(kept, x);
        f.set(x, choose(less, y, x));
        f.set(y, choose(less, kept, y));
      };
      for (const [p, q] of network) {
        const [x, y] = [keys[p]!, keys[q]!];
        const lower = i64.lt(y, x);
        if (width === 8) f.set(less, lower);
        else f.set(less, i32.or(lower, i32.and(i64.eq(y, x), i64.lt(positions[q]!, positions[p]!))));
        exchange(x, y);
        if (width === 16) exchange(positions[p]!, positions[q]!);
      }
      for (let k = 0; k < block; k++) {
        f.store(a, keys[k]!, width * k);
        if (width === 16) f.store(a, positions[k]!, width * k + 8);
      }
    }),
  );
}

/** (to, left, middle, end): merges the runs [left, middle) and [middle, end), of which the first comes before. */
function mergeRuns(m: Module, width: Width): Func {
  const name = `sort.merge.${width}`;
  return m.once(name, () => {
    const copy = copyRow(m);
    return m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, left, middle, end) => {
      const [to, p, q] = [f.local('i32', out), f.local('i32', left), f.local('i32', middle)];
      const rest = (from: I, limit: I): void => {
        f.if(i32.ltU(from, limit), () => f.call(copy, to, from, i32.sub(limit, from)));
      };
      // runs that follow one another already
      f.if(i32.eqz(i64.lt(i64.load(middle), i64.load(i32.sub(middle, i32.const(width))))), () => {
        rest(left, end);
        f.return();
      });
      f.loop((again) => {
        const [x, y] = [f.let(i64.load(p)), f.let(i64.load(q))];
        const less = f.let(i64.lt(y, x));
        if (width === 8) f.store(to, choose(less, y, x));
        else f.store(to, v128.load(i32.select(less, q, p)));
        const step = f.let(i32.mul(less, i32.const(width)));
        f.set(q, i32.add(q, step));
        f.set(p, i32.sub(i32.add(p, i32.const(width)), step));
        f.set(to, i32.add(to, i32.const(width)));
        f.brIf(again, i32.and(i32.ltU(p, middle), i32.ltU(q, end)));
      });
      // one of the two is used up
      f.if(
        i32.ltU(p, middle),
        () => rest(p, middle),
        () => rest(q, end),
      );
    });
  });
}

/** (a, b, bytes) → a or b, where the sorted records are. `bytes` is that of whole blocks. */
export function sortRecords(m: Module, width: Width): Func {
  const name = `sort.records.${width}`;
  return m.once(name, () => {
    const [small, merge] = [sortBlock(m, width), mergeRuns(m, width)];
    return m.func(name, ['i32', 'i32', 'i32'], 'i32', (f: FunctionBuilder, a, b, bytes) => {
      f.for(i32.const(0), bytes, block * width, (i) => f.call(small, i32.add(a, i)));
      const [from, to, kept] = [f.local('i32', a), f.local('i32', b), f.local('i32')];
      const run = f.local('i32', i32.const(block * width));
      const start = f.local('i32');
      const least = (x: I, y: I): I => i32.select(i32.ltU(x, y), x, y);
      f.while(
        () => i32.ltU(run, bytes),
        () => {
          f.set(start, i32.const(0));
          f.while(
            () => i32.ltU(start, bytes),
            () => {
              const middle = f.let(i32.add(start, run));
              f.if(
                i32.ltU(middle, bytes),
                () => {
                  const end = f.let(i32.add(middle, run));
                  f.call(
                    merge,
                    i32.add(to, start),
                    i32.add(from, start),
                    i32.add(from, middle),
                    i32.add(from, least(end, bytes)),
                  );
                },
                () => f.copy(i32.add(to, start), i32.add(from, start), i32.sub(bytes, start)),
              );
              f.set(start, i32.add(middle, run));
            },
          );
          f.set(run, i32.shl(run, i32.const(1)));
          f.set(kept, from);
          f.set(from, to);
          f.set(to, kept);
        },
      );
      f.return(from);
    });
  });
}
