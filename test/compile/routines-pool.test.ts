/** Routines of pooling. */
import { describe, expect, test } from 'vitest';
import { routineRules, type RoutineRule } from '../../src/compile/routines/index.js';
import {
  hostArray,
  sizeOf,
  type DType,
  type HostArray,
  type OpTable,
  type Shape,
} from '../../src/ir/index.js';
import { dice } from '../ir/dice.js';
import { difference, same, type Float } from './routines-harness.js';

type Attrs = OpTable['poolSum'];
const d = dice(31);
const dtypes: readonly DType[] = ['f', 'i32', 'u32'];
const floatsOf = (dtype: DType): Float[] => (dtype === 'f' ? ['f32', 'f64'] : ['f64']);

/** Small numbers, exact in any order of addition; sometimes NaN and infinities. */
function values(shape: Shape, dtype: DType, odd: boolean): HostArray {
  const element = (): number =>
    dtype === 'f' && odd && d.below(8) === 0
      ? d.pick([NaN, -Infinity, Infinity, -0])
      : d.below(9) - (dtype === 'u32' ? 0 : 4);
  return hostArray(Array.from({ length: sizeOf(shape) }, element), shape, dtype);
}

/** Steps that may be anything, or that leave an axis as it is. */
function randomCase(): { readonly shape: Shape; readonly attrs: Attrs } {
  const rank = d.pick([0, 1, 1, 2, 2, 3, 4]);
  const axes = Array.from({ length: rank }, () => {
    const n = d.pick([0, 1, 2, 3, 5, 6, 9]);
    if (d.below(3) === 0) return { n, w: 1, s: 1, l: 0, h: 0, b: 1, k: 1 };
    const plain = d.below(2) === 0;
    return {
      n,
      w: d.pick([1, 2, 3]),
      s: d.pick([1, 2, 3]),
      l: plain ? 0 : d.below(5) - 1,
      h: plain ? 0 : d.below(5) - 1,
      b: plain ? 1 : d.pick([1, 1, 2, 3]),
      k: plain ? 1 : d.pick([1, 1, 2, 3]),
    };
  });
  return {
    shape: axes.map((a) => a.n),
    attrs: {
      window: axes.map((a) => a.w),
      strides: axes.map((a) => a.s),
      low: axes.map((a) => a.l),
      high: axes.map((a) => a.h),
      baseDilation: axes.map((a) => a.b),
      windowDilation: axes.map((a) => a.k),
    },
  };
}

/** Windows of images. */
const image = (window: number, stride: number, pad: number): Attrs => ({
  window: [1, window, window, 1],
  strides: [1, stride, stride, 1],
  low: [0, pad, pad, 0],
  high: [0, pad, pad, 0],
  baseDilation: [1, 1, 1, 1],
  windowDilation: [1, 1, 1, 1],
});

describe.each(['poolSum', 'poolMax'] as const)('%s', (op) => {
  test.each(dtypes)('of %s in images with channels last', (dtype) => {
    for (const channels of [1, 2, 3, 4, 7, 8]) {
      for (const [w, s, p] of [
        [2, 2, 0],
        [3, 1, 1],
        [3, 2, 0],
        [5, 2, 2],
      ] as const) {
        const x = values([2, 7, 6, channels], dtype, true);
        same(op, image(w, s, p), [x], floatsOf(dtype), { f32: 1e-6, f64: 1e-15 });
      }
    }
  });
  test.each(dtypes)('of %s with any steps', (dtype) => {
    for (let turn = 0; turn < 250; turn++) {
      const { shape, attrs } = randomCase();
      same(op, attrs, [values(shape, dtype, d.below(2) === 0)], floatsOf(dtype));
    }
  });
});

describe('a planted wrong routine is caught by the same comparison', () => {
  const x = values([1, 6, 6, 2], 'f', false);
  test('a sum that forgets its padding', () => {
    const wrong: RoutineRule<'poolSum'> = (attrs, operands, results) =>
      routineRules.poolSum({ ...attrs, low: [0, 0, 0, 0] }, operands, results);
    expect(difference('poolSum', image(3, 1, 1), [x], 'f64', 0, wrong)).toMatch(/element/);
  });
  test('a maximum that forgets its dilation', () => {
    const wrong: RoutineRule<'poolMax'> = (attrs, operands, results) =>
      routineRules.poolMax(
        { ...attrs, windowDilation: [1, 1, 1, 1], high: [0, -1, 1, 0] },
        operands,
        results,
      );
    const attrs = { ...image(3, 1, 1), windowDilation: [1, 2, 1, 1] };
    expect(difference('poolMax', attrs, [x], 'f64', 0, wrong)).toMatch(/element/);
  });
});
