/**
 * Cholesky factors, row by row.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 4.2.5, with rows in place of columns: element (i, j) needs the
 * scalar product of the rows i and j of the factor so far. Two rows meet four at a time.
 *
 * @module
 */
import {
  f64,
  f64x2,
  i32,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Local,
} from '../assembler/index.js';
import { clear } from './copy.js';
import { dot, eachMatrix, laneSum, madd, real, stackOf } from './dense.js';
import type { RoutineContext, RoutineRule } from './routine.js';

type I = Expr<'i32'>;

/** Rows shorter than this are multiplied in place. */
const shortRow = 12;

/** Element (i, j) before division: a − Σ_{k<j} lᵢₖ lⱼₖ. */
function remainder(context: RoutineContext, f: FunctionBuilder, a: I, rowI: I, rowJ: I, j: I): Local<'f64'> {
  const s = f.local('f64', f64.load(a));
  f.if(
    i32.lt(j, i32.const(shortRow)),
    () => {
      f.for(i32.const(0), j, 1, (k) =>
        f.set(s, f64.sub(s, f64.mul(f64.load(real(rowI, k)), f64.load(real(rowJ, k))))),
      );
    },
    () => f.set(s, f64.sub(s, dot(context).call(rowI, rowJ, j) as Expr<'f64'>)),
  );
  return s;
}

/**
 * (out, a, inverses, n, i): the elements of `rows` rows from row i on in all blocks of four columns left of the diagonal.
 * `inverses` holds the reciprocals of the diagonal.
 */
function blocks(context: RoutineContext, rows: 1 | 2): Func {
  const m = context.module;
  const name = `cholesky.blocks.${rows}`;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, out, a, inverses, n, i) => {
      const wide = f.let(i32.shl(n, i32.const(3)));
      const own = Array.from({ length: rows }, (_, r) =>
        f.let(i32.add(out, i32.mul(i32.add(i, i32.const(r)), wide))),
      );
      const given = own.map((row) => f.let(i32.add(a, i32.sub(row, out))));
      const left = f.let(i32.and(i, i32.const(-4)));
      f.for(i32.const(0), left, 4, (j) => {
        const others = [f.let(i32.add(out, i32.mul(j, wide)))];
        for (let q = 1; q < 4; q++) others.push(f.let(i32.add(others[q - 1]!, wide)));
        const sums = own.map(() => others.map(() => f.local('v128', f64x2.const(0))));
        f.for(i32.const(0), i32.shl(j, i32.const(3)), 16, (k) => {
          const mine = own.map((row) => f.let(v128.load(i32.add(row, k))));
          for (const [q, other] of others.entries()) {
            const theirs = f.let(v128.load(i32.add(other, k)));
            mine.forEach((v, r) => f.set(sums[r]![q]!, madd(context, v, theirs, sums[r]![q]!)));
          }
        });
        const diagonal = others.map((row) => f.let(real(row, j)));
        for (let r = 0; r < rows; r++) {
          const [from, to] = [f.let(real(given[r]!, j)), f.let(real(own[r]!, j))];
          const l: Expr<'f64'>[] = [];
          for (let q = 0; q < 4; q++) {
            let s = f64.sub(f64.load(from, 8 * q), laneSum(sums[r]![q]!));
            for (let k = 0; k < q; k++) s = f64.sub(s, f64.mul(l[k]!, f64.load(diagonal[q]!, 8 * k)));
            l.push(f.let(f64.mul(s, f64.load(real(inverses, j), 8 * q))));
            f.store(to, l[q]!, 8 * q);
          }
        }
      });
    }),
  );
}

/** (out, a, inverses, n, i) → whether the diagonal is positive; the elements of row i in the diagonal's block. */
function finishRow(context: RoutineContext): Func {
  const m = context.module;
  return m.once('cholesky.finish', () =>
    m.func('cholesky.finish', ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32', (f, out, a, inverses, n, i) => {
      const wide = f.let(i32.shl(n, i32.const(3)));
      const own = f.let(i32.add(out, i32.mul(i, wide)));
      const given = f.let(i32.add(a, i32.mul(i, wide)));
      f.for(i32.and(i, i32.const(-4)), i, 1, (j) => {
        const s = remainder(context, f, real(given, j), own, f.let(i32.add(out, i32.mul(j, wide))), j);
        f.store(real(own, j), f64.mul(s, f64.load(real(inverses, j))));
      });
      const d = remainder(context, f, real(given, i), own, own, i);
      const root = f.let(f64.sqrt(d));
      f.store(real(own, i), root);
      f.store(real(inverses, i), f64.div(f64.const(1), root));
      f.return(f64.gt(d, f64.const(0)));
    }),
  );
}

/** (out, a, inverses, n): one matrix. The part above the diagonal is already zero. */
function factor(context: RoutineContext): Func {
  const m = context.module;
  return m.once('cholesky', () => {
    const [two, one, finish] = [blocks(context, 2), blocks(context, 1), finishRow(context)];
    return m.func('cholesky', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, a, inverses, n) => {
      const definite = f.local('i32', i32.const(1));
      const end = (i: I): void =>
        f.set(definite, i32.and(definite, finish.call(out, a, inverses, n, i) as I));
      const whole = f.let(i32.and(n, i32.const(-2)));
      f.for(i32.const(0), whole, 2, (i) => {
        f.if(i32.ge(i, i32.const(4)), () => f.call(two, out, a, inverses, n, i));
        end(i);
        end(i32.add(i, i32.const(1)));
      });
      f.if(i32.and(n, i32.const(1)), () => {
        f.call(one, out, a, inverses, n, whole);
        end(whole);
      });
      f.if(i32.eqz(definite), () => {
        f.for(i32.const(0), n, 1, (i) => {
          const row = f.let(real(out, i32.mul(i, n)));
          f.for(i32.const(0), i32.add(i, i32.const(1)), 1, (j) => f.store(real(row, j), f64.const(NaN)));
        });
      });
    });
  });
}

/** Lower L with L Lᵀ = A; NaN on and below the diagonal where A is not positive definite. */
export const cholesky: RoutineRule<'cholesky'> = (_, [a]) => {
  const [count, n] = stackOf(a!);
  return {
    // reciprocals of the diagonal
    scratch: 8 * n,
    flops: (count * n * n * n) / 3,
    emit: (context, f, [from], [out], scratch) => {
      if (count * n === 0) return;
      clear(f, out!, 8 * count * n * n);
      const bytes = 8 * n * n;
      eachMatrix(
        f,
        count,
        [
          [out!, bytes],
          [from!, bytes],
        ],
        ([to, given]) => f.call(factor(context), to!, given!, scratch, i32.const(n)),
      );
    },
  };
};
