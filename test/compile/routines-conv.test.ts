/** Convolutions against the reference evaluator: shapes, strides, dilations, paddings, and their derivatives' shapes. */
import { describe, expect, test } from 'vitest';
import { Builder, evaluate, sizeOf, type Shape, type WindowSteps } from '../../src/ir/index.js';
import { backwardSteps, spreadExtent } from '../../src/ir/windows.js';
import { convRoutine } from '../../src/compile/routines/conv.js';
import { expected, run, shapeOf, steps, type Conv } from './routines-conv-harness.js';
import { errorOf, numbers } from './routines-dot-harness.js';

const limits = { f32: 1e-6, f64: 1e-13 };

function failures(cases: readonly Conv[]): string[] {
  return cases.flatMap((c, i) =>
    (['f32', 'f64'] as const).flatMap((storage) => {
      const [xs, ws] = [numbers(sizeOf(c.x), 5 + i), numbers(sizeOf(c.w), 6 + i)];
      const { result, harmed } = run(c, xs, ws, storage, i % 2 === 1);
      const error = errorOf(result, expected(c, xs, ws));
      if (error <= limits[storage] && harmed === 0) return [];
      return [`${storage} ${JSON.stringify(c)}: error ${error}, ${harmed} bytes harmed`];
    }),
  );
}

/** Small integers from a deterministic stream. */
function stream(seed: number): (least: number, most: number) => number {
  let s = seed;
  return (least, most) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return least + Math.floor((s / 2 ** 32) * (most - least + 1));
  };
}

/** Random convolutions of 1 to 3 axes with everything that a window may do. */
function random(count: number, seed: number): Conv[] {
  const pick = stream(seed);
  return Array.from({ length: count }, () => {
    const rank = pick(1, 3);
    const most = [20, 9, 5][rank - 1]!;
    const axes = (least: number, top: number): number[] =>
      Array.from({ length: rank }, () => pick(least, top));
    const [g, n, c, o] = [pick(1, 2), pick(1, 4), pick(1, 5), pick(1, 9)];
    const s = {
      strides: axes(1, 3),
      low: axes(-2, 3),
      high: axes(-2, 3),
      baseDilation: axes(1, 3),
      windowDilation: axes(1, 3),
    };
    return { x: [g, n, c, ...axes(1, most)], w: [g, o, c, ...axes(1, 4)], steps: s };
  });
}

describe('the loops that judge convolutions', () => {
  test('are the reference evaluator', () => {
    for (const c of random(25, 11)) {
      const [xs, ws] = [numbers(sizeOf(c.x), 1), numbers(sizeOf(c.w), 2)];
      const b = new Builder();
      const [x, w] = [b.input({ shape: c.x, dtype: 'f' }), b.input({ shape: c.w, dtype: 'f' })];
      const graph = b.finish([b.node('conv', c.steps, [x, w])]);
      const [y] = evaluate(graph, [
        { shape: c.x, dtype: 'f', data: xs },
        { shape: c.w, dtype: 'f', data: ws },
      ]);
      expect(y!.shape).toEqual(shapeOf(c));
      expect([...expected(c, xs, ws).value]).toEqual([...y!.data]);
    }
  });
});

