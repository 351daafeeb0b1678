/**
 * Routines of gathering slices at computed indices, and of adding them up there.
 *
 * @module
 */
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  v128,
  f32 as float32,
  f64 as float64,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { sizeOf } from '../../ir/index.js';
import { clear, copyRow } from './copy.js';
import { at, clamped, elementOf } from './elements.js';
import { bytesOf, type RoutineRule, type Storage } from './routine.js';

/** x[batch, lead, size, trail] at i[batch, count]. */
interface Sizes {
  readonly batch: number;
  readonly lead: number;
  readonly size: number;
  readonly count: number;
  readonly trail: number;
}

function sizesOf(
  shape: readonly number[],
  axis: number,
  batchDims: number,
  indices: readonly number[],
  size: number,
): Sizes {
  return {
    batch: sizeOf(shape.slice(0, batchDims)),
    lead: sizeOf(shape.slice(batchDims, axis)),
    size,
    count: sizeOf(indices.slice(batchDims)),
    trail: sizeOf(shape.slice(axis + 1)),
  };
}

/**
 * (out, x, i, count, most, row): single elements at indices of one run, each moved into [0, most]; element c counts from
 * c · row on.
 */
function gatherElements(m: Module, storage: Storage): Func {
  const bytes = bytesOf[storage];
  const name = `gather.elements.${bytes}`;
  return m.once(name, () =>
    m.func(
      name,
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, x, indices, count, most, row) => {
        const { load, store, shift } = elementOf[storage];
        const whole = f.let(bytes === 1 ? i32.const(0) : i32.and(count, i32.const(-4)));
        if (bytes > 1) {
          const top = f.let(i32x4.splat(most));
          const first = f.local('v128', i32x4.mul(i32x4.splat(row), i32x4.const(0, 1, 2, 3)));
          const step = f.let(i32x4.shl(i32x4.splat(row), i32.const(2)));
          f.for(i32.const(0), whole, 4, (c) => {
            const inside = i32x4.min(i32x4.max(v128.load(at(indices, c, 2)), i32x4.const(0)), top);
            const i = f.let(i32x4.shl(i32x4.add(inside, first), i32.const(shift)));
            f.set(first, i32x4.add(first, step));
            const from = (lane: number): Expr<'i32'> => i32.add(x, i32x4.extract(i, lane));
            const to = f.let(at(out, c, shift));
            if (bytes === 4) {
              let v = v128.load32Zero(from(0));
              for (let lane = 1; lane < 4; lane++) v = v128.load32Lane(from(lane), v, lane);
              f.store(to, v);
            } else {
              f.store(to, v128.load64Lane(from(1), v128.load64Zero(from(0)), 1));
              f.store(to, v128.load64Lane(from(3), v128.load64Zero(from(2)), 1), 16);
            }
          });
        }
        f.for(whole, count, 1, (c) => {
          const i = clamped(f, i32.load(at(indices, c, 2)), most);
          store(f, at(out, c, shift), load(at(x, i32.add(i, i32.mul(c, row)), shift)));
        });
      },
    ),
  );
}

/** (out, x, i, count, most, bytes): slices of so many bytes. */
function gatherRows(m: Module): Func {
  return m.once('gather.rows', () => {
    const row = copyRow(m);
    return m.func(
      'gather.rows',
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, x, indices, count, most, bytes) => {
        const to = f.local('i32', out);
        f.for(i32.const(0), count, 1, (c) => {
          const i = clamped(f, i32.load(at(indices, c, 2)), most);
          f.call(row, to, i32.add(x, i32.mul(i, bytes)), bytes);
          f.set(to, i32.add(to, bytes));
        });
      },
    );
  });
}

/** Whether each row of x has one index and one element at it. */
const oneEach = ({ lead, count, trail }: Sizes): boolean => lead === 1 && count === 1 && trail === 1;

