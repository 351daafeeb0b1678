/**
 * Reference evaluation of special functions with attributes or more than two operands.
 *
 * @module
 */
import { specialOperands, type SpecialName, type SpecialTable } from './catalogue-special.js';
import { zeros, type EvaluateRule } from './evaluate-rule.js';
import { specialOf } from './special/index.js';

/** The function that an operation with its attributes is. */
export function specialFunction<K extends SpecialName>(
  op: K,
  attrs: SpecialTable[K],
): (x: number, y: number, z: number) => number {
  return specialOf[op](attrs);
}

const rule =
  <K extends SpecialName>(op: K): EvaluateRule<K> =>
  (attrs, [x, y, z], [result]) => {
    const f = specialFunction(op, attrs as SpecialTable[K]);
    const out = zeros(result!);
    for (let i = 0; i < out.length; i++) out[i] = f(x!.data[i]!, y?.data[i] ?? 0, z?.data[i] ?? 0);
    return [out];
  };

/** One rule for all of them. */
export const evaluateSpecial = Object.fromEntries(
  Object.keys(specialOperands).map((op) => [op, rule(op as SpecialName)]),
) as { readonly [K in SpecialName]: EvaluateRule<K> };
