/**
 * Implicit QL steps on a symmetric tridiagonal matrix.
 *
 * @module
 */
import { f64, f64x2, i32, v128, type Expr, type Func, type Module } from '../assembler/index.js';
import { real } from './dense.js';

type I = Expr<'i32'>;
const one = i32.const(1);

const epsilon = 2 ** -53;
/** An element beside the diagonal that is smaller, where the largest element is about one, is zero. */
const negligible = 2 ** -62;
/** Two steps an eigenvalue are usual. */
const mostSteps = 100;

/** (l, n, d, e) → the first row from l on that has nothing beside it. */
function findEnd(m: Module): Func {
  return m.once('tridiagonal.end', () =>
    m.func('tridiagonal.end', ['i32', 'i32', 'i32', 'i32'], 'i32', (f, l, n, d, e) => {
      f.for(l, i32.sub(n, one), 1, (k) => {
        const size = f.let(f64.abs(f64.load(real(e, k))));
        const at = f.let(real(d, k));
        const beside = f64.add(f64.abs(f64.load(at)), f64.abs(f64.load(at, 8)));
        const small = f64.le(size, f64.const(negligible));
        f.if(i32.or(small, f64.le(size, f64.mul(f64.const(epsilon), beside))), () => f.return(k));
      });
      f.return(i32.sub(n, one));
    }),
  );
}

/**
 * (l, end, d, e, turns) → the last row turned: one step with Wilkinson's shift on the rows l … end. The cosine and sine that
 * turn the rows i and i + 1 are kept at turns[2i].
 */
function sweep(m: Module): Func {
  return m.once('tridiagonal.sweep', () =>
    m.func('tridiagonal.sweep', ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32', (f, l, end, d, e, turns) => {
      const [dl, el] = [f.let(real(d, l)), f.let(real(e, l))];
      const atEnd = f.let(real(e, end));
      const half = f.let(
        f64.div(f64.sub(f64.load(dl, 8), f64.load(dl)), f64.mul(f64.const(2), f64.load(el))),
      );
      const root = f.let(f64.sqrt(f64.add(f64.mul(half, half), f64.const(1))));
      const steep = f64.select(f64.lt(half, f64.const(0)), f64.sub(half, root), f64.add(half, root));
      const g = f.local(
        'f64',
        f64.add(f64.sub(f64.load(real(d, end)), f64.load(dl)), f64.div(f64.load(el), steep)),
      );
      const [s, c, p] = [f.local('f64', f64.const(1)), f.local('f64', f64.const(1)), f.local('f64')];
      const i = f.local('i32', i32.sub(end, one));
      f.while(
        () => i32.ge(i, l),
        () => {
          const [di, ei] = [f.let(real(d, i)), f.let(real(e, i))];
          const a = f.let(f64.mul(s, f64.load(ei)));
          const b = f.let(f64.mul(c, f64.load(ei)));
          const r = f.let(f64.sqrt(f64.add(f64.mul(a, a), f64.mul(g, g))));
          f.store(ei, r, 8);
          f.if(f64.eq(r, f64.const(0)), () => {
            // the matrix has come apart by underflow
            f.store(di, f64.sub(f64.load(di, 8), p), 8);
            f.store(atEnd, f64.const(0));
            f.return(i32.add(i, one));
          });
          f.set(s, f64.div(a, r));
          f.set(c, f64.div(g, r));
          f.set(g, f64.sub(f64.load(di, 8), p));
          const t = f.let(
            f64.add(f64.mul(f64.sub(f64.load(di), g), s), f64.mul(f64.mul(f64.const(2), c), b)),
          );
          f.set(p, f64.mul(s, t));
          f.store(di, f64.add(g, p), 8);
          f.set(g, f64.sub(f64.mul(c, t), b));
          const kept = f.let(i32.add(turns, i32.shl(i, i32.const(4))));
          f.store(kept, c);
          f.store(kept, s, 8);
          f.set(i, i32.sub(i, one));
        },
      );
      f.store(dl, f64.sub(f64.load(dl), p));
      f.store(el, g);
      f.store(atEnd, f64.const(0));
      f.return(l);
    }),
  );
}

/** Columns that are turned at a time. */
type Strip = 8 | 2 | 1;

/**
 * (v, step, turns, last, end): turns the rows i and i + 1 for i = end − 1, …, last in a strip of columns. The row that two
 * turns share stays in registers.
 */
function turnStrip(m: Module, strip: Strip): Func {
  const name = `tridiagonal.turn.${strip}`;
  const load = strip === 1 ? v128.load64Zero : v128.load;
  const pairs = Array.from({ length: Math.ceil(strip / 2) }, (_, k) => 16 * k);
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, v, step, turns, last, end) => {
      const row = f.local('i32', i32.add(v, i32.mul(end, step)));
      const kept = f.local('i32', i32.add(turns, i32.shl(end, i32.const(4))));
      const stop = f.let(i32.add(turns, i32.shl(last, i32.const(4))));
      const shared = pairs.map((offset) => f.local('v128', load(row, offset)));
      const store = (value: Expr<'v128'>, offset: number): void =>
        strip === 1 ? f.storeLane(64, row, value, 0) : f.store(row, value, offset);
      f.while(
        () => i32.gtU(kept, stop),
        () => {
          f.set(kept, i32.sub(kept, i32.const(16)));
          const [c, s] = [f.let(v128.load64Splat(kept)), f.let(v128.load64Splat(kept, 8))];
          const above = f.let(i32.sub(row, step));
          shared.forEach((b, k) => {
            const a = f.let(load(above, pairs[k]!));
            store(f64x2.add(f64x2.mul(s, a), f64x2.mul(c, b)), pairs[k]!);
            f.set(b, f64x2.sub(f64x2.mul(c, a), f64x2.mul(s, b)));
          });
          f.set(row, above);
        },
      );
      shared.forEach((b, k) => store(b, pairs[k]!));
    }),
  );
}

/** (l, n, d, e, v, turns): QL steps until element l of the diagonal d stands alone; the n rows of v turn along. */
export function isolate(m: Module): Func {
  return m.once('tridiagonal.isolate', () => {
    const [endOf, step] = [findEnd(m), sweep(m)];
    const strips = ([8, 2, 1] as const).map((columns) => ({ columns, func: turnStrip(m, columns) }));
    return m.func(
      'tridiagonal.isolate',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, l, n, d, e, v, turns) => {
        const wide = f.let(i32.shl(n, i32.const(3)));
        f.for(i32.const(0), i32.const(mostSteps), 1, () => {
          const end = f.let(endOf.call(l, n, d, e) as I);
          f.if(i32.eq(end, l), () => f.return());
          const last = f.let(step.call(l, end, d, e, turns) as I);
          const c = f.local('i32', i32.const(0));
          for (const { columns, func } of strips) {
            f.while(
              () => i32.le(i32.add(c, i32.const(columns)), n),
              () => {
                f.call(func, real(v, c), wide, turns, last, end);
                f.set(c, i32.add(c, i32.const(columns)));
              },
            );
          }
        });
      },
    );
  });
}
