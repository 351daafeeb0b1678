/**
 * Makers of random nodes of sorting, blocks at computed positions, convolution and pooling.
 */
import { ops, shapes, windows, type Node, type Shape } from '../../src/ir/index.js';
import type { WindowFamily } from '../../src/autodiff/families.js';
import type { Dice } from './dice.js';
import { choose, hasAxis, real, type Maker } from './random-pick.js';

const numeric = (n: Node): boolean => n.dtype !== 'bool';

/** Random steps of a window over some axes. */
function steps(d: Dice, rank: number, crop: number): windows.PartialSteps {
  const each = (low: number, count: number): number[] =>
    Array.from({ length: rank }, () => low + d.below(count));
  return {
    strides: each(1, 2),
    low: each(-crop, 3),
    high: each(-crop, 3),
    baseDilation: each(1, 2),
    windowDilation: each(1, 2),
  };
}

/** An operand, a window that fits it and steps. */
function pooled(d: Dice, pool: readonly Node[]): readonly [Node, Shape, windows.PartialSteps] {
  const x = choose(d, pool, (n) => numeric(n) && hasAxis(n));
  return [x, x.shape.map(() => 1 + d.below(2)), steps(d, x.shape.length, 0)];
}

/** Start indices for an operand: any integers. */
function start(d: Dice, x: Node): Node {
  return ops.constant(
    x.builder,
    x.shape.map(() => d.below(5) - 1),
    [x.shape.length],
    'i32',
  );
}

const blockSize = (d: Dice, x: Node): number[] => x.shape.map((n) => d.below(n + 1));

export const windowMakers: Readonly<Record<WindowFamily, Maker>> = {
  sort: (d, pool) => {
    const x = choose(d, pool, (n) => numeric(n) && hasAxis(n));
    return windows.sort(x, d.below(x.shape.length));
  },
  dynamicSlice: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    return [windows.dynamicSlice(x, start(d, x), blockSize(d, x))];
  },
  dynamicUpdate: (d, pool) => {
    const x = choose(d, pool, hasAxis);
    const size = blockSize(d, x);
    const u = shapes.slice(
      x,
      size.map(() => 0),
      size,
    );
    return [windows.dynamicUpdate(x, u, start(d, x))];
  },
  conv: (d, pool) => {
    const x = choose(d, pool, (n) => real(n) && n.shape.length >= 3 && n.shape.every((s) => s > 0));
    const [n, c, ...space] = x.shape as readonly [number, number, ...number[]];
    const groups = d.pick([1, c]);
    const count = groups * (c / groups) * 2 ** (space.length + 1);
    const w = shapes.reshape(ops.sin(shapes.iota(x.builder, [count], 0, 'f')), [
      2 * groups,
      c / groups,
      ...space.map(() => 2),
    ]);
    const kernel = shapes.slice(
      w,
      w.shape.map(() => 0),
      w.shape.map((s, a) => (a === 0 ? 2 * groups : a === 1 ? s : 1 + d.below(2))),
    );
    return n === 0 ? [x] : [windows.conv(x, kernel, steps(d, space.length, 1), groups)];
  },
  poolSum: (d, pool) => [windows.poolSum(...pooled(d, pool))],
  poolMax: (d, pool) => windows.poolMax(...pooled(d, pool)),
};
