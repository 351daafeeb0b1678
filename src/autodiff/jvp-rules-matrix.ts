/**
 * Forward derivatives of the matrix decompositions and of triangular solves.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import type { MatrixName } from './families.js';
import { derivative, plus, through, type JvpTable } from './jvp-rule.js';

/** The product of two stacks of matrices. */
export function product(a: Node, b: Node): Node {
  const r = a.shape.length;
  const batch = Array.from({ length: r - 2 }, (_, i) => i);
  return shapes.dot(a, b, { lhsContract: [r - 1], rhsContract: [r - 2], lhsBatch: batch, rhsBatch: batch });
}

/** The upper triangle: diagonal k and above, zeros below. */
export function upper(a: Node, k = 0): Node {
  return ops.select(shapes.lowerMask(a.builder, a.shape, k - 1), 0, a);
}

/** The triangle that a solve reads, of a change of the matrix. */
function triangle(a: Node, lower: boolean, unitDiagonal: boolean): Node {
  if (lower) return shapes.tril(a, unitDiagonal ? -1 : 0);
  return upper(a, unitDiagonal ? 1 : 0);
}

/** B U⁻¹ for an upper triangular U. */
export function rightUpperSolve(b: Node, u: Node): Node {
  const t = shapes.matrixTranspose;
  return t(shapes.triangularSolve(u, t(b), { lower: false, transposeA: true }));
}

/** Rules of the decompositions. */
export const jvpMatrices: JvpTable<MatrixName> = {
  // L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ), Φ the lower triangle with half of the diagonal (Murray 2016). The factorization reads the
  // lower triangle of A, so Ȧ is the symmetric matrix with the lower triangle of the tangent.
  cholesky: derivative(([d], _, l) =>
    through(d, (t) => {
      const lower = shapes.tril(t);
      const symmetric = ops.add(lower, shapes.matrixTranspose(shapes.tril(t, -1)));
      const left = shapes.triangularSolve(l, symmetric);
      const inner = shapes.triangularSolve(l, shapes.matrixTranspose(left));
      const mask = shapes.lowerMask(inner.builder, inner.shape, -1);
      const phi = ops.select(mask, inner, shapes.tril(ops.mul(inner, 0.5)));
      return product(l, phi);
    }),
  ),
  // op(A) Ẋ = Ḃ − op(Ȧ) X
  triangularSolve: derivative(([da, db], [a], x, attrs) => {
    const change = through(da, (t) => {
      const part = triangle(t, attrs.lower, attrs.unitDiagonal);
      return ops.neg(product(attrs.transposeA ? shapes.matrixTranspose(part) : part, x));
    });
    return through(plus(db, change), (t) => shapes.triangularSolve(a!, t, attrs));
  }),
  // A[perm] = L U; with M = L⁻¹ Ȧ[perm] U⁻¹: L̇ = L · strictLower(M), U̇ = upper(M) · U, both in one matrix
  lu: derivative(([d], _, f, __, [perm]) =>
    through(d, (t) => {
      const r = t.shape.length;
      const rows = shapes.gather(t, perm!, r - 2, r - 2);
      const m = rightUpperSolve(shapes.triangularSolve(f, rows, { unitDiagonal: true }), f);
      const l = ops.add(shapes.tril(f, -1), shapes.eye(f.builder, t.shape[r - 1]!));
      return ops.add(product(l, shapes.tril(m, -1)), product(upper(m), upper(f)));
    }),
  ),
};
