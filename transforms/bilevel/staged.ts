/**
 * A bilevel problem recorded and turned into one graph.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { gradNodes } from '../../src/autodiff/index.js';
import {
  buildGraph,
  Builder,
  formatAval,
  ops,
  outputAvals,
  type Aval,
  type CaptureSource,
  type Graph,
  type Node,
} from '../../src/ir/index.js';
import { ravel, unravel } from '../../src/numerics/ravel.js';
import { example, flat, record, shareCaptures, type Flat, type Form } from '../../src/numerics/recorded.js';
import { inlineOutward } from '../../src/numerics/rewire.js';
import { unflatten } from '../../src/staging/index.js';
import { expectReal } from '../implicit/layer.js';
import { implicitCg } from './implicit-cg.js';
import type {
  BilevelProblem,
  Diagnostics,
  Hypergradient,
  ImplicitCg,
  Method,
  NodeProblem,
  Unrolled,
} from './problem.js';
import { reaches } from './reach.js';
import { unrolled } from './unrolled.js';

/**
 * Hyperparameters ++ warm y ++ warm v ++ captures → value, hypergradient, y, diagnostics in the order of their names, and
 * v if the method has one.
 */
export interface Staged {
  readonly graph: Graph;
  readonly captures: readonly CaptureSource[];
  /** The structure of y. */
  readonly y: Form;
  readonly diagnostics: readonly (keyof Diagnostics)[];
  readonly hasV: boolean;
}

/** Which warm values the caller will give. */
export interface Warm {
  readonly y: boolean;
  readonly v: boolean;
}

/** How messages call the hyperparameter at a path. */
export function nameOf(path: string): string {
  return path === '' ? 'the hyperparameter' : `'${path}'`;
}

/** Records the functions of a problem for hyperparameters `tree` and builds the graph of its hypergradient. */
export function stageProblem<X, Y>(problem: BilevelProblem<X, Y>, x: Flat, tree: X, warm: Warm): Staged {
  const { inner, outer } = problem;
  const method = normalize(problem);
  let start: Flat | undefined;
  const init = record((p) => (start = flat(inner.init(p as X))).leaves, [tree]);
  const y = start!;
  expectReal('bilevel: the start of the inner variables', y);
  const like = unflatten(
    y.def,
    y.avals.map((a) => example(a)),
  );
  const scalar = (what: string, f: (y: Y, x: X) => tf.Tensor): ReturnType<typeof record> => {
    const body = record((v, p) => [f(v as Y, p as X)], [like, tree]);
    const [aval] = outputAvals(body.graph);
    if (aval!.dtype === 'f' && aval!.shape.length === 0) return body;
    throw new Error(`bilevel: expected a real scalar from the ${what} objective, found ${formatAval(aval!)}`);
  };
  const bodies = [init, scalar('inner', inner.objective), scalar('outer', outer)];
  const { step } = method.kind === 'unrolled' ? method : { step: undefined };
  if (typeof step === 'function') bodies.push(record((p) => [step(p as X)], [tree]));
  const { graphs, captures, captureAvals } = shareCaptures(...bodies);
  const [initGraph, innerGraph, outerGraph, stepGraph] = graphs;

  const count = x.leaves.length;
  const ordered = (t: readonly Node[], v: readonly Node[] = []): Node[] => [
    ...t.slice(count),
    ...v,
    ...t.slice(0, count),
  ];
  const nodes: NodeProblem = {
    count,
    init: (t) => ravel(inlineOutward(initGraph!, ordered(t))),
    inner: (v, t) => inlineOutward(innerGraph!, ordered(t, unravel(v, y.avals)))[0]!,
    outer: (v, t) => inlineOutward(outerGraph!, ordered(t, unravel(v, y.avals)))[0]!,
  };
  const eta = stepGraph && ((t: readonly Node[]): Node => inlineOutward(stepGraph, ordered(t))[0]!);
  const size: Aval = {
    shape: [y.avals.reduce((n, a) => n + a.shape.reduce((m, d) => m * d, 1), 0)],
    dtype: 'f',
  };
  expectReach(
    x,
    nodes,
    [...x.avals, ...captureAvals],
    size,
    method.kind === 'unrolled' ? [nodes.init, ...(eta ? [eta] : [])] : [],
  );

  const b = new Builder();
  const xs = x.avals.map((a) => b.input(a));
  const warmY = warm.y ? y.avals.map((a) => b.input(a)) : [];
  const warmV = warm.v ? y.avals.map((a) => b.input(a)) : [];
  const theta = [...xs, ...captureAvals.map((a) => b.input(a))];
  const found = methodOf(problem, method, eta)(b, nodes, theta, {
    ...(warm.y && { y: ravel(warmY) }),
    ...(warm.v && { v: ravel(warmV) }),
  });
  const diagnostics = Object.keys(found.diagnostics) as (keyof Diagnostics)[];
  // where the inner gradient is not finite there is no solution, and so no derivative of it
  const lost = ops.not(ops.isFinite(found.diagnostics.innerGradientNorm));
  const graph = b.finish([
    found.value,
    ...found.gradient.map((g) => ops.select(lost, NaN, g)),
    ...unravel(found.y, y.avals),
    ...diagnostics.map((name) => found.diagnostics[name]),
    ...(found.v === undefined ? [] : unravel(found.v, y.avals)),
  ]);
  return {
    graph,
    captures,
    y: { def: y.def, paths: y.paths, avals: y.avals },
    diagnostics,
    hasV: found.v !== undefined,
  };
}

function normalize<X, Y>({ hypergradient = 'implicit-cg' }: BilevelProblem<X, Y>): ImplicitCg | Unrolled<X> {
  const chosen: Exclude<Hypergradient<X>, string> = typeof hypergradient === 'string'
    ? { kind: hypergradient }
    : hypergradient;
  if (chosen.kind === 'implicit-cg' || chosen.kind === 'unrolled') return chosen;
  throw new Error(
    `bilevel: hypergradient is 'implicit-cg' or 'unrolled', found '${String((chosen as { kind: unknown }).kind)}'`,
  );
}

function methodOf<X, Y>(
  { inner }: BilevelProblem<X, Y>,
  method: ImplicitCg | Unrolled<X>,
  eta: ((theta: readonly Node[]) => Node) | undefined,
): Method {
  if (method.kind === 'implicit-cg') {
    const { kind: _, ...options } = method;
    return implicitCg(options, inner);
  }
  const step = typeof method.step === 'number' ? method.step : (eta ?? 0.1);
  return unrolled({ steps: method.steps ?? inner.steps ?? 100, step, tol: inner.tol });
}

/** Throws, naming them all, if hyperparameters reach neither the slope of the inner objective nor the outer objective. */
function expectReach(
  x: Flat,
  problem: NodeProblem,
  theta: readonly Aval[],
  y: Aval,
  others: readonly ((theta: readonly Node[]) => Node)[],
): void {
  const reached = reaches(
    buildGraph([y, ...theta], (v, ...t) => [
      gradNodes((z) => problem.inner(z, t), [v!]).gradient[0]!,
      problem.outer(v!, t),
      ...others.map((f) => f(t)),
    ]),
  ).slice(1);
  const missed = x.paths.filter((_, i) => !reached[i]).map(nameOf);
  if (missed.length === 0) return;
  throw new Error(
    `bilevel: ${missed.join(' and ')} reach${missed.length > 1 ? '' : 'es'} neither the gradient of the inner objective nor the outer objective, ` +
      'so the hypergradient is zero whatever the value: use it in one of them, or leave it out.',
  );
}
