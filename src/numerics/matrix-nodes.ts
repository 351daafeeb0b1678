/**
 * Linear algebra over nodes, for stacks of matrices.
 *
 * @module
 */
import { linearSolveNodes, vmapNodes } from '../autodiff/index.js';
import { deepest, ops, shapes, sizeOf, type Node } from '../ir/index.js';

const leadingAxes = (a: Node): number[] => Array.from({ length: a.shape.length - 2 }, (_, i) => i);

/** A B for A[..., m, k] and B[..., k, n] with equal leading axes. */
export function product(a: Node, b: Node): Node {
  const r = a.shape.length;
  const batch = leadingAxes(a);
  return shapes.dot(a, b, { lhsContract: [r - 1], rhsContract: [r - 2], lhsBatch: batch, rhsBatch: batch });
}

/** A x for A[..., m, n] and x[..., n] with equal leading axes. */
export function applied(a: Node, x: Node): Node {
  const r = a.shape.length;
  const batch = leadingAxes(a);
  return shapes.dot(a, x, { lhsContract: [r - 1], rhsContract: [r - 2], lhsBatch: batch, rhsBatch: batch });
}

/** The identity matrix, repeated over the leading axes of A[..., n, n]. */
export function identityLike(a: Node): Node {
  return ops.broadcastTo(shapes.eye(a.builder, a.shape[a.shape.length - 1]!), a.shape);
}

/** x with A x = b for A[..., n, n] and b[..., n] with equal leading axes, by LU factors that derivatives use again. */
export function solveVector(a: Node, b: Node): Node {
  if (sizeOf(b.shape) === 0) return b;
  return linearSolveNodes((x) => applied(a, x), b, { kind: 'lu' }, deepest([a, b]), a);
}

/** X with A X = B for A[..., n, n] and B[..., n, k] with equal leading axes: one factorization for all columns. */
export function solveMatrix(a: Node, b: Node): Node {
  if (sizeOf(b.shape) === 0) return b;
  const r = b.shape.length;
  const toFront = [r - 1, ...Array.from({ length: r - 1 }, (_, i) => i)];
  const toBack = [...Array.from({ length: r - 1 }, (_, i) => i + 1), 0];
  const builder = deepest([a, b]);
  const [x] = vmapNodes((v) => [solveVector(a, v!)], [shapes.transpose(b, toFront)], b.shape[r - 1], builder);
  return shapes.transpose(x!, toBack);
}

/** Factors of A[..., n, n] with partial pivoting, in one matrix, and the row permutation i32[..., n]. */
export function luNodes(a: Node): readonly [factors: Node, permutation: Node] {
  const [factors, permutation] = a.builder.nodes('lu', ops.none, [a]);
  return [factors!, permutation!];
}

/** The sign of permutations i32[..., n], as reals: −1 to the number of pairs in the wrong order. */
export function permutationSign(permutation: Node): Node {
  const n = permutation.shape[permutation.shape.length - 1]!;
  const square = [...permutation.shape, n];
  const earlier = ops.broadcastTo(shapes.expandDims(permutation, -1), square);
  const later = ops.broadcastTo(shapes.expandDims(permutation, -2), square);
  const above = ops.not(shapes.lowerMask(permutation.builder, square));
  const r = square.length;
  const count = shapes.reduceSum(ops.cast(ops.and(above, ops.gt(earlier, later)), 'f'), [r - 2, r - 1]);
  return ops.sub(1, ops.mul(2, ops.mod(count, 2)));
}

/** All results of an orthogonal decomposition. */
export function decomposed(op: 'qr' | 'eigh' | 'svd', a: Node): Node[] {
  return a.builder.nodes(op, ops.none, [a]);
}
