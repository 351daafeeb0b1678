/**
 * Special functions that the host computes.
 *
 * @module
 */
import type { SpecialName } from '../../ir/catalogue-special.js';
import { realBinary } from '../../ir/scalar.js';
import { specialFunction } from '../../ir/evaluate-special.js';
import { hostRule } from './host.js';
import type { RealRule, RealRules } from './rule.js';

const binary = <K extends 'polygamma' | 'igamma' | 'igammac' | 'gammaDensity' | 'randomGammaGrad'>(
  name: K,
): RealRule<K> => hostRule(name, () => realBinary[name] as (...args: number[]) => number);

const special = <K extends SpecialName>(name: K): RealRule<K> =>
  hostRule<K>(name, (attrs) => specialFunction(name, attrs) as (...args: number[]) => number);

/** Rules of special functions without vector code. */
export const specialRules: RealRules<
  'polygamma' | 'igamma' | 'igammac' | 'gammaDensity' | 'randomGammaGrad' | SpecialName
> = {
  polygamma: binary('polygamma'),
  igamma: binary('igamma'),
  igammac: binary('igammac'),
  gammaDensity: binary('gammaDensity'),
  randomGammaGrad: binary('randomGammaGrad'),
  igammaGrad: special('igammaGrad'),
  betainc: special('betainc'),
  betaDensity: special('betaDensity'),
  betaincGrad: special('betaincGrad'),
  besselIe: special('besselIe'),
};
