/**
 * Routines of the positions of extremes along an axis: the first of them, and the first NaN if there is one.
 *
 * @module
 */
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64x2,
  i8x16,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { sizeOf } from '../../ir/index.js';
import { clear } from './copy.js';
import { aroundAxis, at, elementOf } from './elements.js';
import type { RoutineRule, Storage } from './routine.js';

type Kind = 'argMax' | 'argMin';
type V = Expr<'v128'>;

/** (x, n, step) → position in one line whose elements are `step` bytes apart. */
function lineFunction(m: Module, kind: Kind, storage: Storage): Func {
  const name = `${kind}.${storage}`;
  const { load, lt, gt, isNaN, type } = elementOf[storage];
  const better = kind === 'argMax' ? gt : lt;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32'], 'i32', (f, x, n, step) => {
      const best = f.local('i32');
      const top = f.local(type, load(x) as Expr<'i32'>);
      if (isNaN !== undefined) f.if(isNaN(top), () => f.return(best));
      const p = f.local('i32', x);
      const v = f.local(type);
      f.for(i32.const(1), n, 1, (k) => {
        f.set(p, i32.add(p, step));
        f.set(v, load(p) as Expr<'i32'>);
        f.if(better(v, top), () => {
          f.set(top, v);
          f.set(best, k);
        });
        if (isNaN !== undefined) f.if(isNaN(v), () => f.return(k));
      });
      f.return(best);
    }),
  );
}

/** Comparisons of lanes of a storage. */
const lanesOf: {
  readonly [S in Storage]?: {
    readonly gt: (a: V, b: V) => V;
    readonly lt: (a: V, b: V) => V;
    readonly ne?: (a: V, b: V) => V;
    readonly splat: (k: Expr<'i32'>) => V;
  };
} = {
  f32: { gt: f32x4.gt, lt: f32x4.lt, ne: f32x4.ne, splat: i32x4.splat },
  i32: { gt: i32x4.gt, lt: i32x4.lt, splat: i32x4.splat },
  u32: { gt: i32x4.gtU, lt: i32x4.ltU, splat: i32x4.splat },
  // positions lie in the low halves of 64-bit lanes
  f64: { gt: f64x2.gt, lt: f64x2.lt, ne: f64x2.ne, splat: i32x4.splat },
};

/** (out, x, n, step): positions in as many neighbouring lines as a vector holds. */
function vectorFunction(m: Module, kind: Kind, storage: Storage): Func | undefined {
  const ops = lanesOf[storage];
  if (ops === undefined) return undefined;
  const name = `${kind}.lanes.${storage}`;
  const better = kind === 'argMax' ? ops.gt : ops.lt;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, x, n, step) => {
      const best = f.local('v128', i64x2.const(0n));
      const top = f.local('v128', v128.load(x));
      const p = f.local('i32', x);
      f.for(i32.const(1), n, 1, (k) => {
        f.set(p, i32.add(p, step));
        const v = f.let(v128.load(p));
        let taken = better(v, top);
        // NaN beats everything but NaN; a comparison with a NaN on top is false already
        if (ops.ne !== undefined) taken = v128.or(taken, v128.andnot(ops.ne(v, v), ops.ne(top, top)));
        const mask = f.let(taken);
        f.set(top, v128.bitselect(v, top, mask));
        f.set(best, v128.bitselect(ops.splat(k), best, mask));
      });
      if (storage !== 'f64') f.store(out, best);
      else
        f.storeLane(
          64,
          out,
          i8x16.shuffle(best, best, [0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0]),
          0,
        );
    }),
  );
}

