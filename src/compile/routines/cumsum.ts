/**
 * Routine of running sums.
 *
 * @module
 */
import {
  f32 as float32,
  f64 as float64,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i8x16,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { sizeOf } from '../../ir/index.js';
import { aroundAxis, at, elementOf } from './elements.js';
import type { RoutineRule, Storage } from './routine.js';

type Summed = Exclude<Storage, 'bool'>;

/** Runs over `n` places `step` bytes apart. */
function places(
  f: FunctionBuilder,
  n: Expr<'i32'>,
  step: Expr<'i32'>,
  body: (offset: Expr<'i32'>) => void,
): void {
  const offset = f.local('i32', i32.const(0));
  f.for(i32.const(0), n, 1, () => {
    body(offset);
    f.set(offset, i32.add(offset, step));
  });
}

/** One line; float32 is added up in float64. */
function scalarLine(
  f: FunctionBuilder,
  storage: Summed,
  out: Expr<'i32'>,
  x: Expr<'i32'>,
  n: Expr<'i32'>,
  step: Expr<'i32'>,
): void {
  const { load, store, add, type, zero } = elementOf[storage];
  if (storage === 'f32') {
    const sum = f.local('f64', float64.const(0));
    places(f, n, step, (offset) => {
      f.set(sum, float64.add(sum, float64.resize(float32.load(i32.add(x, offset)))));
      f.store(i32.add(out, offset), float32.resize(sum));
    });
    return;
  }
  const sum = f.local(type, zero as Expr<'i32'>);
  places(f, n, step, (offset) => {
    f.set(sum, add(sum, load(i32.add(x, offset))) as Expr<'i32'>);
    store(f, i32.add(out, offset), sum);
  });
}

/** As many neighbouring lines as a vector holds. */
function vectorLines(
  f: FunctionBuilder,
  storage: Summed,
  out: Expr<'i32'>,
  x: Expr<'i32'>,
  n: Expr<'i32'>,
  step: Expr<'i32'>,
): void {
  const add = storage === 'f64' || storage === 'f32' ? f64x2.add : i32x4.add;
  const sum = f.local('v128', i32x4.const(0));
  if (storage !== 'f32') {
    places(f, n, step, (offset) => {
      f.set(sum, add(sum, v128.load(i32.add(x, offset))));
      f.store(i32.add(out, offset), sum);
    });
    return;
  }
  const high = f.local('v128', i32x4.const(0));
  const firstTwo = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
  places(f, n, step, (offset) => {
    const from = f.let(i32.add(x, offset));
    f.set(sum, add(sum, f64x2.resize(v128.load64Zero(from))));
    f.set(high, add(high, f64x2.resize(v128.load64Zero(from, 8))));
    f.store(i32.add(out, offset), i8x16.shuffle(f32x4.resize(sum), f32x4.resize(high), firstTwo));
  });
}

/** (out, x, n, after, step): the lines of x[n, after], of which neighbours are `step` bytes apart; it may be negative. */
function lines(m: Module, storage: Summed): Func {
  const name = `cumsum.${storage}`;
  const { shift } = elementOf[storage];
  const lanes = 16 >> shift;
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, (f, out, x, n, after, step) => {
      const whole = f.let(i32.and(after, i32.const(-lanes)));
      f.for(i32.const(0), whole, lanes, (t) => {
        vectorLines(f, storage, f.let(at(out, t, shift)), f.let(at(x, t, shift)), n, step);
      });
      f.for(whole, after, 1, (t) => {
        scalarLine(f, storage, f.let(at(out, t, shift)), f.let(at(x, t, shift)), n, step);
      });
    }),
  );
}

/** Inclusive running sums along an axis, from its end if `reverse`. */
export const cumsum: RoutineRule<'cumsum'> = ({ axis, reverse }, [x]) => {
  const { before, n, after } = aroundAxis(x!.shape, axis);
  const storage = x!.storage as Summed;
  const { shift } = elementOf[storage];
  return {
    scratch: 0,
    flops: sizeOf(x!.shape),
    emit: ({ module: m }, f, [source], [out]) => {
      if (before * n * after === 0) return;
      const row = after << shift;
      const first = i32.const(reverse ? (n - 1) * row : 0);
      f.for(i32.const(0), i32.const(before), 1, (b) => {
        const start = f.let(i32.add(i32.mul(b, i32.const(n * row)), first));
        const step = i32.const(reverse ? -row : row);
        f.call(
          lines(m, storage),
          i32.add(out!, start),
          i32.add(source!, start),
          i32.const(n),
          i32.const(after),
          step,
        );
      });
    },
  };
};
