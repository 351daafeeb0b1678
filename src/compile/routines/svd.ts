/**
 * Thin singular value decompositions by one-sided Jacobi rotations.
 *
 * @module
 */
import { f64, i32, type Expr, type Func } from '../assembler/index.js';
import { axpy, dot, eachMatrix, exchange, real, scale, setIdentity, stackOf } from './dense.js';
import { allFinite, binaryScale, fillNaN, norm2, pointsBack } from './norms.js';
import { shortest, sweepRows } from './jacobi.js';
import type { RoutineContext, RoutineRule } from './routine.js';
import { transpose } from './transpose.js';

type I = Expr<'i32'>;
type Real = Expr<'f64'>;
const zero = i32.const(0);
const one = i32.const(1);
const unity = f64.const(1);
const mostSweeps = 60;

/** (j, x, long): row j becomes a unit vector orthogonal to the rows before it: the one farthest from their span. */
function complete(context: RoutineContext): Func {
  const m = context.module;
  return m.once('svd.complete', () => {
    const [product, add, norm, multiply] = [dot(context), axpy(context), norm2(m), scale(m)];
    return m.func('svd.complete', ['i32', 'i32', 'i32'], undefined, (f, j, x, long) => {
      const step = f.let(i32.shl(long, i32.const(3)));
      const [best, most, rest] = [f.local('i32'), f.local('f64', f64.const(-1)), f.local('f64')];
      const at = f.local('i32');
      f.for(zero, long, 1, (i) => {
        f.set(rest, f64.const(1));
        f.set(at, real(x, i));
        f.for(zero, j, 1, () => {
          const v = f.let(f64.load(at));
          f.set(rest, f64.sub(rest, f64.mul(v, v)));
          f.set(at, i32.add(at, step));
        });
        f.if(f64.gt(rest, most), () => {
          f.set(best, i);
          f.set(most, rest);
        });
      });
      const own = f.let(i32.add(x, i32.mul(j, step)));
      f.fill(own, zero, step);
      f.store(real(own, best), f64.const(1));
      f.for(zero, i32.const(2), 1, () => {
        f.set(at, x);
        f.for(zero, j, 1, () => {
          f.call(add, own, at, long, f64.neg(product.call(at, own, long) as Real));
          f.set(at, i32.add(at, step));
        });
        f.call(multiply, own, long, f64.div(unity, norm.call(own, long) as Real));
      });
    });
  });
}

/** (k, long, x, z, s): lengths of the rows, descending, and the rows as unit vectors. */
function normalize(context: RoutineContext): Func {
  const m = context.module;
  return m.once('svd.normalize', () => {
    const [norm, swap, multiply, filled] = [norm2(m), exchange(m), scale(m), complete(context)];
    return m.func('svd.normalize', ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, k, long, x, z, s) => {
      const [step, zStep] = [f.let(i32.shl(long, i32.const(3))), f.let(i32.shl(k, i32.const(3)))];
      const row = (j: I): I => i32.add(x, i32.mul(j, step));
      const beside = (j: I): I => i32.add(z, i32.mul(j, zStep));
      f.for(zero, k, 1, (j) => f.store(real(s, j), norm.call(row(j), long)));
      const most = f.local('i32');
      f.for(zero, k, 1, (j) => {
        f.set(most, j);
        f.for(i32.add(j, one), k, 1, (l) => {
          f.if(f64.gt(f64.load(real(s, l)), f64.load(real(s, most))), () => f.set(most, l));
        });
        f.if(i32.ne(most, j), () => {
          f.call(swap, real(s, j), real(s, most), one);
          f.call(swap, row(j), row(most), long);
          f.call(swap, beside(j), beside(most), k);
        });
        const length = f.let(f64.load(real(s, j)));
        f.if(
          f64.gt(length, f64.const(shortest)),
          () => f.call(multiply, row(j), long, f64.div(unity, length)),
          () => {
            f.store(real(s, j), f64.const(0));
            f.call(filled, j, x, long);
          },
        );
      });
    });
  });
}

/** (u, s, vt, a, m, n, work): one matrix. */
function decompose(context: RoutineContext): Func {
  const mod = context.module;
  return mod.once('svd', () => {
    const [finite, none, turnOver, multiply] = [allFinite(mod), fillNaN(mod), transpose(mod), scale(mod)];
    const [scaleOf, identity, back] = [binaryScale(mod), setIdentity(mod), pointsBack(mod)];
    const [sweep, finish] = [sweepRows(context), normalize(context)];
    return mod.func(
      'svd',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, u, s, vt, a, m, n, x) => {
        const tall = f.let(i32.ge(m, n));
        const [k, long] = [f.let(i32.select(tall, n, m)), f.let(i32.select(tall, m, n))];
        const size = f.let(i32.mul(m, n));
        f.if(i32.eqz(finite.call(a, size) as I), () => {
          f.call(none, u, i32.mul(m, k));
          f.call(none, s, k);
          f.call(none, vt, i32.mul(k, n));
          f.return();
        });
        // the long vectors, columns or rows of A, are made orthogonal; z collects what combines them
        const z = f.let(real(x, size));
        const squares = f.let(real(z, i32.mul(k, k)));
        f.if(
          tall,
          () => f.call(turnOver, x, a, m, n),
          () => f.copy(x, a, i32.shl(size, i32.const(3))),
        );
        const unit = f.let(scaleOf.call(x, size) as Real);
        f.call(multiply, x, size, f64.div(unity, unit));
        f.call(identity, z, k);
        f.block((done) => {
          f.for(zero, i32.const(mostSweeps), 1, () => {
            f.brIf(done, i32.eqz(sweep.call(x, z, squares, k, long) as I));
          });
        });
        f.call(finish, k, long, x, z, s);
        f.for(zero, k, 1, (j) => {
          const own = f.let(i32.add(x, i32.shl(i32.mul(j, long), i32.const(3))));
          const other = f.let(i32.add(z, i32.shl(i32.mul(j, k), i32.const(3))));
          // the columns of U decide
          f.if(back.call(i32.select(tall, own, other), i32.select(tall, long, k)) as I, () => {
            f.call(multiply, own, long, f64.const(-1));
            f.call(multiply, other, k, f64.const(-1));
          });
          f.store(real(s, j), f64.mul(f64.load(real(s, j)), unit));
        });
        f.call(turnOver, u, i32.select(tall, x, z), k, m);
        f.copy(vt, i32.select(tall, z, x), i32.shl(i32.mul(k, n), i32.const(3)));
      },
    );
  });
}

/** A = U diag(s) Vᵀ, s descending; signs by the columns of U; NaN where A is not finite. */
export const svd: RoutineRule<'svd'> = (_, [a]) => {
  const [count, m, n] = stackOf(a!);
  const k = Math.min(m, n);
  return {
    // long vectors, their combinations, squared lengths
    scratch: 8 * (k * (m + n) + k),
    flops: 10 * count * (m + n) * n * k,
    emit: (context, f, [from], [u, s, vt], scratch) => {
      if (count * m * n === 0) return;
      const starts = [
        [u!, 8 * m * k] as const,
        [s!, 8 * k] as const,
        [vt!, 8 * k * n] as const,
        [from!, 8 * m * n] as const,
      ];
      eachMatrix(f, count, starts, ([toU, toS, toV, given]) =>
        f.call(decompose(context), toU!, toS!, toV!, given!, i32.const(m), i32.const(n), scratch),
      );
    },
  };
};
