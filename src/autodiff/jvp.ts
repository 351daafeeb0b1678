/**
 * Forward mode: directional derivatives of graphs.
 *
 * @module
 */
import {
  Builder,
  deepest,
  inputAvals,
  interpret,
  outputAvals,
  type Graph,
  type Node,
  type OpName,
} from '../ir/index.js';
import { jvpControl } from './jvp-rules-control.js';
import { jvpCustom } from './jvp-rules-custom.js';
import { jvpDecompositions } from './jvp-rules-decompositions.js';
import { jvpBinary, jvpUnary } from './jvp-rules-elementwise.js';
import { jvpImplicit } from './jvp-rules-implicit.js';
import { jvpMatrices } from './jvp-rules-matrix.js';
import { jvpShapes } from './jvp-rules-shape.js';
import { jvpSpecial } from './jvp-rules-special.js';
import { jvpWindows } from './jvp-rules-windows.js';
import { defined, instantiate, type JvpOf, type JvpRule, type JvpTable, type Tangent } from './jvp-rule.js';
import { pick } from './subgraph.js';

/** One rule an operation. */
export const jvpRules: JvpTable = {
  ...jvpUnary,
  ...jvpBinary,
  ...jvpShapes,
  ...jvpWindows,
  ...jvpSpecial,
  ...jvpMatrices,
  ...jvpDecompositions,
  ...jvpControl,
  ...jvpCustom,
  ...jvpImplicit,
};

interface Dual {
  readonly primal: Node;
  readonly tangent: Tangent;
}

/**
 * Rebuilds `graph` on `primals` and pushes `tangents` through it: out = g(x), tangents = ∂g(x) ẋ. Values are made in
 * the builders of the primals (constants in `builder`), tangents in those of the tangents, which may be deeper: then
 * exactly the nodes that depend on a tangent are in the deeper one, and they are linear in the tangents.
 */
export const jvpInto: JvpOf = (graph, primals, tangents, builder) => {
  const duals = interpret<Dual>(
    graph,
    primals.map((primal, i) => ({ primal, tangent: tangents[i] })),
    (node, operands) => {
      const x = operands.map((o) => o.primal);
      const d = operands.map((o) => o.tangent);
      const b = x.length === 0 ? builder : deepest(x);
      if (!d.some(defined))
        return b.nodes(node.op, node.attrs, x).map((primal) => ({ primal, tangent: undefined }));
      const step = { op: node.op, attrs: node.attrs, primals: x, tangents: d, builder: b, jvp: jvpInto };
      const made = (jvpRules[node.op] as JvpRule<OpName>)(step);
      for (const n of [...made.out, ...made.tangents]) if (n !== undefined) n.origin ??= node.origin;
      return made.out.map((primal, i) => ({ primal, tangent: made.tangents[i] }));
    },
  );
  return { out: duals.map((v) => v.primal), tangents: duals.map((v) => v.tangent) };
};

/** Throws unless every marked input of a graph is real. */
export function expectReal(what: string, graph: Graph, active: readonly boolean[]): void {
  if (active.length !== graph.inputs.length) {
    throw new Error(
      `${what}: the graph has ${graph.inputs.length} inputs, ${active.length} marks were given`,
    );
  }
  const wrong = graph.inputs.findIndex((n, i) => active[i] && n.dtype !== 'f');
  if (wrong >= 0)
    throw new Error(
      `${what}: input ${wrong} is ${graph.inputs[wrong]!.dtype}; only real values have derivatives`,
    );
}

/** Which outputs are real, and so have tangents and cotangents. */
export function realOutputs(graph: Graph): boolean[] {
  return outputAvals(graph).map((a) => a.dtype === 'f');
}

/**
 * The graph (x, ẋ) ↦ (g(x), ∂g(x) ẋ).
 *
 * @param graph - g.
 * @param active - Which inputs have tangents; they must be real.
 * @returns Inputs: those of g, then a tangent for each active one. Outputs: those of g, then a tangent for each real
 *   one (zeros where it does not depend on an active input).
 */
export function jvpGraph(graph: Graph, active: readonly boolean[]): Graph {
  expectReal('jvp', graph, active);
  const builder = new Builder();
  const primals = inputAvals(graph).map((a) => builder.input(a));
  const tangents = graph.inputs.map((n, i) => (active[i] ? builder.input(n.avals[0]!) : undefined));
  const duals = jvpInto(graph, primals, tangents, builder);
  const avals = outputAvals(graph);
  const out = duals.tangents.map((t, i) => instantiate(t, avals[i]!, builder));
  return builder.finish([...duals.out, ...pick(out, realOutputs(graph))]);
}
