/**
 * Abstract evaluation: shapes and element types of results, and the errors for operands that do not fit.
 *
 * @module
 */
import { abstractControl } from './abstract-control.js';
import { abstractCustom } from './abstract-custom.js';
import { expect, type AbstractRule } from './abstract-rule.js';
import { abstractDecompositions } from './abstract-decompositions.js';
import { abstractShapes } from './abstract-shapes.js';
import { abstractSpecial } from './abstract-special.js';
import { abstractWindows } from './abstract-windows.js';
import { specialBinaryNames } from './catalogue-special.js';
import {
  binaryNames,
  unaryNames,
  type BinaryName,
  type OpName,
  type OpTable,
  type UnaryName,
} from './catalogue.js';
import type { Node } from './graph.js';
import { sameShape, type Aval } from './types.js';

/** One rule an operation; a missing one does not compile. */
export type AbstractTable = { readonly [K in OpName]: AbstractRule<K> };

const integerUnary: readonly UnaryName[] = ['neg', 'abs', 'sign', 'not', 'stopGradient'];
const bitwise: readonly BinaryName[] = ['and', 'or', 'xor'];
const shifts: readonly BinaryName[] = ['shiftLeft', 'shiftRight'];
const realOnly: readonly BinaryName[] = ['pow', 'atan2', 'credit', ...specialBinaryNames];

function unary(op: UnaryName): AbstractRule<UnaryName> {
  return (_, [x]) => {
    if (!integerUnary.includes(op)) expect(op, x!.dtype === 'f', 'expected a real operand', [x!]);
    else if (op === 'not') expect(op, x!.dtype !== 'f', 'expected a bool or integer operand', [x!]);
    else if (op !== 'stopGradient') expect(op, x!.dtype !== 'bool', 'expected a number', [x!]);
    return [x!.avals[0]!];
  };
}

function binary(op: BinaryName): AbstractRule<BinaryName> {
  return (_, [a, b]) => {
    const both = [a!, b!];
    expect(op, a!.dtype === b!.dtype, 'element types differ (use cast)', both);
    expect(op, sameShape(a!.shape, b!.shape), 'shapes differ', both);
    if (bitwise.includes(op)) expect(op, a!.dtype !== 'f', 'expected bool or integer operands', both);
    else if (shifts.includes(op)) {
      expect(op, a!.dtype === 'i32' || a!.dtype === 'u32', 'expected integer operands', both);
    } else if (realOnly.includes(op)) expect(op, a!.dtype === 'f', 'expected real operands', both);
    else expect(op, a!.dtype !== 'bool', 'expected numbers (use and, or, xor for bool)', both);
    return [a!.avals[0]!];
  };
}

type Elementwise = { readonly [K in UnaryName | BinaryName]: AbstractRule<UnaryName | BinaryName> };
const elementwise = Object.fromEntries([
  ...unaryNames.map((n) => [n, unary(n)]),
  ...binaryNames.map((n) => [n, binary(n)]),
]) as Elementwise;

/** One rule an operation. */
export const abstractRules: AbstractTable = {
  ...elementwise,
  ...abstractShapes,
  ...abstractSpecial,
  ...abstractDecompositions,
  ...abstractWindows,
  ...abstractControl,
  ...abstractCustom,
};

/** Abstract values of the results of an operation. Throws an error naming operation and operands when they do not fit. */
export function abstractEvaluate<K extends OpName>(
  op: K,
  attrs: OpTable[K],
  operands: readonly Node[],
): readonly Aval[] {
  return abstractRules[op](attrs, operands);
}
