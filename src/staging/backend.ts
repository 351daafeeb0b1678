/**
 * The tfjs backend `adjoint`: storage, the stack of recordings, and the executor for what runs at once.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  formatAval,
  isDeviceArray,
  referenceExecutor,
  type Builder,
  type Compiled,
  type Executor,
  type Graph,
  type HostArray,
  type Node,
} from '../ir/index.js';
import { Recorded, Stored } from './data-id.js';
import { findBackend, outermostFunction } from './engine.js';
import { LiteralMemory } from './literals.js';
import { stagingError } from './messages.js';
import { Programs, weightOf } from './programs.js';

/** Name of the backend in tfjs. */
export const backendName = 'adjoint';

/** One level of staging. */
export interface Recording {
  readonly builder: Builder;
  /** For other rooms: facts about this recording, keyed by objects of their own. */
  readonly notes: Map<unknown, unknown>;
  /** Depth of tfjs's scope stack at which the staged function runs. */
  readonly scopeDepth: number;
  /** Staged tensors that were kept (tf.keep); disposed at the end, as nothing could read them. */
  readonly kept: tf.Tensor[];
}

/** A program for one kernel on operands of certain shapes. */
export interface EagerKernel {
  readonly run: Compiled;
  /** Whether tfjs expects a list of results. */
  readonly list: boolean;
}

/** Programs that each of the caches below holds, and elements that these hold together: 128 MB of float64. */
const cacheLimit = 4096;
const cacheBudget = 2 ** 24;

/**
 * Holds concrete tensors as host arrays and staged ones as nodes. There is one instance, made by `register`; all state
 * of staging lives on it.
 */
export class AdjointBackend extends tf.KernelBackend {
  /** Recordings that are going on, outermost first. */
  readonly stack: Recording[] = [];
  readonly literals: LiteralMemory = new LiteralMemory();
  /** Nodes of captured tensors by builder and data id. */
  readonly constants: WeakMap<Builder, WeakMap<object, Node>> = new WeakMap();
  /** One-kernel programs by kernel, attributes and operand shapes. */
  readonly kernels: Programs<EagerKernel> = new Programs(cacheLimit, cacheBudget);
  /** Whether origins carry the user's lines. */
  lines = false;
  private runner: Executor;
  private programs: Executor | undefined;
  private compiled: WeakMap<Graph, Compiled> = new WeakMap();
  private readonly byKey: Programs<Compiled> = new Programs(cacheLimit, cacheBudget);

  constructor(executor: Executor = referenceExecutor) {
    super();
    this.runner = executor;
  }

  /** What graphs run on. */
  get executor(): Executor {
    return this.runner;
  }

  set executor(executor: Executor) {
    this.runner = executor;
    this.programs = undefined;
    this.compiled = new WeakMap();
    this.byKey.clear();
    this.kernels.clear();
  }

  /** The innermost recording. */
  get recording(): Recording | undefined {
    return this.stack[this.stack.length - 1];
  }

  /** What programs run on that are compiled to be called many times; the executor of everything else unless given. */
  get compiler(): Executor {
    return this.programs ?? this.runner;
  }

  set compiler(executor: Executor | undefined) {
    this.programs = executor;
  }

  /** The program of a graph on the executor; made once for a graph, and once for equal graphs. */
  compile(graph: Graph): Compiled {
    let run = this.compiled.get(graph);
    if (run !== undefined) return run;
    run = this.byKey.get(graph.key);
    if (run === undefined) {
      run = this.runner.compile(graph);
      this.byKey.set(graph.key, run, weightOf(graph));
    }
    this.compiled.set(graph, run);
    return run;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return new Stored(
      toHost(values as unknown as ArrayLike<number>, shape, dtype),
      (values as unknown) instanceof Float64Array,
    );
  }

  override readSync(dataId: object): tf.BackendValues {
    if (dataId instanceof Stored && dataId.value !== undefined) return fromHost(dataId.value, dataId.wide);
    if (dataId instanceof Recorded) throw readError(dataId.node);
    throw stagingError('disposed', 'read here');
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    // while the recording still goes on, so that a failure says so
    try {
      return Promise.resolve(this.readSync(dataId));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!(dataId instanceof Stored || dataId instanceof Recorded)) return true;
    dataId.references--;
    if (!force && dataId.references > 0) return false;
    if (dataId instanceof Stored) {
      const { value, owned } = dataId;
      dataId.value = undefined;
      if (owned && value !== undefined && isDeviceArray(value)) value.free();
    }
    return true;
  }

  override incRef(dataId: object): void {
    if (dataId instanceof Stored || dataId instanceof Recorded) dataId.references++;
  }

  override refCount(dataId: object): number {
    return dataId instanceof Stored || dataId instanceof Recorded ? dataId.references : 0;
  }

  /** Constant: results that share values do not allocate, and values live as long as a program refers to them. */
  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: false, reasons: [] };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    f();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.kernels.clear();
    this.byKey.clear();
  }
}

/** The error for a read of a staged value: different while its recording goes on and after it. */
export function readError(node: Node): Error {
  const value = formatAval(node.avals[0]!);
  const where = node.origin?.() ?? node.op;
  return stagingError(node.builder.closed ? 'finished' : 'read', value, where);
}

/** The one instance. Throws a `StagingError` with code `unregistered` if there is none. */
export function adjointBackend(): AdjointBackend {
  const found = findBackend(backendName);
  if (found === undefined) throw stagingError('unregistered');
  return found as AdjointBackend;
}

/** Element type of the graph for a dtype of tfjs. */
export function dtypeOf(dtype: string): 'f' | 'i32' | 'bool' {
  if (dtype === 'float32') return 'f';
  if (dtype === 'int32') return 'i32';
  if (dtype === 'bool') return 'bool';
  throw stagingError('dtype', dtype, `tf.${outermostFunction(0) || 'tensor'}`);
}

/** dtype of tfjs for an element type of the graph. */
export function tfDtypeOf(node: { readonly dtype: string }): 'float32' | 'int32' | 'bool' {
  if (node.dtype === 'f') return 'float32';
  if (node.dtype === 'i32') return 'int32';
  if (node.dtype === 'bool') return 'bool';
  throw stagingError('keyAsTensor');
}

/** A host array from values as tfjs hands them over. */
export function toHost(values: ArrayLike<number>, shape: readonly number[], dtype: string): HostArray {
  const d = dtypeOf(dtype);
  const data =
    d === 'f' ? new Float64Array(values) : d === 'i32' ? new Int32Array(values) : new Uint8Array(values);
  // tfjs lets bools be any byte
  if (d === 'bool') for (let i = 0; i < data.length; i++) data[i] = data[i] === 0 ? 0 : 1;
  return { data, shape: [...shape], dtype: d };
}

/** Values as tfjs expects them: float64 where they are kept so, else float32. */
export function fromHost(value: HostArray, wide: boolean): tf.BackendValues {
  const data = value.dtype === 'f' && !wide ? new Float32Array(value.data) : value.data.slice();
  return data as unknown as tf.BackendValues;
}
