/**
 * Device rules of element-wise operations.
 *
 * @module
 */
import {
  type BinaryName,
  type Comparison,
  type Node,
  type SpecialBinaryTable,
  type SpecialUnaryTable,
  type UnaryName,
} from '../../ir/index.js';
import { isAccurate } from './backends.js';
import { numberOf, type Emitter } from './emitter.js';
import { asinh, atanh, expm1, log1p, sinh, softplus, tanh } from './near-zero.js';
import { composed } from './lower.js';
import { binary, cast, select, unary } from './kernels.js';
import type { Slot } from './program.js';
import type { DeviceTable, EmitRule } from './rule.js';

type Unary = Exclude<UnaryName, keyof SpecialUnaryTable | 'erf' | 'erfc' | 'erfinv'>;
type Binary = Exclude<BinaryName, keyof SpecialBinaryTable>;
type One = (e: Emitter, x: Slot) => Slot;
type Two = (e: Emitter, x: Slot, y: Slot) => Slot;

const one = (f: One): EmitRule<UnaryName> => ({ emit: (e, _, [x]) => [f(e, x!)] });
const two = (f: Two): EmitRule<BinaryName> => ({ emit: (e, _, [x, y]) => [f(e, x!, y!)] });
const onX = (kernel: string): EmitRule<UnaryName> => one((e, x) => unary(e, kernel, x));
const onAB = (kernel: string): EmitRule<BinaryName> => two((e, x, y) => binary(e, kernel, x, y));

/** A kernel where the backend is accurate near zero; elsewhere a formula that does not cancel there. */
function careful(kernel: string, formula: (x: Node) => Node): EmitRule<UnaryName> {
  return one((e, x) =>
    isAccurate(kernel, e.device) ? unary(e, kernel, x) : composed(e, [x], ([v]) => [formula(v!)])[0]!,
  );
}

const isNaN = (e: Emitter, x: Slot): Slot => unary(e, 'IsNan', x, 'bool');

/** By comparison: tfjs makes zero of the sign of NaN, and some backends of that of small numbers. */
const sign: One = (e, x) => {
  const zero = e.scalar(0, x.dtype);
  const side = (kernel: string): Slot => binary(e, kernel, x, zero, 'bool');
  const negative = select(e, side('Less'), e.scalar(-1, x.dtype), x);
  return select(e, side('Greater'), e.scalar(1, x.dtype), negative);
};

const not: One = (e, x) =>
  x.dtype === 'bool' ? unary(e, 'LogicalNot', x) : binary(e, 'Sub', e.scalar(-1, 'i32'), x);

/** xʸ, with 1ʸ = (−1)^{±∞} = 1 and 0ʸ = ∞ for y < 0, each of which some backend makes NaN. */
const pow: Two = (e, x, y) => {
  const test = (kernel: string, p: Slot, q: number): Slot => binary(e, kernel, p, e.scalar(q), 'bool');
  const and = (p: Slot, q: Slot): Slot => binary(e, 'LogicalAnd', p, q);
  const exponent = numberOf(y);
  let power = binary(e, 'Pow', x, y);
  if (!isAccurate('Pow', e.device) && !(exponent !== undefined && exponent >= 0)) {
    power = select(e, and(test('Equal', x, 0), test('Less', y, 0)), e.scalar(Infinity), power);
  }
  if (exponent !== undefined && Number.isFinite(exponent)) return power;
  const infinite = test('Equal', unary(e, 'Abs', y), Infinity);
  const one = binary(e, 'LogicalOr', test('Equal', x, 1), and(test('Equal', x, -1), infinite));
  return select(e, one, e.scalar(1), power);
};

/** Integers divided towards zero: the floor, one up where it is not exact and below zero; 0 where the divisor is. */
const truncatedQuotient: Two = (e, x, y) => {
  const zero = e.scalar(0, 'i32');
  const none = binary(e, 'Equal', y, zero, 'bool');
  const divisor = select(e, none, e.scalar(1, 'i32'), y);
  const floor = binary(e, 'FloorDiv', x, divisor);
  const rest = binary(e, 'Sub', x, binary(e, 'Multiply', floor, divisor));
  const negative = (v: Slot): Slot => binary(e, 'Less', v, zero, 'bool');
  const up = binary(
    e,
    'LogicalAnd',
    binary(e, 'NotEqual', rest, zero, 'bool'),
    binary(e, 'NotEqual', negative(x), negative(divisor), 'bool'),
  );
  const quotient = binary(e, 'Add', floor, cast(e, up, 'i32'));
  return select(e, none, zero, quotient);
};

const div: Two = (e, x, y) => (x.dtype === 'f' ? binary(e, 'RealDiv', x, y) : truncatedQuotient(e, x, y));