/** (x, n) → position in one contiguous line of float32: the extreme first, then the place where it is. */
function contiguousFunction(m: Module, kind: Kind): Func {
  const name = `${kind}.contiguous`;
  const extreme = kind === 'argMax' ? f32x4.max : f32x4.min;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32'], 'i32', (f, x, n) => {
      const whole = f.let(i32.and(n, i32.const(-16)));
      const tops = [0, 1, 2, 3].map((j) => f.local('v128', v128.load(x, 16 * j)));
      f.for(i32.const(16), whole, 16, (k) => {
        const p = f.let(at(x, k, 2));
        tops.forEach((top, j) => f.set(top, extreme(top, v128.load(p, 16 * j))));
      });
      // the last sixteen, some of them for the second time
      const end = f.let(at(x, i32.sub(n, i32.const(16)), 2));
      tops.forEach((top, j) => f.set(top, extreme(top, v128.load(end, 16 * j))));
      const all = f.local('v128', extreme(extreme(tops[0]!, tops[1]!), extreme(tops[2]!, tops[3]!)));
      for (const lanes of [
        [2, 3, 0, 1],
        [1, 0, 3, 2],
      ]) {
        const turned = i8x16.shuffle(
          all,
          all,
          lanes.flatMap((l) => [0, 1, 2, 3].map((b) => 4 * l + b)),
        );
        f.set(all, extreme(all, turned));
      }
      const isNaN = f.let(i32x4.extract(f32x4.ne(all, all), 0));
      const nan = f.let(i32x4.splat(isNaN));
      const k = f.local('i32');
      const hits = f.local('i32');
      f.loop((again) => {
        const v = f.let(v128.load(at(x, k, 2)));
        // where the extreme is NaN, the place is that of the first element that differs from itself
        f.set(hits, i32x4.bitmask(v128.bitselect(f32x4.ne(v, v), f32x4.eq(v, all), nan)));
        f.if(i32.eqz(hits), () => {
          f.set(k, i32.add(k, i32.const(4)));
          f.br(again);
        });
      });
      f.return(i32.add(k, i32.ctz(hits)));
    }),
  );
}

/** Lines shorter than this are searched element by element. */
const shortLine = 32;

function emitLines(
  m: Module,
  f: FunctionBuilder,
  kind: Kind,
  storage: Storage,
  { n, after }: { readonly n: number; readonly after: number },
  x: Expr<'i32'>,
  out: Expr<'i32'>,
): void {
  const { shift } = elementOf[storage];
  const line = lineFunction(m, kind, storage);
  if (after === 1 && storage === 'f32' && n >= shortLine) {
    f.store(out, contiguousFunction(m, kind).call(x, i32.const(n)));
    return;
  }
  const step = i32.const(after << shift);
  const lanes = after < 16 >> shift ? undefined : vectorFunction(m, kind, storage);
  const whole = lanes === undefined ? 0 : after & -(16 >> shift);
  if (lanes !== undefined) {
    f.for(i32.const(0), i32.const(whole), 16 >> shift, (t) =>
      f.call(lanes, at(out, t, 2), at(x, t, shift), i32.const(n), step),
    );
  }
  f.for(i32.const(whole), i32.const(after), 1, (t) =>
    f.store(at(out, t, 2), line.call(at(x, t, shift), i32.const(n), step)),
  );
}

function argExtreme(kind: Kind): RoutineRule<Kind> {
  return ({ axis }, [x], [result]) => {
    const around = aroundAxis(x!.shape, axis);
    const { before, n, after } = around;
    const { shift } = elementOf[x!.storage];
    return {
      scratch: 0,
      flops: sizeOf(x!.shape),
      emit: ({ module: m }, f, [source], [out]) => {
        if (sizeOf(result!.shape) === 0) return;
        if (n === 0) return clear(f, out!, 4 * before * after);
        f.for(i32.const(0), i32.const(before), 1, (b) => {
          const from = f.let(i32.add(source!, i32.mul(b, i32.const((n * after) << shift))));
          const to = f.let(i32.add(out!, i32.mul(b, i32.const(4 * after))));
          emitLines(m, f, kind, x!.storage, around, from, to);
        });
      },
    };
  };
}

/** Position (i32) of the first maximum. */
export const argMax: RoutineRule<'argMax'> = argExtreme('argMax');
/** Position (i32) of the first minimum. */
export const argMin: RoutineRule<'argMin'> = argExtreme('argMin');
