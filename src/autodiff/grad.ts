/**
 * Gradients of scalar functions.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { Builder, formatAval, inputAvals, makeGraph, ops, type Graph } from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { call, marksOf, run, type GivenAll, type Result } from './arguments.js';
import { instantiate } from './jvp-rule.js';
import { pick } from './subgraph.js';
import { linearizeGraph, pullback } from './vjp.js';

/**
 * The graph x ↦ (f(x), ∇f(x)) of a graph f with one output, a real scalar.
 *
 * @param active - Which inputs to differentiate in.
 * @returns Outputs: the value, then a gradient for each active input.
 * @throws Error if there is not one real scalar output; `who` begins its text.
 */
export function gradGraph(graph: Graph, active: readonly boolean[], who = 'grad'): Graph {
  const [out, ...others] = graph.outputs;
  if (out === undefined || others.length > 0 || out.dtype !== 'f' || out.shape.length > 0) {
    const found = graph.outputs.map((o) => formatAval(o.avals[0]!)).join(', ');
    throw new Error(
      `${who}: expected a function with one real scalar as its result, found (${found}); jacobian and vjp take any result`,
    );
  }
  const builder = new Builder();
  const avals = inputAvals(graph);
  const at = linearizeGraph(
    graph,
    avals.map((a) => builder.input(a)),
    active,
    builder,
  );
  const found = pullback(at, [ops.fill(builder, 1)], builder);
  const activeAvals = pick(avals, active);
  return builder.finish([...at.out, ...found.map((ct, i) => instantiate(ct, activeAvals[i]!, builder))]);
}

/**
 * The function x ↦ (f(x), ∇f(x)).
 *
 * @param f - A function of tensors or trees of tensors to a scalar. It may be made of derivatives itself.
 * @param argnum - The argument to differentiate in; the others are constants. Default 0.
 * @returns A function of the same arguments to the pair of the value and the gradient, a tree like the argument. Numbers
 *   are taken where `f` takes scalars.
 * @throws Error if the result is not one real scalar, or a leaf of the argument is not real (it names the leaf).
 * @example
 * const [value, gradient] = valueAndGrad((x: tf.Tensor) => tf.sum(tf.square(x)))(tensor([1, 2]));
 * value; // 5
 * gradient; // [2, 4]
 */
export function valueAndGrad<A extends readonly unknown[], N extends number = 0>(
  f: (...args: A) => tf.Tensor | number,
  argnum: N = 0 as N,
): (...args: GivenAll<A>) => [value: tf.Scalar, gradient: Result<A[N]>] {
  return (...args) => {
    const at = call(f, args);
    const marks = marksOf('valueAndGrad', at, argnum);
    const [value, ...gradient] = run(at, gradGraph(at.staged.graph, marks, 'valueAndGrad'));
    return [value as tf.Scalar, unflatten(at.arguments[argnum]!.def, gradient) as Result<A[N]>];
  };
}

/**
 * The gradient function ∇f.
 *
 * Gradients of gradients are right to any order, in any nesting with the other derivatives and `vmap`.
 *
 * @param f - A function of tensors or trees of tensors to a scalar.
 * @param argnum - The argument to differentiate in; the others are constants. Default 0.
 * @returns A function of the same arguments to a tree like the argument. Numbers are taken where `f` takes scalars.
 * @throws Error if the result is not one real scalar, or a leaf of the argument is not real (it names the leaf).
 * @example
 * const f = (x: tf.Tensor) => tf.mul(x, tf.exp(x));
 * grad(f)(tensor(0.7)); // ≈ 3.42338: (1 + 0.7) exp 0.7
 * grad(grad(f))(tensor(0.7)); // ≈ 5.43713: (2 + 0.7) exp 0.7
 * const loss = ({ w, b }: { w: tf.Tensor; b: tf.Tensor }) => tf.add(tf.square(w), tf.mul(3, b));
 * grad(loss)({ w: 2, b: 0 }); // a tree like the argument: { w: 4, b: 3 }
 */
export function grad<A extends readonly unknown[], N extends number = 0>(
  f: (...args: A) => tf.Tensor | number,
  argnum: N = 0 as N,
): (...args: GivenAll<A>) => Result<A[N]> {
  return (...args) => {
    const at = call(f, args);
    const graph = gradGraph(at.staged.graph, marksOf('grad', at, argnum));
    const gradient = run(at, makeGraph(graph.inputs, graph.outputs.slice(1)));
    return unflatten(at.arguments[argnum]!.def, gradient) as Result<A[N]>;
  };
}
