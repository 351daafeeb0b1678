/**
 * Householder reflections I − v vᵀ/|v₁| with v = x/‖x‖ ± e₁, applied to rows of float64.
 *
 * @module
 */
import { f64, f64x2, i32, type Expr, type Func } from '../assembler/index.js';
import { axpy, dot, laneSum, madd, pairs, real, scale } from './dense.js';
import type { RoutineContext } from './routine.js';

type I = Expr<'i32'>;

/** The reciprocal of a norm below this may not be finite: vector and norm are enlarged first. */
const smallNorm = 1e-300;
const enlarge = 2 ** 300;

/** (v, n, norm): x becomes v; the norm is that of x, and not zero. */
export function makeReflection({ module: m }: RoutineContext): Func {
  return m.once('reflect.make', () => {
    const multiply = scale(m);
    return m.func('reflect.make', ['i32', 'i32', 'f64'], undefined, (f, v, n, norm) => {
      const size = f.local('f64', norm);
      f.if(f64.lt(norm, f64.const(smallNorm)), () => {
        f.call(multiply, v, n, f64.const(enlarge));
        f.set(size, f64.mul(norm, f64.const(enlarge)));
      });
      f.call(multiply, v, n, f64.div(f64.const(1), size));
      const first = f.let(f64.load(v));
      f.store(v, f64.add(first, f64.select(f64.lt(first, f64.const(0)), f64.const(-1), f64.const(1))));
    });
  });
}

/** (v, x, step, n, size): four rows of n, `step` bytes apart. */
function reflectFour(context: RoutineContext): Func {
  const m = context.module;
  return m.once('reflect.four', () =>
    m.func('reflect.four', ['i32', 'i32', 'i32', 'i32', 'f64'], undefined, (f, v, x, step, n, size) => {
      const rows = [x as I];
      for (let k = 1; k < 4; k++) rows.push(f.let(i32.add(rows[k - 1]!, step)));
      const sums = rows.map(() => f.local('v128', f64x2.const(0)));
      pairs(f, n, (offset, load) => {
        const own = f.let(load(i32.add(v, offset)));
        rows.forEach((row, k) => f.set(sums[k]!, madd(context, own, load(i32.add(row, offset)), sums[k]!)));
      });
      const factors = sums.map((s) => f.let(f64x2.splat(f64.neg(f64.div(laneSum(s), size)))));
      pairs(f, n, (offset, load, store) => {
        const own = f.let(load(i32.add(v, offset)));
        rows.forEach((row, k) => {
          const p = f.let(i32.add(row, offset));
          store(p, madd(context, factors[k]!, own, load(p)));
        });
      });
    }),
  );
}

/** (v, x, step, count, n): applies the reflection with vector v of n numbers to `count` rows, `step` bytes apart. */
export function reflectRows(context: RoutineContext): Func {
  const m = context.module;
  return m.once('reflect.rows', () => {
    const [four, product, add] = [reflectFour(context), dot(context), axpy(context)];
    return m.func(
      'reflect.rows',
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, v, x, step, count, n) => {
        const size = f.let(f64.abs(f64.load(v)));
        const row = f.local('i32', x);
        const whole = f.let(i32.and(count, i32.const(-4)));
        f.for(i32.const(0), whole, 4, () => {
          f.call(four, v, row, step, n, size);
          f.set(row, i32.add(row, i32.shl(step, i32.const(2))));
        });
        f.for(whole, count, 1, () => {
          const s = f64.div(product.call(v, row, n) as Expr<'f64'>, size);
          f.call(add, row, v, n, f64.neg(s));
          f.set(row, i32.add(row, step));
        });
      },
    );
  });
}

/** (out, x, step, v, rows, n, size): outᵢ = xᵢ·v / size over rows of n. */
export function multiplyRows(context: RoutineContext): Func {
  const m = context.module;
  return m.once('reflect.multiply', () => {
    const four = m.func(
      'reflect.multiply.four',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'],
      undefined,
      (f, out, x, step, v, n, size) => {
        const rows = [x as I];
        for (let k = 1; k < 4; k++) rows.push(f.let(i32.add(rows[k - 1]!, step)));
        const sums = rows.map(() => f.local('v128', f64x2.const(0)));
        pairs(f, n, (offset, load) => {
          const own = f.let(load(i32.add(v, offset)));
          rows.forEach((row, k) => f.set(sums[k]!, madd(context, own, load(i32.add(row, offset)), sums[k]!)));
        });
        sums.forEach((s, k) => f.store(out, f64.div(laneSum(s), size), 8 * k));
      },
    );
    const product = dot(context);
    return m.func(
      'reflect.multiply',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64'],
      undefined,
      (f, out, x, step, v, count, n, size) => {
        const row = f.local('i32', x);
        const whole = f.let(i32.and(count, i32.const(-4)));
        f.for(i32.const(0), whole, 4, (i) => {
          f.call(four, real(out, i), row, step, v, n, size);
          f.set(row, i32.add(row, i32.shl(step, i32.const(2))));
        });
        f.for(whole, count, 1, (i) => {
          f.store(real(out, i), f64.div(product.call(row, v, n) as Expr<'f64'>, size));
          f.set(row, i32.add(row, step));
        });
      },
    );
  });
}
