/**
 * The staged program of a fit: many optimizer steps as one graph.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { buildGraph, formatAval, inline, inputAvals, ops, outputAvals, shapes } from '../ir/index.js';
import type { Aval, Compiled, Executor, Graph, HostArray, Node } from '../ir/index.js';
import { foldIn } from '../random/index.js';
import {
  avalOf,
  currentRecording,
  flatten,
  hostOf,
  lift,
  mapTree,
  stage,
  tensor,
  unflatten,
} from '../staging/index.js';
import type { Key, Leaf, TreeDef } from '../staging/index.js';
import type { Optimizer } from '../optimize/optimizer.js';
import type { Estimator } from './estimator.js';
import { parts, type Layout, type Part } from './state.js';

/** Values of all leaves that a step carries to the next. */
export type Values = Readonly<Record<Part, readonly HostArray[]>>;

/** What a run of steps gives. */
export interface Advanced {
  readonly values: Values;
  /** The objective's value at each step, at the parameters before the step. */
  readonly objective: Float64Array;
  /** For each gradient leaf, whether it was finite: one flag a step. */
  readonly finite: readonly Uint8Array[];
}

/** A fit made ready to run. */
export interface FitProgram {
  readonly layout: Layout;
  /** How the parameters are put together from their leaves. */
  readonly paramsDef: TreeDef;
  /** The values before the first step. */
  readonly initial: Values;
  /** One step: (key, t, params, optimizer, estimator, data, captured variables) → (value, finiteness, params, …). */
  readonly graph: Graph;
  /** The inputs of `graph` at step t. */
  inputs(t: number, values: Values): HostArray[];
  /** Makes `count` steps, the first being step t. */
  advance(t: number, values: Values, count: number): Advanced;
  /** The leaves of the averaged parameters, if the optimizer keeps an average. */
  average(values: Values): readonly HostArray[] | undefined;
}

/**
 * Stages one step of a fit,
 *
 *     (f, g, s') = estimator(foldIn(key, t), θ, s, …data)
 *     (θ', o')   = optimizer.update(g or −g, o, θ)
 *
 * as a graph of key, t, θ, o, s and data; `advance` runs any number of steps as one `scan` over t. Chunks of any
 * length give the same numbers, since a step depends on its index and not on what was run before.
 */
export function fitProgram<P, S, D extends readonly unknown[]>(
  estimator: Estimator<P, S, D>,
  optimizer: Optimizer,
  params: P,
  key: Key,
  data: D,
  executor: Executor,
): FitProgram {
  if (currentRecording() !== undefined) {
    throw new Error(
      'fit: it runs programs and cannot itself be recorded; in a staged function write the loop with scan',
    );
  }
  // everything made here is read into host arrays, so nothing outlives the call
  return untracked(() => {
    const trees = { params, optimizer: optimizer.init(params), estimator: [estimator.init(params)] as const };
    const taken = byPart((part) => flatten(trees[part]));
    const layout = byPart((part) =>
      taken[part].leaves.map((leaf, i) => ({ path: taken[part].paths[i]!, aval: avalOf(leaf) })),
    );
    const step = (k: Key, t: tf.Tensor, p: P, o: unknown, [s]: readonly [S], d: D): unknown => {
      const { value, gradient, state } = estimator(foldIn(k, t), p, s, ...d);
      const leaves = flatten(gradient).leaves;
      const next = optimizer.update(estimator.sense === 'minimize' ? gradient : negated(gradient), o, p);
      const finite = leaves.map((g) => only(lift([g], (_b, x) => shapes.reduceMin(ops.isFinite(x!)))));
      return { value, finite, params: next.params, optimizer: next.state, estimator: [state] };
    };
    const { graph, captures } = stage(step, [
      key,
      tensor(0, [], 'int32'),
      ...parts.map((p) => trees[p]),
      data,
    ]);
    const sizes = byPart((part) => layout[part].length);
    const carried = sizes.params + sizes.optimizer + sizes.estimator;
    const flags = graph.outputs.length - 1 - carried;
    checkStep(graph, layout, flags);

    const keyWords = hostOf(key);
    const dataLeaves = flatten(data).leaves.map(hostOf);
    const constants = (): HostArray[] => [
      keyWords,
      ...dataLeaves,
      ...captures.map((source) => hostOf(source as unknown as Leaf)), // outside recordings only variables are captured
    ];
    const runs = new Map<number, Compiled>();
    return {
      layout,
      paramsDef: taken.params.def,
      initial: byPart((part) => taken[part].leaves.map(hostOf)),
      graph,
      inputs: (t, values) => {
        const [first, ...rest] = constants();
        return [first!, scalar(t), ...parts.flatMap((part) => values[part]), ...rest];
      },
      advance(t, values, count) {
        let run = runs.get(count);
        if (run === undefined) runs.set(count, (run = executor.compile(repeated(graph, carried, count))));
        const out = run([...constants(), scalar(t), ...parts.flatMap((part) => values[part])]);
        let at = 1;
        const after = byPart((part) => out.slice(at, (at += sizes[part])));
        const [objective, ...finite] = out.slice(at);
        return {
          values: after,
          objective: objective!.data as Float64Array,
          finite: finite.map((f) => f.data as Uint8Array),
        };
      },
      average(values) {
        if (optimizer.average === undefined) return undefined;
        // leaves stand for themselves by position, so that a tree of host arrays need not be walked
        const positions = unflatten(
          taken.optimizer.def,
          values.optimizer.map((_, i) => i),
        );
        return flatten(optimizer.average(positions)).leaves.map((i) => values.optimizer[i as number]!);
      },
    };
  });
}

