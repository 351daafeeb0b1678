/**
 * The gamma function's logarithm and its derivatives in float32, as graphs.
 *
 * The formulas are those of the reference's float64 functions with as many terms as float32 can tell: a polynomial
 * around the zero of each function, recurrences up to 10, Stirling's series above, reflection below zero, where the
 * relative error near the zeros is what the rounding of the argument costs.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';
import { polynomial } from './error-function.js';

const halfLogTwoPi = 0.9189385332046728;

/** log Γ(2+z)/z on |z| ≤ ½. */
const aroundTwo = [
  -9.452938473714576e-6, 2.0535581020500523e-5, -4.492443535898787e-5, 9.945371368841632e-5,
  -0.00022315489463809116, 0.0005096698119432116, -0.0011927539062598581, 0.0028905103192621994,
  -0.0073855510287714685, 0.02058080842799012, -0.06735230105319759, 0.32246703342411215, 0.42278433509846713,
];

/** ψ(x)/(x − root) on |x − 1.5| ≤ ½, in powers of x − 1.5. */
const aroundRoot = [
  0.0002522590506964885, -0.0003783907897248858, 0.00023650171719339814, -0.00035476352053371977,
  0.0007184107969046378, -0.0010776863967234226, 0.0015580749137213761, -0.002337552647103118,
  0.0035187504361950134, -0.005280903066090605, 0.007926972735646359, -0.011908146513976738,
  0.017907250563619775, -0.026975800029253667, 0.0407608338843387, -0.06192213319072707, 0.09498872445354183,
  -0.14840492305485808, 0.24054248424078478, -0.4236274212814573, 0.9510558760318328,
];
/** The positive root of ψ: a float32 number and what is missing. */
const rootHigh = Math.fround(1.4616321449683622);
const rootLow = 1.4616321449683622 - rootHigh;

/** Sums in powers of 1/x²: log Γ less its leading terms, times x; ½/x less log x − ψ(x), times −x². */
const stirling = [0.0007936507936507937, -0.002777777777777778, 0.08333333333333333];
const stirlingSlope = [0.003968253968253968, -0.008333333333333333, 0.08333333333333333];

/** z in [from, from + 1) with x = z + steps, for x up to from + 8; and the product x − 1 down to z, or the sum of its inverses. */
function shifted(
  x: Node,
  from: number,
  f: (total: Node, z: Node) => Node,
  start: number,
): [z: Node, total: Node] {
  let [z, total] = [x, ops.fill(x.builder, start, x.shape)];
  for (let k = 0; k < 9; k++) {
    const down = ops.sub(z, 1);
    const more = ops.ge(z, from + 1);
    [z, total] = [ops.select(more, down, z), ops.select(more, f(total, down), total)];
  }
  return [z, total];
}

/** log Γ(x) − (x−½) log x + x − ½ log 2π for x ≥ 10. */
export function stirlingError(x: Node): Node {
  const r = ops.div(1, x);
  return ops.mul(r, polynomial(stirling, ops.mul(r, r)));
}

/** (x − ½)(log x − 1) + ½ log 2π − ½ + …, for x ≥ 10. */
function lgammaFar(x: Node): Node {
  const main = ops.mul(ops.sub(x, 0.5), ops.sub(ops.log(x), 1));
  return ops.add(main, ops.add(stirlingError(x), halfLogTwoPi - 0.5));
}

/** log|Γ(x)| for x > −½. */
function lgammaRight(x: Node): Node {
  const bounded = ops.minimum(x, 10);
  const [z, product] = shifted(bounded, 1.5, ops.mul, 1);
  const small = ops.lt(x, 0.5);
  const medium = ops.lt(x, 1.5);
  const u = ops.select(small, x, ops.select(medium, ops.sub(x, 1), ops.sub(z, 2)));
  const near = ops.mul(u, polynomial(aroundTwo, u));
  const moved = ops.select(small, ops.mul(ops.abs(x), ops.add(x, 1)), ops.select(medium, x, product));
  const log = ops.log(moved);
  const value = ops.add(near, ops.select(medium, ops.neg(log), log));
  return ops.select(ops.ge(x, 10), lgammaFar(ops.maximum(x, 10)), value);
}

