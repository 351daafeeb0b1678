/**
 * Batching of functions over trees.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { allocate, Builder, ops, shapes, sizeOf, type HostArray, type Node } from '../ir/index.js';
import {
  apply,
  avalOf,
  flatten,
  isLeaf,
  isRecorded,
  leafFromHost,
  lift,
  stage,
  unflatten,
  type Key,
  type Leaf,
} from '../staging/index.js';
import type { Given, Result } from './arguments.js';
import { batchInto } from './batch.js';
import { moveAxis, spreadLanes } from './batch-rule.js';

/** Where the lanes of an argument are: an axis, or `null` for a value that is one for all lanes; for trees also a tree. */
export type Axes = number | null | readonly Axes[] | { readonly [name: string]: Axes };

/** Arguments with one more axis: the types of tensors do not say their rank, except tfjs's, which are widened. */
export type Batched<T> = Given<Widened<T>>;

type Widened<T> = T extends tf.Tensor
  ? tf.Tensor
  : T extends Key | number | boolean | undefined
    ? T
    : T extends object
      ? { [N in keyof T]: Widened<T[N]> }
      : T;

/** The axis of each leaf of a tree, from a tree of axes that may stop above the leaves. */
function axesOf(tree: unknown, axes: Axes, path: string, out: (number | null)[]): void {
  if (axes === null || typeof axes === 'number') {
    out.push(...flatten(tree).leaves.map(() => axes));
    return;
  }
  if (isLeaf(tree) || typeof tree !== 'object' || tree === null) {
    throw new Error(`vmap: the axes${path} are a tree, but the argument there is a leaf`);
  }
  for (const [name, member] of Object.entries(tree)) {
    if (member === undefined) continue;
    const inner = (axes as Readonly<Record<string, Axes | undefined>>)[name];
    if (inner === undefined) throw new Error(`vmap: the axes${path} have no member '${name}'`);
    axesOf(member, inner, `${path}.${name}`, out);
  }
}

/** A leaf's axis of lanes counted from the front, and its number of lanes. */
function lanesOf(leaf: Leaf, axis: number, path: string): { readonly axis: number; readonly size: number } {
  const { shape } = avalOf(leaf);
  const at = axis < 0 ? axis + shape.length : axis;
  const size = shape[at];
  if (size === undefined) {
    throw new Error(
      `vmap: '${path}' has shape [${shape.join(',')}], no axis ${axis} to map over; use null for values that are one for all lanes`,
    );
  }
  return { axis: at, size };
}

/** A leaf of the shape of one lane, to stage the function on. */
function example(leaf: Leaf, axis: number, made: { dispose(): void }[]): Leaf {
  const aval = avalOf(leaf);
  const shape = aval.shape.filter((_, i) => i !== axis);
  if (isRecorded(leaf)) {
    // where there are no lanes there is none to cut out
    const lane = (b: Builder, x: Node): Node =>
      aval.shape[axis] === 0 ? ops.fill(b, 0, shape, aval.dtype) : shapes.index(x, 0, axis);
    return lift([leaf], (b, x) => lane(b, x!))[0]!;
  }
  const zeros: HostArray = { shape, dtype: aval.dtype, data: allocate(aval.dtype, sizeOf(shape)) };
  const out = leafFromHost(zeros);
  if ('dispose' in out) made.push(out);
  return out;
}

/**
 * f over lanes: `vmap(f)(x)[k] = f(x[k])`, computed as one program without a loop. What does not depend on a mapped
 * argument is computed once.
 *
 * @param f - A function of one lane.
 * @param inAxes - Where the lanes are: an axis for all arguments (default 0), or a list with one entry an argument: an
 *   axis, `null` (the argument is one for all lanes), or a tree of these. Negative axes count from the end.
 * @returns A function of arguments with lanes to results with the lanes on axis 0.
 * @throws Error if numbers of lanes differ, nothing is mapped, or an axis does not exist; it names the leaf.
 * @example
 * const dotted = vmap((x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.mul(x, w)), [0, null]);
 * dotted(tensor([[1, 2], [3, 4]]), tensor([1, 10])); // [21, 43]
 */
export function vmap<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  inAxes: number | readonly [...{ [N in keyof A]: Axes }] = 0,
): (...args: { [N in keyof A]: Batched<A[N]> }) => Widened<Result<O>> {
  return (...args) => {
    const { leaves, def, paths } = flatten(args);
    const axes: (number | null)[] = [];
    axesOf(args, inAxes as Axes, '', axes);
    const found = leaves.map((leaf, i) =>
      axes[i] === null ? undefined : lanesOf(leaf, axes[i]!, paths[i]!),
    );
    const first = found.findIndex((l) => l !== undefined);
    const size = found[first]?.size;
    if (size === undefined) throw new Error('vmap: no argument is mapped over');
    found.forEach((l, i) => {
      if (l === undefined || l.size === size) return;
      throw new Error(`vmap: '${paths[first]!}' has ${size} lanes, but '${paths[i]!}' has ${l.size}`);
    });

    const made: { dispose(): void }[] = [];
    let staged;
    try {
      staged = stage(
        f,
        unflatten(
          def,
          leaves.map((leaf, i) => {
            const lane = found[i];
            return lane === undefined ? leaf : example(leaf, lane.axis, made);
          }),
        ) as unknown[],
      );
    } finally {
      for (const x of made) x.dispose();
    }
    const builder = new Builder();
    const inputs = staged.graph.inputs.map((n, i): Node =>
      builder.input(i < leaves.length ? avalOf(leaves[i]!) : n.avals[0]!),
    );
    const lanes = inputs.map((node, i) => {
      const lane = found[i];
      return lane === undefined
        ? { node, batched: false }
        : { node: moveAxis(node, lane.axis, 0), batched: true };
    });
    const out = batchInto(staged.graph, lanes, size, builder).map((y) => spreadLanes(y, size));
    return unflatten(staged.outDef, apply(builder.finish(out), leaves, staged.captures)) as Widened<
      Result<O>
    >;
  };
}
