/**
 * Direct solves of dense linear systems over nodes, for one right-hand side.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';

const column = (v: Node): Node => shapes.reshape(v, [v.shape[0]!, 1]);

/** x with L Lᵀ x = v, for a Cholesky factor L[n, n] and v[n]: two triangular solves. */
export function choleskySolve(l: Node, v: Node): Node {
  const y = shapes.triangularSolve(l, column(v));
  return shapes.reshape(shapes.triangularSolve(l, y, { transposeA: true }), v.shape);
}

/** x with A x = v for A[n, n] and v[n], by LU with partial pivoting; not finite where A is singular. */
export function luSolve(a: Node, v: Node): Node {
  const [lu, perm] = a.builder.nodes('lu', ops.none, [a]);
  const y = shapes.triangularSolve(lu!, column(shapes.gather(v, perm!)), { unitDiagonal: true });
  return shapes.reshape(shapes.triangularSolve(lu!, y, { lower: false }), v.shape);
}

/** Scalar product of two vectors. */
export function inner(x: Node, y: Node): Node {
  return shapes.dot(x, y, { lhsContract: [0], rhsContract: [0] });
}

/** Euclidean norm of a vector. Without derivative at zero. */
export function norm(x: Node): Node {
  return ops.sqrt(inner(x, x));
}

/** Whether every element is finite, as a bool scalar. */
export function allFinite(x: Node): Node {
  return shapes.reduceMin(ops.isFinite(x));
}