/** `count` steps as one scan: (key, data, captures, t, carried) → (t, carried, values, flags). */
function repeated(step: Graph, carried: number, count: number): Graph {
  const avals = inputAvals(step);
  const [key, t] = avals;
  const carry = avals.slice(2, 2 + carried);
  const constants = [key!, ...avals.slice(2 + carried)];
  const body = buildGraph([...constants, t!, ...carry], (...nodes) => {
    const [k, ...rest] = nodes.slice(0, constants.length);
    const [now, ...state] = nodes.slice(constants.length);
    const [value, ...out] = inline(k!.builder, step, [k!, now!, ...state, ...rest]);
    const flags = out.slice(0, out.length - carried);
    return [ops.add(now!, 1), ...out.slice(out.length - carried), value!, ...flags];
  });
  const attrs = { body, length: count, consts: constants.length, carry: carried + 1, reverse: false };
  return buildGraph([...constants, t!, ...carry], (...nodes) =>
    nodes[0]!.builder.nodes('scan', attrs, nodes),
  );
}

/** Throws unless a step gives a real scalar and carries on with what it was given. */
function checkStep(graph: Graph, layout: Layout, flags: number): void {
  const [value, ...rest] = outputAvals(graph);
  if (value === undefined || value.dtype !== 'f' || value.shape.length > 0) {
    throw new Error(
      `fit: the estimator's value must be a real scalar, found ${value ? formatAval(value) : 'nothing'}`,
    );
  }
  const expected = parts.flatMap((part) => layout[part].map((leaf) => ({ ...leaf, part })));
  const found: readonly (Aval | undefined)[] = rest.slice(Math.max(flags, 0));
  const faults = expected.flatMap(({ part, path, aval }, i) => {
    const after = found[i] === undefined ? 'nothing' : formatAval(found[i]);
    return after === formatAval(aval)
      ? []
      : [`${part} '${path}': ${formatAval(aval)} before a step, ${after} after it`];
  });
  if (flags < 0 || faults.length > 0)
    throw new Error(`fit: a step must keep its shapes:\n  ${faults.join('\n  ')}`);
}

function byPart<T>(f: (part: Part) => T): Readonly<Record<Part, T>> {
  return { params: f('params'), optimizer: f('optimizer'), estimator: f('estimator') };
}

function scalar(t: number): HostArray {
  return { data: Int32Array.of(t), shape: [], dtype: 'i32' };
}

function only<T>(list: readonly T[]): T {
  return list[0]!;
}

function negated<T>(gradient: T): T {
  return mapTree(gradient as never, (g: Leaf) =>
    only(lift([g], (_b, x: Node | undefined) => ops.neg(x!))),
  ) as T;
}

function untracked<T>(f: () => T): T {
  let result: T | undefined;
  tf.tidy(() => void (result = f()));
  return result as T;
}
