/**
 * Derivatives and batching of functions of nodes, for library code inside recordings. A function may close over nodes
 * of the recording; these are constants to the derivative.
 *
 * @module
 */
import { closure, deepest, ops, type Builder, type Node } from '../ir/index.js';
import { batchInto } from './batch.js';
import { spreadLanes } from './batch-rule.js';
import { instantiate } from './jvp-rule.js';
import { jvpInto } from './jvp.js';
import { linearizeGraph, pullback } from './vjp.js';

/** A function of nodes to nodes. */
export type NodeFunction = (...xs: Node[]) => readonly Node[];

const avalsOf = (xs: readonly Node[]): Node['avals'] => xs.map((x) => x.avals[0]!);

/**
 * (f(x), ∂f(x) ẋ).
 *
 * @param f - Traced once.
 * @param xs - The point.
 * @param dxs - Tangents of the real arguments, one each; those of others are ignored.
 * @param builder - The recording in which the result is made; needed only if `f` closes over nodes of a deeper one
 *   than all arguments are in.
 */
export function jvpNodes(
  f: NodeFunction,
  xs: readonly Node[],
  dxs: readonly (Node | undefined)[],
  builder: Builder = deepest([...xs, ...dxs.filter((d) => d !== undefined)]),
): { readonly out: Node[]; readonly tangent: Node[] } {
  const { graph, captured } = closure(builder, avalsOf(xs), f);
  const tangents = [
    ...captured.map(() => undefined),
    ...xs.map((x, i) => (x.dtype === 'f' ? dxs[i] : undefined)),
  ];
  const duals = jvpInto(graph, [...captured, ...xs], tangents, builder);
  const out = [...duals.out];
  return { out, tangent: duals.tangents.map((t, i) => instantiate(t, out[i]!.avals[0]!, builder)) };
}

/**
 * f(x), and ȳ ↦ ∂f(x)ᵀ ȳ.
 *
 * @param f - Traced once.
 * @param xs - The point. Arguments that are not real get a zero cotangent of their shape.
 * @param builder - As in `jvpNodes`.
 */
export function vjpNodes(
  f: NodeFunction,
  xs: readonly Node[],
  builder: Builder = deepest(xs),
): { readonly out: Node[]; readonly pullback: (cts: readonly (Node | undefined)[]) => Node[] } {
  const { graph, captured } = closure(builder, avalsOf(xs), f);
  const real = xs.map((x) => x.dtype === 'f');
  const active = [...captured.map(() => false), ...real];
  const at = linearizeGraph(graph, [...captured, ...xs], active, builder);
  return {
    out: [...at.out],
    pullback: (cts) => {
      const b = deepest([...cts.filter((c) => c !== undefined), ...at.residuals, ...xs, ...captured]);
      const found = pullback(at, cts, b);
      let k = 0;
      return xs.map((x, i) => instantiate(real[i] ? found[k++] : undefined, x.avals[0]!, b));
    },
  };
}

/** f(x) and ∇f(x) of a scalar function. */
export function gradNodes(
  f: (...xs: Node[]) => Node,
  xs: readonly Node[],
  builder: Builder = deepest(xs),
): { readonly value: Node; readonly gradient: Node[] } {
  const { out, pullback: pull } = vjpNodes((...v) => [f(...v)], xs, builder);
  const value = out[0]!;
  if (value.shape.length > 0 || value.dtype !== 'f') {
    throw new Error(`gradient: expected a real scalar, found ${value.dtype}[${value.shape.join(',')}]`);
  }
  return { value, gradient: pull([ops.fill(value.builder, 1)]) };
}

/**
 * f on every lane: the results have the lanes on axis 0.
 *
 * @param f - The function of one lane; nodes that it closes over are one value for all lanes.
 * @param xs - Arguments with lanes on axis 0.
 * @param size - Number of lanes; default: the leading axis of the first argument.
 * @param builder - As in `jvpNodes`.
 */
export function vmapNodes(
  f: NodeFunction,
  xs: readonly Node[],
  size: number | undefined = xs[0]?.shape[0],
  builder: Builder = deepest(xs),
): Node[] {
  if (size === undefined || xs.some((x) => x.shape[0] !== size)) {
    throw new Error(
      `vmap: expected a leading axis of ${size} lanes, found ${xs.map((x) => `[${x.shape.join(',')}]`).join(', ')}`,
    );
  }
  const avals = xs.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }));
  const { graph, captured } = closure(builder, avals, f);
  const args = [
    ...captured.map((node) => ({ node, batched: false })),
    ...xs.map((node) => ({ node, batched: true })),
  ];
  return batchInto(graph, args, size, builder).map((y) => spreadLanes(y, size));
}
