/**
 * Functions whose derivatives are given by the user.
 *
 * @module
 */
import { inline, makeGraph, outputAvals } from '../ir/index.js';
import { flatten, stage, unflatten, type Leaf } from '../staging/index.js';
import { allLeaves, captureAvals, realLeaves, realTree, ruled, withCaptures, type Like } from './ruled.js';
import { groupGraph, usedInputs } from './subgraph.js';

const count = (likes: readonly Like[], real = false): number =>
  likes.reduce((n, l) => n + l.avals.filter((a) => !real || a.dtype === 'f').length, 0);

/** Leaves of several trees in a row, as these trees. */
function trees(
  likes: readonly Like[],
  leaves: readonly Leaf[],
  of: (like: Like, own: Leaf[]) => unknown,
  real: boolean,
): unknown[] {
  let from = 0;
  return likes.map((like) => {
    const n = count([like], real);
    return of(like, leaves.slice(from, (from += n)));
  });
}

const whole = (likes: readonly Like[], leaves: readonly Leaf[]): unknown[] =>
  trees(likes, leaves, (like, own) => unflatten(like.def, own), false);
const realOnes = (likes: readonly Like[], leaves: readonly Leaf[]): unknown[] =>
  trees(likes, leaves, realTree, true);

const realLeavesOf = (likes: readonly Like[], leaves: readonly Leaf[]): Leaf[] => {
  const avals = likes.flatMap((l) => l.avals);
  return leaves.filter((_, i) => avals[i]!.dtype === 'f');
};

function pairOf(who: string, found: unknown, what: string): readonly [unknown, unknown] {
  if (!Array.isArray(found) || found.length !== 2)
    throw new Error(`${who}: expected the rule to return ${what}`);
  return found as unknown as readonly [unknown, unknown];
}

/**
 * `f` with a forward derivative rule.
 *
 * The rule is used in both modes (reverse mode transposes it), at every order (it is differentiated itself), and under
 * `vmap`. It may call the function itself. What `f` or the rule close over is captured; the rule says nothing of it, so
 * derivatives with respect to captured values are those of `f` as it is written.
 *
 * @param f - A function of tensors or trees to a tensor or tree.
 * @param rule - (arguments, tangents) ↦ [value, tangent of the value], linear in the tangents; arguments and tangents
 *   are lists like the arguments of `f`. Leaves that are not real have the tangent 0, and theirs in the result is not
 *   read. A number stands for a tensor full of it. The value must not depend on the tangents.
 * @returns A function like `f`.
 * @throws Error, when the function is recorded, if what the rule returns does not have the structure and shapes of the
 *   value of `f`; it names the leaf.
 *
 * @example
 * const log1pexp: (x: tf.Tensor) => tf.Tensor = customJvp(
 *   (x: tf.Tensor) => tf.log(tf.add(1, tf.exp(x))),
 *   ([x], [dx]) => [log1pexp(x), tf.mul(tf.sigmoid(x), dx)],
 * );
 * grad(log1pexp)(tensor(1000)); // 1, not NaN
 */
export function customJvp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  rule: (primals: A, tangents: A) => readonly [value: NoInfer<O>, tangent: NoInfer<O>],
): (...args: A) => O {
  return ruled(f, ({ args, leaves, out }) => {
    const n = leaves.length;
    const staged = stage(
      (...xs: Leaf[]) => {
        const primals = whole(args, xs.slice(0, n)) as unknown as A;
        const tangents = realOnes(args, xs.slice(n)) as unknown as A;
        const found = pairOf('customJvp', rule(primals, tangents), '[value, tangent]');
        return [
          ...allLeaves('customJvp: the value of the rule', out, found[0]),
          ...realLeaves('customJvp: the tangent of the rule', out, found[1]),
        ];
      },
      [...leaves, ...realLeavesOf(args, leaves)],
    );
    const values = makeGraph(staged.graph.inputs, staged.graph.outputs.slice(0, out.avals.length));
    const tangents = usedInputs(values).slice(n, staged.graph.inputs.length - staged.captures.length);
    if (tangents.includes(true))
      throw new Error('customJvp: the value that the rule returns depends on the tangents');
    return {
      captures: staged.captures,
      attributes: (captures) => ({ jvp: withCaptures(staged, captures) }),
    };
  });
}

