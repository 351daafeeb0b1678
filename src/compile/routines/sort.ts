/**
 * Routine of sorting: keys are mapped to integers in the same order, and sorted with the positions that they come from.
 *
 * @module
 */
import {
  f32,
  f64,
  i32,
  i64,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { aroundAxis, at, elementOf } from './elements.js';
import { block, sortRecords, type Width } from './sort-records.js';
import type { RoutineRule, Storage } from './routine.js';

type I = Expr<'i32'>;
type Sorted = Exclude<Storage, 'bool'>;

const widthOf = (storage: Sorted): Width => (storage === 'f64' ? 16 : 8);
const mostKey = 0x7fffffff;

/**
 * The 32-bit key of a number. The bits of positive reals are ordered as they are, those of negative ones the other way
 * round; adding zero makes −0 equal to 0, and NaN comes after everything.
 */
function key32(f: FunctionBuilder, storage: Sorted, address: I): I {
  if (storage === 'i32') return i32.load(address);
  if (storage === 'u32') return i32.xor(i32.load(address), i32.const(-(2 ** 31)));
  const v = f.let(f32.load(address));
  const bits = f.let(i32.reinterpret(f32.add(v, f32.const(0))));
  const ordered = i32.xor(bits, i32.and(i32.shr(bits, i32.const(31)), i32.const(mostKey)));
  return i32.select(f32.eq(v, v), ordered, i32.const(mostKey));
}

const mostKey64 = 0x7fffffffffffffffn;
function key64(f: FunctionBuilder, address: I): Expr<'i64'> {
  const v = f.let(f64.load(address));
  const bits = f.let(i64.reinterpret(f64.add(v, f64.const(0))));
  const ordered = i64.xor(bits, i64.and(i64.shr(bits, i64.const(63n)), i64.const(mostKey64)));
  return i64.select(f64.eq(v, v), ordered, i64.const(mostKey64));
}

/** (records, x, n, step): records of elements `step` bytes apart, up to a whole block. */
function makeRecords(m: Module, storage: Sorted): Func {
  const name = `sort.make.${storage}`;
  const width = widthOf(storage);
  return m.once(name, () =>
    m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (f, records, x, n, step) => {
      const [to, from] = [f.local('i32', records), f.local('i32', x)];
      const next = (): void => f.set(to, i32.add(to, i32.const(width)));
      f.for(i32.const(0), n, 1, (i) => {
        if (width === 8) {
          f.store(to, i);
          f.store(to, key32(f, storage, from), 4);
        } else {
          f.store(to, key64(f, from));
          f.store(to, i64.extendU(i), 8);
        }
        next();
        f.set(from, i32.add(from, step));
      });
      f.for(n, i32.and(i32.add(n, i32.const(block - 1)), i32.const(-block)), 1, (i) => {
        if (width === 8) {
          f.store(to, i);
          f.store(to, i32.const(mostKey), 4);
        } else {
          f.store(to, i64.const(mostKey64));
          f.store(to, i64.extendU(i), 8);
        }
        next();
      });
    }),
  );
}

/** (out, perm, x, records, n, step, permStep): values and positions in the order of the records. */
function takeSorted(m: Module, storage: Sorted): Func {
  const width = widthOf(storage);
  const { load, store, shift } = elementOf[storage];
  const name = `sort.take.${storage}`;
  return m.once(name, () =>
    m.func(
      name,
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, perm, x, records, n, step) => {
        const [to, where, from] = [f.local('i32', out), f.local('i32', perm), f.local('i32', records)];
        const permStep = f.let(i32.shr(step, i32.const(shift - 2)));
        f.for(i32.const(0), n, 1, () => {
          const i = f.let(i32.load(from, width === 8 ? 0 : 8));
          store(f, to, load(i32.add(x, i32.mul(i, step))));
          f.store(where, i);
          f.set(to, i32.add(to, step));
          f.set(where, i32.add(where, permStep));
          f.set(from, i32.add(from, i32.const(width)));
        });
      },
    ),
  );
}

/** (out, perm, x, n, after, scratch): the lines of x[n, after]. */
function sortLines(m: Module, storage: Sorted): Func {
  const width = widthOf(storage);
  const { shift } = elementOf[storage];
  const name = `sort.${storage}`;
  return m.once(name, () => {
    const [make, take, records] = [makeRecords(m, storage), takeSorted(m, storage), sortRecords(m, width)];
    return m.func(
      name,
      ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      undefined,
      (f, out, perm, x, n, after, scratch) => {
        const step = f.let(i32.shl(after, i32.const(shift)));
        const bytes = f.let(
          i32.mul(i32.and(i32.add(n, i32.const(block - 1)), i32.const(-block)), i32.const(width)),
        );
        f.for(i32.const(0), after, 1, (t) => {
          const line = f.let(at(x, t, shift));
          f.call(make, scratch, line, n, step);
          const sorted = f.let(records.call(scratch, i32.add(scratch, bytes), bytes) as I);
          f.call(take, at(out, t, shift), at(perm, t, 2), line, sorted, n, step);
        });
      },
    );
  });
}

/** Ascending values and the positions that they come from: stable, NaN last. */
export const sort: RoutineRule<'sort'> = ({ axis }, [x]) => {
  const { before, n, after } = aroundAxis(x!.shape, axis);
  const storage = x!.storage as Sorted;
  const { shift } = elementOf[storage];
  return {
    scratch: 2 * widthOf(storage) * ((n + block - 1) & -block),
    flops: before * after * n * Math.ceil(Math.log2(n + 1)),
    emit: ({ module: m }, f, [source], [out, perm], scratch) => {
      if (before * n * after === 0) return;
      f.for(i32.const(0), i32.const(before), 1, (b) => {
        const first = f.let(i32.mul(b, i32.const(n * after)));
        const [to, where, from] = [at(out!, first, shift), at(perm!, first, 2), at(source!, first, shift)];
        f.call(sortLines(m, storage), to, where, from, i32.const(n), i32.const(after), scratch);
      });
    },
  };
};
