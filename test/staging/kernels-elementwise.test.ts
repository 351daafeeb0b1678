import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  difference,
  f32,
  grid,
  i32,
  bool,
  onAdjoint,
  onCpu,
  staged,
  type Fn,
  type Operand,
} from './compare.js';

const special = f32([NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2.5, 3.5, -2.5]);
const reals = [grid([7]), grid([2, 3], -3, 3, 2), f32([], [0]), f32([1.25], []), special];
const unit = [grid([5], -0.99, 0.99), special];
const positive = [grid([5], 0.1, 5), special];
const integers = [i32([-3, -1, 0, 1, 2, 7]), i32([4], [])];
const bools = [bool([0, 1, 1])];

/** Functions of one operand, with the operands that cpu computes as the reference says. */
const unary: Readonly<Record<string, [Fn, readonly Operand[]]>> = {
  abs: [tf.abs, [...reals, ...integers]],
  acos: [tf.acos, unit],
  acosh: [tf.acosh, positive],
  asin: [tf.asin, unit],
  asinh: [tf.asinh, reals],
  atan: [tf.atan, reals],
  atanh: [tf.atanh, unit],
  ceil: [tf.ceil, reals],
  cos: [tf.cos, reals],
  cosh: [tf.cosh, reals],
  elu: [tf.elu, reals],
  erf: [tf.erf, [...reals, ...integers]],
  exp: [tf.exp, [...reals, ...integers]],
  expm1: [tf.expm1, reals],
  floor: [tf.floor, reals],
  isFinite: [tf.isFinite, [...reals, ...integers]],
  isInf: [tf.isInf, [...reals, ...integers]],
  isNaN: [tf.isNaN, [...reals, ...integers]],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3), [...reals, ...integers]],
  log: [tf.log, positive],
  log1p: [tf.log1p, positive],
  logSigmoid: [tf.logSigmoid, reals],
  logicalNot: [tf.logicalNot, bools],
  neg: [tf.neg, [...reals, ...integers]],
  onesLike: [tf.onesLike, [...reals, ...integers, ...bools]],
  reciprocal: [tf.reciprocal, reals],
  relu: [tf.relu, [...reals, ...integers]],
  relu6: [tf.relu6, [...reals, ...integers]],
  round: [tf.round, [...reals, ...integers]],
  rsqrt: [tf.rsqrt, positive],
  selu: [tf.selu, reals],
  sigmoid: [tf.sigmoid, reals],
  sign: [tf.sign, [grid([7]), ...integers]],
  sin: [tf.sin, reals],
  sinh: [tf.sinh, reals],
  softplus: [tf.softplus, reals],
  sqrt: [tf.sqrt, positive],
  square: [tf.square, [...reals, ...integers]],
  step: [(x) => tf.step(x, 0.25), reals],
  stepInt: [(x) => tf.step(x, -2), integers],
  tan: [tf.tan, reals],
  tanh: [tf.tanh, reals],
  zerosLike: [tf.zerosLike, [...reals, ...integers, ...bools]],
  clip: [(x) => tf.clipByValue(x, -0.5, 1.5), reals],
  clipInt: [(x) => tf.clipByValue(x, -1, 2), integers],
  clipFixed: [(x) => tf.clipByValue(x, 1, 1), reals],
  clone: [tf.clone, [...reals, ...integers, ...bools]],
  castInt: [(x) => tf.cast(x, 'int32'), [grid([6], -5, 5), ...integers, ...bools]],
  castFloat: [(x) => tf.cast(x, 'float32'), [...reals, ...integers, ...bools]],
  castBool: [(x) => tf.cast(x, 'bool'), [f32([0, 1, -2, 0.25]), ...integers, ...bools]],
};

