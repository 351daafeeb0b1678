/**
 * Reverse mode: linearize, then transpose.
 *
 * @module
 */
import { Builder, closure, inputAvals, outputAvals, type Graph, type Node } from '../ir/index.js';
import { defined, instantiate } from './jvp-rule.js';
import { expectReal, jvpInto, realOutputs } from './jvp.js';
import { pick } from './subgraph.js';
import { transposeInto } from './transpose.js';
import type { Cotangent } from './transpose-rule.js';

/** A function at a point: its value and its derivative there, a linear graph. */
export interface Linearized {
  readonly out: readonly Node[];
  /** From (residuals ++ tangents of the active inputs) to the tangents of the outputs marked in `live`. */
  readonly linear: Graph;
  /** What `linear` needs of the point, as nodes of the builder of the point. */
  readonly residuals: readonly Node[];
  /** Outputs that depend on an active input. */
  readonly live: readonly boolean[];
}

/** Linearizes a graph at `args`; values are made in `builder`. */
export function linearizeGraph(
  graph: Graph,
  args: readonly Node[],
  active: readonly boolean[],
  builder: Builder,
): Linearized {
  let out: readonly Node[] = [];
  let live: readonly boolean[] = [];
  // The tangents are inputs of an inner builder: what depends on them stays there, everything else is made outside it
  // and captured. That is partial evaluation, done by where nodes are made.
  const { graph: linear, captured } = closure(builder, pick(inputAvals(graph), active), (...inputs) => {
    let k = 0;
    const duals = jvpInto(
      graph,
      args,
      active.map((a) => (a ? inputs[k++] : undefined)),
      builder,
    );
    out = duals.out;
    live = duals.tangents.map(defined);
    return duals.tangents.filter(defined);
  });
  return { out, linear, residuals: captured, live };
}

/** Cotangents of the active inputs from those of all outputs. */
export function pullback(at: Linearized, cotangents: readonly Cotangent[], builder: Builder): Cotangent[] {
  const actives = at.linear.inputs.length - at.residuals.length;
  const args = [...at.residuals, ...new Array<undefined>(actives).fill(undefined)];
  return transposeInto(at.linear, args, pick(cotangents, at.live), builder).slice(at.residuals.length);
}

/**
 * The graph (x, ȳ) ↦ (g(x), ∂g(x)ᵀ ȳ).
 *
 * @param graph - g.
 * @param active - Which inputs to differentiate; they must be real.
 * @returns Inputs: those of g, then a cotangent for each real output. Outputs: those of g, then a cotangent for each
 *   active input.
 */
export function vjpGraph(graph: Graph, active: readonly boolean[]): Graph {
  expectReal('vjp', graph, active);
  const builder = new Builder();
  const avals = inputAvals(graph);
  const args = avals.map((a) => builder.input(a));
  const real = realOutputs(graph);
  const cotangents = outputAvals(graph).map((a, i) => (real[i] ? builder.input(a) : undefined));
  const at = linearizeGraph(graph, args, active, builder);
  const found = pullback(at, cotangents, builder);
  const activeAvals = pick(avals, active);
  return builder.finish([...at.out, ...found.map((ct, i) => instantiate(ct, activeAvals[i]!, builder))]);
}
