/**
 * Thin QR factors by Householder reflections.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 5.2.2.
 *
 * @module
 */
import { f64, i32, type Expr, type Func } from '../assembler/index.js';
import { eachMatrix, real, scale, stackOf } from './dense.js';
import { allFinite, fillNaN, norm2 } from './norms.js';
import { makeReflection, reflectRows } from './reflections.js';
import type { RoutineContext, RoutineRule } from './routine.js';
import { transpose } from './transpose.js';

type I = Expr<'i32'>;
const zero = i32.const(0);

/** (w, norms, m, n, k): the columns of A, as rows of w, become those of R above and reflections from the diagonal on. */
function reduce(context: RoutineContext): Func {
  const mod = context.module;
  return mod.once('qr.reduce', () => {
    const [norm, make, reflect] = [norm2(mod), makeReflection(context), reflectRows(context)];
    return mod.func('qr.reduce', ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, w, norms, m, n, k) => {
      const step = f.let(i32.shl(m, i32.const(3)));
      f.for(zero, k, 1, (j) => {
        const column = f.let(i32.add(w, i32.mul(j, step)));
        const [own, length] = [f.let(real(column, j)), f.let(i32.sub(m, j))];
        const size = f.let(norm.call(own, length) as Expr<'f64'>);
        f.store(real(norms, j), size);
        f.if(f64.ne(size, f64.const(0)), () => {
          f.call(make, own, length, size);
          const next = i32.sub(i32.sub(n, j), i32.const(1));
          f.call(reflect, own, i32.add(own, step), step, next, length);
        });
      });
    });
  });
}

/** (columns, w, norms, m, k): H₁ H₂ … of the leading columns of the identity, the last reflection first. */
function collect(context: RoutineContext): Func {
  const mod = context.module;
  return mod.once('qr.collect', () => {
    const reflect = reflectRows(context);
    return mod.func(
      'qr.collect',
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, columns, w, norms, m, k) => {
        const step = f.let(i32.shl(m, i32.const(3)));
        f.fill(columns, zero, i32.mul(k, step));
        f.for(zero, k, 1, (turn) => {
          const j = f.let(i32.sub(i32.sub(k, turn), i32.const(1)));
          const offset = f.let(real(i32.mul(j, step), j));
          const own = f.let(i32.add(columns, offset));
          f.store(own, f64.const(1));
          f.if(f64.ne(f64.load(real(norms, j)), f64.const(0)), () => {
            f.call(reflect, i32.add(w, offset), own, step, i32.sub(k, j), i32.sub(m, j));
          });
        });
      },
    );
  });
}

/** (r, columns, w, norms, m, n, k): R, and columns of Q, with a non-negative diagonal. */
function finish({ module: mod }: RoutineContext): Func {
  return mod.once('qr.finish', () => {
    const multiply = scale(mod);
    return mod.func(
      'qr.finish',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, r, columns, w, norms, m, n, k) => {
        const step = f.let(i32.shl(m, i32.const(3)));
        f.for(zero, k, 1, (i) => {
          const row = f.let(real(r, i32.mul(i, n)));
          // the reflection sends x to −sign(v₁)‖x‖ e₁; rows are turned round where that is negative
          const from = f.local('i32', real(i32.add(w, i32.mul(i, step)), i));
          const back = f.let(f64.gt(f64.load(from), f64.const(0)));
          f.fill(row, zero, i32.shl(i, i32.const(3)));
          f.store(real(row, i), f64.load(real(norms, i)));
          f.for(i32.add(i, i32.const(1)), n, 1, (j) => {
            f.set(from, i32.add(from, step));
            const v = f.let(f64.load(from));
            f.store(real(row, j), f64.select(back, f64.neg(v), v));
          });
          f.if(back, () => f.call(multiply, i32.add(columns, i32.mul(i, step)), m, f64.const(-1)));
        });
      },
    );
  });
}

/** (q, r, a, m, n, scratch): one matrix. */
function factor(context: RoutineContext): Func {
  const mod = context.module;
  return mod.once('qr', () => {
    const [finite, none, turn] = [allFinite(mod), fillNaN(mod), transpose(mod)];
    const [start, middle, end] = [reduce(context), collect(context), finish(context)];
    return mod.func('qr', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, q, r, a, m, n, w) => {
      const k = f.let(i32.select(i32.lt(m, n), m, n));
      f.if(i32.eqz(finite.call(a, i32.mul(m, n)) as I), () => {
        f.call(none, q, i32.mul(m, k));
        f.call(none, r, i32.mul(k, n));
        f.return();
      });
      const norms = f.let(real(w, i32.mul(m, n)));
      const columns = f.let(real(norms, k));
      f.call(turn, w, a, m, n);
      f.call(start, w, norms, m, n, k);
      f.call(middle, columns, w, norms, m, k);
      f.call(end, r, columns, w, norms, m, n, k);
      f.call(turn, q, columns, k, m);
    });
  });
}

/** A = Q R, QᵀQ = I, R upper triangular with a non-negative diagonal; NaN where A is not finite. */
export const qr: RoutineRule<'qr'> = (_, [a]) => {
  const [count, m, n] = stackOf(a!);
  const k = Math.min(m, n);
  return {
    // columns of A, norms, columns of Q
    scratch: 8 * (m * n + k + m * k),
    flops: count * 4 * k * k * (Math.max(m, n) - k / 3),
    emit: (context, f, [from], [q, r], scratch) => {
      if (count * m * n === 0) return;
      const starts = [[q!, 8 * m * k] as const, [r!, 8 * k * n] as const, [from!, 8 * m * n] as const];
      eachMatrix(f, count, starts, ([toQ, toR, given]) =>
        f.call(factor(context), toQ!, toR!, given!, i32.const(m), i32.const(n), scratch),
      );
    },
  };
};
