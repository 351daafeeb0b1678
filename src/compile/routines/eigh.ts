/**
 * Eigenvalues and eigenvectors of symmetric matrices by way of tridiagonal ones.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 8.3 (Householder reflections, then implicit QL steps).
 *
 * @module
 */
import { f64, f64x2, i32, type Expr, type Func } from '../assembler/index.js';
import { dot, eachMatrix, exchange, pairs, real, scale, setIdentity, stackOf } from './dense.js';
import { allFinite, binaryScale, fillNaN, norm2, pointsBack } from './norms.js';
import { makeReflection, multiplyRows, reflectRows } from './reflections.js';
import type { RoutineContext, RoutineRule } from './routine.js';
import { transpose } from './transpose.js';
import { isolate } from './tridiagonal.js';

type I = Expr<'i32'>;
type Real = Expr<'f64'>;
const zero = i32.const(0);
const one = i32.const(1);

/** (out, a, n): the symmetric matrix with the lower triangle of another. */
function mirror({ module: m }: RoutineContext): Func {
  return m.once('eigh.mirror', () =>
    m.func('eigh.mirror', ['i32', 'i32', 'i32'], undefined, (f, out, a, n) => {
      const step = f.let(i32.shl(n, i32.const(3)));
      f.for(zero, n, 1, (i) => {
        const from = f.let(i32.add(a, i32.mul(i, step)));
        const row = f.let(i32.add(out, i32.mul(i, step)));
        const column = f.local('i32', real(out, i));
        f.for(zero, i32.add(i, one), 1, (j) => {
          const v = f.let(f64.load(real(from, j)));
          f.store(real(row, j), v);
          f.store(column, v);
          f.set(column, i32.add(column, step));
        });
      });
    }),
  );
}

/** (x, v, w, step, n): X ← X − v wᵀ − w vᵀ for n rows of n; X stays symmetric to the last bit. */
function rankTwo({ module: m }: RoutineContext): Func {
  return m.once('eigh.rankTwo', () => {
    const row = m.func(
      'eigh.rankTwo.row',
      ['i32', 'i32', 'i32', 'i32', 'f64', 'f64'],
      undefined,
      (f, x, v, w, n, vi, wi) => {
        const [a, b] = [f.let(f64x2.splat(vi)), f.let(f64x2.splat(wi))];
        pairs(f, n, (offset, load, store) => {
          const p = f.let(i32.add(x, offset));
          const change = f64x2.add(
            f64x2.mul(a, load(i32.add(w, offset))),
            f64x2.mul(b, load(i32.add(v, offset))),
          );
          store(p, f64x2.sub(load(p), change));
        });
      },
    );
    return m.func('eigh.rankTwo', ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, x, v, w, step, n) => {
      const p = f.local('i32', x);
      f.for(zero, n, 1, (i) => {
        f.call(row, p, v, w, n, f64.load(real(v, i)), f64.load(real(w, i)));
        f.set(p, i32.add(p, step));
      });
    });
  });
}

/**
 * (x, d, e, w, n): QᵀAQ tridiagonal, with diagonal d and the elements e beside it. Row k of x, right of the diagonal, keeps
 * the vector of the reflection that clears column k.
 */
function tridiagonalize(context: RoutineContext): Func {
  const m = context.module;
  return m.once('eigh.tridiagonalize', () => {
    const [norm, make, multiply] = [norm2(m), makeReflection(context), multiplyRows(context)];
    const [product, update] = [dot(context), rankTwo(context)];
    const subtract = m.once('eigh.subtract', () =>
      m.func('eigh.subtract', ['i32', 'i32', 'i32', 'f64'], undefined, (f, y, x, n, c) => {
        const factor = f.let(f64x2.splat(c));
        pairs(f, n, (offset, load, store) => {
          const p = f.let(i32.add(y, offset));
          store(p, f64x2.sub(load(p), f64x2.mul(factor, load(i32.add(x, offset)))));
        });
      }),
    );
    return m.func(
      'eigh.tridiagonalize',
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, x, d, e, w, n) => {
        const step = f.let(i32.shl(n, i32.const(3)));
        f.for(zero, n, 1, (k) => {
          const diagonal = f.let(real(i32.add(x, i32.mul(k, step)), k));
          f.store(real(d, k), f64.load(diagonal));
          const length = f.let(i32.sub(i32.sub(n, k), one));
          const own = f.let(i32.add(diagonal, i32.const(8)));
          f.store(real(e, k), f64.const(0));
          f.if(i32.eq(length, one), () => f.store(real(e, k), f64.load(own)));
          f.if(i32.gt(length, one), () => {
            const size = f.let(norm.call(own, length) as Real);
            f.store(real(e, k), f64.select(f64.lt(f64.load(own), f64.const(0)), size, f64.neg(size)));
            f.if(f64.ne(size, f64.const(0)), () => {
              f.call(make, own, length, size);
              // B ← H B H = B − v wᵀ − w vᵀ with w = p − (vᵀp / 2|v₁|) v, p = B v/|v₁|
              const first = f.let(f64.abs(f64.load(own)));
              const rest = f.let(i32.add(own, step));
              f.call(multiply, w, rest, step, own, length, length, first);
              const half = f64.div(product.call(w, own, length) as Real, f64.mul(f64.const(2), first));
              f.call(subtract, w, own, length, half);
              f.call(update, rest, own, w, step, length);
            });
          });
        });
      },
    );
  });
}

