/**
 * The grid of checks that every differentiation and batching rule has to pass.
 */
import { expect } from 'vitest';
import {
  allocate,
  buildGraph,
  inputAvals,
  sizeOf,
  type Executor,
  type Graph,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { batchGraph, jvpGraph, vjpGraph } from '../../src/autodiff/index.js';
import { directional, distance, innerProduct, stream } from './differences.js';

/** One function of graph operations at one point away from kinks. */
export interface Case {
  readonly name: string;
  readonly args: readonly HostArray[];
  readonly f: (...xs: Node[]) => readonly Node[];
  /** Why there is no reverse mode; default: there is. */
  readonly forwardOnly?: string;
  /** First step of the differences; default 0.05. */
  readonly step?: number;
  /** Arguments of lane k; default: reals scaled a little, others reversed in every second lane. */
  readonly lane?: (args: readonly HostArray[], k: number) => HostArray[];
}

const tolerance = 1e-6;

/** The graph of a case. */
export function graphOf(c: Case): Graph {
  return buildGraph(
    c.args.map(({ shape, dtype }) => ({ shape, dtype })),
    c.f,
  );
}

const like = (a: HostArray, next: () => number): HostArray => ({
  ...a,
  data: Float64Array.from(a.data, next),
});
const real = (xs: readonly HostArray[]): HostArray[] => xs.filter((x) => x.dtype === 'f');
const data = (xs: readonly HostArray[]): ArrayLike<number>[] => xs.map((x) => x.data);

function close(
  what: string,
  a: readonly ArrayLike<number>[],
  b: readonly ArrayLike<number>[],
  limit = tolerance,
): void {
  expect(a.length, `${what}: number of results`).toBe(b.length);
  b.forEach((y, i) =>
    expect(distance(a[i]!, y), `${what}, result ${i}: [${a[i]!}] against [${y}]`).toBeLessThanOrEqual(limit),
  );
}

/** Values and first derivatives: both modes give the value, jvp fits the differences, vjp fits jvp. */
export function judgeFirstOrder(c: Case, executor: Executor): void {
  const graph = graphOf(c);
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const f = executor.compile(graph);
  const next = stream(1);
  const value = f(c.args);
  const tangents = real(c.args).map((a) => like(a, next));
  let k = 0;
  const direction = active.map((a) => (a ? tangents[k++] : undefined));

  const forward = executor.compile(jvpGraph(graph, active))([...c.args, ...tangents]);
  close(`${c.name}: value in jvp`, data(forward.slice(0, value.length)), data(value), 1e-14);
  const tangentsOut = data(forward.slice(value.length));
  const judged = directional(f, c.args, direction, c.step).filter((_, i) => value[i]!.dtype === 'f');
  close(`${c.name}: jvp`, tangentsOut, judged);

  if (c.forwardOnly !== undefined) return;
  const reverse = vjpGraph(graph, active);
  const cotangents = real(value).map((v) => like(v, next));
  const back = executor.compile(reverse)([...c.args, ...cotangents]);
  close(`${c.name}: value in vjp`, data(back.slice(0, value.length)), data(value), 1e-14);
  const left = innerProduct(tangentsOut, data(cotangents));
  const right = innerProduct(data(tangents), data(back.slice(value.length)));
  close(`${c.name}: vjp against jvp`, [[right]], [[left]], 1e-9);
}

/** Derivatives of a graph of first derivatives, in both modes, against its differences. */
function judgeDerivative(
  what: string,
  graph: Graph,
  args: readonly HostArray[],
  c: Case,
  executor: Executor,
  reverse: boolean,
): void {
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const next = stream(2);
  const tangents = real(args).map((a) => like(a, next));
  let k = 0;
  const direction = active.map((a) => (a ? tangents[k++] : undefined));
  const f = executor.compile(graph);
  const value = f(args);
  const forward = executor
    .compile(jvpGraph(graph, active))([...args, ...tangents])
    .slice(value.length);
  const judged = directional(f, args, direction, c.step).filter((_, i) => value[i]!.dtype === 'f');
  close(`${c.name}: ${what}`, data(forward), judged);
  if (!reverse) return;
  const cotangents = real(value).map((v) => like(v, next));
  const back = executor
    .compile(vjpGraph(graph, active))([...args, ...cotangents])
    .slice(value.length);
  const left = innerProduct(data(forward), data(cotangents));
  close(`${c.name}: ${what}, transposed`, [[innerProduct(data(tangents), data(back))]], [[left]], 1e-9);
}

/** Second derivatives in every order of modes, by differences of the first derivatives, which are judged before. */
export function judgeSecondOrder(c: Case, executor: Executor): void {
  const graph = graphOf(c);
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const next = stream(3);
  const tangents = real(c.args).map((a) => like(a, next));
  const reverse = c.forwardOnly === undefined;
  judgeDerivative('jvp of jvp', jvpGraph(graph, active), [...c.args, ...tangents], c, executor, reverse);
  if (!reverse) return;
  const cotangents = real(executor.compile(graph)(c.args)).map((v) => like(v, next));
  judgeDerivative('jvp of vjp', vjpGraph(graph, active), [...c.args, ...cotangents], c, executor, true);
}

const lanes = 3;

function defaultLane(args: readonly HostArray[], k: number): HostArray[] {
  return args.map((a) => {
    if (a.dtype === 'f')
      return { ...a, data: Float64Array.from(a.data, (e, j) => e * (1 + 0.02 * k * Math.cos(j + 1))) };
    return k % 2 === 0 ? a : { ...a, data: a.data.slice().reverse() };
  });
}

function stack(xs: readonly HostArray[]): HostArray {
  const { shape, dtype } = xs[0]!;
  const n = sizeOf(shape);
  const out = allocate(dtype, n * xs.length);
  xs.forEach((x, k) => out.set(x.data, k * n));
  return { data: out, shape: [xs.length, ...shape], dtype };
}

/** A batched graph against the graph on each lane, for every way of choosing one input or all to be batched. */
function judgeLanes(
  what: string,
  graph: Graph,
  rows: readonly (readonly HostArray[])[],
  executor: Executor,
): void {
  const n = graph.inputs.length;
  const choices = [graph.inputs.map(() => true)];
  if (n > 1) for (let i = 0; i < n; i++) choices.push(graph.inputs.map((_, j) => i === j));
  const one = executor.compile(graph);
  for (const batched of choices) {
    const row = (k: number): HostArray[] => rows[k]!.map((x, i) => (batched[i] ? x : rows[0]![i]!));
    const expected = rows.map((_, k) => one(row(k)));
    const made = batchGraph(graph, batched, rows.length);
    const out = executor.compile(made.graph)(
      inputAvals(graph).map((_, i) => (batched[i] ? stack(rows.map((r) => r[i]!)) : rows[0]![i]!)),
    );
    out.forEach((y, i) => {
      const lane = rows.map((_, k) =>
        made.batched[i]
          ? y.data.slice((k * y.data.length) / rows.length, ((k + 1) * y.data.length) / rows.length)
          : y.data,
      );
      close(
        `${what}, inputs ${batched.map(Number)} batched`,
        lane,
        expected.map((e) => e[i]!.data),
        1e-10,
      );
    });
  }
}

/** Batched values. */
export function judgeBatch(c: Case, executor: Executor): void {
  const rows = Array.from({ length: lanes }, (_, k) => (c.lane ?? defaultLane)(c.args, k));
  judgeLanes(`${c.name}: vmap`, graphOf(c), rows, executor);
}

/** Batched derivatives, and derivatives of the batched function, which are the derivatives of each lane. */
export function judgeBatchOfDerivative(c: Case, executor: Executor): void {
  const graph = graphOf(c);
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const reverse = c.forwardOnly === undefined;
  const next = stream(4);
  const derive = reverse ? vjpGraph : jvpGraph;
  const derivative = derive(graph, active);
  const extra = derivative.inputs.slice(graph.inputs.length);
  const rows = Array.from({ length: lanes }, (_, k) => [
    ...(c.lane ?? defaultLane)(c.args, k),
    ...extra.map(({ shape }): HostArray => ({
      shape,
      dtype: 'f',
      data: Float64Array.from({ length: sizeOf(shape) }, next),
    })),
  ]);
  judgeLanes(`${c.name}: vmap of ${reverse ? 'vjp' : 'jvp'}`, derivative, rows, executor);

  const all = derive(
    batchGraph(
      graph,
      graph.inputs.map(() => true),
      lanes,
    ).graph,
    active,
  );
  const stacked = rows[0]!.map((_, i) => stack(rows.map((r) => r[i]!)));
  const expected = rows.map((r) => executor.compile(derivative)(r));
  const out = executor.compile(all)(stacked);
  out.forEach((y, i) => {
    if (y.shape[0] !== lanes || y.data.length !== lanes * expected[0]![i]!.data.length) return; // does not depend on a batched input
    const n = y.data.length / lanes;
    close(
      `${c.name}: ${reverse ? 'vjp' : 'jvp'} of vmap`,
      expected.map((_, k) => y.data.slice(k * n, (k + 1) * n)),
      expected.map((e) => e[i]!.data),
      1e-9,
    );
  });
}
