/**
 * What happens when tfjs calls a kernel of the backend: recorded if an input is staged, computed at once otherwise.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { Builder, isDeviceArray, type HostArray, type Node, type Origin } from '../ir/index.js';
import { dtypeOf, readError, tfDtypeOf, type AdjointBackend, type EagerKernel } from './backend.js';
import { Recorded, Stored } from './data-id.js';
import type { AnyKernel } from './kernels.js';
import { StagingError, stagingError } from './messages.js';
import { currentCall, originOfCall } from './origin.js';
import { weightOf } from './programs.js';
import { hostOfTensor, isVariable, nodeOfTensor } from './values.js';

/** Inputs as tfjs gives them: by name, with holes, or a list. */
export type KernelInputs = Readonly<Record<string, tf.TensorInfo | undefined>> | readonly tf.TensorInfo[];
type Lower = (inputs: unknown, attrs: unknown, b: Builder) => Node | readonly Node[];

/** Runs or records one kernel call. */
export function runKernel(
  backend: AdjointBackend,
  name: string,
  kernel: AnyKernel,
  inputs: KernelInputs,
  attrs: unknown,
): tf.TensorInfo | tf.TensorInfo[] {
  let builder: Builder | undefined;
  let variables = false;
  for (const key in inputs) {
    const x = (inputs as Readonly<Record<string, tf.TensorInfo | undefined>>)[key];
    if (x === undefined || x === null) continue;
    const id: object = x.dataId;
    if (id instanceof Recorded) {
      const b = id.node.builder;
      if (b.closed) throw readError(id.node);
      if (builder === undefined || b.depth > builder.depth) builder = b;
    } else if (isVariable(x)) variables = true;
  }
  if (builder === undefined && variables) builder = backend.recording?.builder;
  return builder === undefined
    ? compute(backend, name, kernel as Lower, inputs, attrs)
    : record(backend, name, kernel as Lower, inputs, attrs, builder);
}

/** The inputs with every tensor replaced, in the form that they came. */
function mapInputs(inputs: KernelInputs, f: (x: tf.TensorInfo) => Node): unknown {
  if (Array.isArray(inputs)) return (inputs as readonly tf.TensorInfo[]).map(f);
  const named = inputs as Readonly<Record<string, tf.TensorInfo | undefined>>;
  const out: Record<string, Node> = {};
  for (const key in named) {
    const x = named[key];
    if (x !== undefined && x !== null) out[key] = f(x);
  }
  return out;
}

function mapResults<T>(out: Node | readonly Node[], f: (node: Node, index: number) => T): T | T[] {
  return Array.isArray(out) ? (out as readonly Node[]).map(f) : f(out as Node, 0);
}

function record(
  backend: AdjointBackend,
  name: string,
  kernel: Lower,
  inputs: KernelInputs,
  attrs: unknown,
  builder: Builder,
): tf.TensorInfo | tf.TensorInfo[] {
  const nodes = mapInputs(inputs, (x) => nodeOfTensor(x, builder));
  const depth = backend.recording?.scopeDepth ?? 0;
  const before = builder.originOf;
  let origin: Origin | undefined;
  builder.originOf = () => (origin ??= originOfCall(depth, name, backend.lines));
  try {
    return mapResults(
      located(backend, name, () => kernel(nodes, attrs, builder)),
      (node) => ({
        dataId: new Recorded(node),
        shape: node.shape as number[],
        dtype: tfDtypeOf(node),
      }),
    );
  } finally {
    builder.originOf = before;
  }
}

/** Runs a lowering; an operation that does not fit names the tfjs function and the user's line. */
function located<T>(backend: AdjointBackend, name: string, lower: () => T): T {
  try {
    return lower();
  } catch (error) {
    if (error instanceof StagingError || !(error instanceof Error)) throw error;
    throw stagingError('operation', currentCall(backend.recording?.scopeDepth ?? 0, name), error.message);
  }
}

/** Key of attributes, exact for every number. */
function attributeKey(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as ArrayLike<unknown>, attributeKey).join(',')}]`;
  let text = '{';
  for (const key in value) text += `${key}:${attributeKey((value as Record<string, unknown>)[key])};`;
  return `${text}}`;
}

function program(
  backend: AdjointBackend,
  name: string,
  key: string,
  kernel: Lower,
  inputs: KernelInputs,
  attrs: unknown,
): EagerKernel {
  const builder = new Builder();
  const nodes = mapInputs(inputs, (x) => builder.input({ shape: x.shape, dtype: dtypeOf(x.dtype) }));
  const out = located(backend, name, () => kernel(nodes, attrs, builder));
  const outputs = Array.isArray(out) ? (out as readonly Node[]) : [out as Node];
  const graph = builder.finish(outputs);
  const made = { run: backend.compile(graph), list: Array.isArray(out) };
  backend.kernels.set(key, made, weightOf(graph));
  return made;
}

function compute(
  backend: AdjointBackend,
  name: string,
  kernel: Lower,
  inputs: KernelInputs,
  attrs: unknown,
): tf.TensorInfo | tf.TensorInfo[] {
  const hosts: HostArray[] = [];
  // while something is recorded, constants are computed in full precision
  let wide = backend.stack.length > 0;
  let key = `${name}|${attributeKey(attrs)}`;
  for (const input in inputs) {
    const x = (inputs as Readonly<Record<string, tf.TensorInfo | undefined>>)[input];
    if (x === undefined || x === null) continue;
    const value = hostOfTensor(x);
    const id: object = x.dataId;
    if (id instanceof Stored && id.wide && value.dtype === 'f') wide = true;
    hosts.push(value);
    key += `|${input}${value.dtype}${value.shape.join(',')}`;
  }
  const { run, list } = backend.kernels.get(key) ?? program(backend, name, key, kernel, inputs, attrs);
  const results = run(hosts).map((v) => ({
    dataId: new Stored(wide ? v : narrow(v), wide, true),
    shape: v.shape as number[],
    dtype: tfDtypeOf(v),
  }));
  return list ? results : results[0]!;
}

/** Real values rounded to float32. */
function narrow(value: HostArray): HostArray {
  if (value.dtype !== 'f') return value;
  const data = new Float64Array(new Float32Array(value.data));
  if (isDeviceArray(value)) value.free();
  return { data, shape: value.shape, dtype: value.dtype };
}
