/** Routines that move, add up and search elements. */
import { describe, expect, test } from 'vitest';
import { f64, i32 } from '../../src/compile/assembler/index.js';
import { routineRules, type RoutineName, type RoutineRule } from '../../src/compile/routines/index.js';
import {
  hostArray,
  sizeOf,
  type DType,
  type HostArray,
  type OpTable,
  type Shape,
} from '../../src/ir/index.js';
import { dice, randomValue } from '../ir/dice.js';
import { difference, same, type Float } from './routines-harness.js';

const lengths = [0, 1, 2, 3, 5, 8, 17, 64];
const dtypes: readonly DType[] = ['f', 'i32', 'u32', 'bool'];
const numbers: readonly DType[] = ['f', 'i32', 'u32'];
const floatsOf = (dtype: DType): Float[] => (dtype === 'f' ? ['f32', 'f64'] : ['f64']);
const d = dice(11);
const special = [NaN, Infinity, -Infinity, 0, -0, 1, 1, -1e-310, 3e38];

/** Values with many equal ones; reals with special ones. */
function values(shape: Shape, dtype: DType, odd = 0.3): HostArray {
  const plain = randomValue(d, shape, dtype);
  if (dtype !== 'f') return plain;
  return hostArray(
    Array.from(plain.data, (x) => (d.below(100) < 100 * odd ? d.pick(special) : x)),
    shape,
    dtype,
  );
}
/** Indices of which some lie outside [0, n). */
const indices = (shape: Shape, n: number): HostArray =>
  hostArray(
    Array.from({ length: sizeOf(shape) }, () =>
      d.pick([d.below(n + 1), d.below(n + 6) - 3, -(2 ** 31), 2 ** 31 - 1]),
    ),
    shape,
    'i32',
  );

/** Shapes of rank 1 to 3 with a given length along each axis in turn. */
function shapesWith(n: number): (readonly [Shape, number])[] {
  return [
    [[n], 0],
    [[n, 3], 0],
    [[n, 9], 0],
    [[4, n], 1],
    [[2, n, 5], 1],
    [[3, 2, n], 2],
    [[2, n, 0], 1],
  ];
}

describe.each(['argMax', 'argMin'] as const)('%s', (op) => {
  test.each(dtypes)('of %s, any axis', (dtype) => {
    for (const n of lengths) {
      for (const [shape, axis] of shapesWith(n)) {
        for (const odd of [0, 0.05, 0.5]) same(op, { axis }, [values(shape, dtype, odd)], floatsOf(dtype));
      }
    }
  });
  test('the first of equal ones, the first NaN, zeros of either sign', () => {
    for (const n of [33, 40, 64]) {
      for (let at = 0; at < n; at += 7) {
        for (const v of [NaN, 5, -5]) {
          const x = hostArray(
            Array.from({ length: n }, (_, i) => (i >= at && i % 3 === at % 3 ? v : i % 2 ? 0 : -0)),
            [n],
            'f',
          );
          same(op, { axis: 0 }, [x]);
        }
      }
    }
  });
});

describe('cumsum', () => {
  test.each(numbers)('of %s, both directions', (dtype) => {
    for (const n of lengths) {
      for (const [shape, axis] of shapesWith(n)) {
        for (const reverse of [false, true]) {
          same('cumsum', { axis, reverse }, [values(shape, dtype, 0)], floatsOf(dtype));
          same('cumsum', { axis, reverse }, [values(shape, dtype, 0.05)], floatsOf(dtype));
        }
      }
    }
  });
  test('float32 sums are kept in float64', () => {
    const x = hostArray(
      Array.from({ length: 100000 }, () => 0.1),
      [100000],
      'f',
    );
    same('cumsum', { axis: 0, reverse: false }, [x], ['f32']);
  });
});

const gathers: readonly (readonly [Shape, Shape, number, number])[] = [
  [[7], [], 0, 0],
  [[7], [5], 0, 0],
  [[7], [4, 3], 0, 0],
  [[1], [9], 0, 0],
  [[0], [3], 0, 0],
  [[5], [0], 0, 0],
  [[5, 3], [6], 0, 0],
  [[5, 3], [6], 1, 0],
  [[3, 5, 2], [7], 1, 0],
  [[3, 5, 2], [3, 7], 1, 1],
  [[3, 5, 2], [3, 7], 2, 1],
  [[3, 5, 4], [3, 5, 6], 2, 2],
  [[3, 5, 4], [3], 1, 1],
  [[11, 5], [11], 1, 1],
  [[3, 4, 5], [3, 4], 2, 2],
  [[2, 3, 17], [2, 2, 2], 1, 1],
  [[2, 3, 33], [4], 1, 0],
  [[2, 0, 3], [2, 4], 1, 1],
  [[4, 700], [3], 0, 0],
];

describe('gather', () => {
  test.each(dtypes)('of %s: any axis, batches, indices outside', (dtype) => {
    for (const [shape, index, axis, batchDims] of gathers) {
      const args = [values(shape, dtype), indices(index, shape[axis]!)];
      same('gather', { axis, batchDims }, args, floatsOf(dtype));
    }
  });
});

