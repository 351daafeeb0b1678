/**
 * Norms, scales and sign conventions of runs of float64.
 *
 * @module
 */
import { f64, f64x2, i32, i64, type Expr, type Func, type Module } from '../assembler/index.js';
import { laneSum, pairs, real } from './dense.js';

/** (p, n) → the largest magnitude, 0 of nothing; NaN if any is. */
export function maxAbs(m: Module): Func {
  return m.once('dense.maxAbs', () =>
    m.func('dense.maxAbs', ['i32', 'i32'], 'f64', (f, p, n) => {
      const top = f.local('v128', f64x2.const(0));
      pairs(f, n, (offset, load) => f.set(top, f64x2.max(top, f64x2.abs(load(i32.add(p, offset))))));
      f.return(f64.max(f64x2.extract(top, 0), f64x2.extract(top, 1)));
    }),
  );
}

/** (p, n) → whether all numbers are finite. */
export function allFinite(m: Module): Func {
  return m.once('dense.allFinite', () => {
    const top = maxAbs(m);
    return m.func('dense.allFinite', ['i32', 'i32'], 'i32', (f, p, n) => {
      f.return(f64.lt(top.call(p, n), f64.const(Infinity)));
    });
  });
}

/** The squares of these add up without overflow, and without loss to underflow. */
const [smallSquare, largeSquare] = [1e-280, 1e280];

/** (p, n) → the Euclidean norm, without overflow. */
export function norm2(m: Module): Func {
  return m.once('dense.norm2', () => {
    const largest = maxAbs(m);
    return m.func('dense.norm2', ['i32', 'i32'], 'f64', (f, p, n) => {
      const sum = f.local('v128');
      const addUp = (element: (v: Expr<'v128'>) => Expr<'v128'>): Expr<'f64'> => {
        f.set(sum, f64x2.const(0));
        pairs(f, n, (offset, load) => {
          const v = f.let(element(load(i32.add(p, offset))));
          f.set(sum, f64x2.add(sum, f64x2.mul(v, v)));
        });
        return f.let(laneSum(sum));
      };
      const plain = addUp((v) => v);
      const safe = i32.and(f64.gt(plain, f64.const(smallSquare)), f64.lt(plain, f64.const(largeSquare)));
      f.if(safe, () => f.return(f64.sqrt(plain)));
      const top = f.let(largest.call(p, n) as Expr<'f64'>);
      f.if(f64.eq(top, f64.const(0)), () => f.return(top));
      const divisor = f.let(f64x2.splat(top));
      f.return(f64.mul(top, f64.sqrt(addUp((v) => f64x2.div(v, divisor)))));
    });
  });
}

/**
 * (p, n) → a power of two near the largest magnitude, by which elements can be divided exactly; 1 for zeros. Exponents
 * are kept within ±1000, so that the reciprocal is finite too.
 */
export function binaryScale(m: Module): Func {
  return m.once('dense.binaryScale', () => {
    const largest = maxAbs(m);
    return m.func('dense.binaryScale', ['i32', 'i32'], 'f64', (f, p, n) => {
      const top = f.let(largest.call(p, n) as Expr<'f64'>);
      f.if(f64.eq(top, f64.const(0)), () => f.return(f64.const(1)));
      const bounded = f64.min(f64.max(top, f64.const(2 ** -1000)), f64.const(2 ** 1000));
      f.return(f64.reinterpret(i64.and(i64.reinterpret(bounded), i64.const(0x7ff0000000000000n))));
    });
  });
}

/**
 * (p, n) → whether a vector points against the sign convention: the first of its components of largest magnitude is
 * positive, where those within one millionth count as equally large.
 */
export function pointsBack(m: Module): Func {
  return m.once('dense.pointsBack', () => {
    const largest = maxAbs(m);
    return m.func('dense.pointsBack', ['i32', 'i32'], 'i32', (f, p, n) => {
      const enough = f.let(f64.mul(largest.call(p, n) as Expr<'f64'>, f64.const(1 - 1e-6)));
      const x = f.local('f64');
      f.for(i32.const(0), n, 1, (i) => {
        f.set(x, f64.load(real(p, i)));
        f.if(f64.ge(f64.abs(x), enough), () => f.return(f64.lt(x, f64.const(0))));
      });
      f.return(i32.const(0));
    });
  });
}

/** (p, n): NaN everywhere. */
export function fillNaN(m: Module): Func {
  return m.once('dense.fillNaN', () =>
    m.func('dense.fillNaN', ['i32', 'i32'], undefined, (f, p, n) => {
      pairs(f, n, (offset, _, store) => store(i32.add(p, offset), f64x2.const(NaN)));
    }),
  );
}
