/**
 * Registration of the backend with tfjs.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor } from '../ir/index.js';
import { AdjointBackend, adjointBackend, backendName } from './backend.js';
import { defineChained } from './chained.js';
import { runKernel, type KernelInputs } from './dispatch.js';
import { kernelTable } from './kernel-table.js';
import { refuse, refusedKernels } from './refusals.js';

/** How the backend is set up. */
export interface RegisterOptions {
  /** What runs graphs; the reference evaluator unless given. */
  readonly executor?: Executor;
  /** What runs programs that are called many times: those of `jit` and `fit`; default `executor`. */
  readonly compiler?: Executor;
  /** Whether every staged value remembers the user's line, at several times the cost of recording it; default false. */
  readonly lines?: boolean;
}

/** tfjs keeps kernels when a backend is removed; those of ours find the backend of the day. */
function addKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, backendName) === undefined)
    tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/**
 * Registers the tfjs backend `adjoint` and its kernels; called again, it only changes the options that are given.
 * Tensors get the chained methods (`x.add(y)`) where tfjs has not defined them.
 * tfjs makes it the active backend if no other backend is there (its priority is the lowest); staging works either way.
 *
 * @example
 * // programs on the obvious evaluator, to compare with; then on the fast one again
 * register({ executor: referenceExecutor });
 * grad((x: tf.Tensor) => tf.square(x))(tensor(3)); // 6
 * register({ executor: bufferExecutor });
 */
export function register(options: RegisterOptions = {}): void {
  const engine = tf.engine();
  const known = engine.findBackend(backendName) as AdjointBackend | null;
  if (known !== null) {
    if (options.executor !== undefined) known.executor = options.executor;
    if (options.compiler !== undefined) known.compiler = options.compiler;
    if (options.lines !== undefined) known.lines = options.lines;
    return;
  }
  defineChained();
  // tfjs asks the factory again when it looks for the best backend: there is one instance all the same
  const backend = new AdjointBackend(options.executor);
  tf.registerBackend(backendName, () => backend, 0);
  for (const [name, kernel] of Object.entries(kernelTable)) {
    addKernel(name, ({ inputs, attrs }) =>
      runKernel(adjointBackend(), name, kernel, inputs as KernelInputs, attrs),
    );
  }
  for (const name of refusedKernels) {
    addKernel(name, () => refuse(name, adjointBackend().recording?.scopeDepth ?? 0));
  }
  // known to tfjs now, so that staging need not start the backend that it would choose
  engine.findBackend(backendName);
  backend.lines = options.lines ?? false;
  backend.compiler = options.compiler;
}
