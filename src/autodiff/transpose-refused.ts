/**
 * The operations that cannot be transposed.
 *
 * @module
 */
import {
  specialBinaryNames,
  specialOperands,
  specialUnaryNames,
  type OpName,
  type SpecialBinaryTable,
  type SpecialName,
  type SpecialUnaryTable,
} from '../ir/index.js';
import type { LinearName } from './transpose-rules.js';
import type { TransposeRule, TransposeTable } from './transpose-rule.js';

/** The rule of an operation that is not linear. */
export const refused: TransposeRule<OpName> = ({ op }) => {
  throw new Error(
    `transpose: ${op} is not linear; a function to transpose may be made of linear operations only`,
  );
};

const special = Object.fromEntries(
  [...specialUnaryNames, ...specialBinaryNames, ...Object.keys(specialOperands)].map((op) => [op, refused]),
) as unknown as TransposeTable<SpecialName | keyof SpecialUnaryTable | keyof SpecialBinaryTable>;

/** Operations that cannot be transposed: their derivatives are made of the linear ones. */
export const nonLinear: TransposeTable<Exclude<OpName, LinearName>> = {
  abs: refused,
  sign: refused,
  exp: refused,
  expm1: refused,
  log: refused,
  log1p: refused,
  sqrt: refused,
  sin: refused,
  cos: refused,
  tan: refused,
  asin: refused,
  acos: refused,
  atan: refused,
  sinh: refused,
  cosh: refused,
  tanh: refused,
  asinh: refused,
  acosh: refused,
  atanh: refused,
  logistic: refused,
  softplus: refused,
  erf: refused,
  erfc: refused,
  erfinv: refused,
  floor: refused,
  ceil: refused,
  round: refused,
  not: refused,
  stopGradient: refused,
  pow: refused,
  maximum: refused,
  minimum: refused,
  atan2: refused,
  mod: refused,
  and: refused,
  or: refused,
  xor: refused,
  shiftLeft: refused,
  shiftRight: refused,
  credit: refused,
  ...special,
  input: refused,
  const: refused,
  iota: refused,
  proj: refused,
  isNaN: refused,
  isFinite: refused,
  compare: refused,
  reduceProd: refused,
  reduceMax: refused,
  reduceMin: refused,
  argMax: refused,
  argMin: refused,
  sort: refused,
  poolMax: refused,
  cholesky: refused,
  lu: refused,
  qr: refused,
  eigh: refused,
  svd: refused,
  randomBits: refused,
  threefry: refused,
  root: refused,
};
