/**
 * The multivariate normal distribution.
 *
 * @module
 */
import { ops, shapes, type Node, type Shape } from '../ir/index.js';
import { normalNode } from '../random/index.js';
import { finite, lowerCholesky, positiveDefinite, type Constraint } from './constraints.js';
import { makeDist, type Parameter } from './make.js';
import { halfLog2Pi } from './normal.js';
import { shapeOfNum } from './params.js';
import { supports } from './supports.js';
import type { Dist, Num } from './types.js';

/** The spread of a multivariate normal: its covariance Σ, or the lower triangular L with Σ = L Lᵀ. */
export type Spread = { readonly covariance: Num } | { readonly scaleTril: Num };

function checkShapes(loc: Shape, name: string, matrix: Shape): number {
  const n = loc[loc.length - 1];
  const r = matrix.length;
  if (n !== undefined && r >= 2 && matrix[r - 1] === n && matrix[r - 2] === n) return n;
  throw new Error(
    `multivariateNormal: expected loc [..., n] and ${name} [..., n, n], found [${loc.join(',')}] and [${matrix.join(',')}]`,
  );
}

/** L⁻¹ d for L[..., n, n] and d[..., n], leading axes broadcast. */
function whiten(l: Node, d: Node): Node {
  const n = d.shape[d.shape.length - 1]!;
  if (l.shape.length === 2) {
    // One factor for all: the vectors are columns of one right-hand side, and the factor is not repeated.
    const rows = shapes.reshape(d, [d.shape.slice(0, -1).reduce((a, b) => a * b, 1), n]);
    const z = shapes.transpose(shapes.triangularSolve(l, shapes.transpose(rows)));
    return shapes.reshape(z, d.shape);
  }
  const batch = ops.broadcastShapes(l.shape.slice(0, -2), d.shape.slice(0, -1))!;
  const column = shapes.expandDims(ops.broadcastTo(d, [...batch, n]), -1);
  return shapes.reshape(shapes.triangularSolve(ops.broadcastTo(l, [...batch, n, n]), column), [...batch, n]);
}

/** L ε for L[..., n, n] and ε[..., n], leading axes broadcast. */
function colour(l: Node, e: Node): Node {
  return shapes.reduceSum(ops.mul(l, shapes.expandDims(e, -2)), -1);
}

/**
 * Multivariate normal: log p(x) = −½‖z‖² − Σᵢ log Lᵢᵢ − (n/2) log 2π with z = L⁻¹(x − loc) and Σ = L Lᵀ.
 *
 * @param loc mean [..., n].
 * @param spread `{ covariance }` Σ[..., n, n], symmetric positive definite, whose Cholesky factor is taken, or
 *   `{ scaleTril }` L[..., n, n], lower triangular with a positive diagonal (what stands above it is ignored).
 *   Leading axes broadcast and are the batch shape; the event shape is [n].
 *   Draws: loc + L ε, differentiable in both.
 * @throws if the shapes do not fit.
 * @example
 * const d = multivariateNormal(tf.zeros([2]), { scaleTril: tensor([[1, 0], [0.5, 2]]) });
 * d.logProb(tensor([1, 0.5])); // ≈ -3.03102
 * d.sample(key(0)).shape; // [2]
 */
export function multivariateNormal(loc: Num, spread: Spread): Dist {
  return 'covariance' in spread
    ? family(loc, 'covariance', spread.covariance, positiveDefinite, shapes.cholesky)
    : family(loc, 'scaleTril', spread.scaleTril, lowerCholesky, (l) => shapes.tril(l));
}

function family<N extends 'covariance' | 'scaleTril'>(
  loc: Num,
  name: N,
  matrix: Num,
  constraint: Constraint,
  factor: (matrix: Node) => Node,
): Dist {
  const n = checkShapes(shapeOfNum(loc), name, shapeOfNum(matrix));
  type Both = Readonly<Record<'loc' | N, Node>>;
  const parameters = {
    loc: { value: loc, constraint: finite, eventRank: 1 },
    [name]: { value: matrix, constraint, eventRank: 2 },
  } as Record<'loc' | N, Parameter>;
  return makeDist({
    family: 'multivariateNormal',
    parameters,
    eventShape: [n],
    support: supports.realVector,
    reparameterizable: true,
    draw: (key, p: Both, shape) => ops.add(p.loc, colour(factor(p[name]), normalNode(key, shape))),
    score: (x, p: Both) => {
      const l = factor(p[name]);
      const z = whiten(l, ops.sub(x, p.loc));
      const logDet = shapes.reduceSum(ops.log(shapes.diagonal(l)), -1);
      const quadratic = ops.mul(shapes.reduceSum(ops.square(z), -1), -0.5);
      return ops.sub(quadratic, ops.add(logDet, n * halfLog2Pi));
    },
    mean: (p: Both) => p.loc,
    variance: (p: Both) =>
      name === 'covariance'
        ? shapes.diagonal(p[name])
        : shapes.reduceSum(ops.square(shapes.tril(p[name])), -1),
  });
}
