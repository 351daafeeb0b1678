/**
 * Copies of runs of bytes between buffers that do not overlap.
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
  type Module,
} from '../assembler/index.js';

/** Runs of this many bytes and fewer are copied by straight-line code. */
const straight = 128;
/** Longer runs than this are the host's business. */
const long = 2048;

/** Copies a run whose length is known, with all accesses inside it. */
export function copyRun(
  m: Module,
  f: FunctionBuilder,
  to: Expr<'i32'>,
  from: Expr<'i32'>,
  bytes: number,
): void {
  if (bytes > straight) {
    f.call(copyRow(m), to, from, i32.const(bytes));
    return;
  }
  const [p, q] = [f.let(to), f.let(from)];
  let done = 0;
  for (; done + 16 <= bytes; done += 16) f.store(p, v128.load(q, done), done);
  if (done + 8 <= bytes) {
    f.store(p, i64.load(q, done), done);
    done += 8;
  }
  if (done + 4 <= bytes) {
    f.store(p, i32.load(q, done), done);
    done += 4;
  }
  for (; done < bytes; done++) f.store8(p, i32.load8u(q, done), done);
}

/** The function (to, from, bytes) that copies a run of any length. */
export function copyRow(m: Module): Func {
  return m.once('copy.row', () =>
    m.func('copy.row', ['i32', 'i32', 'i32'], undefined, (f, to, from, bytes) => {
      f.if(i32.gtU(bytes, i32.const(long)), () => {
        f.copy(to, from, bytes);
        f.return();
      });
      const move = (width: number, offset: Expr<'i32'>): void => {
        const [p, q] = [i32.add(to, offset), i32.add(from, offset)];
        if (width === 1) f.store8(p, i32.load8u(q));
        else f.store(p, width === 16 ? v128.load(q) : width === 8 ? i64.load(q) : i32.load(q));
      };
      // whole pieces, then one that ends with the run and overlaps the last of them
      for (const width of [16, 8, 4]) {
        f.if(i32.geU(bytes, i32.const(width)), () => {
          const last = f.let(i32.sub(bytes, i32.const(width)));
          f.for(i32.const(0), last, width, (i) => move(width, i));
          move(width, last);
          f.return();
        });
      }
      f.for(i32.const(0), bytes, 1, (i) => move(1, i));
    }),
  );
}

/** Fills a buffer with zeros. */
export function clear(f: FunctionBuilder, to: Expr<'i32'>, bytes: number): void {
  if (bytes > 0) f.fill(to, i32.const(0), i32.const(bytes));
}
