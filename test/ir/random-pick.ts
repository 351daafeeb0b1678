/**
 * What makers of random nodes share: picking operands that fit, and matrices that decompositions can take.
 */
import { ops, shapes, type Builder, type Node } from '../../src/ir/index.js';
import type { Dice } from './dice.js';

/** Makes the results of one operation on operands from a pool; throws `nothing fits` where there are none. */
export type Maker = (d: Dice, pool: readonly Node[], b: Builder, depth: number) => readonly Node[];

/** Whether a node is real. */
export const real = (n: Node): boolean => n.dtype === 'f';

/** Whether a node is no scalar. */
export const hasAxis = (n: Node): boolean => n.shape.length > 0;

/** A node of the pool that fits; throws `nothing fits` if there is none. */
export function choose(d: Dice, pool: readonly Node[], ok: (n: Node) => boolean): Node {
  const fitting = pool.filter(ok);
  if (fitting.length === 0) throw new Error('nothing fits');
  return d.pick(fitting);
}

/** Whether a node is a stack of square matrices. */
export const square = (n: Node): boolean => {
  const r = n.shape.length;
  return real(n) && r >= 2 && n.shape[r - 1] === n.shape[r - 2] && n.shape[r - 1]! > 0;
};

/** A Aᵀ + I. */
export function definite(a: Node): Node {
  const r = a.shape.length;
  const batch = Array.from({ length: r - 2 }, (_, i) => i);
  // arguments of any size would make the decomposition a matter of rounding
  const tame = ops.tanh(ops.select(ops.isFinite(a), a, 0));
  const squared = shapes.dot(tame, tame, {
    lhsContract: [r - 1],
    rhsContract: [r - 1],
    lhsBatch: batch,
    rhsBatch: batch,
  });
  return ops.add(squared, shapes.eye(a.builder, a.shape[r - 1]!));
}
