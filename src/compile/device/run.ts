/**
 * Running of device programs: placement of values, their lifetimes, and the walk over the steps.
 *
 * Kernels are called directly, not through tfjs's engine: the engine neither tracks their results nor needs to, nothing
 * is recorded on a tape, and a run that is waited for leaves no trace in it.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval, sameShape, type Aval, type DType, type HostArray } from '../../ir/index.js';
import { kernelOf } from './backends.js';
import { DeviceError, failed } from './errors.js';
import type { KernelInputs, KernelStep, Program, Reading, ReadyStep, Slot } from './program.js';

/** A value while a program runs: on the host, on the device, or both. */
export interface Cell extends Aval {
  host: HostArray | undefined;
  info: tf.TensorInfo | undefined;
  references: number;
}

const tfTypes: Readonly<Record<Exclude<DType, 'u32'>, tf.DataType>> = {
  f: 'float32',
  i32: 'int32',
  bool: 'bool',
};

/** Host values in the element type of a value. */
export function toHostArray(values: ArrayLike<number>, { shape, dtype }: Aval): HostArray {
  const data =
    dtype === 'f'
      ? Float64Array.from(values)
      : dtype === 'bool'
        ? Uint8Array.from(values)
        : dtype === 'i32'
          ? Int32Array.from(values)
          : Uint32Array.from(values);
  return { data, shape, dtype };
}

/** One run: what it holds on the device is given back by `dispose`. */
export class Run {
  readonly name: string;
  readonly backend: tf.KernelBackend;
  private readonly live = new Set<Cell>();
  private readonly constants = new Map<HostArray, Cell>();

  constructor(name: string, backend: tf.KernelBackend) {
    this.name = name;
    this.backend = backend;
  }

  /** A value of the host. */
  fromHost(host: HostArray): Cell {
    return { shape: host.shape, dtype: host.dtype, host, info: undefined, references: 1 };
  }

  /** The result of a kernel. */
  fromDevice(info: tf.TensorInfo, aval: Aval): Cell {
    const cell = { shape: aval.shape, dtype: aval.dtype, host: undefined, info, references: 1 };
    this.live.add(cell);
    return cell;
  }

  /** A constant, uploaded at most once a run, in loops too. */
  constant(host: HostArray): Cell {
    let cell = this.constants.get(host);
    if (cell === undefined) this.constants.set(host, (cell = this.fromHost(host)));
    return cell;
  }

  /** A value on the device. */
  upload(cell: Cell): tf.TensorInfo {
    if (cell.info !== undefined) return cell.info;
    const { host, shape, dtype } = cell;
    if (host === undefined || dtype === 'u32')
      throw new Error(`${formatAval(cell)} does not live on devices`);
    const values = dtype === 'f' ? Float32Array.from(host.data) : (host.data as Int32Array | Uint8Array);
    const type = tfTypes[dtype];
    const dataId = this.backend.write(values, shape as number[], type);
    cell.info = { dataId, shape: shape as number[], dtype: type };
    this.live.add(cell);
    return cell.info;
  }

  /** A kernel, for steps that call several; the caller owns the result. */
  call(kernel: string, inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): tf.TensorInfo {
    return kernelOf(kernel, this.name)!({ inputs, attrs, backend: this.backend }) as tf.TensorInfo;
  }

  retain(cell: Cell): Cell {
    cell.references++;
    return cell;
  }

  release(cell: Cell): void {
    if (--cell.references > 0) return;
    this.live.delete(cell);
    if (cell.info !== undefined) this.backend.disposeData(cell.info.dataId);
    cell.info = undefined;
  }

  /** Gives back everything that is still held. */
  dispose(): void {
    for (const { info } of this.live) if (info !== undefined) this.backend.disposeData(info.dataId);
    this.live.clear();
    this.constants.clear();
  }
}

/** The host values of a cell; read at most once. */
export function* read(cell: Cell): Reading<HostArray> {
  return (cell.host ??= yield cell);
}

function inputsOf(run: Run, inputs: KernelInputs, cellOf: (slot: Slot) => Cell): tf.NamedTensorInfoMap {
  const at = (slot: Slot): tf.TensorInfo => run.upload(cellOf(slot));
  // tfjs passes lists of operands in place of maps
  if (Array.isArray(inputs)) return (inputs as readonly Slot[]).map(at) as unknown as tf.NamedTensorInfoMap;
  const out: tf.NamedTensorInfoMap = {};
  for (const [name, slot] of Object.entries(inputs as Readonly<Record<string, Slot>>)) out[name] = at(slot);
  return out;
}

function callKernel(run: Run, step: KernelStep, call: tf.KernelFunc, cellOf: (slot: Slot) => Cell): Cell {
  const { inputs, attrs, kernel } = step;
  const result = step.results[0]!;
  const info = call({
    inputs: inputsOf(run, inputs, cellOf),
    attrs,
    backend: run.backend,
  }) as tf.TensorInfo;
  const cell = run.fromDevice(info, result);
  if (!sameShape(info.shape, result.shape) || info.dtype !== tfTypes[result.dtype as 'f']) {
    throw new Error(`${kernel} gave ${info.dtype}[${info.shape.join(',')}] for ${formatAval(result)}`);
  }
  return cell;
}

function* runStep(run: Run, { step, call }: ReadyStep, cellOf: (slot: Slot) => Cell): Reading<Cell[]> {
  try {
    if (step.kind === 'kernel') return [callKernel(run, step, call!, cellOf)];
    return yield* step.run(run, step.uses.map(cellOf));
  } catch (error) {
    throw error instanceof DeviceError ? error : failed(run.name, step.owner, error);
  }
}

/** The outputs of a program; the caller owns a reference to each, and keeps its own to the arguments. */
export function* runProgram(run: Run, program: Program, args: readonly Cell[]): Reading<Cell[]> {
  const cells = new Array<Cell | undefined>(program.size);
  const cellOf = (slot: Slot): Cell =>
    slot.constant === undefined ? cells[slot.id]! : run.constant(slot.constant);
  program.inputs.forEach((slot, i) => (cells[slot.id] = run.retain(args[i]!)));
  for (const ready of program.steps) {
    const results = yield* runStep(run, ready, cellOf);
    ready.step.results.forEach((slot, i) => (cells[slot.id] = results[i]));
    for (const slot of ready.release) {
      run.release(cells[slot.id]!);
      cells[slot.id] = undefined;
    }
  }
  const outputs = program.outputs.map((slot) => run.retain(cellOf(slot)));
  for (const cell of cells) if (cell !== undefined) run.release(cell);
  return outputs;
}
