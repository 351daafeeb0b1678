/**
 * Staging: recording a function over tensors as a graph, and applying graphs to tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { Builder, inline, type CaptureSource, type Executor, type Graph, type Node } from '../ir/index.js';
import { adjointBackend, backendName, type AdjointBackend, type Recording } from './backend.js';
import { withBackend, withHooks } from './engine.js';
import { hooksOf } from './guards.js';
import type { Key } from './key-value.js';
import { isOperationFault, located, locating, withLongTraces } from './located.js';
import { StagingError, stagingError } from './messages.js';
import { flatten, unflatten, type Leaf, type TreeDef } from './tree.js';
import { argumentOf, avalOf, isVariable, leafOf, leavesOfResults, nodeOf, recordedNode } from './values.js';

/** A recorded function. */
export interface Staged {
  /** Inputs: the leaves of the arguments in `flatten` order, then the captures. */
  readonly graph: Graph;
  /** Structure of the result, whose leaves are the graph's outputs. */
  readonly outDef: TreeDef;
  /** The leaves that the function returned; of use for their kind (tensor, key, number) only. */
  readonly outLike: readonly Leaf[];
  /** What the inputs after the declared ones stand for: nodes of enclosing recordings, or tf.Variables. */
  readonly captures: readonly CaptureSource[];
}

/** The deeper of two builders of which one encloses the other. */
function deeper(a: Builder | undefined, b: Builder | undefined): Builder | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.depth > a.depth ? b : a;
}

/** The innermost builder that any of the leaves, or else the innermost recording, lives in. */
function builderOf(backend: AdjointBackend, leaves: readonly unknown[]): Builder | undefined {
  let best = backend.recording?.builder;
  for (const leaf of leaves) {
    const node = recordedNode(leaf);
    if (node !== undefined && !node.builder.closed) best = deeper(best, node.builder);
  }
  return best;
}

/** Runs `f` while kernels on staged values are recorded, with `builder` as the innermost recording. */
export function within<T>(builder: Builder, f: () => T): T {
  const backend = adjointBackend();
  const run = (): T =>
    withBackend(backendName, backend, (scopeDepth) => {
      const recording: Recording = { builder, notes: new Map(), scopeDepth, kept: [] };
      backend.stack.push(recording);
      try {
        return f();
      } finally {
        backend.stack.pop();
        for (const x of recording.kept) x.dispose();
      }
    });
  if (backend.stack.length > 0) return run();
  try {
    return withHooks(hooksOf(backend), run);
  } finally {
    backend.literals.forget();
  }
}

function isThenable(x: unknown): x is PromiseLike<unknown> {
  return typeof x === 'object' && x !== null && typeof (x as { readonly then?: unknown }).then === 'function';
}

/**
 * Records `f` as a graph. The arguments are examples: of their leaves only shape and element type are used, and each
 * becomes an input, numbers and booleans included. `f` may close over concrete tensors (they become constants),
 * tf.Variables (inputs read at each call) and staged values of enclosing recordings (captured inputs).
 *
 * Synchronous and re-entrant; after an exception tfjs's engine is as it was. `f` should have no side effects: when it
 * fails it is recorded a second time, to find the lines that the error names.
 *
 * @throws StagingError if `f` is async, reads a staged value, assigns or creates a variable, or draws host random numbers.
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.mul(x, 2), [tf.scalar(0)]);
 * evaluate(graph, [{ shape: [], dtype: 'f', data: new Float64Array([3]) }])[0]!.data; // [6]
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a function of any arguments is accepted; they are its own
export function stage(f: (...args: any[]) => unknown, args: readonly unknown[]): Staged {
  const backend = adjointBackend();
  if (backend.stack.length > 0 || backend.lines) return record(backend, f, args);
  try {
    return record(backend, f, args);
  } catch (error) {
    throw withLines(backend, error, () => record(backend, f, args));
  }
}

/**
 * The error of a failed recording with the user's lines in it: origins are recorded without lines, which would cost more
 * than everything else, so a function that failed is recorded once more with them.
 */
