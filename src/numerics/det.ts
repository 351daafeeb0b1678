/**
 * Determinants.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes } from '../ir/index.js';
import { lift } from '../staging/index.js';
import { luNodes, permutationSign } from './matrix-nodes.js';
import { expectSquare } from './matrix-shapes.js';

/**
 * det A for A[..., n, n], by LU with partial pivoting; 1 for n = 0.
 *
 * d det A = det A · tr(A⁻¹ Ȧ), any order. At a singular matrix the value is 0 (or as rounding has it) and derivatives are
 * NaN; a non-finite matrix gives NaN. Overflows where {@link slogdet} does not.
 *
 * @example
 * ```ts
 * det(tf.tensor2d([[0, 2], [3, 1]]));   // -6
 * ```
 */
export function det(a: tf.Tensor): tf.Tensor {
  expectSquare('det', a);
  const out = lift([a], (_, m) => {
    const [factors, permutation] = luNodes(m!);
    return ops.mul(permutationSign(permutation), shapes.reduceProd(shapes.diagonal(factors), -1));
  });
  return out[0] as tf.Tensor;
}

/** What {@link slogdet} returns, of shape [...]. */
export interface SignLogDet {
  /** −1, 0 or 1. */
  readonly sign: tf.Tensor;
  /** log |det A|; −∞ for a singular matrix. */
  readonly logAbsDet: tf.Tensor;
}

/**
 * The sign and the logarithm of the absolute value of det A, for A[..., n, n], without overflow.
 *
 * d log|det A| = tr(A⁻¹ Ȧ), any order and either sign. A singular matrix gives sign 0 and −∞, and derivatives that are
 * not finite; a non-finite matrix gives NaN.
 *
 * @example
 * ```ts
 * slogdet(tf.tensor2d([[0, 2], [3, 1]]));   // { sign: -1, logAbsDet: 1.791759 }
 * ```
 */
export function slogdet(a: tf.Tensor): SignLogDet {
  expectSquare('slogdet', a);
  const [sign, logAbsDet] = lift([a], (_, m) => {
    const [factors, permutation] = luNodes(m!);
    const pivots = shapes.diagonal(factors);
    const signs = ops.mul(permutationSign(permutation), shapes.reduceProd(ops.sign(pivots), -1));
    return [signs, shapes.reduceSum(ops.log(ops.abs(pivots)), -1)];
  });
  return { sign: sign as tf.Tensor, logAbsDet: logAbsDet as tf.Tensor };
}
