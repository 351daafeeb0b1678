/**
 * Special functions of single numbers, by the catalogue's names.
 *
 * @module
 */
import type {
  SpecialBinaryTable,
  SpecialName,
  SpecialTable,
  SpecialUnaryTable,
} from '../catalogue-special.js';
import { besselIe } from './bessel.js';
import { betaDensity, lbeta } from './beta.js';
import { digamma, lgamma } from './gamma.js';
import { betainc, betaincGrad } from './incomplete-beta.js';
import { gammaDensity, igamma, igammac, igammaGrad, randomGammaGrad } from './incomplete-gamma.js';
import { logNdtr, normalHazard } from './normal.js';
import { polygamma } from './polygamma.js';
import { xlog1py, xlogy } from './xlogy.js';

/** Special functions of one number. */
export const specialUnary: { readonly [K in keyof SpecialUnaryTable]: (x: number) => number } = {
  lgamma,
  digamma,
  logNdtr,
  normalHazard,
};

/** Special functions of two numbers. */
export const specialBinary: { readonly [K in keyof SpecialBinaryTable]: (x: number, y: number) => number } = {
  polygamma,
  igamma,
  igammac,
  gammaDensity,
  randomGammaGrad,
  lbeta,
  xlogy,
  xlog1py,
};

/** Special functions with attributes: the function of numbers that the attributes select. */
export const specialOf: {
  readonly [K in SpecialName]: (attrs: SpecialTable[K]) => (x: number, y: number, z: number) => number;
} = {
  igammaGrad:
    ({ order }) =>
    (a, x) =>
      igammaGrad(order, a, x),
  betainc: () => betainc,
  betaDensity: () => betaDensity,
  betaincGrad:
    ({ a: i, b: j }) =>
    (a, b, x) =>
      betaincGrad(i, j, a, b, x),
  besselIe:
    ({ order }) =>
    (x) =>
      besselIe(order, x),
};
