/**
 * What is known of a family in closed form.
 */
import type { Dist, Num } from '../../src/distributions/index.js';

/** A family of real numbers, with what is known of it in closed form. */
export interface Case {
  readonly name: string;
  readonly make: (...params: Num[]) => Dist;
  readonly params: readonly number[];
  /** Density inside the support. */
  readonly density: (x: number, ...params: number[]) => number;
  readonly cdf: (x: number, ...params: number[]) => number;
  /** Mean, variance, and kurtosis μ₄/σ⁴; absent where infinite or too large to test by. */
  readonly moments?: readonly [number, number, number];
  /** Mean and variance that the distribution states, where they are no numbers to test draws by. */
  readonly stated?: readonly [number, number];
  /** Substitutions x(u), u over the reals, whose images make up the support; default: the support's bijector. */
  readonly cover?: readonly { x(u: number): number; logSlope(u: number): number }[];
  /** Whether a draw is the quantile function at some level that the parameters do not move; default true. */
  readonly quantile?: boolean;
  /** Between which values differences of the density can be taken; default 0.01 and 50. */
  readonly ends?: readonly [number, number];
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}
