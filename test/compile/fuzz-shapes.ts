/**
 * Random graphs that lean on a vectorizing compiler: sizes around the widths of vectors, chains over views, reductions
 * over any axes, loops whose carries take every form, special values, results that are inputs or stand twice.
 */
import { Builder, sizeOf, type Aval, type HostArray, type Node } from '../../src/ir/index.js';
import { dice, type Dice } from '../ir/dice.js';
import { straightMakers } from '../ir/random-operations.js';
import type { Maker } from '../ir/random-pick.js';
import type { Sample } from './fuzz-judge.js';
import { loopMakers, type Grow } from './fuzz-loops.js';
import { flatMakers } from './fuzz-makers.js';
import type { World } from './fuzz-world.js';
import { largest, palette, someShape, someValue } from './fuzz-values.js';

/** The makers of one operation each: a part of the draws, so that every operation meets every shape. */
const single: readonly Maker[] = Object.values<Maker>(straightMakers);

/** Makers fail by these where the operands at hand do not fit; anything else is a fault of the generator. */
function unfit(error: unknown): boolean {
  return error instanceof Error && (error.message === 'nothing fits' || error.name === 'OperationError');
}

const grow: Grow = (w, b, pool, made, count, depth) => {
  const { d } = w;
  const known = [...pool];
  for (let i = 0; i < count; i++) {
    try {
      const loop = d.below(depth === 0 ? 5 : 8) === 0 && depth < 3;
      const list = loop
        ? d.pick(loopMakers)(w, known, b, depth, grow)
        : d.below(3) === 0
          ? d.pick(single)(d, known, b, depth)
          : d.pick(flatMakers)(w, known);
      for (const n of list) {
        if (sizeOf(n.shape) > largest || n.shape.length > 5) continue;
        known.push(n);
        made.push(b.lift(n));
      }
    } catch (error) {
      if (!unfit(error)) throw error;
    }
  }
};

/** Results: the last nodes, or any, with inputs, constants and repetitions among them. */
function results(d: Dice, b: Builder, made: readonly Node[]): Node[] {
  const some = d.below(2) === 0 ? made.slice(-2) : made.filter(() => d.below(2) === 0);
  const extra = [...b.inputs, ...made].filter(() => d.below(12) === 0);
  return [...some, ...extra, ...(made.length === 0 ? b.inputs : made.slice(-1))];
}

/** A random graph of about `size` makers' worth of operations, with values for its inputs. */
export function fuzzShapes(seed: number, size: number): Sample {
  const d = dice(seed ^ 0x5eed);
  const b = new Builder();
  const values: HostArray[] = [];
  const special = d.below(3) === 0;
  const fresh = (aval: Aval): Node => {
    const value = someValue(d, aval, special && d.below(2) === 0);
    if (d.below(8) === 0) return b.constant(value);
    values.push(value);
    return b.input(aval);
  };
  const w: World = { d, sizes: palette(d), fresh };
  const pool = [
    ...Array.from({ length: 2 + d.below(3) }, () => fresh({ shape: someShape(d, w.sizes), dtype: 'f' })),
    fresh({ shape: someShape(d, w.sizes, 40), dtype: 'i32' }),
    fresh({ shape: someShape(d, w.sizes, 40), dtype: 'bool' }),
  ];
  const made: Node[] = [];
  grow(w, b, pool, made, size, 0);
  return { graph: b.finish(results(d, b, made)), inputs: values };
}
