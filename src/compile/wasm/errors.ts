/**
 * What a program says when it cannot be compiled or run: which operation, made where, and why.
 *
 * @module
 */
import { formatAval, type Node } from '../../ir/index.js';

/**
 * Raised when a graph cannot be compiled to WebAssembly, or a compiled one cannot be run. The message names the
 * operation and where it was made; `cause` is the engine's error. Nothing is left in memory, and the next call works.
 *
 * @example
 * const cost = (x: tf.Tensor) => tf.sum(tf.exp(tf.matMul(x, x, false, true)));
 * const tooLarge = jit(cost, { precision: 'float32' });
 * try {
 *   tooLarge(tf.zeros([100_000, 2])); // 10¹⁰ numbers between
 * } catch (error) {
 *   error instanceof ProgramError; // true
 * }
 */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** The operation, if it is known. */
  readonly operation: string | undefined;

  constructor(what: string, node: Node | undefined, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${what}${node === undefined ? '' : ` at ${describe(node)}`}: ${reason}`, { cause });
    this.operation = node?.op;
  }
}

/** An operation with its result and its origin. */
export function describe(node: Node): string {
  const made = node.origin === undefined ? '' : `, made by ${node.origin()}`;
  return `${node.op} → ${formatAval(node.avals[0]!)}${made}`;
}

/** The node of the innermost generated function on the stack of a trap. */
export function nodeOfTrap(error: Error, nodes: ReadonlyMap<string, Node>): Node | undefined {
  for (const line of (error.stack ?? '').split('\n')) {
    const found = /at (?:\S*\.)?([\w$]+) \(wasm:/.exec(line) ?? /^([\w$]+)@\S*wasm/.exec(line);
    const node = found === null ? undefined : nodes.get(found[1]!);
    if (node !== undefined) return node;
  }
  return undefined;
}