/**
 * The kernel brings a remainder to the divisor's sign by adding the divisor and reducing once more, which fails for a
 * dividend that the sum rounds away, and for ±∞. A dividend below the divisor is its own remainder.
 */
const remainder: Two = (e, x, y) => {
  const zero = e.scalar(0);
  const test = (kernel: string, p: Slot, q: Slot): Slot => binary(e, kernel, p, q, 'bool');
  const inside = test('Less', unary(e, 'Abs', x), unary(e, 'Abs', y));
  const apart = test('NotEqual', test('Less', x, zero), test('Less', y, zero));
  const moves = test('LogicalAnd', apart, test('NotEqual', x, zero));
  return select(e, inside, select(e, moves, binary(e, 'Add', x, y), x), binary(e, 'Mod', x, y));
};

const mod: Two = (e, x, y) => {
  if (x.dtype === 'f') return remainder(e, x, y);
  const none = binary(e, 'Equal', y, e.scalar(0, 'i32'), 'bool');
  const divisor = select(e, none, e.scalar(1, 'i32'), y);
  const floor = binary(e, 'FloorDiv', x, divisor);
  return select(e, none, e.scalar(0, 'i32'), binary(e, 'Sub', x, binary(e, 'Multiply', floor, divisor)));
};

/** The kernels of the backend wasm pass over NaN in the second operand. */
const extreme =
  (kernel: string): Two =>
  (e, x, y) => {
    const value = binary(e, kernel, x, y);
    const safe = x.dtype !== 'f' || e.device !== 'wasm' || numberOf(y) !== undefined;
    return safe ? value : select(e, isNaN(e, y), y, value);
  };

const xor: Two = (e, x, y) => binary(e, 'NotEqual', x, y, 'bool');

/** Bits of integers are the host's, see the lowering. */
const hosted: Two = () => {
  throw new Error('bits of integers are computed on the host');
};

/** Rules of arithmetic on single elements. */
export const elementwise: Pick<DeviceTable, Unary | Binary> = {
  neg: onX('Neg'),
  abs: onX('Abs'),
  sign: one(sign),
  exp: onX('Exp'),
  expm1: careful('Expm1', expm1),
  log: onX('Log'),
  log1p: careful('Log1p', log1p),
  sqrt: onX('Sqrt'),
  sin: onX('Sin'),
  cos: onX('Cos'),
  tan: onX('Tan'),
  asin: onX('Asin'),
  acos: onX('Acos'),
  atan: onX('Atan'),
  sinh: careful('Sinh', sinh),
  cosh: onX('Cosh'),
  tanh: careful('Tanh', tanh),
  asinh: careful('Asinh', asinh),
  acosh: onX('Acosh'),
  atanh: careful('Atanh', atanh),
  logistic: onX('Sigmoid'),
  softplus: { compose: (_, [x]) => [softplus(x!)] },
  floor: onX('Floor'),
  ceil: onX('Ceil'),
  round: onX('Round'),
  not: one(not),
  stopGradient: one((_, x) => x),
  add: onAB('Add'),
  sub: onAB('Sub'),
  mul: onAB('Multiply'),
  div: two(div),
  pow: two(pow),
  maximum: two(extreme('Maximum')),
  minimum: two(extreme('Minimum')),
  atan2: onAB('Atan2'),
  mod: two(mod),
  and: onAB('LogicalAnd'),
  or: onAB('LogicalOr'),
  xor: two(xor),
  shiftLeft: two(hosted),
  shiftRight: two(hosted),
  credit: two((e, x) =>
    e.repeat(
      e.reshape(
        e.scalar(0),
        x.shape.map(() => 1),
      ),
      x.shape,
    ),
  ),
};

const comparisons: Readonly<Record<Comparison, string>> = {
  eq: 'Equal',
  ne: 'NotEqual',
  lt: 'Less',
  le: 'LessEqual',
  gt: 'Greater',
  ge: 'GreaterEqual',
};

/** Rules of tests, choice and conversion. */
export const choices: Pick<DeviceTable, 'isNaN' | 'isFinite' | 'compare' | 'select' | 'cast'> = {
  isNaN: { emit: (e, _, [x]) => [isNaN(e, x!)] },
  isFinite: { emit: (e, _, [x]) => [unary(e, 'IsFinite', x!, 'bool')] },
  compare: { emit: (e, { direction }, [x, y]) => [binary(e, comparisons[direction], x!, y!, 'bool')] },
  select: { emit: (e, _, [c, x, y]) => [select(e, c!, x!, y!)] },
  cast: { emit: (e, { dtype }, [x]) => [cast(e, x!, dtype as 'f' | 'i32' | 'bool')] },
};
