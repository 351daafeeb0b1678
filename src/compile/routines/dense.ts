/**
 * What the routines on matrices share: functions on contiguous runs of float64.
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
  type Module,
} from '../assembler/index.js';
import { sizeOf } from '../../ir/index.js';
import { at } from './elements.js';
import type { Operand, RoutineContext } from './routine.js';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/** The address of float64 number `index`. */
export const real = (base: I, index: I): I => at(base, index, 3);
/** The sum of both lanes of a vector that is cheap to write twice. */
export const laneSum = (v: V): Expr<'f64'> => f64.add(f64x2.extract(v, 0), f64x2.extract(v, 1));

/** c + a·b, in one rounding where the host may. */
export const madd = ({ relaxed }: RoutineContext, a: V, b: V, c: V): V =>
  relaxed ? f64x2.relaxedMadd(a, b, c) : f64x2.add(c, f64x2.mul(a, b));
/** c − a·b, in one rounding where the host may. */
export const nmadd = ({ relaxed }: RoutineContext, a: V, b: V, c: V): V =>
  relaxed ? f64x2.relaxedNmadd(a, b, c) : f64x2.sub(c, f64x2.mul(a, b));

/** A[..., m, n]: the number of matrices, m and n. Throws unless they are float64. */
export function stackOf({ shape, storage }: Operand): readonly [count: number, m: number, n: number] {
  if (storage !== 'f64') throw new Error(`routines on matrices take f64, found ${storage}`);
  const [m, n] = shape.slice(-2) as [number, number];
  return [sizeOf(shape.slice(0, -2)), m, n];
}

/**
 * `body` at byte offsets of a run of `n` float64, two at a time; an odd last one with zero beside it. It reads and writes
 * by what it is given.
 */
export function pairs(
  f: FunctionBuilder,
  n: I,
  body: (offset: I, load: (p: I) => V, store: (p: I, v: V) => void) => void,
): void {
  const whole = f.let(i32.and(i32.shl(n, i32.const(3)), i32.const(-16)));
  f.for(i32.const(0), whole, 16, (offset) => body(offset, v128.load, (p, v) => f.store(p, v)));
  f.if(i32.and(n, i32.const(1)), () => body(whole, v128.load64Zero, (p, v) => f.storeLane(64, p, v, 0)));
}

/** (p, q, n) → Σ pᵢ qᵢ. */
export function dot(context: RoutineContext): Func {
  const m = context.module;
  return m.once('dense.dot', () =>
    m.func('dense.dot', ['i32', 'i32', 'i32'], 'f64', (f, p, q, n) => {
      const sums = [0, 1, 2, 3].map(() => f.local('v128', f64x2.const(0)));
      const bytes = f.let(i32.shl(n, i32.const(3)));
      const blocks = f.let(i32.and(bytes, i32.const(-64)));
      f.for(i32.const(0), blocks, 64, (offset) => {
        const [a, b] = [f.let(i32.add(p, offset)), f.let(i32.add(q, offset))];
        sums.forEach((s, j) => f.set(s, madd(context, v128.load(a, 16 * j), v128.load(b, 16 * j), s)));
      });
      const whole = f.let(i32.and(bytes, i32.const(-16)));
      f.for(blocks, whole, 16, (offset) => {
        f.set(
          sums[0]!,
          madd(context, v128.load(i32.add(p, offset)), v128.load(i32.add(q, offset)), sums[0]!),
        );
      });
      const last = f.let(i32.and(n, i32.const(1)));
      f.if(last, () => {
        const [a, b] = [v128.load64Zero(i32.add(p, whole)), v128.load64Zero(i32.add(q, whole))];
        f.set(sums[1]!, madd(context, a, b, sums[1]!));
      });
      const half = (j: number): V => f64x2.add(sums[j]!, sums[j + 1]!);
      const all = f.let(f64x2.add(half(0), half(2)));
      f.return(laneSum(all));
    }),
  );
}

/** (y, x, n, c): y ← y + c x. */
export function axpy(context: RoutineContext): Func {
  const m = context.module;
  return m.once('dense.axpy', () =>
    m.func('dense.axpy', ['i32', 'i32', 'i32', 'f64'], undefined, (f, y, x, n, c) => {
      const factor = f.let(f64x2.splat(c));
      pairs(f, n, (offset, load, store) => {
        const p = f.let(i32.add(y, offset));
        store(p, madd(context, factor, load(i32.add(x, offset)), load(p)));
      });
    }),
  );
}

/** (p, q, n, c, s): (p, q) ← (c p − s q, s p + c q). */
export function rotate(m: Module): Func {
  return m.once('dense.rotate', () =>
    m.func('dense.rotate', ['i32', 'i32', 'i32', 'f64', 'f64'], undefined, (f, p, q, n, c, s) => {
      const [cos, sin] = [f.let(f64x2.splat(c)), f.let(f64x2.splat(s))];
      pairs(f, n, (offset, load, store) => {
        const [pa, pb] = [f.let(i32.add(p, offset)), f.let(i32.add(q, offset))];
        const [a, b] = [f.let(load(pa)), f.let(load(pb))];
        store(pa, f64x2.sub(f64x2.mul(cos, a), f64x2.mul(sin, b)));
        store(pb, f64x2.add(f64x2.mul(sin, a), f64x2.mul(cos, b)));
      });
    }),
  );
}

/** (p, n, c): p ← c p. */
export function scale(m: Module): Func {
  return m.once('dense.scale', () =>
    m.func('dense.scale', ['i32', 'i32', 'f64'], undefined, (f, p, n, c) => {
      const factor = f.let(f64x2.splat(c));
      pairs(f, n, (offset, load, store) => {
        const a = f.let(i32.add(p, offset));
        store(a, f64x2.mul(load(a), factor));
      });
    }),
  );
}

/** (p, q, n): exchanges two runs. */
export function exchange(m: Module): Func {
  return m.once('dense.exchange', () =>
    m.func('dense.exchange', ['i32', 'i32', 'i32'], undefined, (f, p, q, n) => {
      pairs(f, n, (offset, load, store) => {
        const [pa, pb] = [f.let(i32.add(p, offset)), f.let(i32.add(q, offset))];
        const [a, b] = [f.let(load(pa)), f.let(load(pb))];
        store(pa, b);
        store(pb, a);
      });
    }),
  );
}

/** (x, n): n rows of n numbers become the identity. */
export function setIdentity(m: Module): Func {
  return m.once('dense.identity', () =>
    m.func('dense.identity', ['i32', 'i32'], undefined, (f, x, n) => {
      f.fill(x, i32.const(0), i32.shl(i32.mul(n, n), i32.const(3)));
      f.for(i32.const(0), n, 1, (i) => {
        f.store(real(x, i32.mul(i, i32.add(n, i32.const(1)))), f64.const(1));
      });
    }),
  );
}

/** `one`(addresses…) for each of `count` matrices; each address moves on by its own number of bytes. */
export function eachMatrix(
  f: FunctionBuilder,
  count: number,
  starts: readonly (readonly [start: I, bytes: number])[],
  one: (addresses: readonly I[]) => void,
): void {
  if (count === 1) {
    one(starts.map(([start]) => start));
    return;
  }
  const places = starts.map(([start]) => f.local('i32', start));
  f.for(i32.const(0), i32.const(count), 1, () => {
    one(places);
    starts.forEach(([, bytes], k) => f.set(places[k]!, i32.add(places[k]!, i32.const(bytes))));
  });
}
