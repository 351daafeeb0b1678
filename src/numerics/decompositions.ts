/**
 * Decompositions of tensors: LU, QR, symmetric eigenvalues, singular values.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Node } from '../ir/index.js';
import { lift } from '../staging/index.js';
import { decomposed, luNodes } from './matrix-nodes.js';
import { expectMatrix, expectSquare } from './matrix-shapes.js';

/** What {@link lu} returns. */
export interface Lu {
  /** The permutation matrix P[..., n, n]. */
  readonly p: tf.Tensor;
  /** Unit lower triangular L[..., n, n]. */
  readonly l: tf.Tensor;
  /** Upper triangular U[..., n, n]. */
  readonly u: tf.Tensor;
}

/**
 * A = P L U for A[..., n, n], with partial pivoting. P is constant to derivatives; these are not finite where a pivot is
 * zero. A matrix that is not finite gives values that are not finite.
 *
 * @example
 * ```ts
 * lu(tf.tensor2d([[0, 2], [1, 3]]));   // { p: [[0, 1], [1, 0]], l: [[1, 0], [0, 1]], u: [[1, 3], [0, 2]] }
 * ```
 */
export function lu(a: tf.Tensor): Lu {
  expectSquare('lu', a);
  const [p, l, u] = lift([a], (_, m) => {
    const [factors, permutation] = luNodes(m!);
    const shape = m!.shape;
    const r = shape.length;
    const row = shapes.iota(m!.builder, shape, r - 2);
    const target = ops.broadcastTo(shapes.expandDims(permutation, -2), shape);
    const unit = ops.broadcastTo(shapes.eye(m!.builder, shape[r - 1]!), shape);
    const strict = shapes.tril(factors, -1);
    return [ops.cast(ops.eq(row, target), 'f'), ops.add(strict, unit), ops.sub(factors, strict)];
  });
  return { p: p!, l: l!, u: u! } as Lu;
}

/** Options of {@link qr}. */
export interface QrOptions {
  /** All m columns of Q[..., m, m], and R[..., m, n] with rows of zeros below; default false: k = min(m, n) of them. */
  readonly full?: boolean;
}

/** What {@link qr} returns. */
export interface Qr {
  /** Q[..., m, k] with QᵀQ = I. */
  readonly q: tf.Tensor;
  /** Upper triangular R[..., k, n] with a non-negative diagonal. */
  readonly r: tf.Tensor;
}

/**
 * Q of a tall A with m columns: that of [A, E], where E are the unit vectors of those rows in which the columns of Q do not
 * have their pivots. E is constant near A, so that Q is a smooth function of A.
 */
function fullQ(a: Node, thin: Node): Node {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const lead = a.shape.slice(0, -2);
  const square = [...lead, m, m];
  const none = lead.map(() => 0);
  const padded = shapes.pad(ops.stopGradient(thin), [...none, 0, 0], [...none, 0, m - n]);
  const [, permutation] = luNodes(padded);
  const target = ops.broadcastTo(shapes.expandDims(permutation, -2), square);
  const units = ops.cast(ops.eq(shapes.iota(a.builder, square, lead.length), target), 'f');
  const rest = shapes.sliceAxis(units, lead.length + 1, n, m);
  return decomposed('qr', shapes.concat([a, rest], lead.length + 1))[0]!;
}

/**
 * A = Q R for A[..., m, n], by Householder reflections.
 *
 * Derivatives of every order, in both modes; not finite where the leading min(m, n) columns are dependent. A matrix that
 * is not finite gives NaN.
 *
 * @example
 * ```ts
 * const { q, r } = qr(tf.tensor2d([[3, 1], [4, 2]]));
 * q;   // ≈ [[0.6, -0.8], [0.8, 0.6]]
 * r;   // ≈ [[5.0, 2.2], [0.0, 0.4]]
 * ```
 */
export function qr(a: tf.Tensor, options: QrOptions = {}): Qr {
  expectMatrix('qr', a);
  const [q, r] = lift([a], (_, x) => {
    const thin = decomposed('qr', x!) as [Node, Node];
    const [m, n] = x!.shape.slice(-2) as [number, number];
    if (options.full !== true || m <= n) return thin;
    const none = x!.shape.slice(0, -2).map(() => 0);
    return [fullQ(x!, thin[0]), shapes.pad(thin[1], [...none, 0, 0], [...none, m - n, 0])];
  });
  return { q: q!, r: r! } as Qr;
}

/** What {@link eigh} returns. */
export interface Eigh {
  /** Eigenvalues [..., n], ascending. */
  readonly values: tf.Tensor;
  /** Eigenvectors in the columns of V[..., n, n], in the order of the values. */
  readonly vectors: tf.Tensor;
}

/**
 * A = V diag(w) Vᵀ for symmetric A[..., n, n], by Jacobi's method. Only the lower triangle of A is read, and has
 * derivatives. In each eigenvector the first of its components of largest magnitude is positive.
 *
 * Derivatives of every order, in both modes, where eigenvalues are distinct. Of eigenvalues that coincide, functions that
 * are symmetric in them have right first derivatives; what has no derivative, such as one of their vectors, has one that
 * is enormous (above 1e100) or not finite, and so have second derivatives, and functions that put such values
 * and vectors together. A matrix that is not finite gives NaN.
 *
 * @example
 * ```ts
 * eigh(tf.tensor2d([[2, 1], [1, 2]])).values;   // [1, 3]
 * ```
 */
export function eigh(a: tf.Tensor): Eigh {
  expectSquare('eigh', a);
  const [values, vectors] = lift([a], (_, x) => decomposed('eigh', x!));
  return { values: values!, vectors: vectors! } as Eigh;
}

/** What {@link svd} returns; k = min(m, n). */
export interface Svd {
  /** Left singular vectors in the columns of U[..., m, k]. */
  readonly u: tf.Tensor;
  /** Singular values [..., k], descending. */
  readonly s: tf.Tensor;
  /** Right singular vectors in the rows of Vᵀ[..., k, n]. */
  readonly vt: tf.Tensor;
}

/**
 * A = U diag(s) Vᵀ for A[..., m, n], by one-sided Jacobi rotations. In each column of U the first of its components of
 * largest magnitude is positive.
 *
 * Derivatives as those of {@link eigh}: right where singular values are distinct and (for vectors of a matrix that is not
 * square) positive; elsewhere first derivatives of functions that are symmetric in the values that coincide. Values of
 * zero have no derivative, as they are absolute values there. A matrix that is not finite gives NaN.
 *
 * @example
 * ```ts
 * svd(tf.tensor2d([[0, 2], [1, 0]])).s;   // [2, 1]
 * ```
 */
export function svd(a: tf.Tensor): Svd {
  expectMatrix('svd', a);
  const [u, s, vt] = lift([a], (_, x) => decomposed('svd', x!));
  return { u: u!, s: s!, vt: vt! } as Svd;
}
