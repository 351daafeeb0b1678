/**
 * LU factors with partial pivoting, by panels of four columns.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 3.4.8. Each element has its products subtracted one after
 * another in the order of the pivots, as the plain algorithm does, so that equal candidates for a pivot stay equal; the
 * panel only saves traffic to memory.
 *
 * @module
 */
import { f64, f64x2, i32, v128, type Expr, type Func, type Module } from '../assembler/index.js';
import { eachMatrix, exchange, pairs, real, stackOf } from './dense.js';
import type { RoutineRule } from './routine.js';

type I = Expr<'i32'>;
/** Columns of a panel. */
const width = 4;

/** (p, step, n) → the index of the first element of largest magnitude of a column; nothing exceeds NaN. */
function findPivot(m: Module): Func {
  return m.once('lu.pivot', () =>
    m.func('lu.pivot', ['i32', 'i32', 'i32'], 'i32', (f, p, step, n) => {
      const at = f.local('i32', p);
      const top = f.local('f64', f64.abs(f64.load(p)));
      const [best, v] = [f.local('i32'), f.local('f64')];
      f.for(i32.const(1), n, 1, (i) => {
        f.set(at, i32.add(at, step));
        f.set(v, f64.abs(f64.load(at)));
        f.if(f64.gt(v, top), () => {
          f.set(top, v);
          f.set(best, i);
        });
      });
      f.return(best);
    }),
  );
}

/**
 * (row, step, rows, d, columns): below a pivot d, divides the column of `row` (its row of U) and takes the pivot's row from
 * the `columns` elements beside it.
 */
function eliminate(m: Module): Func {
  return m.once('lu.eliminate', () =>
    m.func(
      'lu.eliminate',
      ['i32', 'i32', 'i32', 'f64', 'i32'],
      undefined,
      (f, row, step, rows, d, columns) => {
        const p = f.local('i32', row);
        f.for(i32.const(0), rows, 1, () => {
          f.set(p, i32.add(p, step));
          const factor = f.let(f64.div(f64.load(p), d));
          f.store(p, factor);
          f.for(i32.const(1), i32.add(columns, i32.const(1)), 1, (j) => {
            const q = f.let(real(p, j));
            f.store(q, f64.sub(f64.load(q), f64.mul(factor, f64.load(real(row, j)))));
          });
        });
      },
    ),
  );
}

/** (y, u, step, factors, n): y ← y − Σₖ factorₖ uₖ over `count` rows of U, one after another. */
function subtract(m: Module, count: number): Func {
  const name = `lu.subtract.${count}`;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, y, u, step, factors, n) => {
      const rows = [u as I];
      for (let k = 1; k < count; k++) rows.push(f.let(i32.add(rows[k - 1]!, step)));
      const splats = rows.map((_, k) => f.let(v128.load64Splat(factors, 8 * k)));
      pairs(f, n, (offset, load, store) => {
        const to = f.let(i32.add(y, offset));
        let v = load(to);
        rows.forEach((row, k) => (v = f64x2.sub(v, f64x2.mul(splats[k]!, load(i32.add(row, offset))))));
        store(to, v);
      });
    }),
  );
}