/** `body` with the addresses of each of batch · lead blocks, of which those of one batch share their indices. */
function eachBlock(
  f: FunctionBuilder,
  { batch, lead, count }: Sizes,
  indices: Expr<'i32'>,
  starts: readonly (readonly [start: Expr<'i32'>, bytes: number])[],
  body: (indices: Expr<'i32'>, blocks: readonly Expr<'i32'>[]) => void,
): void {
  if (batch * lead === 1) {
    body(
      indices,
      starts.map(([start]) => start),
    );
    return;
  }
  const own = f.local('i32', indices);
  const places = starts.map(([start]) => f.local('i32', start));
  f.for(i32.const(0), i32.const(batch), 1, () => {
    f.for(i32.const(0), i32.const(lead), 1, () => {
      body(own, places);
      starts.forEach(([, bytes], k) => f.set(places[k]!, i32.add(places[k]!, i32.const(bytes))));
    });
    f.set(own, i32.add(own, i32.const(4 * count)));
  });
}

/** out[b, l, c, t] = x[b, l, clamp(i[b, c]), t]; from an axis without elements, NaN or zeros. */
export const gather: RoutineRule<'gather'> = ({ axis, batchDims }, [x, indices], [result]) => {
  const sizes = sizesOf(x!.shape, axis, batchDims, indices!.shape, x!.shape[axis]!);
  const { size, count, trail } = sizes;
  const { storage } = x!;
  const bytes = trail * bytesOf[storage];
  const elements = sizeOf(result!.shape);
  return {
    scratch: 0,
    flops: 0,
    emit: ({ module: m }, f, [source, i], [out]) => {
      if (elements === 0) return;
      if (size === 0) {
        fillMissing(f, out!, storage, elements);
        return;
      }
      const most = i32.const(size - 1);
      const elementsOf = (
        to: Expr<'i32'>,
        from: Expr<'i32'>,
        own: Expr<'i32'>,
        n: number,
        row: number,
      ): void => f.call(gatherElements(m, storage), to, from, own, i32.const(n), most, i32.const(row));
      if (oneEach(sizes)) return elementsOf(out!, source!, i!, sizes.batch, size);
      const starts = [[out!, count * bytes] as const, [source!, size * bytes] as const];
      eachBlock(f, sizes, i!, starts, (own, [to, from]) => {
        if (trail === 1) elementsOf(to!, from!, own, count, 0);
        else f.call(gatherRows(m), to!, from!, own, i32.const(count), most, i32.const(bytes));
      });
    },
  };
};

function fillMissing(f: FunctionBuilder, out: Expr<'i32'>, storage: Storage, elements: number): void {
  const { store, shift } = elementOf[storage];
  if (storage !== 'f32' && storage !== 'f64') return clear(f, out, elements * bytesOf[storage]);
  const value = storage === 'f32' ? float32.const(NaN) : float64.const(NaN);
  f.for(i32.const(0), i32.const(elements), 1, (i) => store(f, at(out, i, shift), value));
}

/** How sums are kept: in the result itself, or float32 ones in float64. */
type Sum = Exclude<Storage, 'bool'> | 'wide';
const elementOfSum = (sum: Sum): Storage => (sum === 'wide' ? 'f64' : sum);
const elementOfUpdate = (sum: Sum): Storage => (sum === 'wide' ? 'f32' : sum);

