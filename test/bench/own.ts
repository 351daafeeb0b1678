/** Adjoint's side of the benchmarks: the one place that knows which executor is measured. */
import { hostOf, jit, wasmExecutor, stage, type Executor, type Graph, type HostArray } from 'adjoint';
import { isDeviceArray } from '../../src/ir/index.js';
import { flatten } from '../../src/staging/index.js';
import { local, type Side } from './harness.js';

/** How a program of Adjoint is compiled. */
export interface OwnOptions {
  /** Real numbers in the compiled program; default float32, as all peers compute. */
  readonly precision?: 'float32' | 'float64';
  /** Fused multiply-add by relaxed SIMD; default false, as on engines without it. */
  readonly relaxedSimd?: boolean;
  /** Threads that share long loops; default 1, as in the peers that are written in JavaScript. */
  readonly threads?: number;
}

const executors = new Map<string, Executor>();

/** The executor that is measured: one for each choice of options, as a program would keep it. */
export function executor(options: OwnOptions = {}): Executor {
  const { precision = 'float32', relaxedSimd = false, threads = 1 } = options;
  const name = `${precision}, ${relaxedSimd}, ${threads}`;
  let known = executors.get(name);
  if (known === undefined) executors.set(name, (known = wasmExecutor({ precision, relaxedSimd, threads })));
  return known;
}

/**
 * Makes executors that share one memory and remember nothing: for timing compilation of programs that are new each time,
 * which a cache would keep alive by the hundred.
 */
export function forgetful(): () => Executor {
  const { runtime } = wasmExecutor({ precision: 'float32' });
  return () => wasmExecutor({ precision: 'float32', runtime });
}

/** A function recorded at arguments, and the values of its inputs. */
export function staged<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: A,
): { readonly graph: Graph; readonly inputs: readonly HostArray[] } {
  const { graph, captures } = stage(f, args);
  if (captures.length > 0) throw new Error('a benchmark is a function of its arguments and captures nothing');
  return { graph, inputs: flatten(args).leaves.map((leaf) => hostOf(leaf)) };
}

/** A compiled program with its arguments. */
export interface Program {
  /** Times calls; results are freed, as those of the peers are. */
  readonly side: Side;
  /** The results of one call. */
  values(): readonly ArrayLike<number>[];
}

/**
 * A function, staged and compiled: a call runs its `Compiled`. Arguments of more than a page stay in the program's memory
 * between calls, as parameters and data do; small ones are copied in at each call.
 */
export function compiled<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: A,
  options: OwnOptions = {},
): Program {
  const { graph, inputs } = staged(f, args);
  const run = executor(options).compile(graph);
  return { side: local(() => free(run(inputs))), values: () => run(inputs).map(({ data }) => data) };
}

/** Gives back the memory of results that stand outside of JavaScript's heap. */
export function free(results: readonly HostArray[]): void {
  for (const result of results) if (isDeviceArray(result)) result.free();
}

/** A function as `jit` compiles it, in single precision. */
export const jitted = <A extends readonly unknown[], R>(f: (...args: A) => R): ((...args: A) => R) =>
  jit(f, { precision: 'float32' });

/** Whether this engine has relaxed SIMD: a module with one fused multiply-add in it is valid. */
export const hasRelaxedSimd = (): boolean =>
  WebAssembly.validate(
    // (func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0,
      32, 1, 32, 2, 253, 133, 2, 11,
    ]),
  );

/** Why a row is skipped where it has not. */
export const noRelaxedSimd = 'this engine has no relaxed SIMD (Node 20: --experimental-wasm-relaxed-simd)';
