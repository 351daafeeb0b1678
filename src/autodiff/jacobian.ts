/**
 * Whole Jacobians and Hessians.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import {
  Builder,
  inputAvals,
  makeGraph,
  outputAvals,
  shapes,
  sizeOf,
  type Graph,
  type Node,
  type Shape,
} from '../ir/index.js';
import { unflatten } from '../staging/index.js';
import { call, marksOf, run, type Given, type Result } from './arguments.js';
import { batchInto } from './batch.js';
import { spreadLanes } from './batch-rule.js';
import { gradGraph } from './grad.js';
import { instantiate } from './jvp-rule.js';
import { expectReal } from './jvp.js';
import { pick } from './subgraph.js';
import { linearizeGraph, pullback } from './vjp.js';

/** The unit vectors of a space of tensors, along axis 0. */
function units(builder: Builder, shape: Shape): Node {
  const n = sizeOf(shape);
  return shapes.reshape(shapes.eye(builder, n), [n, ...shape]);
}

/** `graph` on lanes of one extra input, the first one; other inputs are one value for all lanes. */
function onUnits(graph: Graph, lanesNode: Node, rest: readonly Node[], builder: Builder): Node[] {
  const size = lanesNode.shape[0]!;
  const args = [{ node: lanesNode, batched: true }, ...rest.map((node) => ({ node, batched: false }))];
  return batchInto(graph, args, size, builder).map((y) => spreadLanes(y, size));
}

/** Columns ∂y/∂xⱼ: one forward pass an element of the inputs, batched. Result [active input][output]. */
function forwardColumns(
  graph: Graph,
  args: readonly Node[],
  active: readonly boolean[],
  builder: Builder,
): Node[][] {
  return active.flatMap((mark, j) => {
    if (!mark) return [];
    const only = active.map((_, i) => i === j);
    const at = linearizeGraph(graph, args, only, builder);
    const { shape } = args[j]!;
    const aval = args[j]!.avals[0]!;
    // the linear graph takes residuals first; its tangent comes first here
    const inputs = at.linear.inputs;
    const linear = makeGraph([inputs[inputs.length - 1]!, ...inputs.slice(0, -1)], at.linear.outputs);
    const columns = onUnits(linear, units(builder, shape), at.residuals, builder);
    let k = 0;
    return [
      graph.outputs.map((o, i) => {
        const column = at.live[i] ? columns[k++] : undefined;
        const flat = instantiate(column, { shape: [sizeOf(shape), ...o.shape], dtype: 'f' }, builder);
        const rank = aval.shape.length;
        const apart = shapes.reshape(flat, [...shape, ...o.shape]);
        return shapes.transpose(apart, [...o.shape.map((_, a) => rank + a), ...shape.map((_, a) => a)]);
      }),
    ];
  });
}

/** Rows ∂yᵢ/∂x: one reverse pass an element of the outputs, batched. Result [active input][output]. */
function reverseRows(
  graph: Graph,
  args: readonly Node[],
  active: readonly boolean[],
  builder: Builder,
): Node[][] {
  const at = linearizeGraph(graph, args, active, builder);
  const inputs = pick(args, active);
  const rows = graph.outputs.map((o, i): Node[] => {
    const inner = new Builder();
    const cotangent = inner.input(o.avals[0]!);
    const residuals = at.residuals.map((r) => inner.input(r.avals[0]!));
    const found = pullback(
      { ...at, residuals },
      graph.outputs.map((_, k) => (k === i ? cotangent : undefined)),
      inner,
    );
    const pull = inner.finish(found.map((ct, j) => instantiate(ct, inputs[j]!.avals[0]!, inner)));
    return onUnits(pull, units(builder, o.shape), at.residuals, builder);
  });
  return inputs.map((x, j) =>
    graph.outputs.map((o, i) => shapes.reshape(rows[i]![j]!, [...o.shape, ...x.shape])),
  );
}

