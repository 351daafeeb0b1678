/**
 * Transposes of functions with rules of their own.
 *
 * @module
 */
import { inline } from '../ir/index.js';
import { defined, instantiate } from './jvp-rule.js';
import type { TransposeRule } from './transpose-rule.js';

/** A function that is linear is transposed as what it is made of. */
export const transposeCustom: TransposeRule<'custom'> = ({
  attrs,
  operands,
  cotangents,
  builder,
  transpose,
}) => transpose(attrs.fun, operands, cotangents, builder);

/** The transpose that was given, in place: its derivatives are those of what it is made of. */
export const transposeLinearCall: TransposeRule<'linearCall'> = ({
  attrs: { transpose, consts },
  operands,
  results,
  cotangents,
  builder,
}) => {
  const known = operands.slice(0, consts);
  if (!known.every(defined)) throw new Error('transpose: a linear call is not linear in its constants');
  const cts = cotangents.map((ct, i) => instantiate(ct, results[i]!, builder));
  return [...known.map(() => undefined), ...inline(builder, transpose, [...known, ...cts])];
};
