/**
 * Random views: values rearranged, cut, repeated and put together.
 */
import { shapes, sizeOf, type Node, type Shape } from '../../src/ir/index.js';
import type { Dice } from '../ir/dice.js';
import { largest } from './fuzz-values.js';

/** A random subset of the axes: the first, the last, the middle, all, or any. */
export function someAxes(d: Dice, rank: number): number[] {
  const all = Array.from({ length: rank }, (_, i) => i);
  return d.pick([[0], [rank - 1], [rank >> 1], all, all.filter(() => d.below(2) === 1)]);
}

const fits = (shape: Shape): boolean => sizeOf(shape) <= largest && shape.length <= 5;

/** Throws unless a shape is small enough to go on with. */
export function bounded(shape: Shape): Shape {
  if (!fits(shape)) throw new Error('nothing fits');
  return shape;
}

/** x rearranged, cut and repeated 1 to 4 times. */
export function viewed(d: Dice, x: Node): Node {
  let y = x;
  for (let k = 1 + d.below(4); k > 0; k--) {
    const rank = y.shape.length;
    if (rank === 0) return y;
    const axes = y.shape.map((_, i) => i);
    switch (d.below(7)) {
      case 0: {
        const perm = [...axes];
        for (let i = rank - 1; i > 0; i--) {
          const j = d.below(i + 1);
          [perm[i], perm[j]] = [perm[j]!, perm[i]!];
        }
        y = shapes.transpose(y, perm);
        break;
      }
      case 1:
        y = shapes.reverse(y, someAxes(d, rank));
        break;
      case 2: {
        const start = y.shape.map((s) => d.below(Math.min(s, 3) + 1));
        const limit = y.shape.map((s, i) => Math.max(start[i]!, s - d.below(3)));
        y = shapes.slice(
          y,
          start,
          limit,
          y.shape.map(() => 1 + d.below(3)),
        );
        break;
      }
      case 3: {
        const at = d.below(rank + 1);
        const shape = bounded([...y.shape.slice(0, at), 1 + d.below(5), ...y.shape.slice(at)]);
        y = shapes.broadcast(
          y,
          shape,
          axes.map((a) => (a < at ? a : a + 1)),
        );
        break;
      }
      case 4: {
        const widths = (): number[] => axes.map(() => d.below(3));
        const interior = axes.map(() => (d.below(4) === 0 ? 1 : 0));
        const made = shapes.pad(y, widths(), widths(), interior, d.pick([0, 1]));
        bounded(made.shape);
        y = made;
        break;
      }
      case 5: {
        const axis = d.below(rank);
        const made = shapes.concat([y, y].slice(0, 1 + d.below(2)).concat(shapes.reverse(y, [axis])), axis);
        bounded(made.shape);
        y = made;
        break;
      }
      default: {
        // merges two axes, or splits one by a divisor
        const a = d.below(rank);
        const n = y.shape[a]!;
        const divisor = d.pick([2, 3, 4].filter((q) => n % q === 0).concat(1));
        const shape =
          a + 1 < rank && d.below(2) === 0
            ? [...y.shape.slice(0, a), n * y.shape[a + 1]!, ...y.shape.slice(a + 2)]
            : [...y.shape.slice(0, a), divisor, n / divisor, ...y.shape.slice(a + 1)];
        y = shapes.reshape(y, bounded(shape));
      }
    }
  }
  return y;
}
