/**
 * The `root` operation over vectors, at node level.
 *
 * @module
 */
import { Builder, type Aval, type Graph, type LinearMethod, type Node } from '../../src/ir/index.js';

/** What the solve inside a layer finds, as nodes. */
export interface Found {
  readonly x: Node;
  readonly code: Node;
  readonly residual: Node;
  readonly steps: Node;
  readonly memory: Readonly<Record<string, Node>>;
}

/** A layer over vectors: θ is a list of nodes of any types, x a real vector. */
export interface Layer {
  /** Runs the solver from x0 and the solver's memory, if one was given. No derivative is taken of it. */
  readonly solve: (
    b: Builder,
    theta: readonly Node[],
    x0: Node,
    memory: Readonly<Record<string, Node>> | undefined,
  ) => Found;
  /** F(x, θ), of the shape of x, which the derivative rests on. */
  readonly optimality: (x: Node, theta: readonly Node[]) => Node;
  readonly linear: LinearMethod;
}

/** The closed graph of a function of named groups of inputs. */
function graphOf(
  groups: readonly (readonly Aval[])[],
  f: (b: Builder, ...nodes: Node[][]) => readonly Node[],
): Graph {
  const b = new Builder();
  const nodes = groups.map((avals) => avals.map((a) => b.input(a)));
  return b.finish(f(b, ...nodes));
}

/** Results of the `root` operation for a layer: x, code, residual, steps, and the memory by name. */
export function rootNodes(
  b: Builder,
  layer: Layer,
  theta: readonly Node[],
  x0: Node,
  memory: Readonly<Record<string, Node>> | undefined,
): Found {
  const names = Object.keys(memory ?? {});
  const inits = [x0, ...names.map((n) => memory![n]!)];
  const avalsOf = (nodes: readonly Node[]): Aval[] => nodes.map((n) => n.avals[0]!);
  let kept: string[] = [];
  const solveGraph = graphOf([avalsOf(theta), avalsOf(inits)], (inner, t, [x, ...rest]) => {
    const given = memory && Object.fromEntries(names.map((n, i) => [n, rest[i]!]));
    const found = layer.solve(inner, t!, x!, given);
    kept = Object.keys(found.memory);
    return [found.x, found.code, found.residual, found.steps, ...kept.map((n) => found.memory[n]!)];
  });
  const optimality = graphOf([avalsOf([x0]), avalsOf(theta)], (_, [x], t) => [layer.optimality(x!, t!)]);
  const [x, code, residual, steps, ...rest] = b.nodes(
    'root',
    { solve: solveGraph, optimality, inits: inits.length, solutions: 1, linear: layer.linear },
    [...theta, ...inits],
  );
  const found = Object.fromEntries(kept.map((n, i) => [n, rest[i]!]));
  return { x: x!, code: code!, residual: residual!, steps: steps!, memory: found };
}
