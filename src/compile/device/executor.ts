/**
 * The executor that runs graphs on another tfjs backend.
 *
 * @module
 */
import { checkInputs } from '../../ir/evaluate.js';
import type { Compiled, Executor, Graph, HostArray } from '../../ir/index.js';
import { withBackend } from '../../staging/engine.js';
import { backendOf } from './backends.js';
import { Compilation } from './emitter.js';
import { DeviceError, lacking } from './errors.js';
import { lowerBy } from './lower.js';
import type { Program, Reading } from './program.js';
import type { DeviceTable } from './rule.js';
import { read, Run, runProgram, toHostArray, type Cell } from './run.js';
import { deviceRules } from './table.js';

/** Compiled for a device whose results are waited for. */
export type CompiledAsync = (inputs: readonly HostArray[]) => Promise<HostArray[]>;

/** An executor that can also wait for what it reads from its device. */
export interface DeviceExecutor extends Executor {
  /**
   * As `compile`, for devices that cannot be read synchronously: whatever the program reads, results and predicates of
   * loops, is awaited.
   */
  compileAsync(graph: Graph): CompiledAsync;
}

/** The program of a graph, once every operation is known to run. */
function programOf(device: string, graph: Graph, rules: DeviceTable): Program {
  backendOf(device);
  const compilation = new Compilation(device, lowerBy(rules));
  const program = compilation.program(graph);
  if (compilation.faults.length > 0) throw lacking(device, compilation.faults);
  return program;
}

/** The outputs of a program on the host, in buffers of their own. */
function* results(run: Run, program: Program, inputs: readonly HostArray[]): Reading<HostArray[]> {
  const cells = yield* runProgram(
    run,
    program,
    inputs.map((v) => run.fromHost(v)),
  );
  const out: HostArray[] = [];
  for (const cell of cells) {
    const host = yield* read(cell);
    out.push({ data: host.data.slice(), shape: cell.shape, dtype: cell.dtype });
  }
  return out;
}

function unreadable(device: string, cause: unknown): DeviceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message =
    `The device '${device}' could not be read synchronously (${why}). ` +
    `Compile for waiting: await deviceExecutor('${device}').compileAsync(graph)(inputs).`;
  return new DeviceError(device, message, [], cause);
}

function readSync(run: Run, cell: Cell): HostArray {
  let values: ArrayLike<number>;
  try {
    values = run.backend.readSync(cell.info!.dataId) as Float32Array;
  } catch (error) {
    throw unreadable(run.name, error);
  }
  return toHostArray(values, cell);
}

function runSync(run: Run, reading: Reading<HostArray[]>): HostArray[] {
  try {
    return withBackend(run.name, run.backend, () => {
      let step = reading.next();
      while (step.done !== true) step = reading.next(readSync(run, step.value));
      return step.value;
    });
  } finally {
    run.dispose();
  }
}

async function runAsync(run: Run, reading: Reading<HostArray[]>): Promise<HostArray[]> {
  // the device is the active backend while the program computes, not while it is waited for
  const advance = (...args: [] | [HostArray]) =>
    withBackend(run.name, run.backend, () => reading.next(...(args as [HostArray])));
  try {
    let step = advance();
    while (step.done !== true) {
      const values = await run.backend.read(step.value.info!.dataId);
      step = advance(toHostArray(values as Float32Array, step.value));
    }
    return step.value;
  } finally {
    run.dispose();
  }
}

/** The executor of a device by a table of rules. */
export function executorBy(name: string, rules: DeviceTable): DeviceExecutor {
  const prepare = <T>(graph: Graph, drive: (run: Run, reading: Reading<HostArray[]>) => T) => {
    const program = programOf(name, graph, rules);
    return (inputs: readonly HostArray[]): T => {
      checkInputs(`device '${name}'`, graph, inputs);
      const run = new Run(name, backendOf(name));
      return drive(run, results(run, program, inputs));
    };
  };
  return {
    name,
    compile: (graph): Compiled => prepare(graph, runSync),
    compileAsync: (graph) => {
      const run = prepare(graph, runAsync);
      // faults of the arguments come as a rejection too
      return async (inputs) => run(inputs);
    },
  };
}

/**
 * Runs graphs operation by operation on a registered tfjs backend: webgpu, webgl, wasm or cpu. Real values are float32
 * there; the accuracy of elementary functions is the backend's. Values of u32 (keys, random words) and bitwise operations
 * of integers stay on the host, so that random bits are the same as on every executor. Loops are run from JavaScript, which
 * reads back their predicates. Integers are those of the backend: exact while they fit its numbers (24 bits on webgl).
 *
 * Arguments and constants are uploaded once a run. Everything that a run makes on the device is given back when it ends.
 * tfjs's active backend stays what it was.
 *
 * @param name name of the backend, whose package must be imported, and awaited where it starts asynchronously.
 * @throws DeviceError when a graph is compiled: for a backend that is missing or not ready, and for every operation
 * that it lacks, all at once. When a program runs: for an operation that fails, and for a device that cannot be read
 * synchronously, see `compileAsync`.
 * @example
 * // import '@tensorflow/tfjs-backend-webgl' first
 * const device = deviceExecutor('webgl');
 * const { graph } = stage((x: tf.Tensor) => tf.square(x), [tf.scalar(0)]);
 * const squareOf = (x: number) => device.compile(graph)([hostArray([x], [], 'f')])[0]!.data[0];
 * const later = async (x: number) => (await device.compileAsync(graph)([hostArray([x], [], 'f')]))[0]!.data[0];
 * device.name; // 'webgl'
 */
export function deviceExecutor(name: string): DeviceExecutor {
  return executorBy(name, deviceRules);
}
