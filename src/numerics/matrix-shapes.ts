/**
 * What matrix functions demand of the shapes of their arguments.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { sameShape } from '../ir/index.js';

const text = (shape: readonly number[]): string => `[${shape.join(',')}]`;

/** Throws unless a tensor is a square matrix, or a stack of them. */
export function expectSquare(who: string, a: tf.Tensor): void {
  const [m, n] = a.shape.slice(-2);
  if (a.shape.length < 2 || m !== n)
    throw new Error(`${who}: expected square matrices A[..., n, n], found A${text(a.shape)}`);
}

/** Throws unless a tensor is a matrix, or a stack of them. */
export function expectMatrix(who: string, a: tf.Tensor): void {
  if (a.shape.length < 2) throw new Error(`${who}: expected matrices A[..., m, n], found A${text(a.shape)}`);
}

/** How right-hand sides stand to matrices: one vector a matrix, one matrix a matrix, or many for one matrix. */
export type Sides = 'vectors' | 'matrices' | 'shared';

/**
 * The kind of right-hand sides of A[..., m, n]: vectors b[..., m] or matrices b[..., m, k] with the leading axes of A,
 * or b[..., m, k] with leading axes of its own for a single A.
 */
export function sidesOf(who: string, a: tf.Tensor, b: tf.Tensor): Sides {
  const [r, q] = [a.shape.length, b.shape.length];
  const systems = a.shape.slice(0, -1);
  if (sameShape(b.shape, systems)) return 'vectors';
  if (q === r && sameShape(b.shape.slice(0, -1), systems)) return 'matrices';
  if (r === 2 && q > 2 && b.shape[q - 2] === systems[0]) return 'shared';
  throw new Error(
    `${who}: expected b[..., m] or b[..., m, k] with the leading axes of A[..., m, n], found A${text(a.shape)} and b${text(b.shape)}`,
  );
}
