/**
 * Gaussian families in the coordinates of a Laplace approximation.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Builder, type Node } from '../../ir/index.js';
import { tensor } from '../../staging/index.js';
import type { Laplace } from './laplace.js';

/** log √(2π). */
const logRoot2Pi = Math.log(2 * Math.PI) / 2;

/**
 * A Gaussian over z[n] as an affine map of standard noise, z = A(q) ε + a(q), as functions of nodes. `q` are the leaves
 * of the parameters, in the order of their record.
 */
export interface GaussianFamily<P> {
  /** The parameters at which the family is the Laplace approximation. */
  readonly params: P;
  /** z[..., n] from ε[..., n]. */
  transform(q: readonly Node[], noise: Node): Node;
  /** ε[n] from z[n]. */
  inverse(q: readonly Node[], z: Node): Node;
  /** log|det A|, a scalar. */
  logDet(q: readonly Node[]): Node;
  /** Mean and standard deviation of each coordinate, [n]. */
  moments(q: readonly Node[]): { readonly mean: Node; readonly sd: Node };
}

/** log N(ε | 0, I) for ε[n]: −½ Σ ε² − n log √(2π). */
export function standardLogDensity(noise: Node): Node {
  const n = noise.shape[noise.shape.length - 1]!;
  return ops.sub(ops.mul(-0.5, shapes.reduceSum(ops.square(noise), -1)), n * logRoot2Pi);
}

/** Parameters of a mean-field Gaussian, relative to the Laplace approximation: both are [n], zeros at the start. */
export interface MeanFieldParams {
  readonly loc: tf.Tensor;
  readonly logScale: tf.Tensor;
}

/** zᵢ = modeᵢ + sᵢ (locᵢ + exp(logScaleᵢ) εᵢ) with sᵢ = 1/√(−Hᵢᵢ). */
export function meanFieldGaussian({ mode, scale }: Laplace): GaussianFamily<MeanFieldParams> {
  const n = mode.length;
  const at = (b: Builder, values: Float64Array): Node => ops.constant(b, values, [n]);
  return {
    params: { loc: tensor(new Float64Array(n)), logScale: tensor(new Float64Array(n)) },
    transform([loc, logScale], noise) {
      const white = ops.add(loc!, ops.mul(ops.exp(logScale!), noise));
      return ops.add(at(white.builder, mode), ops.mul(at(white.builder, scale), white));
    },
    inverse([loc, logScale], z) {
      const white = ops.div(ops.sub(z, at(z.builder, mode)), at(z.builder, scale));
      return ops.mul(ops.sub(white, loc!), ops.exp(ops.neg(logScale!)));
    },
    logDet: ([, logScale]) => ops.add(shapes.reduceSum(logScale!), sumOfLogs(scale)),
    moments: ([loc, logScale]) => ({
      mean: ops.add(at(loc!.builder, mode), ops.mul(at(loc!.builder, scale), loc!)),
      sd: ops.mul(at(logScale!.builder, scale), ops.exp(logScale!)),
    }),
  };
}

/**
 * Parameters of a full-rank Gaussian, relative to the Laplace approximation, zeros at the start. The scale is
 * T = strictly lower triangle of `lower` + diag(exp(logDiagonal)).
 */
export interface FullRankParams {
  /** [n]. */
  readonly loc: tf.Tensor;
  /** [n]. */
  readonly logDiagonal: tf.Tensor;
  /** [n, n], of which the part below the diagonal is used. */
  readonly lower: tf.Tensor;
}

/** z = mode + L (loc + T ε) with L Lᵀ = (−H)⁻¹. */
export function fullRankGaussian({ mode, scaleTril }: Laplace): GaussianFamily<FullRankParams> {
  const n = mode.length;
  const center = (b: Builder): Node => ops.constant(b, mode, [n]);
  const outer = (b: Builder): Node => ops.constant(b, scaleTril, [n, n]);
  const inner = (logDiagonal: Node, lower: Node): Node =>
    ops.add(shapes.tril(lower, -1), shapes.diag(ops.exp(logDiagonal)));
  /** A x over the last axis of x[..., n]. */
  const times = (a: Node, x: Node): Node =>
    shapes.dot(x, a, { lhsContract: [x.shape.length - 1], rhsContract: [1] });
  const solve = (a: Node, x: Node): Node =>
    shapes.reshape(shapes.triangularSolve(a, shapes.reshape(x, [n, 1])), [n]);
  const diagonal = Float64Array.from({ length: n }, (_, i) => scaleTril[i * n + i]!);
  return {
    params: {
      loc: tensor(new Float64Array(n)),
      logDiagonal: tensor(new Float64Array(n)),
      lower: tensor(new Float64Array(n * n), [n, n]),
    },
    transform([loc, logDiagonal, lower], noise) {
      const white = ops.add(loc!, times(inner(logDiagonal!, lower!), noise));
      return ops.add(center(white.builder), times(outer(white.builder), white));
    },
    inverse([loc, logDiagonal, lower], z) {
      const white = solve(outer(z.builder), ops.sub(z, center(z.builder)));
      return solve(inner(logDiagonal!, lower!), ops.sub(white, loc!));
    },
    logDet: ([, logDiagonal]) => ops.add(shapes.reduceSum(logDiagonal!), sumOfLogs(diagonal)),
    moments([loc, logDiagonal, lower]) {
      const root = shapes.matmul(outer(loc!.builder), inner(logDiagonal!, lower!));
      return {
        mean: ops.add(center(loc!.builder), times(outer(loc!.builder), loc!)),
        sd: ops.sqrt(shapes.reduceSum(ops.square(root), 1)),
      };
    },
  };
}

function sumOfLogs(values: Float64Array): number {
  return values.reduce((s, v) => s + Math.log(v), 0);
}
