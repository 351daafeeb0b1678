/**
 * Lowering of element-wise kernels of two operands, comparison, logic and choice.
 *
 * tfjs casts operands of different dtypes to the wider one, except for bool with bool, which counts as int32 here.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Comparison, type Node } from '../ir/index.js';
import { toNumber, toReal, upcast, type Kernel, type Kernels } from './kernels.js';

type AB = tf.AddInputs;
type Two = (a: Node, b: Node) => Node;

/** Arithmetic in the wider dtype of the operands, at least int32. */
const onNumbers =
  (f: Two): Kernel<AB> =>
  (inputs) => {
    const [a, b] = upcast([toNumber(inputs.a), toNumber(inputs.b)]);
    return f(a!, b!);
  };
const onReals =
  (f: Two): Kernel<AB> =>
  ({ a, b }) =>
    f(toReal(a), toReal(b));
const compare =
  (direction: Comparison): Kernel<AB> =>
  (inputs) => {
    const [a, b] = upcast([inputs.a, inputs.b]);
    return ops.compare(direction, a!, b!);
  };
const logic =
  (f: Two): Kernel<AB> =>
  ({ a, b }) =>
    f(ops.cast(a, 'bool'), ops.cast(b, 'bool'));

/** aᵇ; squares where tfjs writes them as powers, whose derivative at zero would be NaN through |a| and pow. */
function power(a: Node, b: Node): Node {
  if (a.dtype !== 'f') {
    // exact while the result fits 53 bits; negative exponents truncate as int32 does
    return ops.cast(ops.unary('round', ops.pow(toReal(a), toReal(b))), 'i32');
  }
  const even = ops.filledWith(b);
  return even === 2 && a.op === 'abs' ? ops.pow(a.operands[0]!, b) : ops.pow(a, b);
}

/** ⌊a/b⌋ as int32. */
function floorDivide(a: Node, b: Node): Node {
  if (a.dtype === 'f') return ops.cast(ops.floor(ops.div(a, b)), 'i32');
  return ops.div(ops.sub(a, ops.mod(a, b)), b);
}

/** (a − b)². */
const squaredDifference: Two = (a, b) => ops.square(ops.sub(a, b));

type Binary =
  | 'Add'
  | 'Atan2'
  | 'BitwiseAnd'
  | 'Equal'
  | 'FloorDiv'
  | 'Greater'
  | 'GreaterEqual'
  | 'Less'
  | 'LessEqual'
  | 'LogicalAnd'
  | 'LogicalOr'
  | 'LogicalXor'
  | 'Maximum'
  | 'Minimum'
  | 'Mod'
  | 'Multiply'
  | 'NotEqual'
  | 'Pow'
  | 'RealDiv'
  | 'SquaredDifference'
  | 'Sub';

/** Kernels of operands `a` and `b` without attributes. */
export const binaryKernels: Kernels<Binary, AB> = {
  Add: onNumbers(ops.add),
  Atan2: onReals(ops.atan2),
  BitwiseAnd: onNumbers(ops.and),
  Equal: compare('eq'),
  FloorDiv: onNumbers(floorDivide),
  Greater: compare('gt'),
  GreaterEqual: compare('ge'),
  Less: compare('lt'),
  LessEqual: compare('le'),
  LogicalAnd: logic(ops.and),
  LogicalOr: logic(ops.or),
  LogicalXor: logic(ops.xor),
  Maximum: onNumbers(ops.maximum),
  Minimum: onNumbers(ops.minimum),
  Mod: onNumbers(ops.mod),
  Multiply: onNumbers(ops.mul),
  NotEqual: compare('ne'),
  Pow: onNumbers(power),
  RealDiv: onReals(ops.div),
  SquaredDifference: onNumbers(squaredDifference),
  Sub: onNumbers(ops.sub),
};

interface Choice {
  readonly Select: Kernel<tf.SelectInputs>;
  readonly AddN: Kernel<tf.AddNInputs>;
}

/** Choice by a condition, and the sum of a list. */
export const choiceKernels: Choice = {
  Select({ condition, t: t0, e: e0 }) {
    const [t, e] = upcast([t0, e0]);
    const c = ops.cast(condition, 'bool');
    // a vector condition chooses whole rows
    const rows = c.shape.length === 1 && t!.shape.length > 1 && c.shape[0] === t!.shape[0];
    return ops.select(rows ? shapes.reshape(c, [c.shape[0]!, ...t!.shape.slice(1).map(() => 1)]) : c, t!, e!);
  },
  AddN: (terms) => upcast(terms.map(toNumber)).reduce((s, t) => ops.add(s, t)),
};
