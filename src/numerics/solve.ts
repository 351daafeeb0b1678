/**
 * Solutions of dense linear systems, inverses and least squares.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { shapes, type Node } from '../ir/index.js';
import { lift } from '../staging/index.js';
import { decomposed, identityLike, product, solveMatrix, solveVector } from './matrix-nodes.js';
import { expectMatrix, expectSquare, sidesOf } from './matrix-shapes.js';

/** The columns of B[..., m, k] side by side, as those of one matrix [m, …·k], and the way back for X[n, …·k]. */
function sideBySide(b: Node): readonly [columns: Node, back: (x: Node) => Node] {
  const lead = b.shape.slice(0, -2);
  const r = b.shape.length;
  const [m, k] = b.shape.slice(-2) as [number, number];
  const lanes = lead.reduce((s, d) => s * d, 1);
  const front = [r - 2, ...lead.map((_, i) => i), r - 1];
  const columns = shapes.reshape(shapes.transpose(b, front), [m, lanes * k]);
  const inverse = [...lead.map((_, i) => i + 1), 0, r - 1];
  return [columns, (x) => shapes.transpose(shapes.reshape(x, [x.shape[0]!, ...lead, k]), inverse)];
}

/**
 * X with A X = B: A[..., n, n] general, B[..., n] or B[..., n, k] with the leading axes of A; or a single A[n, n] with any
 * B[..., n, k]. By LU with partial pivoting.
 *
 * Derivatives of every order come from the equation, Ẋ = A⁻¹(Ḃ − Ȧ X), with the factors that are there already. A
 * singular or non-finite A gives values that are not finite.
 *
 * @throws an error naming both shapes if they do not fit.
 * @example
 * ```ts
 * solve(tf.tensor2d([[2, 1], [1, 3]]), tf.tensor1d([3, 4]));   // [1, 1]
 * ```
 */
export function solve<B extends tf.Tensor>(a: tf.Tensor, b: B): B {
  expectSquare('solve', a);
  const sides = sidesOf('solve', a, b);
  const out = lift([a, b], (_, m, v) => {
    if (sides === 'vectors') return solveVector(m!, v!);
    if (sides === 'matrices') return solveMatrix(m!, v!);
    const [columns, back] = sideBySide(v!);
    return back(solveMatrix(m!, columns));
  });
  return out[0] as B;
}

/**
 * A⁻¹ for A[..., n, n]. A singular or non-finite matrix gives values that are not finite. Where A⁻¹ is only multiplied
 * with, {@link solve} is faster and more accurate.
 *
 * @example
 * ```ts
 * inv(tf.tensor2d([[2, 0], [0, 4]]));   // [[0.5, 0], [0, 0.25]]
 * ```
 */
export function inv<T extends tf.Tensor>(a: T): T {
  expectSquare('inv', a);
  return lift([a], (_, m) => solveMatrix(m!, identityLike(m!)))[0] as T;
}

/** The least-squares solution of a full-rank A X = B by QR: A = Q R, or Aᵀ = Q R if A is wide. */
function leastSquares(a: Node, b: Node): Node {
  const t = shapes.matrixTranspose;
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (m >= n) {
    const [q, r] = decomposed('qr', a) as [Node, Node];
    return shapes.triangularSolve(r, product(t(q), b), { lower: false });
  }
  const [q, r] = decomposed('qr', t(a)) as [Node, Node];
  return product(q, shapes.triangularSolve(r, b, { lower: false, transposeA: true }));
}

/**
 * X that minimizes ‖A X − B‖ for A[..., m, n] of full rank; among many, for m < n, the one of least norm. B[..., m] or
 * B[..., m, k] with the leading axes of A; or a single A[m, n] with any B[..., m, k].
 *
 * By QR, differentiable to any order. A matrix that is not of full rank gives values that are not finite or that are
 * only as good as rounding: use {@link svd} then.
 *
 * @throws an error naming both shapes if they do not fit.
 * @example
 * ```ts
 * lstsq(tf.tensor2d([[1, 0], [1, 1], [1, 2]]), tf.tensor1d([1, 3, 5]));   // [1, 2]
 * ```
 */
export function lstsq<B extends tf.Tensor>(a: tf.Tensor, b: B): B {
  expectMatrix('lstsq', a);
  const sides = sidesOf('lstsq', a, b);
  const out = lift([a, b], (_, m, v) => {
    if (sides === 'matrices') return leastSquares(m!, v!);
    if (sides === 'vectors') {
      const x = leastSquares(m!, shapes.expandDims(v!, -1));
      return shapes.reshape(x, x.shape.slice(0, -1));
    }
    const [columns, back] = sideBySide(v!);
    return back(leastSquares(m!, columns));
  });
  return out[0] as B;
}
