/**
 * Differentiable solution of linear systems.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { linearSolveNodes, vmapNodes } from '../autodiff/index.js';
import { inline, shapes, type LinearMethod, type Node } from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { ravel, unravel } from './ravel.js';
import { applyNodes, flat, leavesLike, record } from './recorded.js';

/** Options of {@link linearSolve}. */
export interface LinearSolveOptions extends Omit<LinearMethod, 'kind'> {
  /**
   * `lu` (default) for any invertible system, `cholesky` for a symmetric positive definite one; `cg` (symmetric positive
   * definite) and `normalCg` (any) need only products with the matrix.
   */
  readonly method?: LinearMethod['kind'];
}

function methodOf({ method = 'lu', ...rest }: LinearSolveOptions): LinearMethod {
  return { kind: method, ...rest };
}

/**
 * x with A x = b, for a matrix A[n, n] and b[n] or b[n, k], or for a linear function A of trees shaped like b.
 *
 * Derivatives come from the equation: ẋ = A⁻¹(ḃ − Ȧx) forwards, b̄ = A⁻ᵀx̄ and Ā = −b̄xᵀ backwards, of any order; outer
 * values that the function uses are differentiated too. The dense methods of a function first make its matrix.
 *
 * @param a the matrix, or x ↦ A x with results of the structure and shapes of b.
 * @param options method, default `lu`; `tol`, `maxSteps` (iterative methods); `damping` added to the diagonal.
 * @throws an error if the shapes do not fit, or naming the leaf in which A x differs from b. Never for a singular A: the
 *   result is then NaN, infinite or huge, but `cg` solves a b that it can, and `normalCg` gives least squares.
 * @example
 * ```ts
 * linearSolve(tf.tensor2d([[2, 1], [1, 3]]), tensor([3, 4])); // [1, 1]
 * linearSolve((v: tf.Tensor) => tf.mul(v, 2), tensor([2, 4]), { method: 'cg' }); // [1, 2]
 * ```
 */
export function linearSolve<B>(a: tf.Tensor | ((x: B) => B), b: B, options: LinearSolveOptions = {}): B {
  return typeof a === 'function' ? solveOperator(a, b, options) : solveMatrix(a, b, options);
}

function solveMatrix<B>(a: tf.Tensor, b: B, options: LinearSolveOptions): B {
  const method = methodOf(options);
  const { leaves, def, avals } = flat(b);
  const [n, k] = avals[0]?.shape ?? [];
  if (
    leaves.length !== 1 ||
    n === undefined ||
    avals[0]!.shape.length > 2 ||
    a.shape.length !== 2 ||
    a.shape[0] !== n ||
    a.shape[1] !== n
  ) {
    throw new Error(
      `linearSolve: expected A[n, n] and b[n] or b[n, k], found A[${a.shape.join(',')}] and b[${avals[0]?.shape.join(',') ?? 'a tree'}]`,
    );
  }
  const out = applyNodes([a, ...leaves], [], [], (builder, [m, rhs]) => {
    const one = (v: Node): Node => linearSolveNodes((x) => shapes.matmul(m!, x), v, method, v.builder);
    if (k === undefined) return [linearSolveNodes((x) => shapes.matmul(m!, x), rhs!, method, builder)];
    return [shapes.matrixTranspose(vmapNodes((v) => [one(v)], [shapes.matrixTranspose(rhs!)])[0]!)];
  });
  return unflatten(def, out) as B;
}

function solveOperator<B>(a: (x: B) => B, b: B, options: LinearSolveOptions): B {
  const rhs = flat(b);
  const body = record(
    (x) => leavesLike('linearSolve: the operator returns another value than b', rhs, flat(a(x as B))),
    [b],
  );
  const out = applyNodes(rhs.leaves, body.captures, body.captureAvals, (builder, inputs, captured) => {
    const matvec = (v: Node): Node =>
      ravel(inline(v.builder, body.graph, [...unravel(v, rhs.avals), ...captured]));
    return unravel(linearSolveNodes(matvec, ravel(inputs), methodOf(options), builder), rhs.avals);
  });
  return unflatten(rhs.def, out) as B;
}
