/**
 * Products with derivatives: Jacobian times vector, vector times Jacobian, Hessian times vector.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { makeGraph } from '../ir/index.js';
import { apply, avalOf, unflatten, type Leaf } from '../staging/index.js';
import {
  call,
  isReal,
  marksOf,
  run,
  type Call,
  type Given,
  type GivenAll,
  type Result,
} from './arguments.js';
import { gradGraph } from './grad.js';
import { instantiate } from './jvp-rule.js';
import { jvpGraph, realOutputs } from './jvp.js';
import { linearizeCall } from './linearized-call.js';
import { matching, sameShapes } from './matching.js';
import { groupGraph, pick } from './subgraph.js';
import { pullback } from './vjp.js';

/**
 * (f(x), ∂f(x) ẋ): the value and the directional derivative, by forward mode.
 *
 * @param f - A function of tensors or trees of tensors to a tree.
 * @param primals - x: the arguments of `f`.
 * @param tangents - ẋ: one tree an argument, of the argument's structure; `undefined` for an argument that is held
 *   constant. Leaves for arguments' leaves that are not real are ignored.
 * @returns Two trees of the result's structure; a leaf that is not real has the tangent 0.
 * @throws Error if structures or shapes differ.
 * @example
 * const [y, dy] = jvp((x: tf.Tensor) => tf.sin(x), [tensor(0.3)], [tensor(2)]);
 * y; // ≈ 0.29552
 * dy; // ≈ 1.91067: 2 cos 0.3
 */
export function jvp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  primals: readonly [...GivenAll<NoInfer<A>>],
  tangents: readonly [...{ [N in keyof A]: Given<NoInfer<A[N]>> | undefined }],
): [out: Result<O>, tangent: Result<O>] {
  const at = call(f, primals);
  const marks: boolean[] = [];
  const seeds: Leaf[] = [];
  at.arguments.forEach(({ leaves, def }, i) => {
    const given =
      tangents[i] === undefined ? undefined : matching('jvp', `tangent ${i}`, tangents[i], def.key);
    const active = leaves.map((leaf) => given !== undefined && isReal(avalOf(leaf)));
    const own = pick(given ?? leaves, active);
    sameShapes(
      'jvp',
      `tangent ${i}`,
      own,
      pick(leaves, active).map((leaf) => avalOf(leaf).shape),
    );
    marks.push(...active);
    seeds.push(...own);
  });
  const { graph, outDef } = at.staged;
  const real = realOutputs(graph);
  const out = run(
    at,
    jvpGraph(
      graph,
      graph.inputs.map((_, i) => marks[i] ?? false),
    ),
    seeds,
  );
  const values = out.slice(0, real.length);
  let k = real.length;
  const duals = real.map((r) => (r ? out[k++]! : 0));
  return [unflatten(outDef, values) as Result<O>, unflatten(outDef, duals) as Result<O>];
}

/**
 * (f(x), ȳ ↦ ∂f(x)ᵀ ȳ): the value, and the map from cotangents of the result to cotangents of the arguments, by reverse
 * mode. The map can be applied any number of times; the function is evaluated once.
 *
 * @param f - A function of tensors or trees of tensors to a tree.
 * @param primals - x: the arguments of `f`.
 * @returns The value, and a function from a tree like the value to the list of cotangents, one tree an argument. Leaves
 *   that are not real have no part in it: their cotangents are not read, and those of arguments are 0.
 * @throws Error if structures or shapes differ.
 * @example
 * const [y, pullback] = vjp((x: tf.Tensor) => tf.mul(x, x), tensor([1, 2]));
 * y; // [1, 4]
 * pullback(tensor([1, 10]))[0]; // [2, 40]
 */
export function vjp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...primals: GivenAll<NoInfer<A>>
): [out: Result<O>, pullback: (cotangent: Given<O>) => Result<A>] {
  const { at, linearized, avals, active, values, residuals } = linearizeCall(f, primals);
  const { graph, outDef } = at.staged;

  const { live } = linearized;
  const liveOut = pick(graph.outputs, live);
  const activeAvals = pick(avals, active);
  const back = groupGraph(
    [linearized.residuals, liveOut].map((g) => g.map((n) => n.avals[0]!)),
    (b, own, cts) => {
      let k = 0;
      const found = pullback(
        { ...linearized, residuals: own! },
        live.map((l) => (l ? cts![k++] : undefined)),
        b,
      );
      return found.map((ct, i) => instantiate(ct, activeAvals[i]!, b));
    },
  );
  const pull = (cotangent: unknown): Result<A> => {
    const leaves = pick(matching('vjp', 'the cotangent', cotangent, outDef.key), live);
    sameShapes(
      'vjp',
      'the cotangent',
      leaves,
      liveOut.map((o) => o.shape),
    );
    const found = apply(back, [...residuals, ...leaves], []);
    let k = 0;
    const all = at.leaves.map((_, i) => (active[i] ? found[k++]! : 0));
    let from = 0;
    return at.arguments.map(({ def }) => unflatten(def, all.slice(from, (from += def.size)))) as Result<A>;
  };
  return [unflatten(outDef, values) as Result<O>, pull];
}

/** The call's graph of the gradient in its first argument. */
function gradientOf(
  who: string,
  at: Call,
): { readonly graph: ReturnType<typeof gradGraph>; readonly marks: boolean[] } {
  const marks = marksOf(who, at, 0);
  const graph = gradGraph(at.staged.graph, marks, who);
  return { graph: makeGraph(graph.inputs, graph.outputs.slice(1)), marks };
}

/**
 * ∇²f(x) v: the Hessian times a vector, forward over reverse, without forming the Hessian. It costs a small multiple
 * of f.
 *
 * @param f - A function of a tensor or tree of tensors to a scalar.
 * @param x - The point.
 * @param v - The vector, a tree like x.
 * @returns A tree like x.
 * @throws Error if the result of `f` is not one real scalar, or the structures or shapes of x and v differ.
 * @example
 * const cubes = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.square(x)));
 * hvp(cubes, tensor([1, 2]), tensor([1, 1])); // [6, 12]
 */
export function hvp<X>(
  f: (x: X) => tf.Tensor | number,
  x: Given<NoInfer<X>>,
  v: Given<NoInfer<X>>,
): Result<X> {
  const at = call(f, [x]);
  const { def, leaves } = at.arguments[0]!;
  const directions = matching('hvp', 'the vector', v, def.key);
  sameShapes(
    'hvp',
    'the vector',
    directions,
    leaves.map((leaf) => avalOf(leaf).shape),
  );
  const { graph, marks } = gradientOf('hvp', at);
  const both = jvpGraph(graph, marks);
  const product = makeGraph(both.inputs, both.outputs.slice(graph.outputs.length));
  return unflatten(def, run(at, product, directions)) as Result<X>;
}
