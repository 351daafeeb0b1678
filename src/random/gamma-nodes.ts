/**
 * Gamma variables, and what is made of them: beta, Dirichlet, Student's t. All are differentiable in their shapes.
 *
 * @module
 */
import { buildGraph, deepest, ops, shapes, type Node, type Shape } from '../ir/index.js';
import { normalNode, splitNodes, uniformNode } from './nodes.js';
import { elementKeys, untilDone } from './rejection.js';

/** d·V of Marsaglia and Tsang, a Gamma(alpha, 1) variable for alpha ≥ 1: keys u32[..., 2], alpha f[...]. */
function marsagliaTsang(keys: Node, alpha: Node): Node {
  const d = ops.sub(alpha, 1 / 3);
  const c = ops.div(1 / 3, ops.sqrt(d));
  const all = ops.fill(keys.builder, 1, alpha.shape, 'bool');
  const [v] = untilDone(all, keys, [ops.zerosLike(alpha)], (key) => {
    const [next, normalKey, uniformKey] = splitNodes(key, 3);
    const start = ops.fill(key.builder, 0, alpha.shape);
    const [x, t] = untilDone(
      ops.fill(key.builder, 1, alpha.shape, 'bool'),
      normalKey!,
      [start, start],
      (k) => {
        const [rest, own] = splitNodes(k, 2);
        const z = normalNode(own!, []);
        const root = ops.add(1, ops.mul(z, c));
        return { key: rest!, state: [z, root], again: ops.le(root, 0) };
      },
    ) as [Node, Node];
    const [x2, t3] = [ops.square(x), ops.mul(ops.square(t), t)];
    const u = uniformNode(uniformKey!, []);
    const outside = ops.ge(u, ops.sub(1, ops.mul(0.0331, ops.square(x2))));
    const bound = ops.add(ops.mul(x2, 0.5), ops.mul(d, ops.add(ops.sub(1, t3), ops.log(t3))));
    return { key: next!, state: [t3], again: ops.and(outside, ops.ge(ops.log(u), bound)) };
  });
  return ops.mul(d, v!);
}

/** Gamma(alpha, 1), and its logarithm, without derivatives: Marsaglia and Tsang, boosted by U^{1/alpha} below 1. */
function drawGamma(k: Node, alpha: Node): { readonly value: Node; readonly log: Node } {
  const shape = alpha.shape.slice(k.shape.length - 1);
  const [loopKeys, boostKeys] = splitNodes(elementKeys(k, shape), 2);
  const a = ops.stopGradient(alpha);
  const small = ops.lt(a, 1);
  const x = marsagliaTsang(loopKeys!, ops.select(small, ops.add(a, 1), a));
  const logU = ops.log1p(ops.neg(uniformNode(boostKeys!, [])));
  // log U = 0 would make 0·∞ of alpha = 0
  const boost = ops.select(ops.and(small, ops.ne(logU, 0)), ops.div(logU, a), 0);
  return { value: ops.mul(x, ops.exp(boost)), log: ops.add(ops.log(x), boost) };
}

/** Key and shape parameter in one builder, the parameter repeated to the draw. */
function prepared(k: Node, alpha: Node, shape: Shape): [key: Node, alpha: Node] {
  const b = deepest([k, alpha]);
  return [b.lift(k), ops.broadcastTo(b.lift(alpha), [...k.shape.slice(0, -1), ...shape])];
}

/**
 * A draw x with the derivative dx = slope(alpha, x) d alpha: in value the draw, and nothing is computed for it. The x of
 * the slope has that derivative too, so that derivatives of every order are right.
 */
function differentiable(value: Node, alpha: Node, slope: (a: Node, x: Node) => Node): Node {
  const b = deepest([value, alpha]);
  const aval = value.avals[0]!;
  const fun = buildGraph([aval, aval], (x) => [x]);
  const jvp = buildGraph([aval, aval, aval, aval], (x, a, _dx, da) => {
    // the function itself, without a rule: its derivative is by this rule again
    const y = x.builder.node('custom', { fun, captures: 0 }, [x, a]);
    return [y, ops.mul(slope(a, y), da)];
  });
  return b.node('custom', { fun, captures: 0, jvp }, [value, alpha]);
}

