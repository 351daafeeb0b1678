/**
 * Trees that have to fit other trees.
 *
 * @module
 */
import { avalOf, flatten, type Leaf } from '../staging/index.js';
import { isReal } from './arguments.js';

/** Leaves of a tree that must have the structure of another one. */
export function matching(who: string, what: string, tree: unknown, key: string): readonly Leaf[] {
  const { leaves, def } = flatten(tree);
  if (def.key !== key) throw new Error(`${who}: ${what} must have the structure ${key}, found ${def.key}`);
  return leaves;
}

/** Real leaves of a tree that must have the shapes of the given leaves. */
export function sameShapes(
  who: string,
  what: string,
  leaves: readonly Leaf[],
  shapes: readonly (readonly number[])[],
): void {
  leaves.forEach((leaf, i) => {
    const aval = avalOf(leaf);
    if (!isReal(aval) || aval.shape.join() !== shapes[i]!.join()) {
      throw new Error(
        `${who}: leaf ${i} of ${what} must be real of shape [${shapes[i]!.join(',')}], found ${aval.dtype}[${aval.shape.join(',')}]`,
      );
    }
  });
}
