/**
 * The matrix exponential.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, sizeOf, type Node } from '../ir/index.js';
import { lift } from '../staging/index.js';
import { condNodes, scanNodes } from './control-nodes.js';
import { identityLike, product, solveMatrix } from './matrix-nodes.js';
import { expectSquare } from './matrix-shapes.js';

/** Coefficients of the numerator of the [13/13] Padé approximant of eˣ; the denominator has them with alternating signs. */
const pade = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;
/** The largest 1-norm at which the approximant is exact to rounding. */
const theta = 5.371920351148152;
/** Enough for norms up to 4.6e10, beyond which nothing can be said of the result. */
const mostSquarings = 33;

const { add, mul, sub } = ops;

/** Σ cᵢ xᵢ. */
function combination(terms: readonly (readonly [coefficient: number, x: Node])[]): Node {
  return terms.map(([c, x]) => mul(x, c)).reduce((s, x) => add(s, x));
}

/** r₁₃(A) = (V − U)⁻¹(V + U): U the odd and V the even powers. */
function approximant(a: Node): Node {
  const b = pade;
  const one = identityLike(a);
  const a2 = product(a, a);
  const a4 = product(a2, a2);
  const a6 = product(a4, a2);
  const highOdd = product(
    a6,
    combination([
      [b[13], a6],
      [b[11], a4],
      [b[9], a2],
    ]),
  );
  const odd = product(
    a,
    add(
      highOdd,
      combination([
        [b[7], a6],
        [b[5], a4],
        [b[3], a2],
        [b[1], one],
      ]),
    ),
  );
  const highEven = product(
    a6,
    combination([
      [b[12], a6],
      [b[10], a4],
      [b[8], a2],
    ]),
  );
  const even = add(
    highEven,
    combination([
      [b[6], a6],
      [b[4], a4],
      [b[2], a2],
      [b[0], one],
    ]),
  );
  return solveMatrix(sub(even, odd), add(even, odd));
}

/** e^A for A[..., n, n]. */
export function expmNodes(a: Node): Node {
  if (sizeOf(a.shape) === 0) return a;
  const norm = ops.stopGradient(shapes.reduceMax(shapes.reduceSum(ops.abs(a), -2), -1));
  // a norm of zero has the logarithm −∞
  const halvings = ops.maximum(ops.unary('ceil', mul(ops.log(ops.div(norm, theta)), Math.LOG2E)), 0);
  const each = (x: Node): Node =>
    shapes.broadcast(
      x,
      a.shape,
      x.shape.map((_, i) => i),
    );
  const scale = each(ops.pow(2, ops.neg(halvings)));
  const start = approximant(mul(a, scale));
  const steps = shapes.iota(a.builder, [mostSquarings], 0, 'f');
  const { carry } = scanNodes(a.builder, [start], [steps], mostSquarings, (x, step) => {
    const live = ops.lt(step!, halvings);
    // matrices of a stack that are done keep their values; when all are, nothing is multiplied
    const square = (y: Node): Node => ops.select(each(live), product(y, y), y);
    return condNodes(
      x!.builder,
      shapes.reduceMax(live),
      (y) => [square(y!)],
      (y) => [y!],
      [x!],
    );
  });
  const known = ops.le(halvings, mostSquarings);
  return ops.select(each(known), carry[0]!, NaN);
}

/**
 * e^A for A[..., n, n], by scaling and squaring with the [13/13] Padé approximant. The derivative (Fréchet derivative) is
 * that of the composition, exact to rounding, of any order. A matrix that is not finite, or whose 1-norm exceeds 4.6e10,
 * gives NaN.
 *
 * Source: Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26 (2005).
 *
 * @example
 * ```ts
 * expm(tf.tensor2d([[0, 1], [0, 0]]));   // [[1, 1], [0, 1]]
 * ```
 */
export function expm<T extends tf.Tensor>(a: T): T {
  expectSquare('expm', a);
  return lift([a], (_, m) => expmNodes(m!))[0] as T;
}
