/**
 * Which executor a compiled function runs on.
 *
 * @module
 */
import type { Executor } from '../ir/index.js';
import { executorOf } from '../staging/index.js';
import { deviceExecutor } from './device/index.js';
import type { JitOptions } from './jit.js';
import { wasmExecutor, type WasmExecutor } from './wasm/executor.js';

const isWasm = (e: Executor): e is WasmExecutor => 'runtime' in e;

/**
 * The executor that options ask for. Programs of another precision run in the memory of the package's compiler, so that
 * values can stay there between them.
 *
 * @throws Error if both an executor and how to compile are given.
 */
export function executorFor(options: JitOptions): Executor {
  const { executor, precision, relaxedSimd, without, device } = options;
  const own = precision !== undefined || relaxedSimd !== undefined || without !== undefined;
  if (device !== undefined) {
    if (own || executor !== undefined) {
      throw new Error(
        "jit: 'device' says where programs run; leave out executor, precision, relaxedSimd and without",
      );
    }
    return deviceExecutor(device);
  }
  if (executor !== undefined) {
    if (own)
      throw new Error(
        "jit: 'executor' says how programs are run; leave out precision, relaxedSimd and without",
      );
    return executor;
  }
  const compiler = executorOf();
  if (!own) return compiler;
  return wasmExecutor({
    ...(precision === undefined ? {} : { precision }),
    ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
    ...(without === undefined ? {} : { without }),
    ...(isWasm(compiler) ? { runtime: compiler.runtime } : {}),
  });
}
