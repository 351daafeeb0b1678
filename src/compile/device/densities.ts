/**
 * The densities of gamma and beta variables in float32, as graphs.
 *
 * Where the parameters are large, the exponent is the small deviation from the mode, with its leading terms cancelled in
 * formula, as in C. Loader, *Fast and accurate computation of binomial probabilities* (2000); elsewhere it is the sum of the
 * logarithms. The relative error is some 1e-7 of the largest term of the exponent.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';
import { polynomial } from './error-function.js';
import { lbeta, lgamma, ratioRest, stirlingError } from './gamma.js';

/** 1/(2k+1) for k = 7 … 1. */
const oddReciprocals = [7, 6, 5, 4, 3, 2, 1].map((k) => 1 / (2 * k + 1));

/** log(1+m) − m for 1+m = ratio, without cancellation near m = 0. */
function logLess(m: Node, ratio: Node): Node {
  const near = ops.lt(ops.abs(m), 0.4);
  const bounded = ops.select(near, m, 0);
  // log(1+m) = 2 artanh r with r = m/(2+m); of that, 2r − m = −m r
  const r = ops.div(bounded, ops.add(bounded, 2));
  const square = ops.mul(r, r);
  const series = ops.mul(ops.mul(square, 2), polynomial(oddReciprocals, square));
  return ops.select(near, ops.mul(r, ops.sub(series, bounded)), ops.sub(ops.log(ratio), m));
}

const all = (...tests: readonly Node[]): Node => tests.reduce((a, b) => ops.and(a, b));

/** The density at a bound of the support, which the power x^{power−1} decides. */
function atBound(power: Node, one: Node | number): Node {
  return ops.select(
    ops.gt(power, 1),
    0,
    ops.select(ops.eq(power, 1), one, ops.fill(power.builder, Infinity, power.shape)),
  );
}

/** xᵃ⁻¹ e⁻ˣ/Γ(a). */
export function gammaDensity(a: Node, x: Node): Node {
  const large = ops.ge(a, 10);
  // each formula gets parameters of its own range
  const [big, small] = [ops.maximum(a, 10), ops.minimum(a, 10)];
  const exponent = ops.mul(big, logLess(ops.div(ops.sub(x, big), big), ops.div(x, big)));
  const far = ops.div(
    ops.mul(ops.sqrt(ops.mul(big, 0.5 / Math.PI)), ops.exp(ops.sub(exponent, stirlingError(big)))),
    x,
  );
  const near = ops.exp(ops.sub(ops.sub(ops.mul(ops.sub(small, 1), ops.log(x)), x), lgamma(small)));
  const [noShape, infinite] = [ops.eq(a, 0), (v: Node) => ops.eq(v, Infinity)];
  const ends = ops.select(ops.and(infinite(a), infinite(x)), NaN, ops.fill(a.builder, 0, a.shape));
  const regular = ops.select(
    ops.or(ops.or(infinite(a), infinite(x)), noShape),
    ends,
    ops.select(large, far, near),
  );
  const value = ops.select(ops.eq(x, 0), ops.select(noShape, NaN, atBound(a, 1)), regular);
  return ops.select(all(ops.ge(a, 0), ops.ge(x, 0)), value, NaN);
}

/** xᵃ yᵇ/B(a, b) for one parameter below 10 and one above: with q for the larger, q^p goes with its power. */
function mixed(a: Node, b: Node, x: Node, y: Node): Node {
  const swap = ops.gt(a, b);
  const [p, q] = [ops.minimum(ops.minimum(a, b), 10), ops.maximum(ops.maximum(a, b), 10)];
  const [u, v] = [ops.select(swap, y, x), ops.select(swap, x, y)];
  const logV = ops.select(ops.le(u, 0.5), ops.log1p(ops.neg(u)), ops.log(v));
  const rest = ops.sub(ops.mul(q, logV), ratioRest(p, q));
  return ops.exp(ops.add(ops.mul(p, ops.log(ops.mul(u, q))), ops.sub(rest, lgamma(p))));
}

/** xᵃ⁻¹ (1−x)ᵇ⁻¹/B(a, b). */
export function betaDensity(a: Node, b: Node, x: Node): Node {
  const y = ops.sub(1, x);
  const [p, q] = [ops.maximum(a, 10), ops.maximum(b, 10)];
  const n = ops.add(p, q);
  // relative to the mode of logit x, whose odds are p : q
  const lambda = ops.sub(ops.mul(p, y), ops.mul(q, x));
  const left = ops.mul(p, logLess(ops.neg(ops.div(lambda, p)), ops.div(ops.mul(x, n), p)));
  const right = ops.mul(q, logLess(ops.div(lambda, q), ops.div(ops.mul(y, n), q)));
  const rest = ops.sub(ops.add(stirlingError(p), stirlingError(q)), stirlingError(n));
  const width = ops.sqrt(ops.mul(ops.mul(ops.div(p, n), q), 0.5 / Math.PI));
  const kernel = ops.mul(width, ops.exp(ops.sub(ops.add(left, right), rest)));
  const far = ops.div(ops.div(kernel, x), y);
  const powers = ops.add(ops.mul(ops.sub(a, 1), ops.log(x)), ops.mul(ops.sub(b, 1), ops.log1p(ops.neg(x))));
  const near = ops.exp(ops.sub(powers, lbeta(a, b)));
  const regular = ops.select(
    all(ops.ge(a, 10), ops.ge(b, 10)),
    far,
    ops.select(ops.ge(ops.maximum(a, b), 10), ops.div(ops.div(mixed(a, b, x, y), x), y), near),
  );
  const value = ops.select(ops.eq(x, 0), atBound(a, b), ops.select(ops.eq(x, 1), atBound(b, a), regular));
  const finite = all(ops.lt(a, Infinity), ops.lt(b, Infinity));
  return ops.select(all(ops.gt(a, 0), ops.gt(b, 0), ops.ge(x, 0), ops.le(x, 1), finite), value, NaN);
}
