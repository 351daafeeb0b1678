/**
 * Triangular systems of tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { shapes } from '../ir/index.js';
import { lift } from '../staging/index.js';

/** Options of {@link solveTriangular}. */
export interface TriangularOptions {
  /** Whether A is lower triangular (default) or upper; the other triangle is not read. */
  readonly lower?: boolean;
  /** Solves with Aᵀ; default false. */
  readonly transpose?: boolean;
  /** Takes the diagonal of A as ones; default false. */
  readonly unitDiagonal?: boolean;
}

/**
 * X with A X = B for triangular A[..., n, n], and B[..., n, k] or a vector B[n].
 *
 * @param options `lower` (default true), `transpose` and `unitDiagonal` (default false).
 * @throws OperationError if the shapes do not fit.
 * @example
 * ```ts
 * solveTriangular(tf.tensor2d([[2, 0], [1, 2]]), tf.tensor1d([2, 3])); // [1, 1]
 * ```
 */
export function solveTriangular<B extends tf.Tensor>(a: tf.Tensor, b: B, options: TriangularOptions = {}): B {
  const { lower = true, transpose = false, unitDiagonal = false } = options;
  const solved = lift([a, b], (_, m, v) => {
    const vector = v!.shape.length === 1;
    const rhs = vector ? shapes.expandDims(v!, 1) : v!;
    return shapes.reshape(
      shapes.triangularSolve(m!, rhs, { lower, transposeA: transpose, unitDiagonal }),
      v!.shape,
    );
  });
  return solved[0] as B;
}
