/**
 * Device rules of special functions: compositions to float32 accuracy, or refusals.
 *
 * @module
 */
import {
  ops,
  type Node,
  type SpecialBinaryTable,
  type SpecialTable,
  type SpecialUnaryTable,
} from '../../ir/index.js';
import { betaDensity, gammaDensity } from './densities.js';
import { erf, erfc, erfinv, logNdtr, normalHazard } from './error-function.js';
import { digamma, lbeta, lgamma, polygamma } from './gamma.js';
import type { ComposeRule, DeviceTable } from './rule.js';

type Name =
  keyof SpecialUnaryTable | keyof SpecialBinaryTable | keyof SpecialTable | 'erf' | 'erfc' | 'erfinv';

const of1 = (f: (x: Node) => Node): ComposeRule<Name> => ({ compose: (_, [x]) => [f(x!)] });
const of2 = (f: (x: Node, y: Node) => Node): ComposeRule<Name> => ({ compose: (_, [x, y]) => [f(x!, y!)] });

/** x·y where x is not 0, or y is NaN. */
const guarded = (x: Node, y: Node, product: Node): Node =>
  ops.select(ops.and(ops.eq(x, 0), ops.not(ops.isNaN(y))), 0, product);

const series = {
  refuse: 'its series has as many terms as the data ask for, which no kernel of tfjs sums',
} as const;

/** Rules of the family. */
export const specialRules: Pick<DeviceTable, Name> = {
  erf: of1(erf),
  erfc: of1(erfc),
  erfinv: of1(erfinv),
  logNdtr: of1(logNdtr),
  normalHazard: of1(normalHazard),
  lgamma: of1(lgamma),
  digamma: of1(digamma),
  polygamma: of2(polygamma),
  lbeta: of2(lbeta),
  xlogy: of2((x, y) => guarded(x, y, ops.mul(x, ops.log(y)))),
  xlog1py: of2((x, y) => guarded(x, y, ops.mul(x, ops.log1p(y)))),
  igamma: series,
  igammac: series,
  gammaDensity: of2(gammaDensity),
  randomGammaGrad: series,
  igammaGrad: series,
  betainc: series,
  betaDensity: { compose: (_, [a, b, x]) => [betaDensity(a!, b!, x!)] },
  betaincGrad: series,
  besselIe: series,
};
