/**
 * Sums and products of which a part may overflow or underflow: then their value depends on the order of the terms.
 */
import { evaluateRules } from '../../src/ir/evaluate.js';
import type { EvaluateRule } from '../../src/ir/evaluate-rule.js';
import { sizeOf, type Aval, type HostArray, type OpName, type OpTable } from '../../src/ir/index.js';
import type { Precision } from './fuzz-floats.js';

const greatest: Record<Precision, number> = { float32: 2 ** 128 * (1 - 2 ** -24), float64: Number.MAX_VALUE };
const least: Record<Precision, number> = { float32: 2 ** -126, float64: 2 ** -1022 };

/** The real operands with a function applied to each element. */
const each = (operands: readonly HostArray[], f: (v: number) => number): HostArray[] =>
  operands.map((x) => (x.dtype === 'f' ? { ...x, data: (x.data as Float64Array).map(f) } : x));

/** |v|, or 0 if it is not finite. */
export const finite = (v: number): number => (Number.isFinite(v) ? Math.abs(v) : 0);

/**
 * The positions of a sum's or product's elements whose parts may leave the range of a precision in one order of the
 * terms and not in another; nothing if there are none.
 */
export function orderMatters<K extends OpName>(
  op: K,
  attrs: OpTable[K],
  operands: readonly HostArray[],
  results: readonly Aval[],
  precision: Precision,
): ((i: number) => boolean) | undefined {
  const rule = evaluateRules[op] as EvaluateRule<K>;
  const of = (f: (v: number) => number): ArrayLike<number> => rule(attrs, each(operands, f), results)[0]!;
  if (op === 'reduceProd') {
    // zero times ∞ is NaN: a zero is a small factor too
    const large = of((v) => Math.max(finite(v), 1));
    const small = of((v) => (Number.isFinite(v) ? Math.min(Math.abs(v), 1) : 1));
    const tiny = of((v) => (v === 0 || !Number.isFinite(v) ? 1 : Math.min(Math.abs(v), 1)));
    return (i) =>
      (large[i]! > greatest[precision] && small[i]! < 1) || (tiny[i]! < least[precision] && large[i]! > 1);
  }
  const tops = operands
    .filter((x) => x.dtype === 'f')
    .map((x) => (x.data as Float64Array).reduce((m, v) => Math.max(m, finite(v)), 0));
  const terms = operands.reduce((n, x) => Math.max(n, sizeOf(x.shape)), 1);
  if (tops.reduce((a, b) => a * b, terms) <= greatest[precision]) return undefined;
  const magnitude = of(finite);
  const value = rule(attrs, operands, results)[0]!;
  // terms of one sign overflow in every order
  return (i) => magnitude[i]! > greatest[precision] && magnitude[i] !== Math.abs(value[i]!);
}
