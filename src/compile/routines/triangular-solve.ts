/**
 * Triangular systems by substitution.
 *
 * @module
 */
import { f64, f64x2, i32, v128, type Expr, type Func, type Local } from '../assembler/index.js';
import { axpy, dot, eachMatrix, nmadd, real, stackOf } from './dense.js';
import type { RoutineContext, RoutineRule } from './routine.js';

type I = Expr<'i32'>;

/** What kind of system: rows from the first to the last (`forward`), or back. */
interface Kind {
  readonly forward: boolean;
  readonly transposeA: boolean;
  readonly unitDiagonal: boolean;
}

const suffix = ({ forward, transposeA, unitDiagonal }: Kind): string =>
  `${forward ? 'f' : 'b'}${transposeA ? 't' : 'n'}${unitDiagonal ? 'u' : 'd'}`;

/** Columns that are solved at a time. */
type Strip = 8 | 2 | 1;

/**
 * (x, b, next, d, along, across, count): one or two rows of the solution, x = (b − Σⱼ aⱼ xⱼ)/d, in a strip of columns.
 * Everything is walked in the order of solution: the next row is `next` bytes on in x and in b, and `count` rows before
 * this one are known; d is its element of the diagonal of op(A), the next column is `along` bytes on, the next row
 * `across`.
 */
function solveRows(context: RoutineContext, strip: Strip, rows: 1 | 2, unitDiagonal: boolean): Func {
  const m = context.module;
  const name = `triangularSolve.rows.${strip}.${rows}${unitDiagonal ? 'u' : 'd'}`;
  const load = strip === 1 ? v128.load64Zero : v128.load;
  const pairs = Array.from({ length: Math.ceil(strip / 2) }, (_, v) => 16 * v);
  return m.once(name, () =>
    m.func(
      name,
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, x, b, next, d, along, across, count) => {
        const given = [b as I, ...(rows === 2 ? [f.let(i32.add(b, next))] : [])];
        const sums = given.map((row) => pairs.map((offset) => f.local('v128', load(row, offset))));
        const p = f.local('i32', i32.sub(d, i32.mul(count, along)));
        const q = f.local('i32', i32.sub(x, i32.mul(count, next)));
        const factorsAt = (at: I): Expr<'v128'>[] =>
          given.map((_, r) => f.let(v128.load64Splat(r === 0 ? at : i32.add(at, across))));
        f.for(i32.const(0), count, 1, () => {
          const factors = factorsAt(p);
          pairs.forEach((offset, v) => {
            const known = f.let(load(q, offset));
            factors.forEach((factor, r) => f.set(sums[r]![v]!, nmadd(context, factor, known, sums[r]![v]!)));
          });
          f.set(p, i32.add(p, along));
          f.set(q, i32.add(q, next));
        });
        const finish = (row: readonly Local<'v128'>[], to: I, diagonal: I): void => {
          const divisor = unitDiagonal ? undefined : f.let(v128.load64Splat(diagonal));
          row.forEach((sum, v) => {
            if (divisor !== undefined) f.set(sum, f64x2.div(sum, divisor));
            if (strip === 1) f.storeLane(64, to, sum, 0);
            else f.store(to, sum, pairs[v]!);
          });
        };
        finish(sums[0]!, x, d);
        if (rows === 1) return;
        const between = f.let(v128.load64Splat(i32.add(d, across)));
        sums[1]!.forEach((sum, v) => f.set(sum, nmadd(context, between, sums[0]![v]!, sum)));
        finish(sums[1]!, f.let(i32.add(x, next)), f.let(i32.add(i32.add(d, across), along)));
      },
    ),
  );
}

