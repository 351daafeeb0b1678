/**
 * Bijectors onto Cholesky factors, from the elements of a triangle in a row, row by row.
 *
 * @module
 */
import { ops, shapes, type Builder, type Node, type Shape } from '../../ir/index.js';
import type { Bijector } from '../types.js';

/** Row-major places in n × n of the triangle j ≤ i + k, for k = 0 or −1. */
function triangle(n: number, k: number): number[] {
  return Array.from({ length: n * n }, (_, at) => at).filter((at) => at % n <= Math.floor(at / n) + k);
}

/** The n of a triangle of m elements. */
function orderOf(m: number, k: number): number {
  const n = Math.round((Math.sqrt(8 * m + 1) - 1) / 2) - k;
  if (triangle(n, k).length === m) return n;
  throw new Error(`a triangle${k === 0 ? '' : ' below the diagonal'} cannot have ${m} elements`);
}

/** The elements x[..., m] in the triangle of zeros [..., n, n]. */
export function fillTriangle(x: Node, k: number): Node {
  const m = x.shape[x.shape.length - 1]!;
  const n = orderOf(m, k);
  const from = new Array<number>(n * n).fill(m);
  triangle(n, k).forEach((at, i) => (from[at] = i));
  const last = x.shape.length - 1;
  const padded = shapes.concat([x, ops.fill(x.builder, 0, [...x.shape.slice(0, -1), 1])], last);
  return shapes.gather(padded, ops.constant(x.builder, from, [n, n], 'i32'), last);
}

/** The triangle of y[..., n, n] as [..., m]. */
function takeTriangle(y: Node, k: number): Node {
  const n = y.shape[y.shape.length - 1]!;
  const places = triangle(n, k);
  const flat = shapes.reshape(y, [...y.shape.slice(0, -2), n * n]);
  return shapes.gather(flat, ops.constant(y.builder, places, [places.length], 'i32'), flat.shape.length - 1);
}

/** Whether an element is on the diagonal: bool[n, n]. */
function onDiagonal(b: Builder, n: number): Node {
  return ops.eq(shapes.iota(b, [n, n], 0), shapes.iota(b, [n, n], 1));
}

const freeShape =
  (k: number) =>
  (shape: Shape): Shape => {
    const n = shape[shape.length - 1]!;
    return [...shape.slice(0, -2), (n * (n + 1 + 2 * k)) / 2];
  };

/**
 * Lower triangular matrices with a positive diagonal, from n(n + 1)/2 reals: Lᵢᵢ = exp(xᵢᵢ), Lᵢⱼ = xᵢⱼ below. Its log
 * determinant is that of the triangle, Σ xᵢᵢ. L Lᵀ is every positive definite matrix once.
 */
export const lowerCholesky: Bijector = {
  name: 'lowerCholesky',
  freeShape: freeShape(0),
  forward(x) {
    const a = fillTriangle(x, 0);
    return ops.select(onDiagonal(a.builder, a.shape[a.shape.length - 1]!), ops.exp(a), a);
  },
  inverse(y) {
    const diagonal = onDiagonal(y.builder, y.shape[y.shape.length - 1]!);
    return takeTriangle(ops.select(diagonal, ops.log(ops.select(diagonal, y, 1)), y), 0);
  },
  forwardLogDet: (x) => shapes.reduceSum(shapes.diagonal(fillTriangle(x, 0)), -1),
};

/**
 * Σ_{k<j} ½ log(1 − zᵢₖ²) at each [i, j]: logarithm of what the first j elements leave of a row of length one, from
 * log(1 − z²).
 */
export function logRowRests(logComplement: Node): Node {
  const last = logComplement.shape.length - 1;
  const sums = shapes.cumsum(ops.mul(logComplement, 0.5), last);
  const n = logComplement.shape[last]!;
  const zero = ops.fill(sums.builder, 0, [...sums.shape.slice(0, -1), 1]);
  return shapes.concat([zero, shapes.sliceAxis(sums, last, 0, n - 1)], last);
}

/**
 * The factor of partial correlations z[..., n, n], zero on and above the diagonal: Lᵢⱼ = zᵢⱼ Π_{k<j} √(1 − zᵢₖ²), and the
 * root of what is left on the diagonal.
 */
export function factorOfPartials(z: Node, rests: Node): Node {
  const scale = ops.exp(rests);
  return ops.select(onDiagonal(z.builder, z.shape[z.shape.length - 1]!), scale, ops.mul(z, scale));
}

/** log(1 − tanh² x) = 2(log 2 + x − log(1 + e^{2x})), smooth at 0 and free of overflow. */
function logSech2(x: Node): Node {
  return ops.mul(2, ops.sub(ops.add(x, Math.LN2), ops.softplus(ops.mul(2, x))));
}

/**
 * Cholesky factors of correlation matrices (rows of length one, positive diagonal), from n(n − 1)/2 reals by way of
 * partial correlations zᵢⱼ = tanh xᵢⱼ. The log determinant is that of the triangle below the diagonal,
 * Σ_{i>j} log(1 − zᵢⱼ²) + Σ_{k<j} ½ log(1 − zᵢₖ²). Source: the Stan reference manual, Cholesky factors of correlation
 * matrices.
 */
export const correlationCholesky: Bijector = {
  name: 'correlationCholesky',
  freeShape: freeShape(-1),
  forward(x) {
    const a = fillTriangle(x, -1);
    return factorOfPartials(ops.tanh(a), logRowRests(logSech2(a)));
  },
  inverse(y) {
    // tanh x = L/r and 1/cosh x = s/r with r² = s² + L², s² what is right of the element: sinh x = L/s
    const last = y.shape.length - 1;
    const n = y.shape[last]!;
    const zero = ops.fill(y.builder, 0, [...y.shape.slice(0, -1), 1]);
    const sums = shapes.cumsum(ops.square(y), last, true);
    const right = shapes.concat([shapes.sliceAxis(sums, last, 1, n), zero], last);
    const below = shapes.lowerMask(y.builder, [n, n], -1);
    const sinh = ops.div(y, ops.sqrt(ops.select(below, right, 1)));
    return takeTriangle(ops.unary('asinh', ops.select(below, sinh, 0)), -1);
  },
  forwardLogDet(x) {
    const complement = logSech2(fillTriangle(x, -1));
    const below = shapes.lowerMask(x.builder, complement.shape.slice(-2), -1);
    const terms = ops.add(complement, logRowRests(complement));
    return shapes.reduceSum(ops.select(below, terms, 0), [-2, -1]);
  },
};