/** (out, perm, n, first, count) → whether all pivots of a panel are non-zero: the factors of its columns. */
function factorPanel(m: Module): Func {
  return m.once('lu.panel', () => {
    const [pivotOf, swap, below] = [findPivot(m), exchange(m), eliminate(m)];
    return m.func('lu.panel', ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32', (f, out, perm, n, first, count) => {
      const step = f.let(i32.shl(n, i32.const(3)));
      const regular = f.local('i32', i32.const(1));
      const end = f.let(i32.add(first, count));
      f.for(first, end, 1, (k) => {
        const row = f.let(i32.add(out, i32.mul(k, step)));
        const pivot = f.let(pivotOf.call(real(row, k), step, i32.sub(n, k)) as I);
        f.if(pivot, () => {
          f.call(swap, row, i32.add(row, i32.mul(pivot, step)), n);
          const [p, q] = [f.let(i32.add(perm, i32.shl(k, i32.const(2)))), f.local('i32')];
          f.set(q, i32.add(p, i32.shl(pivot, i32.const(2))));
          const kept = f.let(i32.load(p));
          f.store(p, i32.load(q));
          f.store(q, kept);
        });
        const d = f.let(f64.load(real(row, k)));
        const one = i32.const(1);
        // a column of zeros has nothing to eliminate; the singularity stays visible on the diagonal of U
        f.if(
          f64.eq(d, f64.const(0)),
          () => f.set(regular, i32.const(0)),
          () =>
            f.call(below, real(row, k), step, i32.sub(i32.sub(n, k), one), d, i32.sub(i32.sub(end, k), one)),
        );
      });
      f.return(regular);
    });
  });
}

/** (out, n, first, count, regular): takes a panel's rows of U from everything right of it. */
function updateRight(m: Module): Func {
  return m.once('lu.right', () => {
    const [four, one] = [subtract(m, width), subtract(m, 1)];
    return m.func(
      'lu.right',
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, n, first, count, regular) => {
        const step = f.let(i32.shl(n, i32.const(3)));
        const end = f.let(i32.add(first, count));
        const columns = f.let(i32.sub(n, end));
        const pivotRow = (k: I): I => i32.add(out, i32.mul(k, step));
        /** Rows [from, to) by the pivots of the panel above them, one pivot at a time. */
        const oneByOne = (to: I): void => {
          f.for(first, end, 1, (k) => {
            const row = f.let(pivotRow(k));
            f.if(f64.ne(f64.load(real(row, k)), f64.const(0)), () => {
              f.for(i32.add(k, i32.const(1)), to, 1, (i) => {
                const own = f.let(pivotRow(i));
                f.call(one, real(own, end), real(row, end), step, real(own, k), columns);
              });
            });
          });
        };
        f.if(
          i32.and(regular, i32.eq(count, i32.const(width))),
          () => {
            oneByOne(end);
            const u = f.let(real(pivotRow(first), end));
            const own = f.local('i32', pivotRow(end));
            f.for(end, n, 1, () => {
              f.call(four, real(own, end), u, step, real(own, first), columns);
              f.set(own, i32.add(own, step));
            });
          },
          () => oneByOne(n),
        );
      },
    );
  });
}

/** (out, perm, n): the factors of a matrix in place. */
function factor(m: Module): Func {
  return m.once('lu', () => {
    const [panel, right] = [factorPanel(m), updateRight(m)];
    return m.func('lu', ['i32', 'i32', 'i32'], undefined, (f, out, perm, n) => {
      f.for(i32.const(0), n, 1, (i) => f.store(i32.add(perm, i32.shl(i, i32.const(2))), i));
      f.for(i32.const(0), n, width, (first) => {
        const left = f.let(i32.sub(n, first));
        const count = f.let(i32.select(i32.lt(left, i32.const(width)), left, i32.const(width)));
        const regular = f.let(panel.call(out, perm, n, first, count) as I);
        f.if(i32.gt(left, count), () => f.call(right, out, n, first, count, regular));
      });
    });
  });
}

/** (LU, perm) with A[perm] = L U, L unit lower. */
export const lu: RoutineRule<'lu'> = (_, [a]) => {
  const [count, n] = stackOf(a!);
  return {
    scratch: 0,
    flops: (2 * count * n * n * n) / 3,
    emit: ({ module: m }, f, [from], [out, perm]) => {
      if (count * n === 0) return;
      const bytes = 8 * n * n;
      f.copy(out!, from!, i32.const(count * bytes));
      const starts = [[out!, bytes] as const, [perm!, 4 * n] as const];
      eachMatrix(f, count, starts, ([to, rows]) => f.call(factor(m), to!, rows!, i32.const(n)));
    },
  };
};