/**
 * Gamma(alpha, 1), key u32[..., 2] → f[..., ...shape], as `jax.random.gamma`: Marsaglia and Tsang's rejection on normals,
 * boosted by U^{1/alpha} where alpha < 1. NaN where alpha is NaN or negative.
 *
 * Differentiable by implicit reparameterization, dx/dα = −∂_αF(x; α)/p(x; α): what the rejection loop did has no part
 * in it.
 *
 * @param alpha broadcasts with the draw.
 * Sources: G. Marsaglia and W. W. Tsang, *A simple method for generating gamma variables* (2000); M. Figurnov et al.,
 * *Implicit reparameterization gradients* (2018).
 */
export function gammaNode(k: Node, alpha: Node, shape: Shape): Node {
  const [key, a] = prepared(k, alpha, shape);
  return differentiable(drawGamma(key, a).value, a, (b, x) => ops.randomGammaGrad(b, x));
}

/** Least gamma variable whose derivative is taken from the variable itself; below it the law is a power, to rounding. */
const leastGamma = 1e-280;

/** Logarithms of `gammaNode`, exact where the variable itself would underflow, as `jax.random.loggamma`. */
export function logGammaNode(k: Node, alpha: Node, shape: Shape): Node {
  const [key, full] = prepared(k, alpha, shape);
  return differentiable(drawGamma(key, full).log, full, (a, log) => {
    const x = ops.exp(log);
    const vanishes = ops.lt(x, leastGamma);
    // F(x) = xᵃ/Γ(a + 1) there
    const power = ops.div(ops.sub(ops.add(ops.digamma(a), ops.div(1, a)), log), a);
    const inner = ops.select(vanishes, 1, x);
    return ops.select(vanishes, power, ops.div(ops.randomGammaGrad(a, inner), inner));
  });
}

/** log x − log(1 − x) of `betaNode`, exact where the variable itself would round to 0 or 1. */
export function logitBetaNode(k: Node, a: Node, b: Node, shape: Shape): Node {
  const [first, second] = splitNodes(k, 2);
  return ops.sub(logGammaNode(first!, a, shape), logGammaNode(second!, b, shape));
}

/**
 * Beta(a, b), key u32[..., 2] → f[..., ...shape]: X/(X + Y) for X ~ Gamma(a), Y ~ Gamma(b), by their logarithms, as
 * `jax.random.beta`. Differentiable in both parameters, which broadcast with the draw.
 */
export function betaNode(k: Node, a: Node, b: Node, shape: Shape): Node {
  return ops.logistic(logitBetaNode(k, a, b, shape));
}

/**
 * Dirichlet vectors, key u32[..., 2] → f[..., ...shape, K]: gamma variables over their sum, by their logarithms, as
 * `jax.random.dirichlet`. Differentiable in alpha[..., K], whose leading axes broadcast with the draw.
 */
export function dirichletNode(k: Node, alpha: Node, shape: Shape): Node {
  const logs = logGammaNode(k, alpha, [...shape, alpha.shape[alpha.shape.length - 1]!]);
  return ops.exp(ops.sub(logs, shapes.logSumExp(logs, -1, true)));
}

/**
 * Student's t, key u32[..., 2] → f[..., ...shape]: z·√((df/2)/X) for X ~ Gamma(df/2) and a normal z, as `jax.random.t`.
 * Differentiable in df, which broadcasts with the draw.
 */
export function studentTNode(k: Node, df: Node, shape: Shape): Node {
  const [normalKey, gammaKey] = splitNodes(k, 2);
  const half = ops.mul(df, 0.5);
  const log = logGammaNode(gammaKey!, half, shape);
  return ops.mul(normalNode(normalKey!, shape), ops.exp(ops.mul(ops.sub(ops.log(half), log), 0.5)));
}
