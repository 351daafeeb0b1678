/**
 * Routines: sorting, indexing, windows, random bits and matrix decompositions as WebAssembly functions.
 *
 * @module
 */
import { argMax, argMin } from './arg-extreme.js';
import { cholesky } from './cholesky.js';
import { cumsum } from './cumsum.js';
import { dynamicSlice, dynamicUpdate } from './dynamic.js';
import { eigh } from './eigh.js';
import { gather, scatterAdd } from './gather.js';
import { lu } from './lu.js';
import { poolMax, poolSum } from './pool.js';
import { qr } from './qr.js';
import { randomBits, threefry } from './random-bits.js';
import type { RoutineRule } from './routine.js';
import { sort } from './sort.js';
import { svd } from './svd.js';
import { triangularSolve } from './triangular-solve.js';

/** The operations that have a routine. */
export type RoutineName =
  | 'argMax'
  | 'argMin'
  | 'cholesky'
  | 'cumsum'
  | 'dynamicSlice'
  | 'dynamicUpdate'
  | 'eigh'
  | 'gather'
  | 'lu'
  | 'poolMax'
  | 'poolSum'
  | 'qr'
  | 'randomBits'
  | 'scatterAdd'
  | 'sort'
  | 'svd'
  | 'threefry'
  | 'triangularSolve';

/** One rule an operation; a missing one does not compile. */
export const routineRules: { readonly [K in RoutineName]: RoutineRule<K> } = {
  argMax,
  argMin,
  cholesky,
  cumsum,
  dynamicSlice,
  dynamicUpdate,
  eigh,
  gather,
  lu,
  poolMax,
  poolSum,
  qr,
  randomBits,
  scatterAdd,
  sort,
  svd,
  threefry,
  triangularSolve,
};
export * from './routine.js';