/** x less the nearest integer, in [−½, ½]. */
const offInteger = (x: Node): Node => ops.sub(x, ops.unary('round', x));

/** log|Γ(x)|. */
export function lgamma(x: Node): Node {
  const reflected = ops.le(x, -0.5);
  const right = lgammaRight(ops.select(reflected, ops.neg(x), x));
  const s = ops.abs(ops.sin(ops.mul(offInteger(x), Math.PI)));
  const left = ops.sub(ops.log(ops.div(Math.PI, ops.mul(ops.abs(x), s))), right);
  const pole = ops.or(ops.eq(s, 0), ops.eq(x, -Infinity));
  return ops.select(reflected, ops.select(pole, Infinity, left), right);
}

/** ψ(x) for x ≥ 1. */
function digammaRight(x: Node): Node {
  const [z, sum] = shifted(ops.minimum(x, 10), 1, (total, down) => ops.add(total, ops.div(1, down)), 0);
  const near = ops.mul(ops.sub(ops.sub(z, rootHigh), rootLow), polynomial(aroundRoot, ops.sub(z, 1.5)));
  const far = ops.maximum(x, 10);
  const r = ops.div(1, far);
  const slope = ops.mul(r, ops.add(ops.mul(r, polynomial(stirlingSlope, ops.mul(r, r))), 0.5));
  return ops.select(ops.ge(x, 10), ops.sub(ops.log(far), slope), ops.add(sum, near));
}

/** ψ(x). */
export function digamma(x: Node): Node {
  const negative = ops.lt(x, 0);
  const small = ops.and(ops.lt(x, 1), ops.not(negative));
  const argument = ops.select(negative, ops.sub(1, x), ops.select(small, ops.add(x, 1), x));
  const right = digammaRight(argument);
  const y = offInteger(x);
  const cotangent = ops.select(ops.eq(ops.abs(y), 0.5), 0, ops.div(Math.PI, ops.tan(ops.mul(y, Math.PI))));
  const left = ops.select(ops.eq(y, 0), NaN, ops.sub(right, cotangent));
  return ops.select(negative, left, ops.select(small, ops.sub(right, ops.div(1, x)), right));
}

/** B₂ⱼ/(2j)! for j = 1 … 8. */
const bernoulli = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7,
  2.08767569878681e-8, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
];
/** Terms of Hurwitz's sum before Euler and Maclaurin's formula takes over. */
const terms = 10;

/** xˢ ζ(s, x) for s > 1, x > 0. */
function scaledZeta(s: Node, x: Node): Node {
  let sum = ops.fill(x.builder, 1, x.shape);
  for (let k = 1; k < terms; k++) sum = ops.add(sum, ops.pow(ops.div(x, ops.add(x, k)), s));
  const z = ops.add(x, terms);
  const power = ops.pow(ops.div(x, z), s);
  let tail = ops.add(ops.div(z, ops.sub(s, 1)), 0.5);
  let factor = ops.div(s, z);
  bernoulli.forEach((c, j) => {
    tail = ops.add(tail, ops.mul(factor, c));
    const next = ops.mul(ops.div(ops.add(s, 2 * j + 1), z), ops.div(ops.add(s, 2 * j + 2), z));
    factor = ops.mul(factor, next);
  });
  return ops.add(sum, ops.mul(power, tail));
}

/** n! y⁻ⁿ⁻¹ z for y > 0. */
function factorialTimes(n: Node, y: Node, z: Node): Node {
  const inverse = ops.div(1, y);
  // z grows as y does: together first, so that only the result leaves the range of float32
  return ops.mul(ops.mul(ops.exp(lgamma(ops.add(n, 1))), ops.mul(z, inverse)), ops.pow(inverse, n));
}

/**
 * ψ⁽ⁿ⁾(x) for integers n ≥ 0. The relative error is some 1e-6 up to n = 20. From n = 34 on n! is beyond float32, and the
 * result ±∞ or NaN.
 */