describe('convolutions', () => {
  test('with random strides, dilations, paddings and cropping', () => {
    expect(failures(random(400, 7))).toEqual([]);
  });

  test('whose windows lie on holes alone', () => {
    const s = { strides: [2], low: [1], high: [-1], baseDilation: [2], windowDilation: [2] };
    expect(failures([{ x: [1, 2, 1, 3], w: [1, 2, 1, 1], steps: s }])).toEqual([]);
  });

  test('of every number of outputs, channels and places', () => {
    const cases: Conv[] = [];
    for (const o of [1, 2, 3, 4, 5, 7, 8, 9]) {
      for (const c of [1, 3, 8]) {
        for (const n of [2, 3, 5, 6, 7, 8, 9, 10, 34]) {
          cases.push({ x: [1, 2, c, n], w: [1, o, c, 3], steps: steps(1, { low: 1, high: 1 }) });
        }
      }
    }
    expect(failures(cases)).toEqual([]);
  });

  test('as a network has them, and their derivatives', () => {
    const layer = (x: Shape, w: Shape, s: WindowSteps): Conv[] => {
      const forward = { x, w, steps: s };
      const y = shapeOf(forward);
      const [space, window, places] = [x.slice(3), w.slice(3), y.slice(3)];
      const swap = (d: Shape): number[] => [d[0]!, d[2]!, d[1]!, ...d.slice(3)];
      const high = space.map(
        (d, a) =>
          spreadExtent(places[a]!, s.strides[a]!) -
          spreadExtent(d, s.baseDilation[a]!) +
          spreadExtent(window[a]!, s.windowDilation[a]!) -
          1 -
          s.low[a]!,
      );
      const over = { ...s, strides: s.windowDilation, high, windowDilation: s.strides };
      return [
        forward,
        { x: y, w: swap(w), steps: backwardSteps(s, space, window, places) },
        { x: swap(x), w: swap(y), steps: over },
      ];
    };
    const same = steps(2, { low: 1, high: 1 });
    const cases = [
      ...layer([1, 4, 1, 28, 28], [1, 8, 1, 3, 3], same),
      ...layer([1, 4, 8, 14, 14], [1, 16, 8, 3, 3], same),
      ...layer([1, 6, 8, 14, 14], [1, 12, 8, 3, 3], steps(2, { low: 1, high: 1, strides: 2 })),
      ...layer([1, 6, 4, 13, 13], [1, 12, 4, 5, 5], steps(2, { strides: 2 })),
      ...layer([1, 5, 8, 7, 7], [1, 10, 8, 7, 7], steps(2)),
      ...layer([1, 5, 8, 9, 9], [1, 10, 8, 1, 1], steps(2)),
      ...layer([1, 5, 8, 9, 9], [1, 10, 8, 1, 1], steps(2, { strides: 2 })),
      ...layer([6, 3, 1, 12, 12], [6, 1, 1, 3, 3], same),
      ...layer([1, 2, 3, 5, 6, 7], [1, 4, 3, 3, 2, 3], steps(3, { windowDilation: 2, low: 2, high: 1 })),
    ];
    expect(failures(cases)).toEqual([]);
  });

  test('in several blocks of planes, terms, columns and outputs', () => {
    const same = steps(2, { low: 1, high: 1 });
    const cases: Conv[] = [
      // planes that do not fit at once
      { x: [1, 2, 40, 40, 50], w: [1, 5, 40, 3, 3], steps: same },
      { x: [1, 3, 70, 6, 6], w: [1, 100, 70, 3, 3], steps: same },
      { x: [1, 70, 5, 5, 5], w: [1, 99, 5, 3, 3], steps: steps(2) },
      // a window of many elements over few places
      { x: [1, 7, 12, 30, 30], w: [1, 6, 12, 28, 28], steps: same },
      { x: [1, 2, 3, 150, 140], w: [1, 2, 3, 148, 138], steps: same },
      { x: [1, 1, 2, 400, 400], w: [1, 2, 2, 2, 2], steps: steps(2, { low: 1 }) },
    ];
    expect(failures(cases)).toEqual([]);
  });

  test('with more classes of places than are taken apart', () => {
    const cases: Conv[] = [
      { x: [1, 2, 3, 9], w: [1, 4, 3, 5], steps: steps(1, { baseDilation: 17, low: 3, high: 4 }) },
      { x: [1, 2, 3, 5, 6], w: [1, 4, 3, 5, 4], steps: steps(2, { baseDilation: 5, low: 3, high: 4 }) },
    ];
    expect(failures(cases)).toEqual([]);
  });

  test('of nothing', () => {
    const cases: Conv[] = [
      { x: [1, 2, 0, 5], w: [1, 3, 0, 2], steps: steps(1) },
      { x: [1, 0, 2, 5], w: [1, 3, 2, 2], steps: steps(1) },
      { x: [0, 2, 2, 5], w: [0, 3, 2, 2], steps: steps(1) },
      { x: [1, 2, 2, 5], w: [1, 0, 2, 2], steps: steps(1) },
      { x: [1, 2, 2, 1], w: [1, 3, 2, 2], steps: steps(1) },
      { x: [1, 2, 2, 0], w: [1, 3, 2, 2], steps: steps(1, { low: 2, high: 2 }) },
      { x: [1, 2, 2, 3], w: [1, 3, 2, 0], steps: steps(1) },
      // windows on padding only, and on holes only
      { x: [1, 2, 2, 3], w: [1, 3, 2, 2], steps: steps(1, { low: 9, high: -3 }) },
      {
        x: [1, 2, 2, 3],
        w: [1, 3, 2, 2],
        steps: steps(1, { low: 1, strides: 4, baseDilation: 4, windowDilation: 4 }),
      },
    ];
    expect(failures(cases)).toEqual([]);
  });

  test('need no scratch memory beyond a few blocks', () => {
    const same = steps(2, { low: 1, high: 1 });
    const scratch = (c: Conv, storage: 'f32' | 'f64'): number => {
      const operand = (shape: Shape): { shape: Shape; storage: 'f32' | 'f64' } => ({ shape, storage });
      return convRoutine(c.steps, operand(c.x), operand(c.w), operand(shapeOf(c))).scratch;
    };
    for (const c of [
      { x: [1, 64, 32, 56, 56], w: [1, 64, 32, 3, 3], steps: same },
      { x: [1, 32, 64, 28, 28], w: [1, 16, 64, 28, 28], steps: same },
      { x: [1, 64, 256, 14, 14], w: [1, 256, 256, 3, 3], steps: same },
    ]) {
      for (const storage of ['f32', 'f64'] as const) expect(scratch(c, storage)).toBeLessThan(1.5 * 2 ** 20);
    }
  });
});

describe('the judges of convolutions', () => {
  test('see a window element that is missing or elsewhere', () => {
    const c: Conv = { x: [1, 2, 3, 9], w: [1, 4, 3, 3], steps: steps(1, { low: 1, high: 1 }) };
    const [xs, ws] = [numbers(sizeOf(c.x), 1), numbers(sizeOf(c.w), 2)];
    const want = expected(c, xs, ws);
    const other = ws.slice();
    other[other.length - 1] = 0;
    expect(errorOf(run(c, xs, other, 'f64').result, want)).toBeGreaterThan(1e-3);
    const moved = { ...c, steps: steps(1, { low: 2, high: 0 }) };
    expect(errorOf(run(moved, xs, ws, 'f64').result, want)).toBeGreaterThan(1e-3);
    expect(errorOf(run(c, xs, ws, 'f64').result, want)).toBeLessThan(1e-13);
  });
});
