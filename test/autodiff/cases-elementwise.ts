/** Cases of the element-wise operations, away from kinks. */
import { ops, type BinaryName, type HostArray, type UnaryName } from '../../src/ir/index.js';
import { bools, ints, real, words } from './arrays.js';
import { specialBinaryCases, specialUnaryCases } from './cases-special.js';
import type { Case } from './judge.js';

const plain = real([0.3, -0.7, 1.2]);
const above = real([0.3, 0.9, 2.1]);
const inside = real([0.3, -0.6, 0.75]);

function unary(op: UnaryName, ...args: HostArray[]): readonly Case[] {
  return args.map((x) => ({ name: `${op} of ${x.dtype}`, args: [x], f: (v) => [ops.unary(op, v!)] }));
}

export const unaryCases: { readonly [K in UnaryName]: readonly Case[] } = {
  neg: unary('neg', plain, ints([3, -2])),
  abs: unary('abs', plain, ints([3, -2])),
  sign: unary('sign', plain),
  exp: unary('exp', plain),
  expm1: unary('expm1', plain),
  log: unary('log', above),
  log1p: unary('log1p', real([0.3, -0.6, 2.1])),
  sqrt: unary('sqrt', above),
  sin: unary('sin', plain),
  cos: unary('cos', plain),
  tan: unary('tan', plain),
  asin: unary('asin', inside),
  acos: unary('acos', inside),
  atan: unary('atan', plain),
  sinh: unary('sinh', plain),
  cosh: unary('cosh', plain),
  tanh: unary('tanh', plain),
  asinh: unary('asinh', plain),
  acosh: unary('acosh', real([1.3, 2.2, 5.1])),
  atanh: unary('atanh', inside),
  logistic: unary('logistic', plain),
  softplus: unary('softplus', plain),
  erf: unary('erf', plain),
  erfc: unary('erfc', plain),
  erfinv: unary('erfinv', inside),
  floor: unary('floor', plain),
  ceil: unary('ceil', plain),
  round: unary('round', plain),
  not: unary('not', bools([1, 0, 1]), ints([5, -3])),
  // judged by differences, it must not depend on its operand: the product has a derivative from its other factor only
  stopGradient: [
    {
      name: 'stopGradient',
      args: [real([0.3, 0.4])],
      f: (x) => [ops.mul(ops.stopGradient(ops.floor(x!)), x!)],
    },
  ],
  ...specialUnaryCases,
};

function binary(op: BinaryName, ...pairs: (readonly [HostArray, HostArray])[]): readonly Case[] {
  return pairs.map(([x, y]) => ({
    name: `${op} of ${x.dtype}`,
    args: [x, y],
    f: (a, b) => [a!.builder.node(op, ops.none, [a!, b!])],
  }));
}

const other = real([0.8, 0.4, -1.6]);
const a = ints([6, -5, 3]);
const b = ints([2, 3, 1]);

export const binaryCases: { readonly [K in BinaryName]: readonly Case[] } = {
  add: binary('add', [plain, other], [a, b]),
  sub: [
    ...binary('sub', [plain, other]),
    { name: 'sub from a number', args: [plain], f: (x) => [ops.sub(1, x!)] },
  ],
  mul: [...binary('mul', [plain, other]), { name: 'square', args: [plain], f: (x) => [ops.mul(x!, x!)] }],
  div: [
    ...binary('div', [plain, other], [a, b]),
    { name: 'reciprocal', args: [plain], f: (x) => [ops.div(2, x!)] },
  ],
  pow: [
    ...binary('pow', [above, other]),
    { name: 'pow to 3', args: [plain], f: (x) => [ops.pow(x!, 3)] },
    { name: 'pow to -1.5', args: [above], f: (x) => [ops.pow(x!, -1.5)] },
    { name: 'pow to 0', args: [above], f: (x) => [ops.pow(x!, 0)] },
    { name: '2 to a power', args: [plain], f: (x) => [ops.pow(2, x!)] },
  ],
  maximum: binary('maximum', [plain, other], [a, b]),
  minimum: binary('minimum', [plain, other], [a, b]),
  atan2: binary('atan2', [plain, other]),
  mod: binary('mod', [real([5.3, -0.7, 7.4]), real([0.8, 0.4, -1.6])], [a, b]),
  and: binary('and', [a, b], [bools([1, 0, 1]), bools([1, 1, 0])]),
  or: binary('or', [a, b], [bools([1, 0, 0]), bools([1, 1, 0])]),
  xor: binary('xor', [a, b], [bools([1, 0, 1]), bools([1, 1, 0])]),
  shiftLeft: binary('shiftLeft', [a, b], [words([6, 5]), words([2, 3])]),
  shiftRight: binary('shiftRight', [a, b], [words([6, 4000000000]), words([2, 3])]),
  // its derivative is by design not that of its value: judged in credit.test.ts; here where the two agree
  credit: [
    {
      name: 'credit of a constant',
      args: [plain, other],
      f: (x, y) => [ops.add(ops.credit(ops.floor(x!), ops.floor(y!)), x!)],
    },
  ],
  ...specialBinaryCases,
};
