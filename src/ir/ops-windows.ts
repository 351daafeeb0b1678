/**
 * The typed node builder: sorting, blocks at computed positions, convolution and pooling.
 *
 * @example
 * const x = { shape: [4], dtype: 'f' } as const;
 * const graph = buildGraph([x], (n) => [windows.poolSum(n, [2], { strides: [2] })]); // sums of pairs
 * evaluate(graph, [hostArray([1, 2, 3, 4], [4], 'f')])[0]!.data; // [3, 7]
 *
 * @module
 */
import { OperationError } from './abstract-rule.js';
import { deepest } from './builder.js';
import type { WindowSteps } from './catalogue-windows.js';
import type { Node } from './graph.js';
import { none } from './ops.js';
import { gather, reshape, transpose } from './ops-shape.js';
import type { Shape } from './types.js';

/** How a window moves: what is left out is stride 1, no padding, dilation 1. */
export type PartialSteps = Partial<WindowSteps>;

/** All steps of a window over some axes. */
export function stepsOf(rank: number, given: PartialSteps = {}): WindowSteps {
  const all = (v: number): number[] => new Array<number>(rank).fill(v);
  const { strides, low, high, baseDilation, windowDilation } = given;
  return {
    strides: strides ?? all(1),
    low: low ?? all(0),
    high: high ?? all(0),
    baseDilation: baseDilation ?? all(1),
    windowDilation: windowDilation ?? all(1),
  };
}

const fromEnd = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/**
 * The sorted values along an axis and where each stood: ascending, stable, NaN last.
 *
 * @example
 * const g = buildGraph([{ shape: [3], dtype: 'f' }], (x) => windows.sort(x));
 * const [sorted, permutation] = evaluate(g, [hostArray([3, 1, 2], [3], 'f')]);
 * sorted!.data; // [1, 2, 3]
 * permutation!.data; // [1, 2, 0]
 */
export function sort(x: Node, axis = -1): readonly [sorted: Node, permutation: Node] {
  const [sorted, permutation] = x.builder.nodes('sort', { axis: fromEnd(axis, x.shape.length) }, [x]);
  return [sorted!, permutation!];
}

/** y[…, i, …] = x[…, indices[…, i, …], …] along an axis; the other axes of both are the same. */
export function takeAlong(x: Node, indices: Node, axis: number): Node {
  const r = x.shape.length;
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const last = [...others, axis];
  const back = x.shape.map((_, i) => last.indexOf(i));
  return transpose(gather(transpose(x, last), transpose(indices, last), r - 1, r - 1), back);
}

/** The block of shape `size` that begins at `start` i32[rank], moved inside where it would reach out. */
export function dynamicSlice(x: Node, start: Node, size: Shape): Node {
  return deepest([x, start]).node('dynamicSlice', { size }, [x, start]);
}

/** x with the block `u` put at `start` i32[rank], moved inside where it would reach out. */
export function dynamicUpdate(x: Node, u: Node, start: Node): Node {
  return deepest([x, u, start]).node('dynamicUpdate', none, [x, u, start]);
}

/**
 * Convolution with feature groups in the usual layout: x[batch, groups·in, …space], w[groups·out, in, …window] →
 * [batch, groups·out, …places]. The window is not flipped, as in networks. One to any number of axes of space.
 *
 * @example
 * const image = { shape: [1, 1, 4], dtype: 'f' } as const;
 * const g = buildGraph([image, { ...image, shape: [1, 1, 2] }], (x, w) => [windows.conv(x, w, { strides: [2] })]);
 * evaluate(g, [hostArray([1, 2, 3, 4], [1, 1, 4], 'f'), hostArray([1, 10], [1, 1, 2], 'f')])[0]!.data; // [21, 43]
 *
 * @throws OperationError if channels and groups do not fit.
 */
export function conv(x: Node, w: Node, steps: PartialSteps = {}, groups = 1): Node {
  const [n, c, ...space] = x.shape as readonly [number, number, ...number[]];
  const [o, i, ...window] = w.shape as readonly [number, number, ...number[]];
  if (c !== groups * i || o % groups !== 0) {
    throw new OperationError(
      `conv: ${c} input channels and ${o} output channels do not make ${groups} groups of ${i} inputs ` +
        `(operands f[${x.shape.join(',')}], f[${w.shape.join(',')}])`,
    );
  }
  const axes = space.map((_, a) => a + 3);
  const grouped = transpose(reshape(x, [n, groups, i, ...space]), [1, 0, 2, ...axes]);
  const weights = reshape(w, [groups, o / groups, i, ...window]);
  const y = deepest([x, w]).node('conv', stepsOf(space.length, steps), [grouped, weights]);
  return reshape(transpose(y, [1, 0, 2, ...axes]), [n, o, ...y.shape.slice(3)]);
}

/** Sums of the elements under a window, which has one size an axis; padding and holes count as zero. */
export function poolSum(x: Node, window: Shape, steps: PartialSteps = {}): Node {
  return x.builder.node('poolSum', { window, ...stepsOf(window.length, steps) }, [x]);
}

/**
 * Greatest element under a window, which has one size an axis, and its row-major position in x: the first among equals,
 * the first NaN if there is one; −∞ (the least integer) at −1 where the window covers nothing.
 */
export function poolMax(x: Node, window: Shape, steps: PartialSteps = {}): readonly [max: Node, at: Node] {
  const [max, at] = x.builder.nodes('poolMax', { window, ...stepsOf(window.length, steps) }, [x]);
  return [max!, at!];
}
