/** Cases of the special functions. */
import { ops, special, type BinaryName, type UnaryName } from '../../src/ir/index.js';
import type { SpecialBinaryTable, SpecialName, SpecialUnaryTable } from '../../src/ir/catalogue-special.js';
import { real } from './arrays.js';
import type { Case } from './judge.js';

function unary(op: UnaryName, ...args: readonly (readonly number[])[]): readonly Case[] {
  return args.map((x, i) => ({ name: `${op} ${i}`, args: [real(x)], f: (v) => [ops.unary(op, v!)] }));
}

function binary(
  op: BinaryName,
  ...pairs: (readonly [readonly number[], readonly number[]])[]
): readonly Case[] {
  return pairs.map(([x, y], i) => ({
    name: `${op} ${i}`,
    args: [real(x), real(y)],
    f: (a, b) => [a!.builder.node(op, ops.none, [a!, b!])],
  }));
}

export const specialUnaryCases: { readonly [K in keyof SpecialUnaryTable]: readonly Case[] } = {
  lgamma: unary('lgamma', [0.4, 1.6, 3.1, 12.5], [-0.4, -1.6, -2.3]),
  digamma: unary('digamma', [0.4, 1.6, 3.1, 12.5], [-0.4, -1.6, -2.3]),
  logNdtr: unary('logNdtr', [-9, -1.2, -0.3, 0.4, 2.1]),
  normalHazard: unary('normalHazard', [-9, -1.2, -0.3, 0.4, 2.1]),
};

// below and above the centre, on both sides of 1 and 10
const gammas = [
  [0.4, 0.7, 2.5, 3.1, 12.5, 31],
  [0.6, 2.2, 1.4, 5.2, 14.1, 25],
] as const;

export const specialBinaryCases: { readonly [K in keyof SpecialBinaryTable]: readonly Case[] } = {
  polygamma: [
    ...[0, 1, 2, 5].map((n): Case => ({
      name: `polygamma of order ${n}`,
      args: [real([0.4, 1.6, 12.5, -0.6, -1.7])],
      f: (x) => [ops.polygamma(n, x!)],
      step: 0.02,
    })),
  ],
  igamma: binary('igamma', gammas),
  igammac: binary('igammac', gammas),
  gammaDensity: binary('gammaDensity', gammas),
  randomGammaGrad: binary('randomGammaGrad', gammas),
  lbeta: binary('lbeta', [
    [0.4, 0.8, 3.2, 14, 25],
    [0.7, 12.5, 2.2, 1.6, 40],
  ]),
  xlogy: binary('xlogy', [
    [0.4, -0.8, 3.2],
    [0.7, 1.5, 2.2],
  ]),
  xlog1py: binary('xlog1py', [
    [0.4, -0.8, 3.2],
    [0.7, 1.5, -0.3],
  ]),
};

// both sides of the centre, of shapes 1 and 10, and of x = ½
const betas = [
  real([0.4, 0.7, 2.5, 3.1, 12.5, 31]),
  real([0.6, 2.2, 0.5, 5.2, 14.1, 2.5]),
  real([0.2, 0.3, 0.9, 0.35, 0.55, 0.8]),
] as const;

export const specialCases: { readonly [K in SpecialName]: readonly Case[] } = {
  igammaGrad: [1, 2, 3].map((order) => ({
    name: `igammaGrad of order ${order}`,
    args: [real(gammas[0]), real(gammas[1])],
    f: (a, x) => [special.igammaGrad(order, a!, x!)],
  })),
  betainc: [{ name: 'betainc', args: betas, f: (a, b, x) => [special.betainc(a!, b!, x!)] }],
  betaDensity: [{ name: 'betaDensity', args: betas, f: (a, b, x) => [special.betaDensity(a!, b!, x!)] }],
  betaincGrad: [
    [1, 0],
    [0, 1],
    [1, 1],
    [2, 1],
  ].map(([i, j]) => ({
    name: `betaincGrad of orders ${i}, ${j}`,
    args: betas,
    f: (a, b, x) => [special.betaincGrad(i!, j!, a!, b!, x!)],
  })),
  besselIe: [0, 1, 3].map((order) => ({
    name: `besselIe of order ${order}`,
    args: [real([0.4, -1.3, 18, 22.5])],
    f: (x) => [special.besselIe(order, x!)],
  })),
};