/** (out, i, u, count, most, trail, row): adds slices of `trail` elements; single ones count from c · row on. */
function scatterRows(m: Module, sum: Sum): Func {
  const name = `scatter.rows.${sum}`;
  const [to, from] = [elementOf[elementOfSum(sum)], elementOf[elementOfUpdate(sum)]];
  const read = (address: Expr<'i32'>): Expr =>
    sum === 'wide' ? float64.resize(float32.load(address)) : from.load(address);
  const lanes = to.shift === 2 ? 4 : 2;
  const addLanes = sum === 'f32' ? f32x4.add : to.type === 'i32' ? i32x4.add : f64x2.add;
  return m.once(name, () =>
    m.func(
      name,
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, indices, updates, count, most, trail, row) => {
        const u = f.local('i32', updates);
        const index = (c: Expr<'i32'>): Expr<'i32'> => clamped(f, i32.load(at(indices, c, 2)), most);
        const one = (p: Expr<'i32'>): void => to.store(f, p, to.add(to.load(p), read(u)));
        const next = (elements: number): void => f.set(u, i32.add(u, i32.const(elements << from.shift)));
        f.if(
          i32.eq(trail, i32.const(1)),
          () => {
            f.for(i32.const(0), count, 1, (c) => {
              one(f.let(at(out, i32.add(index(c), i32.mul(c, row)), to.shift)));
              next(1);
            });
          },
          () => {
            const whole = f.let(i32.and(trail, i32.const(-lanes)));
            f.for(i32.const(0), count, 1, (c) => {
              const slice = f.let(at(out, i32.mul(index(c), trail), to.shift));
              f.for(i32.const(0), whole, lanes, (t) => {
                const p = f.let(at(slice, t, to.shift));
                const v = sum === 'wide' ? f64x2.resize(v128.load64Zero(u)) : v128.load(u);
                f.store(p, addLanes(v128.load(p), v));
                next(lanes);
              });
              f.for(whole, trail, 1, (t) => {
                one(f.let(at(slice, t, to.shift)));
                next(1);
              });
            });
          },
        );
      },
    ),
  );
}

/** (out, x, n): float64 sums to float32. */
function narrow(m: Module): Func {
  return m.once('scatter.narrow', () =>
    m.func('scatter.narrow', ['i32', 'i32', 'i32'], undefined, (f, out, x, n) => {
      f.for(i32.const(0), n, 1, (i) => f.store(at(out, i, 2), float32.resize(float64.load(at(x, i, 3)))));
    }),
  );
}

/**
 * Whether float32 sums are kept in float64: where many updates may meet in one element, unless that takes much more memory
 * than the updates themselves.
 */
function keepsWide(storage: Storage, { size, count }: Sizes, elements: number): boolean {
  if (storage !== 'f32' || count <= 64) return false;
  return elements <= 2 ** 16 || count > 4 * size;
}

/** Zeros, then out[b, l, clamp(i[b, c]), t] += u[b, l, c, t], in the order of the updates. */
export const scatterAdd: RoutineRule<'scatterAdd'> = (
  { axis, batchDims, size },
  [indices, updates],
  [result],
) => {
  const sizes = sizesOf(result!.shape, axis, batchDims, indices!.shape, size);
  const { count, trail } = sizes;
  const { storage } = updates!;
  const elements = sizeOf(result!.shape);
  const wide = keepsWide(storage, sizes, elements);
  const sum = wide ? 'wide' : (storage as Sum);
  return {
    scratch: wide ? 8 * elements : 0,
    flops: sizeOf(updates!.shape),
    emit: ({ module: m }, f, [i, u], [out], scratch) => {
      if (elements === 0) return;
      const sums = wide ? scratch : out!;
      const step = bytesOf[elementOfSum(sum)];
      clear(f, sums, elements * step);
      const starts = [[sums, size * trail * step] as const, [u!, count * trail * bytesOf[storage]] as const];
      const most = i32.const(size - 1);
      const add = (to: Expr<'i32'>, own: Expr<'i32'>, from: Expr<'i32'>, n: number, row: number): void =>
        f.call(scatterRows(m, sum), to, own, from, i32.const(n), most, i32.const(trail), i32.const(row));
      if (oneEach(sizes)) add(sums, i!, u!, sizes.batch, size);
      else if (count > 0)
        eachBlock(f, sizes, i!, starts, (own, [to, from]) => add(to!, own, from!, count, 0));
      if (wide) f.call(narrow(m), out!, sums, i32.const(elements));
    },
  };
};
