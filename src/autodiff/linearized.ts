/**
 * Derivatives that are recorded once and applied many times.
 *
 * @module
 */
import { apply, avalOf, unflatten, type Leaf } from '../staging/index.js';
import { isReal, type Given, type GivenAll, type Result } from './arguments.js';
import { instantiate } from './jvp-rule.js';
import { realOutputs } from './jvp.js';
import { linearizeCall } from './linearized-call.js';
import { matching, sameShapes } from './matching.js';
import { groupGraph, pick } from './subgraph.js';

/**
 * (f(x), ẋ ↦ ∂f(x) ẋ): the value, and the derivative at x as a linear function. The function is evaluated once, with
 * all that its derivative needs of it; each application runs the linear part alone. Many directions cost less than by
 * `jvp`, for the memory of what is kept.
 *
 * @param f - A function of tensors or trees of tensors to a tree.
 * @param primals - x: the arguments of `f`.
 * @returns The value, and a function of tangents, one an argument, of the argument's structure; `undefined` stands for a
 *   zero one, and leaves for arguments' leaves that are not real are ignored. It returns a tree like the value, in
 *   which leaves that are not real have the tangent 0.
 * @throws Error if structures or shapes differ.
 *
 * @example
 * const [y, push] = linearize((x: tf.Tensor) => tf.sin(x), tensor(0.3));
 * push(tensor(2));  // 1.910673, 2 cos 0.3
 * push(tensor(-1)); // -0.955336, minus cos 0.3
 */
export function linearize<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...primals: GivenAll<NoInfer<A>>
): [out: Result<O>, push: (...tangents: { [N in keyof A]: Given<A[N]> | undefined }) => Result<O>] {
  const { at, linearized, values, residuals } = linearizeCall(f, primals);
  const { graph, outDef } = at.staged;

  const { live, linear } = linearized;
  const real = realOutputs(graph);
  const push = (...tangents: readonly unknown[]): Result<O> => {
    const seeds = at.arguments.flatMap(({ leaves, def }, i): Leaf[] => {
      const marks = leaves.map((leaf) => isReal(avalOf(leaf)));
      const expected = pick(leaves, marks).map((leaf) => avalOf(leaf).shape);
      if (tangents[i] === undefined) return zeros(expected);
      const own = pick(matching('linearize', `tangent ${i}`, tangents[i], def.key), marks);
      sameShapes('linearize', `tangent ${i}`, own, expected);
      return own;
    });
    const found = apply(linear, [...residuals, ...seeds], []);
    let k = 0;
    const rest = graph.outputs.filter((_, i) => real[i] && !live[i]).map((o) => o.shape);
    const still = zeros(rest);
    let j = 0;
    const duals = real.map((r, i) => (!r ? 0 : live[i] ? found[k++]! : still[j++]!));
    return unflatten(outDef, duals) as Result<O>;
  };
  return [unflatten(outDef, values) as Result<O>, push];
}

/** Concrete tensors of zeros. */
function zeros(shapes: readonly (readonly number[])[]): Leaf[] {
  if (shapes.length === 0) return [];
  const graph = groupGraph([], (b) =>
    shapes.map((shape) => instantiate(undefined, { shape, dtype: 'f' }, b)),
  );
  return apply(graph, [], []);
}
