/**
 * Draws from the standard continuous laws by their quantile functions, as graph nodes: the algorithms of JAX.
 *
 * Every function takes a key u32[..., 2] and a shape to f[..., ...shape]; a batch of keys gives what a loop gives.
 *
 * @module
 */
import { ops, type Node, type Shape } from '../ir/index.js';
import { symmetricNode, uniformNode } from './nodes.js';

/** The least positive normal number of float32: what JAX puts in the place of a uniform that is zero. */
const tiny = 2 ** -126;
/** Spacing of float32 at 1. */
const epsilon = 2 ** -23;

/** Uniforms on (0, 1): those of `uniformNode`, with 2⁻¹²⁶ in the place of 0. */
function positiveUniform(k: Node, shape: Shape): Node {
  return ops.maximum(uniformNode(k, shape), tiny);
}

/** Standard exponentials: −log(1 − u), as `jax.random.exponential`. */
export function exponentialNode(k: Node, shape: Shape): Node {
  return ops.neg(ops.log1p(ops.neg(uniformNode(k, shape))));
}

/** Standard Laplace: sign(u)·log(1 − |u|), u uniform on (−1, 1), as `jax.random.laplace`. */
export function laplaceNode(k: Node, shape: Shape): Node {
  const u = symmetricNode(k, shape);
  return ops.mul(ops.sign(u), ops.log1p(ops.neg(ops.abs(u))));
}

/** Standard Cauchy: tan(π(u − ½)), u uniform on [2⁻²³, 1), as `jax.random.cauchy`. */
export function cauchyNode(k: Node, shape: Shape): Node {
  const u = ops.add(ops.mul(uniformNode(k, shape), 1 - epsilon), epsilon);
  return ops.tan(ops.mul(ops.sub(u, 0.5), Math.PI));
}

/** Standard Gumbel: −log(−log u), as `jax.random.gumbel` in its default mode. */
export function gumbelNode(k: Node, shape: Shape): Node {
  return ops.neg(ops.log(ops.neg(ops.log(positiveUniform(k, shape)))));
}

/** Standard logistic: log u − log(1 − u), as `jax.random.logistic`. */
export function logisticNode(k: Node, shape: Shape): Node {
  const u = positiveUniform(k, shape);
  return ops.sub(ops.log(u), ops.log1p(ops.neg(u)));
}

/**
 * Standard normals in [lower, upper]: √2·erfinv(u), u uniform between erf(lower/√2) and erf(upper/√2), as
 * `jax.random.truncated_normal`; differentiable in the bounds.
 *
 * Bounds broadcast with the draw. An interval beyond 5.8 on one side lies where erf is 1 to rounding, and draws are then
 * its near bound.
 */
export function truncatedNormalNode(k: Node, lower: Node, upper: Node, shape: Shape): Node {
  const [a, b] = [lower, upper].map((v) => ops.erf(ops.mul(v, Math.SQRT1_2))) as [Node, Node];
  // half a spacing for a uniform that is zero: at an infinite lower bound that would be the bound itself
  const unit = ops.maximum(uniformNode(k, shape), 2 ** -24);
  const u = ops.add(a, ops.mul(ops.sub(b, a), unit));
  // erfinv(±1) is infinite with an infinite slope: there the draw is the bound itself
  const saturated = ops.ge(ops.abs(u), 1);
  const x = ops.mul(ops.erfinv(ops.select(saturated, 0, u)), Math.SQRT2);
  const at = ops.select(saturated, ops.select(ops.gt(u, 0), lower, upper), x);
  return ops.minimum(ops.maximum(at, ops.stopGradient(lower)), ops.stopGradient(upper));
}
