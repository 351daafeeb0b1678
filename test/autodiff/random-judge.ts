/**
 * What must hold of every random program.
 */
import * as tf from '@tensorflow/tfjs-core';
import { grad, hvp, jvp, vjp, vjpGraph, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import type { HostArray } from '../../src/ir/index.js';
import { hostOf, stage, tensorFromHost } from '../../src/staging/index.js';
import { directional, innerProduct, moved, stream } from './differences.js';
import { argumentsOf, describeProgram, listOf, scalarOf, valuesOf, type Program } from './random-program.js';

type T = tf.Tensor;

/** A property of programs, with the text that its failures begin with. */
export type Property =
  'staged' | 'executor' | 'grad' | 'second order' | 'transpose' | 'vmap' | 'vmap of grad';

/** The condition above which a program is not judged. */
export const limit = 1e4;
const data = (xs: readonly (T | HostArray)[]): ArrayLike<number>[] =>
  xs.map((x) => ('data' in x && typeof x.data !== 'function' ? x.data : hostOf(x as T).data));

/** Throws unless numbers agree to a tolerance relative to the largest of them. */
function agree(
  what: Property,
  program: Program,
  a: readonly ArrayLike<number>[],
  b: readonly ArrayLike<number>[],
  tolerance: number,
): void {
  const found = a.flatMap((x) => [...Array.from(x)]);
  const expected = b.flatMap((x) => [...Array.from(x)]);
  const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
  const worst = expected.reduce((m, v, i) => Math.max(m, Math.abs(v - found[i]!)), 0);
  if (found.length === expected.length && worst <= tolerance * scale) return;
  throw new Error(
    `${what}: [${found.slice(0, 6).join(', ')}] against [${expected.slice(0, 6).join(', ')}] in ${describeProgram(program)}`,
  );
}

/**
 * How badly the derivative along a direction is conditioned: the largest value on the way, and the second derivative,
 * against the first one. By differences, so that it does not rest on what is judged.
 */
export function conditionOf(values: readonly T[], f: (t: number) => number, slope: number): number {
  const largest = data(values).reduce(
    (m, x) => Array.from(x).reduce((n, v) => (Number.isFinite(v) ? Math.max(n, Math.abs(v)) : NaN), m),
    0,
  );
  const h = 1e-3;
  const curvature = (f(h) - 2 * f(0) + f(-h)) / (h * h);
  const estimate = Math.max(largest, Math.abs(curvature), Math.abs(slope)) / Math.abs(slope);
  return Number.isFinite(estimate) ? estimate : Infinity;
}

/**
 * Judges a program; throws at the first property that does not hold.
 *
 * @returns false if the program is too badly conditioned at its point to be judged.
 */
export function judgeProgram(program: Program): boolean {
  const args = argumentsOf(program);
  const hosts = args.map((x) => hostOf(x));
  const next = stream(program.seed + 1);
  const direction = hosts.map((a): HostArray => ({ ...a, data: Float64Array.from(a.data, next) }));
  const v = direction.map((d) => tensorFromHost(d));

  const f = scalarOf(program);
  const { graph } = stage(f, args);
  const run = bufferExecutor.compile(graph);
  const [slope] = directional(run, hosts, direction, 0.02)[0]!;
  const along = (t: number): number => run(moved(hosts, direction, t))[0]!.data[0]!;
  if (conditionOf(valuesOf(program, args), along, slope!) > limit) return false;

  agree('staged', program, data(listOf(program)(...args)), data(runList(program, args)), 1e-12);

  const reverse = vjpGraph(
    graph,
    args.map(() => true),
  );
  const seeded = [...hosts, { data: new Float64Array([1]), shape: [], dtype: 'f' } as const];
  const judged = referenceExecutor.compile(reverse)(seeded);
  agree('executor', program, data(bufferExecutor.compile(reverse)(seeded)), data(judged), 1e-11);

  const gradient = grad((xs: T[]) => f(...xs))(args);
  agree('grad', program, [[innerProduct(data(gradient), data(v))]], [[slope!]], 1e-6);

  const second = directional(bufferExecutor.compile(reverse), seeded, [...direction, undefined], 0.02);
  const product = hvp((xs: T[]) => f(...xs), args, v);
  agree('second order', program, data(product), second.slice(1), 1e-6);

  const list = listOf(program);
  const [out, push] = jvp((xs: T[]) => list(...xs), [args], [v]);
  const w = out.map((y) => tensorFromHost({ ...hostOf(y), data: Float64Array.from(hostOf(y).data, next) }));
  const [pull] = vjp((xs: T[]) => list(...xs), args)[1](w);
  const parts = (a: readonly T[], b: readonly T[]): number =>
    innerProduct(
      data(a).map((x) => Array.from(x, Math.abs)),
      data(b).map((x) => Array.from(x, Math.abs)),
    );
  const scale = Math.max(1, parts(push, w), parts(pull, v));
  const [left, right] = [innerProduct(data(push), data(w)), innerProduct(data(pull), data(v))];
  agree('transpose', program, [[left / scale + 1]], [[right / scale + 1]], 1e-11);

  const lanes = [0, 1, 2].map((k) => argumentsOf(program, k));
  const stacked = args.map((_, i) => tf.stack(lanes.map((l) => l[i]!)));
  const loop = (g: (...xs: T[]) => T): ArrayLike<number>[] => data(lanes.map((l) => g(...l)));
  const rows = (x: T): ArrayLike<number>[] => data(tf.unstack(x));
  agree('vmap', program, rows(vmap(f)(...stacked)), loop(stagedOf(f)), 1e-11);
  const g = grad(f, 3 as number) as unknown as (...xs: T[]) => T;
  agree('vmap of grad', program, rows(vmap(g)(...stacked)), loop(g), 1e-10);
  return true;
}

const runList = (program: Program, args: readonly T[]): HostArray[] =>
  referenceExecutor.compile(stage(listOf(program), args).graph)(args.map((x) => hostOf(x)));

const stagedOf =
  (f: (...xs: T[]) => T) =>
  (...xs: T[]): T =>
    tensorFromHost(referenceExecutor.compile(stage(f, xs).graph)(xs.map((x) => hostOf(x)))[0]!);
