/**
 * Makers of random nodes of qr, eigh and svd.
 */
import { ops, shapes, type Node } from '../../src/ir/index.js';
import type { DecompositionName } from '../../src/autodiff/families.js';
import { choose, definite, square, type Maker } from './random-pick.js';

/** A positive definite matrix whose eigenvalues lie well apart, so that rounding does not turn its vectors. */
function apart(a: Node): Node {
  const n = a.shape[a.shape.length - 1]!;
  const steps = shapes.diag(ops.mul(ops.cast(shapes.iota(a.builder, [n]), 'f'), 4 * n * n));
  return ops.add(definite(a), steps);
}

function made(op: DecompositionName, a: Node): readonly Node[] {
  return a.builder.nodes(op, ops.none, [a]);
}

export const decompositionMakers: Readonly<Record<DecompositionName, Maker>> = {
  qr: (d, pool) => made('qr', definite(choose(d, pool, square))),
  eigh: (d, pool) => made('eigh', apart(choose(d, pool, square))),
  svd: (d, pool) => made('svd', apart(choose(d, pool, square))),
};
