/**
 * Abstract evaluation of special functions with attributes or more than two operands.
 *
 * @module
 */
import { expect, type AbstractRule } from './abstract-rule.js';
import { specialOperands, type SpecialName } from './catalogue-special.js';
import { sameShape } from './types.js';

const rule =
  <K extends SpecialName>(op: K): AbstractRule<K> =>
  (_, operands) => {
    const [x] = operands;
    expect(
      op,
      operands.every((o) => o.dtype === 'f'),
      'expected real operands',
      operands,
    );
    expect(
      op,
      operands.every((o) => sameShape(o.shape, x!.shape)),
      'shapes differ',
      operands,
    );
    return [x!.avals[0]!];
  };

/** One rule for all of them. */
export const abstractSpecial = Object.fromEntries(
  Object.keys(specialOperands).map((op) => [op, rule(op as SpecialName)]),
) as { readonly [K in SpecialName]: AbstractRule<K> };