function withLines(backend: AdjointBackend, error: unknown, again: () => unknown): unknown {
  const known = error instanceof StagingError;
  // the other messages name the place where they are raised
  if (known ? !(error.code === 'read' || error.code === 'operation') : !isOperationFault(error)) return error;
  backend.lines = true;
  try {
    withLongTraces(again);
    return error;
  } catch (second) {
    if (isOperationFault(second)) return located(second);
    return known && second instanceof StagingError && second.code === error.code ? second : error;
  } finally {
    backend.lines = false;
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for `stage`
function record(backend: AdjointBackend, f: (...args: any[]) => unknown, args: readonly unknown[]): Staged {
  const { leaves, def, paths } = flatten(args);
  const builder = new Builder(builderOf(backend, leaves));
  const inputs = leaves.map((leaf, i) => {
    const node = builder.input(avalOf(leaf));
    node.origin = () => `argument ${paths[i]!} of the staged function`;
    return node;
  });
  try {
    return within(builder, () => {
      const values = unflatten(
        def,
        inputs.map((n, i) => leafOf(n, leaves[i])),
      ) as unknown[];
      const out = f(...values);
      if (isThenable(out)) {
        // the promise fails as soon as it touches a staged value; nobody else will hear of it
        out.then(undefined, () => undefined);
        throw stagingError('async');
      }
      const flat = flatten(out);
      const graph = builder.finish(flat.leaves.map((leaf) => nodeOf(leaf, builder)));
      const captures = builder.captures.map((c) => c.source);
      return { graph, outDef: flat.def, outLike: flat.leaves, captures };
    });
  } finally {
    builder.closed = true;
  }
}

const isNode = (source: CaptureSource): source is Node => 'builder' in source;

function applyNodes(
  builder: Builder,
  graph: Graph,
  leaves: readonly Leaf[],
  captures: readonly CaptureSource[],
): (tf.Tensor | Key)[] {
  const nodes = leaves.map((leaf) => nodeOf(leaf, builder));
  const captured = captures.map((c) => (isNode(c) ? builder.lift(c) : nodeOf(c as tf.Variable, builder)));
  return inline(builder, graph, [...nodes, ...captured]).map((n) => leafOf(n));
}

/**
 * Applies a graph to leaves, and to what its captured inputs stand for. If any of them is staged, the graph is inlined
 * into the innermost recording that they belong to and the results are staged; else it runs at once on the backend's
 * executor. Real results are float64.
 */
export function apply(
  graph: Graph,
  leaves: readonly Leaf[],
  captures: readonly CaptureSource[],
): (tf.Tensor | Key)[] {
  const backend = adjointBackend();
  const outer = builderOf(backend, leaves);
  const nodes = captures.filter(isNode);
  const staged =
    nodes.length > 0 ||
    leaves.some((leaf) => needsNode(backend, leaf)) ||
    (captures.length > 0 && outer !== undefined);
  if (staged) {
    const builder = nodes.reduce<Builder | undefined>((b, n) => deeper(b, n.builder), outer);
    return applyNodes(builder!, graph, leaves, captures);
  }
  const inputs = [...leaves.map(argumentOf), ...captures.map((c) => argumentOf(c as tf.Variable))];
  return leavesOfResults(backend.compile(graph)(inputs));
}

/** Whether a leaf has no value now: staged, or a variable read by a program that is being recorded. */
function needsNode(backend: AdjointBackend, leaf: Leaf): boolean {
  if (typeof leaf !== 'object') return false;
  return recordedNode(leaf) !== undefined || (backend.stack.length > 0 && isVariable(leaf));
}

/**
 * Applies a function of nodes to leaves. If any leaf is staged, `f` runs in the innermost builder among them; else its
 * graph is built, compiled (once for equal graphs) and run at once.
 *
 * @example
 * const [product] = lift([tensor(2), tensor(0)], (_, x, y) => ops.mul(x!, ops.exp(y!)));
 * product; // 2
 */
export function lift(
  args: readonly Leaf[],
  f: (b: Builder, ...nodes: Node[]) => Node | readonly Node[],
): (tf.Tensor | Key)[] {
  const backend = adjointBackend();
  const outer = builderOf(backend, args);
  const list = (out: Node | readonly Node[]): readonly Node[] =>
    Array.isArray(out) ? (out as readonly Node[]) : [out as Node];
  if (outer !== undefined && args.some((leaf) => needsNode(backend, leaf))) {
    return list(f(outer, ...args.map((leaf) => nodeOf(leaf, outer)))).map((n) => leafOf(n));
  }
  const make = (): { readonly builder: Builder; readonly graph: Graph } => {
    const builder = new Builder(outer);
    const inputs = args.map((leaf) => builder.input(avalOf(leaf)));
    return { builder, graph: builder.finish(list(f(builder, ...inputs))) };
  };
  // what is being recorded is located by its recording
  const { builder, graph } = backend.stack.length > 0 ? make() : locating(make);
  // f may close over staged values even though no argument is staged
  return apply(
    graph,
    args,
    builder.captures.map((c) => c.source),
  );
}

/** The innermost recording: its builder, and notes that other rooms keep about it; undefined when nothing is staged. */
export function currentRecording():
  { readonly builder: Builder; readonly notes: Map<unknown, unknown> } | undefined {
  return adjointBackend().recording;
}

/** All recordings that are going on, the outermost first and `currentRecording` last. */
export function openRecordings(): readonly { readonly notes: Map<unknown, unknown> }[] {
  return adjointBackend().stack;
}

/** The executor of programs that are compiled to be called many times. */
export function executorOf(): Executor {
  return adjointBackend().compiler;
}