/** (x, b, a, n, columns): one system of several right sides, in strips of columns. */
function solveColumns(context: RoutineContext, kind: Kind): Func {
  const m = context.module;
  const { forward, transposeA, unitDiagonal } = kind;
  const name = `triangularSolve.${suffix(kind)}`;
  return m.once(name, () => {
    const strips = ([8, 2, 1] as const).map((columns) => ({
      columns,
      one: solveRows(context, columns, 1, unitDiagonal),
      two: solveRows(context, columns, 2, unitDiagonal),
    }));
    return m.func(name, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, x, b, a, n, columns) => {
      const [zero, one, eight] = [i32.const(0), i32.const(1), i32.const(8)];
      const signed = (v: I): I => f.let(forward ? v : i32.sub(zero, v));
      const wide = f.let(i32.shl(n, i32.const(3)));
      const next = signed(i32.shl(columns, i32.const(3)));
      const [along, across] = transposeA ? [signed(wide), signed(eight)] : [signed(eight), signed(wide)];
      const diagonalStep = f.let(i32.add(along, across));
      const begin = forward ? zero : f.let(i32.sub(n, one));
      const diagonal = f.let(real(a, i32.mul(begin, i32.add(n, one))));
      const c = f.local('i32', i32.mul(begin, columns));
      const end = f.let(i32.add(c, columns));
      for (const strip of strips) {
        f.while(
          () => i32.le(i32.add(c, i32.const(strip.columns)), end),
          () => {
            const places = [real(x, c), real(b, c), diagonal].map((start) => f.local('i32', start));
            const [to, from, d] = places as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
            const whole = f.let(i32.and(n, i32.const(-2)));
            f.for(zero, whole, 2, (known) => {
              f.call(strip.two, to, from, next, d, along, across, known);
              for (const [place, step] of [
                [to, next],
                [from, next],
                [d, diagonalStep],
              ] as const) {
                f.set(place, i32.add(place, i32.shl(step, one)));
              }
            });
            f.if(i32.ne(whole, n), () => f.call(strip.one, to, from, next, d, along, across, whole));
            f.set(c, i32.add(c, i32.const(strip.columns)));
          },
        );
      }
    });
  });
}

/** (x, b, a, n): one system of one right side, along the rows of A. */
function solveOne(context: RoutineContext, kind: Kind): Func {
  const m = context.module;
  const name = `triangularSolve.one.${suffix(kind)}`;
  return m.once(name, () => {
    const [product, add] = [dot(context), axpy(context)];
    return m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, x, b, a, n) => {
      const wide = f.let(i32.shl(n, i32.const(3)));
      const last = f.let(i32.sub(n, i32.const(1)));
      if (kind.transposeA) f.copy(x, b, wide);
      f.for(i32.const(0), n, 1, (turn) => {
        const i = kind.forward ? turn : f.let(i32.sub(last, turn));
        const line = f.let(i32.add(a, i32.mul(i, wide)));
        const d = f64.load(real(line, i));
        const over = (s: Expr<'f64'>): Expr<'f64'> => (kind.unitDiagonal ? s : f64.div(s, d));
        const own = f.let(real(x, i));
        if (!kind.transposeA) {
          const first = kind.forward ? i32.const(0) : f.let(i32.add(i, i32.const(1)));
          const s = product.call(real(line, first), real(x, first), turn) as Expr<'f64'>;
          f.store(own, over(f64.sub(f64.load(real(b, i)), s)));
          return;
        }
        // what is known of x leaves the rows that are not
        const v = f.let(over(f64.load(own)));
        f.store(own, v);
        const first = kind.forward ? f.let(i32.add(i, i32.const(1))) : i32.const(0);
        f.call(add, real(x, first), real(line, first), i32.sub(last, turn), f64.neg(v));
      });
    });
  });
}

/** Up to this size, one right side is a strip of one column rather than long rows. */
const few = 40;

/** X with op(A) X = B for triangular A. */
export const triangularSolve: RoutineRule<'triangularSolve'> = (
  { lower, transposeA, unitDiagonal },
  [a, b],
) => {
  const [count, n] = stackOf(a!);
  const [, , columns] = stackOf(b!);
  // op(A) is lower triangular if A is and is not transposed, or neither
  const kind = { forward: lower !== transposeA, transposeA, unitDiagonal };
  return {
    scratch: 0,
    flops: count * n * n * columns,
    emit: (context, f, [from, right], [out]) => {
      if (count * n * columns === 0) return;
      const starts = [
        [out!, 8 * n * columns] as const,
        [right!, 8 * n * columns] as const,
        [from!, 8 * n * n] as const,
      ];
      eachMatrix(f, count, starts, ([x, given, matrix]) => {
        if (columns === 1 && n > few) f.call(solveOne(context, kind), x!, given!, matrix!, i32.const(n));
        else f.call(solveColumns(context, kind), x!, given!, matrix!, i32.const(n), i32.const(columns));
      });
    },
  };
};
