/** The cases of the grid: every operation has at least one. */
import type { OpName } from '../../src/ir/index.js';
import { controlCases } from './cases-control.js';
import { customCases } from './cases-custom.js';
import { decompositionCases } from './cases-decompositions.js';
import { binaryCases, unaryCases } from './cases-elementwise.js';
import { implicitCases } from './cases-implicit.js';
import { matrixCases, shapeCases } from './cases-shape.js';
import { specialCases } from './cases-special.js';
import { windowCases } from './cases-windows.js';
import type { Case } from './judge.js';

/** A missing operation does not compile. */
export const gridCases: { readonly [K in OpName]: readonly Case[] } = {
  ...unaryCases,
  ...binaryCases,
  ...shapeCases,
  ...specialCases,
  ...matrixCases,
  ...decompositionCases,
  ...windowCases,
  ...controlCases,
  ...customCases,
  ...implicitCases,
};
