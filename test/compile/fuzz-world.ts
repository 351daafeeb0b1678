/**
 * What makers of random nodes share.
 */
import type { Aval, Node } from '../../src/ir/index.js';
import type { Dice } from '../ir/dice.js';
import { choose, real } from '../ir/random-pick.js';
import { someShape, type Palette } from './fuzz-values.js';

/** What makers of a graph share. */
export interface World {
  readonly d: Dice;
  readonly sizes: Palette;
  /** A new input of the whole graph. */
  readonly fresh: (aval: Aval) => Node;
}

/** Makes nodes from a pool; throws `nothing fits` where it cannot. */
export type FuzzMaker = (w: World, pool: readonly Node[]) => readonly Node[];

/** A real of the pool with an axis, or a new input. */
export function anyReal({ d, sizes, fresh }: World, pool: readonly Node[]): Node {
  return d.below(4) === 0 ? fresh({ shape: someShape(d, sizes), dtype: 'f' }) : choose(d, pool, real);
}
