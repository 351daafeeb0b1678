/**
 * Samplers of continuous laws over tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type Node, type Shape } from '../ir/index.js';
import type { Key } from '../staging/index.js';
import {
  cauchyNode,
  exponentialNode,
  gumbelNode,
  laplaceNode,
  logisticNode,
  truncatedNormalNode,
} from './continuous-nodes.js';
import { betaNode, dirichletNode, gammaNode, studentTNode } from './gamma-nodes.js';
import { draw } from './samplers.js';

/** A real parameter: a tensor, or a number that stands for a scalar. */
type Real = tf.Tensor | number;

/** A sampler without parameters. */
const standard =
  (who: string, node: (k: Node, shape: Shape) => Node) =>
  (key: Key, shape: Shape = []): tf.Tensor =>
    draw(who, key, [], (k) => node(k, shape));

/**
 * Standard exponentials: −log(1 − u), as `jax.random.exponential`.
 *
 * @param key one key; a batch of keys gives a draw of this shape for each, its axes leading.
 * @param shape shape of the draw, default [].
 * @throws if `key` is no key, or is used twice in one recording (`reuse(key)` allows it).
 * @example
 * randomExponential(key(0), [3]);
 */
export const randomExponential: (key: Key, shape?: Shape) => tf.Tensor = standard(
  'randomExponential',
  exponentialNode,
);

/**
 * Standard Laplace variables, of density ½e^{−|x|}, as `jax.random.laplace`. Parameters and errors as
 * {@link randomExponential}.
 *
 * @example
 * randomLaplace(key(0), [3]);
 */
export const randomLaplace: (key: Key, shape?: Shape) => tf.Tensor = standard('randomLaplace', laplaceNode);

/**
 * Standard Cauchy variables, of density 1/(π(1 + x²)), as `jax.random.cauchy`. Parameters and errors as
 * {@link randomExponential}.
 *
 * @example
 * randomCauchy(key(0), [3]);
 */
export const randomCauchy: (key: Key, shape?: Shape) => tf.Tensor = standard('randomCauchy', cauchyNode);

/**
 * Standard Gumbel variables: −log(−log u), as `jax.random.gumbel`. Parameters and errors as {@link randomExponential}.
 *
 * @example
 * randomGumbel(key(0), [3]);
 */
export const randomGumbel: (key: Key, shape?: Shape) => tf.Tensor = standard('randomGumbel', gumbelNode);

/**
 * Standard logistic variables: log u − log(1 − u), as `jax.random.logistic`. Parameters and errors as
 * {@link randomExponential}.
 *
 * @example
 * randomLogistic(key(0), [3]);
 */
export const randomLogistic: (key: Key, shape?: Shape) => tf.Tensor = standard(
  'randomLogistic',
  logisticNode,
);

/**
 * Standard normals in [lower, upper], as `jax.random.truncated_normal`; differentiable in the bounds.
 *
 * @param key, shape as {@link randomExponential}.
 * @param lower, upper bounds, which may be infinite and broadcast with the draw. An interval that lies beyond 5.8 on one
 *   side gives its near bound: use the law of the tail there.
 * @example
 * randomTruncatedNormal(key(0), 0, 2, [3]);
 */
export function randomTruncatedNormal(key: Key, lower: Real, upper: Real, shape: Shape = []): tf.Tensor {
  return draw('randomTruncatedNormal', key, [lower, upper], (k, a, b) =>
    truncatedNormalNode(k, a!, b!, shape),
  );
}

/**
 * Gamma variables with density x^{a−1}e^{−x}/Γ(a), as `jax.random.gamma`: Marsaglia and Tsang's rejection, boosted by
 * U^{1/a} where a < 1. Differentiable in `a` of every order, by implicit reparameterization dx/da = −∂ₐF(x; a)/p(x; a).
 *
 * @param key, shape as {@link randomExponential}.
 * @param a shape parameter, positive, which broadcasts with the draw.
 * @example
 * randomGamma(key(0), 2.5, [3]);
 */
export function randomGamma(key: Key, a: Real, shape: Shape = []): tf.Tensor {
  return draw('randomGamma', key, [a], (k, alpha) => gammaNode(k, alpha!, shape));
}

/**
 * Beta variables with density ∝ x^{a−1}(1 − x)^{b−1}, as `jax.random.beta`: from two gamma variables by their
 * logarithms. Differentiable in both parameters.
 *
 * @param key, shape as {@link randomExponential}. @param a, b positive; they broadcast with the draw.
 * @example
 * randomBeta(key(0), 2, 3, [3]);
 */
export function randomBeta(key: Key, a: Real, b: Real, shape: Shape = []): tf.Tensor {
  return draw('randomBeta', key, [a, b], (k, first, second) => betaNode(k, first!, second!, shape));
}

/**
 * Dirichlet vectors, as `jax.random.dirichlet`: gamma variables over their sum. Differentiable in the concentration.
 *
 * @param concentration [..., K], positive, whose leading axes broadcast with the draw.
 * @param shape shape of the draw without its last axis, default the leading axes of the concentration.
 * @example
 * randomDirichlet(key(0), tf.tensor1d([1, 1, 1]), [5]).shape; // [5, 3]
 */
export function randomDirichlet(key: Key, concentration: tf.Tensor, shape?: Shape): tf.Tensor {
  return draw('randomDirichlet', key, [concentration], (k, alpha) =>
    dirichletNode(k, alpha!, shape ?? alpha!.shape.slice(0, -1)),
  );
}

/**
 * Student's t variables with `df` degrees of freedom, as `jax.random.t`: a normal over the root of a gamma variable.
 * Differentiable in `df`.
 *
 * @param key, shape as {@link randomExponential}. @param df positive, broadcasts with the draw.
 * @example
 * randomStudentT(key(0), 4, [3]);
 */
export function randomStudentT(key: Key, df: Real, shape: Shape = []): tf.Tensor {
  return draw('randomStudentT', key, [df], (k, v) => studentTNode(k, ops.cast(v!, 'f'), shape));
}
