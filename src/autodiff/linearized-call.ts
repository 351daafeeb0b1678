/**
 * A call evaluated once, together with what its derivative needs: where `vjp` and `linearize` start from.
 *
 * @module
 */
import { Builder, inputAvals, type Aval } from '../ir/index.js';
import type { Leaf } from '../staging/index.js';
import { call, isReal, run, type Call } from './arguments.js';
import { linearizeGraph, type Linearized } from './vjp.js';

/** The value of a call, and its derivative there as a linear graph. */
export interface LinearizedCall {
  readonly at: Call;
  readonly linearized: Linearized;
  /** Inputs of the call's graph, captures included. */
  readonly avals: readonly Aval[];
  /** Which of them are differentiated: the real leaves of the arguments. */
  readonly active: readonly boolean[];
  /** Leaves of the result. */
  readonly values: readonly Leaf[];
  /** Values of `linearized.residuals`. */
  readonly residuals: readonly Leaf[];
}

/** Evaluates f at `primals` and linearizes it there. */
export function linearizeCall(f: (...args: never[]) => unknown, primals: readonly unknown[]): LinearizedCall {
  const at = call(f, primals);
  const { graph } = at.staged;
  const builder = new Builder();
  const avals = inputAvals(graph);
  const active = graph.inputs.map((n, i) => i < at.leaves.length && isReal(n.avals[0]!));
  const linearized = linearizeGraph(
    graph,
    avals.map((a) => builder.input(a)),
    active,
    builder,
  );
  const forward = run(at, builder.finish([...linearized.out, ...linearized.residuals]));
  const count = graph.outputs.length;
  return { at, linearized, avals, active, values: forward.slice(0, count), residuals: forward.slice(count) };
}
