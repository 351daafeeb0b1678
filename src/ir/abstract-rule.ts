/**
 * The form of an abstract evaluation rule, and its error.
 *
 * @module
 */
import type { OpName, OpTable } from './catalogue.js';
import type { Node } from './graph.js';
import { formatAval, type Aval } from './types.js';

/** Result avals from attributes and operands. */
export type AbstractRule<K extends OpName> = (
  attrs: OpTable[K],
  operands: readonly Node[],
) => readonly Aval[];

/**
 * Raised when an operation is built on operands that do not fit it.
 *
 * @example
 * const x = new Builder().input({ shape: [2, 3], dtype: 'f' });
 * try {
 *   shapes.reshape(x, [4]);
 * } catch (error) {
 *   error instanceof OperationError; // true
 * }
 */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

/** Throws `op: message (operands f[2,3], f[4])` unless `ok`. */
export function expect(op: OpName, ok: boolean, message: string, operands: readonly Node[]): asserts ok {
  if (ok) return;
  const where = operands.map((o) => o.origin).find((o) => o !== undefined);
  throw new OperationError(
    `${op}: ${message} (operands ${operands.map((o) => formatAval(o.avals[0]!)).join(', ')})` +
      (where === undefined ? '' : `; an operand was made by ${where()}`),
  );
}
