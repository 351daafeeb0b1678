/**
 * What the ways to compute a matrix product have in common.
 *
 * @module
 */
import { i32, type Expr, type Func, type FunctionBuilder, type Module } from '../assembler/index.js';
import type { Lanes } from './dot-lanes.js';

/** c[m, n] = Σₖ a[m, k]·b[k, n] of one batch; strides in elements, the result row-major. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly aRow: number;
  readonly aColumn: number;
  readonly bRow: number;
  readonly bColumn: number;
}

/** Parameters of a method's function: a, b, c, scratch, and the range [from, to) of units to compute. */
export const rangeParameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** A way to compute a product. */
export interface Method {
  readonly name: string;
  /** Bytes that one call needs. */
  readonly scratch: number;
  /** Parts of the product, each computed alike whichever call it falls into. */
  readonly units: number;
  /** Elements of the result in a unit (fewer in the last): neighbours, and a multiple of 4 if there are several units. */
  readonly unitElements: number;
  /** Elements that a call should compute at least, if it can. */
  readonly chunk: number;
  /** Makes the function, named anew. */
  readonly make: (module: Module, name: string, lanes: Lanes) => Func;
}

/** Terms that are summed one after the other before the sum joins others: what keeps float32 accurate. */
export const blockOfTerms = 256;

/** A number of terms as blocks of nearly equal size, a multiple of 4. */
export function blocksOf(
  k: number,
  most: number = blockOfTerms,
): { readonly count: number; readonly size: number } {
  const size = 4 * Math.ceil(Math.ceil(k / Math.max(1, Math.ceil(k / most))) / 4);
  return { count: Math.max(1, Math.ceil(k / size)), size };
}

/** Least of two signed numbers. */
export function least(a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> {
  return i32.select(i32.lt(a, b), a, b);
}

/** `body` as often as said; without a loop if that is once or never. */
export function repeat(f: FunctionBuilder, count: number | Expr<'i32'>, body: () => void): void {
  if (count === 0) return;
  if (count === 1) body();
  else f.for(i32.const(0), typeof count === 'number' ? i32.const(count) : count, 1, body);
}