/** (v, x, n): the columns of Q = H₁ H₂ …, in the rows of v. */
function collect(context: RoutineContext): Func {
  const m = context.module;
  return m.once('eigh.collect', () => {
    const [identity, reflect] = [setIdentity(m), reflectRows(context)];
    return m.func('eigh.collect', ['i32', 'i32', 'i32'], undefined, (f, v, x, n) => {
      const step = f.let(i32.shl(n, i32.const(3)));
      f.call(identity, v, n);
      f.for(i32.const(2), n, 1, (length) => {
        const first = f.let(i32.sub(n, length));
        const k = f.let(i32.sub(first, one));
        const own = f.let(real(i32.add(x, i32.mul(k, step)), first));
        f.if(f64.ne(f64.load(own), f64.const(0)), () => {
          f.call(reflect, own, real(i32.add(v, i32.mul(first, step)), first), step, length, length);
        });
      });
    });
  });
}

/** (w, v, n, size): ascending order, signs by convention, and the values' own scale. */
function order({ module: m }: RoutineContext): Func {
  return m.once('eigh.order', () => {
    const [swap, back, multiply] = [exchange(m), pointsBack(m), scale(m)];
    return m.func('eigh.order', ['i32', 'i32', 'i32', 'f64'], undefined, (f, w, v, n, size) => {
      const step = f.let(i32.shl(n, i32.const(3)));
      const least = f.local('i32');
      f.for(zero, n, 1, (i) => {
        f.set(least, i);
        f.for(i32.add(i, one), n, 1, (j) => {
          f.if(f64.lt(f64.load(real(w, j)), f64.load(real(w, least))), () => f.set(least, j));
        });
        const row = f.let(i32.add(v, i32.mul(i, step)));
        const own = f.let(real(w, i));
        f.if(i32.ne(least, i), () => {
          f.call(swap, own, real(w, least), one);
          f.call(swap, row, i32.add(v, i32.mul(least, step)), n);
        });
        f.store(own, f64.mul(f64.load(own), size));
        f.if(back.call(row, n) as I, () => f.call(multiply, row, n, f64.const(-1)));
      });
    });
  });
}

/** (w, v, a, n, scratch): one matrix. */
function decompose(context: RoutineContext): Func {
  const m = context.module;
  return m.once('eigh', () => {
    const [finite, none, turn, multiply] = [allFinite(m), fillNaN(m), transpose(m), scale(m)];
    const [whole, scaleOf, reduce, gatherUp] = [
      mirror(context),
      binaryScale(m),
      tridiagonalize(context),
      collect(context),
    ];
    const [alone, sorted] = [isolate(m), order(context)];
    return m.func('eigh', ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, w, v, a, n, x) => {
      const size = f.let(i32.mul(n, n));
      f.call(whole, x, a, n);
      f.if(i32.eqz(finite.call(x, size) as I), () => {
        f.call(none, w, n);
        f.call(none, v, size);
        f.return();
      });
      const unit = f.let(scaleOf.call(x, size) as Real);
      f.call(multiply, x, size, f64.div(f64.const(1), unit));
      // eigenvectors are rows until the end; two more vectors serve the reduction and the rotations
      const rows = f.let(real(x, size));
      const e = f.let(real(rows, size));
      const room = f.let(real(e, n));
      f.call(reduce, x, w, e, room, n);
      f.call(gatherUp, rows, x, n);
      f.for(zero, n, 1, (l) => f.call(alone, l, n, w, e, rows, room));
      f.call(sorted, w, rows, n, unit);
      f.call(turn, v, rows, n, n);
    });
  });
}

/** A = V diag(w) Vᵀ, w ascending; the lower triangle of A is read; NaN where it is not finite. */
export const eigh: RoutineRule<'eigh'> = (_, [a]) => {
  const [count, n] = stackOf(a!);
  return {
    // A, the eigenvectors, e, and cosines and sines of one sweep
    scratch: 8 * (2 * n * n + 3 * n),
    flops: 9 * count * n * n * n,
    emit: (context, f, [from], [w, v], scratch) => {
      if (count * n === 0) return;
      const starts = [[w!, 8 * n] as const, [v!, 8 * n * n] as const, [from!, 8 * n * n] as const];
      eachMatrix(f, count, starts, ([values, vectors, given]) =>
        f.call(decompose(context), values!, vectors!, given!, i32.const(n), scratch),
      );
    },
  };
};