const pairs: readonly (readonly [Operand, Operand])[] = [
  [grid([2, 3]), grid([2, 3], -2, 2, 5)],
  [grid([2, 1, 3]), grid([4, 1], -2, 2, 5)],
  [grid([3]), f32([1.5], [])],
  [f32([], [0, 2]), grid([2])],
];
const integerPairs: readonly (readonly [Operand, Operand])[] = [
  [i32([-7, 7, -7, 7, 0]), i32([2, -2, -3, 3, 5])],
  [i32([4, 5], [2, 1]), i32([1, 2, 3])],
];
const mixedPairs: readonly (readonly [Operand, Operand])[] = [
  [i32([1, 2, 3]), grid([3])],
  [bool([0, 1, 1]), i32([4, 5, 6])],
];
const boolPairs: readonly (readonly [Operand, Operand])[] = [[bool([0, 0, 1, 1]), bool([0, 1, 0, 1])]];
const everything = [...pairs, ...integerPairs, ...mixedPairs];

const binary: Readonly<Record<string, [Fn, readonly (readonly Operand[])[]]>> = {
  add: [tf.add, everything],
  sub: [tf.sub, everything],
  mul: [tf.mul, everything],
  div: [tf.div, everything],
  divNoNan: [tf.divNoNan, [...pairs, [f32([1, 2]), f32([0, 4])]]],
  floorDiv: [tf.floorDiv, [...pairs, ...integerPairs]],
  mod: [tf.mod, everything.slice(0, -1)],
  pow: [
    tf.pow,
    [
      [grid([4], 0.1, 3), grid([4])],
      [grid([4]), f32([2], [])],
      [i32([2, -3, 5]), i32([3, 2, 0])],
    ],
  ],
  maximum: [tf.maximum, [...everything, [f32([NaN, 1]), f32([1, NaN])]]],
  minimum: [tf.minimum, [...everything, [f32([NaN, 1]), f32([1, NaN])]]],
  squaredDifference: [tf.squaredDifference, everything],
  atan2: [tf.atan2, pairs],
  bitwiseAnd: [tf.bitwiseAnd, [[i32([12, 10]), i32([10, 6])]]],
  equal: [tf.equal, [...everything, ...boolPairs, [f32([NaN]), f32([NaN])]]],
  notEqual: [tf.notEqual, [...everything, ...boolPairs, [f32([NaN]), f32([NaN])]]],
  greater: [tf.greater, [...everything, ...boolPairs]],
  greaterEqual: [tf.greaterEqual, [...everything, ...boolPairs]],
  less: [tf.less, [...everything, ...boolPairs]],
  lessEqual: [tf.lessEqual, [...everything, ...boolPairs]],
  logicalAnd: [tf.logicalAnd, boolPairs],
  logicalOr: [tf.logicalOr, boolPairs],
  logicalXor: [tf.logicalXor, boolPairs],
  prelu: [tf.prelu, [[grid([2, 3]), f32([0.1, 0.2, 0.3])]]],
  literal: [(x) => tf.add(x, 2), [[i32([1, 2])], [grid([2])]]],
  addN: [
    (a, b) => tf.addN([a, b, a]),
    [
      [grid([2]), grid([2], -1, 1, 3)],
      [i32([1, 2]), i32([3, 4])],
    ],
  ],
  where: [
    tf.where,
    [
      [bool([1, 0, 1]), grid([3]), grid([3], -1, 1, 4)],
      [bool([1, 0], [2, 1]), grid([2, 3]), f32([5], [])],
      [bool([1, 0]), i32([1, 2]), grid([2])],
    ],
  ],
};

const cases = [
  ...Object.entries(unary).flatMap(([name, [f, list]]) => list.map((x) => [name, f, [x]] as const)),
  ...Object.entries(binary).flatMap(([name, [f, list]]) => list.map((xs) => [name, f, xs] as const)),
];
const title = (operands: readonly Operand[]): string =>
  operands.map((o) => `${o.dtype}[${o.shape}]`).join(', ');

describe('element-wise kernels agree with the cpu backend', () => {
  it.each(cases.map(([name, f, xs]) => [`${name}(${title(xs)})`, f, xs] as const))('%s', (_, f, xs) => {
    const expected = onCpu(f, xs);
    expect(difference(expected, onAdjoint(f, xs))).toBeUndefined();
    expect(difference(expected, staged(f, xs))).toBeUndefined();
  });
});
