/**
 * The WebAssembly executor.
 *
 * @module
 */
import type { Compiled, Executor, Graph } from '../../ir/index.js';
import { f32x4, Module } from '../assembler/index.js';
import { Runtime } from '../runtime/index.js';
import { cached } from '../cached.js';
import { optimize, type PassName } from '../passes/index.js';
import { compileProgram } from './program.js';

/** How graphs are compiled to WebAssembly. */
export interface WasmOptions {
  /** Width of real numbers; default `'float64'`. */
  readonly precision?: 'float32' | 'float64';
  /**
   * Whether multiply-add in one rounding may be used where the engine has it: faster, but the last bit depends on the
   * host. Default false.
   */
  readonly relaxedSimd?: boolean;
  /** Passes that are left out; default none. */
  readonly without?: readonly PassName[];
  /**
   * Threads that share long loops, the calling one included; results do not depend on them. Default 1; no more than cores
   * are used, and one where threads cannot share memory.
   */
  readonly threads?: number;
  /** The memory to run in, whose number of threads counts; default one of its own. */
  readonly runtime?: Runtime;
}

/** An executor that compiles to WebAssembly. */
export interface WasmExecutor extends Executor {
  /** The memory that its programs run in. */
  readonly runtime: Runtime;
}

/** Compiled programs that an executor remembers. */
const limit = 256;

/**
 * Compiles graphs to WebAssembly with 128-bit vectors: one module a graph, loops inside, results in its memory. Graphs
 * of equal structure are compiled once; the 256 programs that were asked for last are remembered.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.sum(tf.square(x)), [tensor([0, 0, 0])]);
 * const run = wasmExecutor().compile(graph);
 * run([{ shape: [3], dtype: 'f', data: new Float64Array([1, 2, 3]) }])[0]!.data; // [14]
 */
export function wasmExecutor(options: WasmOptions = {}): WasmExecutor {
  const { precision = 'float64', relaxedSimd = false, without = [], threads = 1 } = options;
  const { runtime = new Runtime({ threads }) } = options;
  const float = precision === 'float32' ? 'f32' : 'f64';
  const relaxed = relaxedSimd && hasRelaxedSimd();
  const compile = (graph: Graph): Compiled =>
    compileProgram(graph, optimize(graph, { without, precision }).graph, runtime, { float, relaxed });
  const name = `wasm ${precision}`;
  return { ...cached({ name, compile }, limit), runtime };
}

/** Whether the engine has multiply-add of relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  const m = new Module({ minimum: 0 });
  m.func('probe', ['v128'], 'v128', (f, x) => f.return(f32x4.relaxedMadd(x, x, x)));
  return WebAssembly.validate(m.encode());
}

/** Whether the host lets WebAssembly be compiled: some pages forbid it, and old engines have no vectors. */
export function wasmAllowed(): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const m = new Module({ minimum: 0 });
  m.func('probe', ['v128'], 'v128', (f, x) => f.return(f32x4.add(x, x)));
  try {
    return new WebAssembly.Module(m.encode()) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