describe('scatterAdd', () => {
  const updates = (shape: Shape, index: Shape, axis: number, batchDims: number): Shape => [
    ...shape.slice(0, axis),
    ...index.slice(batchDims),
    ...shape.slice(axis + 1),
  ];
  test.each(numbers)('of %s: any axis, batches, indices outside', (dtype) => {
    for (const [shape, index, axis, batchDims] of gathers) {
      const size = shape[axis]!;
      const u = values(updates(shape, index, axis, batchDims), dtype, 0);
      same('scatterAdd', { axis, batchDims, size }, [indices(index, size), u], floatsOf(dtype), {
        f32: 1e-6,
        f64: 0,
      });
    }
  });
  test('many float32 updates of one element do not lose digits', () => {
    for (const trail of [1, 3, 8]) {
      const u = hostArray(new Float64Array(20000 * trail).fill(0.1), [20000, trail], 'f');
      const i = hostArray(new Int32Array(20000), [20000], 'i32');
      same('scatterAdd', { axis: 0, batchDims: 0, size: 2 }, [i, u], ['f32']);
    }
  });
});

const blocks: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[5], [2]],
  [[5], [5]],
  [[5], [0]],
  [[0], [0]],
  [
    [4, 5],
    [2, 3],
  ],
  [
    [4, 5],
    [4, 2],
  ],
  [
    [4, 5],
    [1, 5],
  ],
  [
    [3, 4, 5],
    [2, 4, 5],
  ],
  [
    [3, 4, 5],
    [2, 1, 3],
  ],
  [
    [3, 4, 65],
    [3, 2, 65],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 2, 4],
  ],
  [
    [3, 3000],
    [2, 2999],
  ],
];

describe.each(['dynamicSlice', 'dynamicUpdate'] as const)('%s', (op) => {
  test.each(dtypes)('of %s: blocks inside, and moved inside', (dtype) => {
    for (const [shape, size] of blocks) {
      const [x, u] = [values(shape, dtype), values(size, dtype)];
      for (let turn = 0; turn < 4; turn++) {
        const start = hostArray(
          shape.map((n) => d.pick([d.below(n + 1), d.below(2 * n + 4) - n, -(2 ** 31)])),
          [shape.length],
          'i32',
        );
        if (op === 'dynamicSlice') same(op, { size }, [x, start], floatsOf(dtype));
        else same(op, {}, [x, u, start], floatsOf(dtype));
      }
    }
  });
});

describe('a planted wrong routine is caught by the same comparison', () => {
  /** The routine with other attributes. */
  const changed =
    <K extends RoutineName>(op: K, change: (attrs: OpTable[K]) => OpTable[K]): RoutineRule<K> =>
    (attrs, operands, results) =>
      routineRules[op](change(attrs), operands, results);
  const x = hostArray([3, NaN, 1, 2, -1, 0, 4, 5, 9, 7, 1, 1], [3, 4], 'f');
  test('argMax that searches for the least', () => {
    const wrong = routineRules.argMin as unknown as RoutineRule<'argMax'>;
    expect(difference('argMax', { axis: 0 }, [x], 'f64', 0, wrong)).toMatch(/element 0/);
  });
  test('cumsum that forgets its direction', () => {
    const wrong = changed('cumsum', (a) => ({ ...a, reverse: false }));
    expect(difference('cumsum', { axis: 0, reverse: true }, [x], 'f64', 0, wrong)).toMatch(/element/);
  });
  test('gather that does not move indices inside', () => {
    const wrong: RoutineRule<'gather'> = (attrs, [y, i], results) =>
      routineRules.gather(attrs, [{ ...y!, shape: [4, 4] }, i!], results);
    const i = hostArray([0, 3], [2], 'i32');
    expect(difference('gather', { axis: 0, batchDims: 0 }, [x, i], 'f64', 0, wrong)).toMatch(/element 4/);
  });
  test('scatterAdd that adds too much', () => {
    const wrong: RoutineRule<'scatterAdd'> = (attrs, operands, results) => {
      const right = routineRules.scatterAdd(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, [out], scratch) => {
          right.emit(c, f, inputs, [out!], scratch);
          f.store(out!, f64.add(f64.load(out!), f64.const(1)));
        },
      };
    };
    const args = [hostArray([0], [1], 'i32'), hostArray([2], [1], 'f')];
    const attrs = { axis: 0, batchDims: 0, size: 2 };
    expect(difference('scatterAdd', attrs, args, 'f64', 0, wrong)).toMatch(/expected 2, found 3/);
  });
  test('dynamicSlice that takes another block', () => {
    const wrong: RoutineRule<'dynamicSlice'> = (attrs, operands, results) => {
      const right = routineRules.dynamicSlice(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, [y, s], outputs, scratch) =>
          right.emit(c, f, [i32.add(y!, i32.const(8)), s!], outputs, scratch),
      };
    };
    const args = [x, hostArray([1, 1], [2], 'i32')];
    expect(difference('dynamicSlice', { size: [2, 2] }, args, 'f64', 0, wrong)).toMatch(/element 0/);
  });
  test('dynamicUpdate that writes past its result', () => {
    const wrong: RoutineRule<'dynamicUpdate'> = (attrs, operands, results) => {
      const right = routineRules.dynamicUpdate(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, inputs, [out], scratch) => {
          right.emit(c, f, inputs, [out!], scratch);
          f.store8(out!, i32.const(1), 8 * 12);
        },
      };
    };
    const args = [x, hostArray([1, 1], [1, 2], 'f'), hostArray([1, 1], [2], 'i32')];
    expect(() => difference('dynamicUpdate', {}, args, 'f64', 0, wrong)).toThrow('outside all buffers');
  });
});
