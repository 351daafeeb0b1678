/**
 * Layers over trees: what `minimize`, `root` and `implicit` share.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval, type Node } from '../../src/ir/index.js';
import { ravel, unravel } from '../../src/numerics/ravel.js';
import { inlineOutward } from '../../src/numerics/rewire.js';
import { applyNodes, type Body, type Flat } from '../../src/numerics/recorded.js';
import { unflatten, type Leaf } from '../../src/staging/index.js';
import { rootNodes, type Layer } from './root-nodes.js';
import type { Solution, SolverState } from './solution.js';

/** Throws unless every leaf of a solution is real. */
export function expectReal(what: string, tree: Flat): void {
  if (tree.leaves.length === 0) throw new Error(`${what}: expected at least one tensor to solve for`);
  tree.avals.forEach((a, i) => {
    if (a.dtype !== 'f')
      throw new Error(
        `${what}${tree.paths[i] ? ` at '${tree.paths[i]}'` : ''}: expected real values, found ${formatAval(a)}`,
      );
  });
}

/** Applies a layer to the leaves of a starting value `y0`, parameters θ, captured values and a solver's memory. */
export function applyLayer<Y>(
  layer: Layer,
  y0: Flat,
  theta: readonly Leaf[],
  body: Pick<Body, 'captures' | 'captureAvals'>,
  state: SolverState | undefined,
): Solution<Y> {
  const names = state === undefined ? undefined : Object.keys(state);
  const leaves = [...y0.leaves, ...theta, ...(names ?? []).map((n) => state![n]!)];
  let kept: string[] = [];
  const out = applyNodes(leaves, body.captures, body.captureAvals, (b, inputs, captured) => {
    const y = inputs.slice(0, y0.leaves.length);
    const t = inputs.slice(y.length, y.length + theta.length);
    const rest = inputs.slice(y.length + t.length);
    const memory = names && Object.fromEntries(names.map((n, i) => [n, rest[i]!]));
    const found = rootNodes(b, layer, [...t, ...captured], ravel(y), memory);
    kept = Object.keys(found.memory);
    return [
      ...unravel(found.x, y0.avals),
      found.code,
      found.residual,
      found.steps,
      ...kept.map((n) => found.memory[n]!),
    ];
  });
  const tensors = out.slice(y0.leaves.length) as tf.Tensor[];
  return {
    value: unflatten(y0.def, out.slice(0, y0.leaves.length)) as Y,
    status: tensors[0]!,
    residual: tensors[1]!,
    stats: { steps: tensors[2]! },
    state: Object.fromEntries(kept.map((n, i) => [n, tensors[3 + i]!])),
  };
}

/** A recorded body as a function of the vector x and of θ. */
export function bodyNodes(body: Body, y0: Flat): (x: Node, theta: readonly Node[]) => Node[] {
  return (x, theta) => inlineOutward(body.graph, [...unravel(x, y0.avals), ...theta]);
}
