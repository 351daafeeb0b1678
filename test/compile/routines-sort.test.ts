/** The routine of sorting. */
import { describe, expect, test } from 'vitest';
import { i32 } from '../../src/compile/assembler/index.js';
import { routineRules, type RoutineRule } from '../../src/compile/routines/index.js';
import { hostArray, sizeOf, type DType, type HostArray, type Shape } from '../../src/ir/index.js';
import { dice } from '../ir/dice.js';
import { difference, place, read, reference, same, type Float } from './routines-harness.js';

const d = dice(23);
const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-300, -1e-300, 3e38, -3e38];

/** Many equal elements and, of reals, special ones. */
function values(shape: Shape, dtype: DType, few: boolean): HostArray {
  const element = {
    f: () => d.pick([d.pick(special), d.below(few ? 3 : 1e6) / 7 - 1]),
    i32: () => d.pick([2 ** 31 - 1, -(2 ** 31), d.below(few ? 3 : 1e6) - 2]),
    u32: () => d.pick([2 ** 32 - 1, 0, d.below(few ? 3 : 2 ** 32)]),
    bool: () => 0,
  }[dtype];
  return hostArray(Array.from({ length: sizeOf(shape) }, element), shape, dtype);
}
const dtypes: readonly DType[] = ['f', 'i32', 'u32'];
const floatsOf = (dtype: DType): Float[] => (dtype === 'f' ? ['f32', 'f64'] : ['f64']);

test.each(dtypes)('of %s in every length up to 70 and some more', (dtype) => {
  for (const n of [...Array.from({ length: 70 }, (_, i) => i), 127, 128, 129, 255, 257, 500]) {
    for (const few of [true, false]) same('sort', { axis: 0 }, [values([n], dtype, few)], floatsOf(dtype));
  }
});

test.each(dtypes)('of %s along any axis', (dtype) => {
  for (const shape of [
    [5, 3],
    [3, 17, 4],
    [2, 9, 1],
    [4, 0, 3],
    [0, 3],
    [1, 1, 1],
    [2, 64, 3],
  ]) {
    shape.forEach((_, axis) => same('sort', { axis }, [values(shape, dtype, false)], floatsOf(dtype)));
  }
});

test('sorted, reversed and constant lines', () => {
  for (const n of [8, 33, 200]) {
    for (const f of [(i: number) => i, (i: number) => -i, () => 3, (i: number) => i % 2, () => NaN]) {
      same('sort', { axis: 0 }, [
        hostArray(
          Array.from({ length: n }, (_, i) => f(i)),
          [n],
          'f',
        ),
      ]);
    }
  }
});

test('the sign of zero goes with its element', () => {
  for (const float of ['f32', 'f64'] as const) {
    const x = hostArray([0, -0, 1, -0, 0, -1], [6], 'f');
    const placed = place('sort', { axis: 0 }, [x], float);
    placed.run();
    const [found, expected] = [read(placed), reference('sort', { axis: 0 }, [x])];
    expected.forEach((e, i) => e.data.forEach((v, k) => expect(Object.is(v, found[i]!.data[k])).toBe(true)));
  }
});

describe('a planted wrong routine is caught by the same comparison', () => {
  test('equal elements in the other order', () => {
    // the positions of the reversed line are the positions of an unstable sort
    const wrong: RoutineRule<'sort'> = (attrs, operands, results) => {
      const right = routineRules.sort(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, [out, perm], scratch) => {
          right.emit(c, f, inputs, [out!, perm!], scratch);
          const first = f.local('i32', i32.load(perm!));
          f.store(perm!, i32.load(perm!, 4));
          f.store(perm!, first, 4);
        },
      };
    };
    const x = hostArray([1, 1, 1, 2], [4], 'f');
    expect(difference('sort', { axis: 0 }, [x], 'f64', 0, wrong)).toMatch(/result 1, element 0/);
  });
  test('bits of negative numbers compared as they are', () => {
    const wrong: RoutineRule<'sort'> = (attrs, [x], results) =>
      routineRules.sort(attrs, [{ ...x!, storage: 'i32' }], results);
    const x = hostArray([-1, -2, 3], [3], 'f');
    expect(difference('sort', { axis: 0 }, [x], 'f32', 0, wrong)).toMatch(/element 0/);
  });
});
