/**
 * Lowering of element-wise kernels of one operand.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type Node } from '../ir/index.js';
import { clip, elu, leakyRelu, relu, relu6, selu, step } from './activations.js';
import { dtypeOf } from './backend.js';
import { toNumber, toReal, type Kernel, type Kernels } from './kernels.js';

type X = tf.AbsInputs;
type Simple = (x: Node) => Node;

/** Kernels whose result is real: integers and bool are widened first. */
const onReal =
  (f: Simple): Kernel<X> =>
  ({ x }) =>
    f(toReal(x));
/** Kernels that keep real and int32; bool counts as int32. */
const onNumber =
  (f: Simple): Kernel<X> =>
  ({ x }) =>
    f(toNumber(x));
/** Rounding leaves integers alone. */
const rounding =
  (f: Simple): Kernel<X> =>
  ({ x }) =>
    x.dtype === 'f' ? f(x) : x;
/** Tests for special real numbers: false of integers, or true if `exact`. */
const test =
  (f: Simple, exact: boolean): Kernel<X> =>
  ({ x }) =>
    x.dtype === 'f' ? f(x) : ops.fill(x.builder, exact ? 1 : 0, x.shape, 'bool');
/** A constant of the shape and dtype of x, whatever x is. */
const filled =
  (value: number): Kernel<X> =>
  ({ x }, _, b) =>
    ops.fill(b, value, x.shape, x.dtype);

type Elementwise =
  | 'Abs'
  | 'Acos'
  | 'Acosh'
  | 'Asin'
  | 'Asinh'
  | 'Atan'
  | 'Atanh'
  | 'Ceil'
  | 'Cos'
  | 'Cosh'
  | 'Elu'
  | 'Erf'
  | 'Exp'
  | 'Expm1'
  | 'Floor'
  | 'Identity'
  | 'IsFinite'
  | 'IsInf'
  | 'IsNan'
  | 'Log'
  | 'Log1p'
  | 'LogicalNot'
  | 'Neg'
  | 'OnesLike'
  | 'Reciprocal'
  | 'Relu'
  | 'Relu6'
  | 'Round'
  | 'Rsqrt'
  | 'Selu'
  | 'Sigmoid'
  | 'Sign'
  | 'Sin'
  | 'Sinh'
  | 'Softplus'
  | 'Sqrt'
  | 'Square'
  | 'Tan'
  | 'Tanh'
  | 'ZerosLike';

/** Kernels of one operand `x` without attributes. */
export const elementwiseKernels: Kernels<Elementwise, X> = {
  Abs: onNumber(ops.abs),
  Acos: onReal((x) => ops.unary('acos', x)),
  Acosh: onReal((x) => ops.unary('acosh', x)),
  Asin: onReal((x) => ops.unary('asin', x)),
  Asinh: onReal((x) => ops.unary('asinh', x)),
  Atan: onReal(ops.atan),
  Atanh: onReal((x) => ops.unary('atanh', x)),
  Ceil: rounding((x) => ops.unary('ceil', x)),
  Cos: onReal(ops.cos),
  Cosh: onReal(ops.cosh),
  Elu: onReal(elu),
  Erf: onReal(ops.erf),
  Exp: onReal(ops.exp),
  Expm1: onReal(ops.expm1),
  Floor: rounding(ops.floor),
  Identity: ({ x }) => x,
  IsFinite: test(ops.isFinite, true),
  IsInf: test((x) => ops.eq(ops.abs(x), Infinity), false),
  IsNan: test(ops.isNaN, false),
  Log: onReal(ops.log),
  Log1p: onReal(ops.log1p),
  LogicalNot: ({ x }) => ops.not(ops.cast(x, 'bool')),
  Neg: onNumber(ops.neg),
  OnesLike: filled(1),
  Reciprocal: onReal((x) => ops.div(1, x)),
  Relu: onNumber(relu),
  Relu6: onNumber(relu6),
  Round: rounding((x) => ops.unary('round', x)),
  Rsqrt: onReal((x) => ops.div(1, ops.sqrt(x))),
  Selu: onReal(selu),
  Sigmoid: onReal(ops.logistic),
  Sign: onNumber(ops.sign),
  Sin: onReal(ops.sin),
  Sinh: onReal(ops.sinh),
  Softplus: onReal(ops.softplus),
  Sqrt: onReal(ops.sqrt),
  Square: onNumber(ops.square),
  Tan: onReal(ops.tan),
  Tanh: onReal(ops.tanh),
  ZerosLike: filled(0),
};

const integerLimits = { low: -(2 ** 31), high: 2 ** 31 - 1 };

/** A bound for an operand: whole and within range for int32. */
function bound(x: Node, value: number): number {
  if (x.dtype === 'f') return value;
  return Math.trunc(Math.min(Math.max(value, integerLimits.low), integerLimits.high));
}

/** Attributes of the kernels below, by kernel. */
interface Attributed {
  readonly Cast: Kernel<X, tf.CastAttrs>;
  readonly ClipByValue: Kernel<X, tf.ClipByValueAttrs>;
  readonly LeakyRelu: Kernel<X, tf.LeakyReluAttrs>;
  readonly Step: Kernel<X, tf.StepAttrs>;
  readonly Prelu: Kernel<tf.PreluInputs>;
}

/** Element-wise kernels with attributes or a parameter. */
export const attributedKernels: Attributed = {
  Cast: ({ x }, { dtype }) => ops.cast(x, dtypeOf(dtype)),
  ClipByValue({ x: x0 }, { clipValueMin, clipValueMax }) {
    const x = toNumber(x0);
    return clip(x, bound(x, clipValueMin), bound(x, clipValueMax));
  },
  LeakyRelu: ({ x }, { alpha }) => leakyRelu(toReal(x), alpha),
  Step({ x: x0 }, { alpha }) {
    const x = toNumber(x0);
    return step(x, bound(x, alpha));
  },
  Prelu: ({ x, alpha }) => leakyRelu(toReal(x), toReal(alpha)),
};
