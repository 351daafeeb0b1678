/**
 * Algebraic simplification: the zeros, ones and broadcasts that derivatives leave behind, and compositions of
 * operations that move elements.
 *
 * @module
 */
import { rewriting, mergeRules } from './rewrite.js';
import type { Pass } from './pass.js';
import { arithmeticRules } from './simplify-arithmetic.js';
import { controlRules } from './simplify-control.js';
import { indexRules } from './simplify-indices.js';
import { logicRules } from './simplify-logic.js';
import { reductionRules } from './simplify-reductions.js';
import { shapeRules } from './simplify-shapes.js';

/** The pass `simplify`. */
export const simplify: Pass = rewriting(
  'simplify',
  mergeRules(arithmeticRules, logicRules, shapeRules, indexRules, reductionRules, controlRules),
);