/**
 * The graph of the Jacobian of a graph with real outputs: for each output yᵢ and active input xⱼ, ∂yᵢ/∂xⱼ of shape
 * yᵢ.shape ++ xⱼ.shape. Outputs in the order (y₀,x₀), (y₀,x₁), …
 *
 * @param mode - `forward` is best for few inputs, `reverse` for few outputs; default: whichever needs fewer passes.
 */
function jacobianGraph(graph: Graph, active: readonly boolean[], mode?: 'forward' | 'reverse'): Graph {
  expectReal('jacobian', graph, active);
  const wrong = outputAvals(graph).find((a) => a.dtype !== 'f');
  if (wrong !== undefined)
    throw new Error(`jacobian: a result is ${wrong.dtype}; only real values have derivatives`);
  const builder = new Builder();
  const args = inputAvals(graph).map((a) => builder.input(a));
  const count = (nodes: readonly Node[]): number => nodes.reduce((n, x) => n + sizeOf(x.shape), 0);
  const forward =
    mode === undefined ? count(pick(graph.inputs, active)) <= count(graph.outputs) : mode === 'forward';
  const columns = (forward ? forwardColumns : reverseRows)(graph, args, active, builder);
  return builder.finish(graph.outputs.flatMap((_, i) => columns.map((c) => c[i]!)));
}

/** A tree of derivatives of Y by X: for each leaf of Y a tree like X. */
export type Derivative<Y, X> = Y extends tf.Tensor | number
  ? Result<X>
  : { [N in keyof Y]: Derivative<Y[N], X> };

/**
 * The Jacobian function of f: entries ∂yᵢ/∂xⱼ, of shape yᵢ.shape ++ xⱼ.shape.
 *
 * @param f - A function of a tensor or tree of tensors to a tensor or tree, all real.
 * @param mode - `forward` or `reverse`; default: whichever needs fewer passes.
 * @returns For tensors, a tensor; for trees, a tree like the result whose leaves are trees like the argument.
 * @throws Error if a leaf of the argument or of the result is not real (it names the leaf).
 * @example
 * jacobian((x: tf.Tensor) => tf.mul(x, x))(tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian<X, Y>(
  f: (x: X) => Y,
  mode?: 'forward' | 'reverse',
): (x: Given<X>) => Derivative<Y, X> {
  return (x) => {
    const at = call(f, [x]);
    const graph = jacobianGraph(at.staged.graph, marksOf('jacobian', at, 0), mode);
    const entries = run(at, graph);
    const { def } = at.arguments[0]!;
    const rows = at.staged.graph.outputs.map((_, i) =>
      unflatten(def, entries.slice(i * def.size, (i + 1) * def.size)),
    );
    return unflatten(at.staged.outDef, rows) as Derivative<Y, X>;
  };
}

/**
 * The Hessian function of a scalar f, forward over reverse: entries ∂²f/∂xᵢ∂xⱼ, of shape xᵢ.shape ++ xⱼ.shape.
 *
 * @param f - A function of a tensor or tree of tensors to a scalar.
 * @returns For a tensor, a tensor of shape x.shape ++ x.shape; for a tree, a tree like x whose leaves are trees like x.
 * @throws Error if the result is not one real scalar, or a leaf of the argument is not real (it names the leaf).
 * @example
 * const cubes = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.square(x)));
 * hessian(cubes)(tensor([1, 2])); // [[6, 0], [0, 12]]
 */
export function hessian<X>(f: (x: X) => tf.Tensor | number): (x: Given<X>) => Derivative<X, X> {
  return (x) => {
    const at = call(f, [x]);
    const marks = marksOf('hessian', at, 0);
    const gradient = gradGraph(at.staged.graph, marks, 'hessian');
    const graph = jacobianGraph(makeGraph(gradient.inputs, gradient.outputs.slice(1)), marks, 'forward');
    const entries = run(at, graph);
    const { def } = at.arguments[0]!;
    const rows = Array.from({ length: def.size }, (_, i) =>
      unflatten(def, entries.slice(i * def.size, (i + 1) * def.size)),
    );
    return unflatten(def, rows) as Derivative<X, X>;
  };
}
