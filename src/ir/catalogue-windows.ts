/**
 * The catalogue's sorting, blocks at computed positions, convolution and pooling.
 *
 * @module
 */
import type { None } from './catalogue.js';
import type { Shape } from './types.js';

/**
 * How a window moves over an operand, one entry an axis. At place p, element k of the window lies on position
 * (p·stride + k·windowDilation − low) / baseDilation of the operand; where that is no position, it lies on nothing.
 */
export interface WindowSteps {
  readonly strides: readonly number[];
  /** Padding before; negative padding crops. */
  readonly low: readonly number[];
  /** Padding after. */
  readonly high: readonly number[];
  /** The operand's elements are this far apart. */
  readonly baseDilation: readonly number[];
  /** The window's elements are this far apart. */
  readonly windowDilation: readonly number[];
}

/** Operation → attributes. */
export interface WindowTable {
  /**
   * Along `axis`: ascending, equal elements in their order, NaN last. Results: the sorted values, and i32 positions
   * `perm` with sorted[i] = x[perm[i]].
   */
  readonly sort: { readonly axis: number };
  /** dynamicSlice(x, start): the block of shape `size` that begins at start i32[rank], moved inside where it reaches out. */
  readonly dynamicSlice: { readonly size: Shape };
  /** dynamicUpdate(x, u, start): x with the block u at start i32[rank], moved inside where it reaches out. */
  readonly dynamicUpdate: None;
  /**
   * conv(x[g, n, c, …space], w[g, o, c, …window]) → y[g, n, o, …places] for 1 or more axes of space:
   * y[g, n, o, p] = Σ_{c,k} w[g, o, c, k] · x[g, n, c, position of k at p]. The groups g are an axis of their own, so
   * the transposes are convolutions again.
   */
  readonly conv: WindowSteps;
  /** Sum of what a window covers; the window has one size an axis of x. */
  readonly poolSum: WindowSteps & { readonly window: Shape };
  /**
   * Results: the greatest element that a window covers, and its row-major position in x (i32): the first among equals,
   * the first NaN if there is one; −∞ or the least integer, at −1, where it covers nothing.
   */
  readonly poolMax: WindowSteps & { readonly window: Shape };
}
