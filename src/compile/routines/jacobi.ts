/**
 * One-sided Jacobi rotations: rows are made orthogonal to each other.
 *
 * Source: Demmel and Veselić, Jacobi's method is more accurate than QR, SIAM J. Matrix Anal. Appl. 13 (1992).
 *
 * @module
 */
import { f64, i32, type Expr, type Func, type Local, type Module } from '../assembler/index.js';
import { dot, real, rotate } from './dense.js';
import type { RoutineContext } from './routine.js';

type I = Expr<'i32'>;
type Real = Expr<'f64'>;

const epsilon = 2 ** -52;
/** A row shorter than this, where the largest element is about one, is zero: its square is near underflow. */
export const shortest: number = 2 ** -500;

/** (a, b, c) → the tangent of the smaller of the two rotations that make c in [[a, c], [c, b]] vanish. */
function tangent(m: Module): Func {
  return m.once('jacobi.tangent', () =>
    m.func('jacobi.tangent', ['f64', 'f64', 'f64'], 'f64', (f, a, b, c) => {
      const theta = f.let(f64.div(f64.sub(b, a), f64.mul(f64.const(2), c)));
      const size = f.let(f64.abs(theta));
      // the square of a larger number overflows
      f.if(f64.gt(size, f64.const(1e150)), () => f.return(f64.div(f64.const(0.5), theta)));
      const root = f64.sqrt(f64.add(f64.mul(theta, theta), f64.const(1)));
      f.return(f64.copysign(f64.div(f64.const(1), f64.add(size, root)), theta));
    }),
  );
}

/**
 * (p, x, z, squares, k, long) → whether row p of x was turned with any row after it. Squared lengths of the rows are kept
 * in `squares`; the rows of z, of k numbers, turn along.
 */
function turnRow(context: RoutineContext): Func {
  const m = context.module;
  return m.once('jacobi.row', () => {
    const [product, turn, tan] = [dot(context), rotate(m), tangent(m)];
    return m.func(
      'jacobi.row',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64'],
      'i32',
      (f, p, x, z, squares, k, long, least) => {
        const turned = f.local('i32');
        const [step, zStep] = [f.let(i32.shl(long, i32.const(3))), f.let(i32.shl(k, i32.const(3)))];
        const i = f.let(i32.add(x, i32.mul(p, step)));
        const j = f.local('i32', i);
        const [a, b] = [f.local('f64', f64.load(real(squares, p))), f.local('f64')];
        const tiny = f64.const(shortest ** 2);
        f.if(f64.le(a, tiny), () => f.return(turned));
        const rootA = f.local('f64', f64.sqrt(a));
        /** The new square of a length; computed anew where the difference would lose digits. */
        const renew = (old: Local<'f64'>, value: Real, row: I): void => {
          const changed = f.let(value);
          f.if(
            f64.gt(changed, f64.mul(f64.const(0.1), old)),
            () => f.set(old, changed),
            () => f.set(old, product.call(row, row, long) as Real),
          );
        };
        f.for(i32.add(p, i32.const(1)), k, 1, (q) => {
          f.set(j, i32.add(j, step));
          f.set(b, f64.load(real(squares, q)));
          const c = f.let(product.call(i, j, long) as Real);
          // the error of c itself
          const bound = f64.mul(f64.mul(least, rootA), f64.sqrt(b));
          const skip = i32.or(f64.le(b, tiny), f64.le(f64.abs(c), bound));
          f.if(i32.eqz(skip), () => {
            f.set(turned, i32.const(1));
            const t = f.let(tan.call(a, b, c) as Real);
            const cos = f.let(f64.div(f64.const(1), f64.sqrt(f64.add(f64.const(1), f64.mul(t, t)))));
            const sin = f.let(f64.mul(t, cos));
            f.call(turn, i, j, long, cos, sin);
            f.call(turn, i32.add(z, i32.mul(p, zStep)), i32.add(z, i32.mul(q, zStep)), k, cos, sin);
            const change = f.let(f64.mul(t, c));
            renew(a, f64.sub(a, change), i);
            renew(b, f64.add(b, change), j);
            f.store(real(squares, q), b);
            f.set(rootA, f64.sqrt(a));
          });
          f.if(f64.le(a, tiny), () => {
            f.store(real(squares, p), a);
            f.return(turned);
          });
        });
        f.store(real(squares, p), a);
        f.return(turned);
      },
    );
  });
}

/** (x, z, squares, k, long) → whether any pair of rows was turned in one sweep over all. */
export function sweepRows(context: RoutineContext): Func {
  const m = context.module;
  return m.once('jacobi.sweep', () => {
    const [product, row] = [dot(context), turnRow(context)];
    return m.func('jacobi.sweep', ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32', (f, x, z, squares, k, long) => {
      const step = f.let(i32.shl(long, i32.const(3)));
      const turned = f.local('i32');
      const own = f.local('i32', x);
      f.for(i32.const(0), k, 1, (p) => {
        f.store(real(squares, p), product.call(own, own, long));
        f.set(own, i32.add(own, step));
      });
      const least = f.let(f64.mul(f64.const(epsilon), f64.sqrt(f64.convertI32(long))));
      f.for(i32.const(0), k, 1, (p) => {
        f.set(turned, i32.or(turned, row.call(p, x, z, squares, k, long, least) as I));
      });
      f.return(turned);
    });
  });
}