/**
 * `f` with a reverse derivative rule.
 *
 * Reverse mode uses the rule, whose parts are differentiated in turn at higher orders; both may call the function
 * itself. Forward mode uses the transpose of `bwd`, so that `jvp`, `hessian` and forward `jacobian` go through too; for
 * a `bwd` that is not linear in the cotangent, such as one that clips, that is the transpose of its derivative at the
 * cotangent 0, and a `bwd` that cannot be transposed (it holds a `whileLoop`) is an error there. What the functions close
 * over is captured; the rule says nothing of it, so derivatives with respect to captured values are those of `f` as it is
 * written.
 *
 * @param f - A function of tensors or trees to a tensor or tree.
 * @param fwd - The arguments ↦ [value, residuals]: residuals are any tree, handed to `bwd`.
 * @param bwd - (residuals, cotangent of the value) ↦ list of cotangents, one tree an argument; `undefined` for a zero
 *   one. Leaves that are not real have the cotangent 0, and are not read in the result. A number stands for a tensor
 *   full of it.
 * @returns A function like `f`.
 * @throws Error, when the function is recorded, if what the rules return does not fit (it names the leaf), or if a rule
 *   makes a new function with rules each time it is recorded, which has no end: make that function once, outside.
 *
 * @example
 * // the identity whose gradient is clipped to [−1, 1]
 * const clipped = customVjp(
 *   (x: tf.Tensor) => x,
 *   (x) => [x, undefined],
 *   (_, ct) => [tf.clipByValue(ct, -1, 1)],
 * );
 * grad((x: tf.Tensor) => tf.mul(clipped(x), 5))(tensor(2)); // 1
 */
export function customVjp<A extends readonly unknown[], O, R>(
  f: (...args: A) => O,
  fwd: (...args: A) => readonly [value: NoInfer<O>, residuals: R],
  bwd: (residuals: R, cotangent: NoInfer<O>) => { readonly [N in keyof A]: A[N] | number | undefined },
): (...args: A) => O {
  return ruled(f, ({ args, leaves, out }) => {
    let residualDef = flatten(undefined).def;
    const forward = stage((...xs: Leaf[]) => {
      const found = pairOf('customVjp', fwd(...(whole(args, xs) as unknown as A)), '[value, residuals]');
      const residuals = flatten(found[1]);
      residualDef = residuals.def;
      return [...allLeaves('customVjp: the value of the forward rule', out, found[0]), ...residuals.leaves];
    }, leaves);
    const made = forward.outLike;
    const residuals = made.slice(out.avals.length);
    const backward = stage(
      (...ys: Leaf[]) => {
        const kept = unflatten(residualDef, ys.slice(0, residuals.length)) as R;
        const cts: unknown = bwd(kept, realTree(out, ys.slice(residuals.length)) as O);
        if (!Array.isArray(cts) || cts.length !== args.length)
          throw new Error(
            `customVjp: expected the backward rule to return a list of ${args.length}, one cotangent an argument`,
          );
        return args.flatMap((like, i) => {
          const zero =
            cts[i] === undefined
              ? realTree(
                  like,
                  like.avals.map(() => 0),
                )
              : cts[i];
          return realLeaves(`customVjp: cotangent ${i} of the backward rule`, like, zero);
        });
      },
      [...residuals, ...realLeavesOf([out], made.slice(0, out.avals.length))],
    );
    const kept = outputAvals(forward.graph).slice(out.avals.length);
    const closed = captureAvals(backward.captures);
    const cotangents = out.avals.filter((a) => a.dtype === 'f');
    return {
      captures: [...forward.captures, ...backward.captures],
      attributes: (captures) => ({
        // what the backward rule closes over is passed on to it as residuals
        forward: withCaptures(forward, captures, backward.captures),
        backward: groupGraph([kept, closed, cotangents], (b, r, c, ct) =>
          inline(b, backward.graph, [...r, ...ct, ...c]),
        ),
      }),
    };
  });
}
