/**
 * All device rules.
 *
 * @module
 */
import { control } from './control.js';
import { decompositions } from './decompositions.js';
import { choices, elementwise } from './elementwise.js';
import { gathers } from './gather.js';
import { reductions } from './reductions.js';
import type { DeviceTable } from './rule.js';
import { shapeRules } from './shapes.js';
import { specialRules } from './special.js';
import { windowRules } from './windows.js';

const impossible = (why: string) => ({
  emit: (): never => {
    throw new Error(why);
  },
});

/** One rule an operation. */
export const deviceRules: DeviceTable = {
  ...elementwise,
  ...choices,
  ...shapeRules,
  ...gathers,
  ...reductions,
  ...windowRules,
  ...decompositions,
  ...specialRules,
  ...control,
  input: impossible('inputs are bound before the walk'),
  proj: impossible('projections are resolved by the walk'),
  randomBits: impossible('words of u32 are computed on the host'),
  threefry: impossible('words of u32 are computed on the host'),
};
