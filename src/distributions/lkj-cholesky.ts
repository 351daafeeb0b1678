/**
 * The LKJ distribution of correlation matrices, over their Cholesky factors.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import { logitBetaNode } from '../random/index.js';
import { correlationCholesky, factorOfPartials, fillTriangle, logRowRests } from './bijectors/triangular.js';
import { positive } from './constraints.js';
import { makeDist } from './make.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

const vector = (like: Node, values: readonly number[]): Node =>
  ops.constant(like.builder, values, [values.length]);

/** Columns j = 0 … i − 1 of the rows i = 1 … n − 1, in a row. */
function columns(n: number): number[] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: i }, (__, j) => j)).flat();
}

/** The b with (1 + zᵢⱼ)/2 ~ Beta(b, b) for the partial correlations: η + (n − 2 − j)/2. */
function partialShapes(eta: Node, n: number): Node {
  const offsets = columns(n).map((j) => (n - 2 - j) / 2);
  return ops.add(shapes.expandDims(eta, -1), vector(eta, offsets));
}

/** log ∫ Π Lₖₖ^{n−k+2η−2} over the triangle below the diagonal. */
function logNormalizer(eta: Node, n: number): Node {
  const m = n - 1;
  const top = ops.add(eta, 0.5 * m);
  // log of the multivariate gamma function of order m at top − ½
  const halves = Array.from({ length: m }, (_, j) => -0.5 - 0.5 * j);
  const multi = shapes.reduceSum(ops.lgamma(ops.add(shapes.expandDims(top, -1), vector(eta, halves))), -1);
  const constant = Math.log(Math.PI) * (0.25 * m * (m - 1) + 0.5 * m);
  return ops.sub(ops.add(multi, constant), ops.mul(m, ops.lgamma(top)));
}

/**
 * LKJ over the Cholesky factors L of n × n correlation matrices C = L Lᵀ, for which p(C) ∝ det(C)^{η−1}:
 *
 *     log p(L) = Σ_{k=2}^{n} (n − k + 2η − 2) log Lₖₖ − log Z(η, n),
 *
 * a density in the elements below the diagonal; −∞ where L is no such factor. η = 1 is uniform over correlation
 * matrices, larger η favours weak correlations.
 *
 * @param n order of the matrices, 2 or more: the event shape is [n, n]. @param concentration η, positive, any shape: the
 *   batch shape. Draws: from independent beta variables by partial correlations, differentiable in η.
 * @throws if n is no such number.
 * Source: D. Lewandowski, D. Kurowicka, H. Joe, *Generating random correlation matrices based on vines and extended onion
 * method* (2009).
 * @example
 * const factor = lkjCholesky(3, 2).sample(key(0)); // lower triangular
 * factor.shape; // [3, 3]
 * tf.sum(tf.square(factor), 1); // [1, 1, 1], rows of length one
 */
export function lkjCholesky(n: number, concentration: Num): Dist {
  if (!Number.isInteger(n) || n < 2)
    throw new Error(`lkjCholesky: expected matrices of order 2 or more, found ${n}`);
  const support = supports.correlationCholesky;
  return makeDist({
    family: 'lkjCholesky',
    parameters: { concentration: { value: concentration, constraint: positive } },
    eventShape: [n, n],
    support,
    reparameterizable: true,
    reparameterization: 'implicit',
    draw: (key, { concentration: eta }, full) => {
      const b = partialShapes(eta, n);
      const logits = logitBetaNode(key, b, b, [...full.slice(0, -2), columns(n).length]);
      // z = 2σ(t) − 1 = tanh(t/2): small η puts z so near ±1 that only its logit keeps the diagonal positive
      return correlationCholesky.forward(ops.mul(logits, 0.5));
    },
    score: (x, { concentration: eta }) => {
      const inside = support.contains(x);
      const matrix = ops.select(
        shapes.expandDims(shapes.expandDims(inside, -1), -1),
        x,
        shapes.eye(x.builder, n),
      );
      const diagonal = shapes.diagonal(matrix);
      const logs = ops.log(shapes.sliceAxis(diagonal, diagonal.shape.length - 1, 1, n));
      const orders = vector(
        x,
        Array.from({ length: n - 1 }, (_, i) => n - 4 - i),
      );
      const powers = ops.add(ops.mul(2, shapes.expandDims(eta, -1)), orders);
      const density = ops.sub(shapes.reduceSum(ops.mul(powers, logs), -1), logNormalizer(eta, n));
      return ops.select(inside, density, -Infinity);
    },
    mean: ({ concentration: eta }) => moments(eta, n).mean,
    variance: ({ concentration: eta }) => {
      const { mean, square } = moments(eta, n);
      return ops.sub(square, ops.square(mean));
    },
  });
}

/** E Lᵢⱼ and E Lᵢⱼ²: products over the independent partial correlations of a row. */
function moments(eta: Node, n: number): { readonly mean: Node; readonly square: Node } {
  const b = partialShapes(eta, n);
  const logBeta = (c: Node): Node => ops.lbeta(c, c);
  // E √(1 − z²) = 2 B(b + ½, b + ½)/B(b, b), E z² = 1/(2b + 1)
  const logRoot = ops.add(ops.sub(logBeta(ops.add(b, 0.5)), logBeta(b)), Math.LN2);
  const square = ops.div(1, ops.add(ops.mul(2, b), 1));
  const logRest = ops.log1p(ops.neg(square));
  const rests = (logs: Node): Node => logRowRests(ops.mul(2, fillTriangle(logs, -1)));
  const zeros = fillTriangle(ops.zerosLike(b), -1);
  return {
    mean: factorOfPartials(zeros, rests(logRoot)),
    square: factorOfPartials(fillTriangle(square, -1), rests(logRest)),
  };
}
