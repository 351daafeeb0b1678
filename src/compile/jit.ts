/**
 * Just-in-time compilation of functions over tensors.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval, type Compiled, type Executor } from '../ir/index.js';
import {
  apply,
  argumentOf,
  avalOf,
  currentRecording,
  flatten,
  isRecorded,
  leavesOfResults,
  stage,
  unflatten,
  type Leaf,
  type Staged,
} from '../staging/index.js';
import { Recent } from './recent.js';
import type { PassName } from './passes/index.js';
import { executorFor } from './choice.js';

/** How a function is compiled. */
export interface JitOptions {
  /** What runs the graph; default the one that the package compiles programs with. */
  readonly executor?: Executor;
  /** Width of real numbers in a program that is compiled to WebAssembly; default `'float64'`. */
  readonly precision?: 'float32' | 'float64';
  /** Whether products and sums may be taken in one rounding where the engine can; default false. */
  readonly relaxedSimd?: boolean;
  /** Name of the tfjs backend that runs the program, such as `'webgl'`; see `deviceExecutor`. Excludes the other choices. */
  readonly device?: string;
  /** Passes of the compiler that are left out; default none. */
  readonly without?: readonly PassName[];
  /** Number of argument signatures whose programs are kept; default 32. */
  readonly limit?: number;
}

interface Program {
  readonly staged: Staged;
  run: Compiled | undefined;
}

/**
 * The same function, recorded and compiled once for each structure, shapes and element types of its arguments.
 *
 * Arguments and results are trees of tensors, keys, numbers and booleans; every leaf of an argument is an input of the
 * program, and results are tensors. What `f` closes over is fixed when it is recorded, except tf.Variables, which are
 * read at each call. Inside a recording the program becomes part of that recording.
 *
 * @example
 * const layer = jit((w: tf.Tensor, x: tf.Tensor) => tf.tanh(tf.dot(x, w)));
 * const w = tensor([0.5, -0.5]);
 * layer(w, tensor([1, 1])).dataSync(); // [0]: recorded and compiled
 * layer(w, tensor([2, 1])).dataSync(); // ≈ [0.4621]: only run
 *
 * @throws StagingError as `stage` does, at the first call with a new signature.
 */
export function jit<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  const { limit = 32 } = options;
  let executor: Executor | undefined;
  const programs = new Recent<Program>(limit);

  const programOf = (args: A, leaves: readonly Leaf[], structure: string): Program => {
    const key = `${structure}|${leaves.map((x) => formatAval(avalOf(x))).join()}`;
    const known = programs.get(key);
    if (known !== undefined) return known;
    const program: Program = { staged: stage(f, args), run: undefined };
    // a program that uses staged values of one recording means nothing in the next
    const closed = program.staged.captures.every((c) => !('builder' in c));
    if (closed) programs.set(key, program);
    return program;
  };

  return (...args) => {
    const { leaves, def } = flatten(args);
    const program = programOf(args, leaves, def.key);
    const { graph, captures, outDef } = program.staged;
    if (currentRecording() !== undefined || leaves.some(isRecorded)) {
      return unflatten(outDef, apply(graph, leaves, captures)) as R;
    }
    program.run ??= (executor ??= executorFor(options)).compile(graph);
    const results = program.run([...leaves, ...(captures as readonly tf.Variable[])].map(argumentOf));
    return unflatten(outDef, leavesOfResults(results)) as R;
  };
}