export function polygamma(n: Node, x: Node): Node {
  const s = ops.add(ops.maximum(n, 1), 1);
  const order = ops.sub(s, 1);
  const zeta = (y: Node): Node => factorialTimes(order, y, scaledZeta(s, y));
  const odd = ops.ne(offInteger(ops.mul(order, 0.5)), 0);
  const positive = ops.gt(x, 0);
  const y = offInteger(x);
  const right = zeta(ops.select(positive, ops.minimum(x, 1e30), ops.add(y, 1)));
  // Σ over all integers k of (y+k)⁻ⁿ⁻¹, less the terms beyond x, is what Σ_{k≥0} (x+k)⁻ⁿ⁻¹ leaves
  const beyond = zeta(ops.sub(1, ops.minimum(x, 0)));
  const left = ops.select(ops.gt(x, -0.5), 0, ops.sub(zeta(ops.sub(1, y)), beyond));
  const size = factorialTimes(order, ops.abs(y), ops.fill(y.builder, 1, y.shape));
  const pole = ops.select(odd, size, ops.mul(ops.sign(y), size));
  const sum = ops.add(pole, right);
  // half way between two poles their contributions to an even derivative are equal and opposite
  const even = ops.select(ops.eq(ops.abs(y), 0.5), beyond, ops.sub(sum, left));
  const below = ops.select(odd, ops.add(sum, left), ops.neg(even));
  const atPole = ops.select(odd, Infinity, ops.select(ops.eq(x, 0), ops.div(-1, x), NaN));
  const reflected = ops.select(ops.eq(y, 0), atPole, ops.select(ops.isFinite(x), below, NaN));
  const tail = ops.select(ops.eq(x, Infinity), 0, right);
  const regular = ops.select(positive, ops.select(odd, tail, ops.neg(tail)), reflected);
  const whole = ops.and(ops.ge(n, 0), ops.eq(offInteger(n), 0));
  return ops.select(ops.eq(n, 0), digamma(x), ops.select(whole, regular, NaN));
}

/** log B(p, q) for p, q ≥ 10; smaller ones give something finite. */
function lbetaLarge(p: Node, q: Node): Node {
  const h = ops.div(p, q);
  const sum = ops.add(p, q);
  const rest = ops.sub(ops.add(stirlingError(p), stirlingError(q)), stirlingError(sum));
  const share = ops.log(ops.div(h, ops.add(h, 1)));
  return ops.add(
    ops.add(ops.sub(rest, ops.mul(ops.log(q), 0.5)), halfLogTwoPi),
    ops.sub(ops.mul(ops.sub(p, 0.5), share), ops.mul(q, ops.log1p(h))),
  );
}

/** log Γ(q) − log Γ(p+q) + p log q for q ≥ 10: small beside each of its terms. */
export function ratioRest(p: Node, q: Node): Node {
  const sum = ops.add(p, q);
  const rest = ops.add(ops.sub(stirlingError(q), stirlingError(sum)), p);
  return ops.sub(rest, ops.mul(ops.sub(sum, 0.5), ops.log1p(ops.div(p, q))));
}

/**
 * log B(a, b) for a, b ≥ 0, NaN for others: sums of log Γ below 10, Stirling's series for what is above, with its leading
 * terms cancelled in formula.
 */
export function lbeta(a: Node, b: Node): Node {
  const [p, q] = [ops.minimum(a, b), ops.maximum(a, b)];
  const [bp, bq] = [ops.maximum(p, 10), ops.maximum(q, 10)];
  const direct = ops.sub(ops.add(lgamma(p), lgamma(q)), lgamma(ops.add(p, q)));
  const mixed = ops.sub(ops.add(lgamma(p), ratioRest(p, bq)), ops.mul(p, ops.log(bq)));
  const large = lbetaLarge(bp, bq);
  const regular = ops.select(ops.ge(p, 10), large, ops.select(ops.ge(q, 10), mixed, direct));
  const ends = ops.select(ops.eq(p, 0), NaN, ops.fill(p.builder, -Infinity, p.shape));
  const value = ops.select(ops.eq(q, Infinity), ends, ops.select(ops.eq(p, 0), Infinity, regular));
  return ops.select(ops.ge(p, 0), value, NaN);
}
