/**
 * Between tensors and graph values: nodes, host arrays, abstract values.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import {
  hostArray,
  isDeviceArray,
  ops,
  sameShape,
  sizeOf,
  withShape,
  type Aval,
  type Builder,
  type HostArray,
  type Node,
} from '../ir/index.js';
import { adjointBackend, dtypeOf, readError, tfDtypeOf, toHost, type AdjointBackend } from './backend.js';
import { Recorded, Stored } from './data-id.js';
import { nameOf, ownerOf, readValues, wrap } from './engine.js';
import { Key } from './key-value.js';
import { stagingError } from './messages.js';
import type { Leaf } from './tree.js';

const isNode = (value: Node | HostArray): value is Node => 'builder' in value;

/** Whether a tensor is a tf.Variable; cheaper than `instanceof`, which tfjs overrides. */
export function isVariable(x: object): x is tf.Variable {
  return typeof (x as { readonly assign?: unknown }).assign === 'function';
}

/** The node behind a leaf, if it is staged. */
export function recordedNode(x: unknown): Node | undefined {
  if (typeof x !== 'object' || x === null) return undefined;
  if (x instanceof Key) return isNode(x.value) ? x.value : undefined;
  const id = (x as { readonly dataId?: unknown }).dataId;
  return id instanceof Recorded ? id.node : undefined;
}

/** Whether a value is a staged tensor or key: one that has no value until its program runs. */
export function isRecorded(x: unknown): boolean {
  return recordedNode(x) !== undefined;
}

/** Shape and element type of a leaf. */
export function avalOf(x: Leaf): Aval {
  if (typeof x === 'number') return { shape: [], dtype: 'f' };
  if (typeof x === 'boolean') return { shape: [], dtype: 'bool' };
  if (x instanceof Key) return { shape: x.value.shape, dtype: 'u32' };
  return { shape: x.shape, dtype: dtypeOf(x.dtype) };
}

/**
 * Values of a concrete leaf; real numbers as float64. Throws for a staged one. They may be kept when the leaf is disposed.
 *
 * @example
 * hostOf(tensor([1, 2])).data; // [1, 2]
 */
export function hostOf(x: Leaf): HostArray {
  const value = argumentOf(x);
  if (isDeviceArray(value)) {
    const id: object | undefined = (x as Partial<tf.Tensor>).dataId;
    if (id instanceof Stored) id.owned = false;
  }
  return value;
}

/** `hostOf` for the arguments of a program: the values are not held longer than the program runs. */
export function argumentOf(x: Leaf): HostArray {
  if (typeof x === 'number') return hostArray([x], [], 'f');
  if (typeof x === 'boolean') return hostArray([x ? 1 : 0], [], 'bool');
  if (x instanceof Key) {
    if (isNode(x.value)) throw readError(x.value);
    return x.value;
  }
  return hostOfTensor(x);
}

/** Values behind a concrete tensor, of whichever backend. The shape is the tensor's: data ids are shared across shapes. */
export function hostOfTensor(x: tf.TensorInfo): HostArray {
  const id: object = x.dataId;
  if (id instanceof Recorded) throw readError(id.node);
  if (id instanceof Stored && id.value !== undefined) {
    return sameShape(id.value.shape, x.shape) ? id.value : withShape(id.value, x.shape);
  }
  const dtype = dtypeOf(x.dtype);
  const owner = ownerOf(id);
  if (owner === undefined) throw stagingError('disposed', `${dtype}[${x.shape.join(',')}]`);
  let values: ArrayLike<number>;
  try {
    values = readValues(id);
  } catch (error) {
    throw stagingError('device', nameOf(owner), error instanceof Error ? error.message : String(error));
  }
  return toHost(values, x.shape, x.dtype);
}

/** A constant; one number in every element becomes a broadcast scalar, which derivative rules and executors see through. */
function constantNode(b: Builder, value: HostArray): Node {
  const { data } = value;
  const first = data[0];
  if (data.length > 1 && data[data.length - 1] === first && data.every((v) => Object.is(v, first))) {
    return ops.fill(b, first!, value.shape, value.dtype);
  }
  // a constant outlives the tensor
  return b.constant(isDeviceArray(value) ? { data, shape: value.shape, dtype: value.dtype } : value);
}

/** Constants of fewer elements are found again by their values; for larger ones it pays to remember their tensor. */
const largeConstant = 64;

function capturedTensor(x: tf.TensorInfo, b: Builder): Node {
  if (sizeOf(x.shape) < largeConstant) return constantNode(b, hostOfTensor(x));
  const { constants } = adjointBackend();
  let known = constants.get(b);
  if (known === undefined) constants.set(b, (known = new WeakMap()));
  const id: object = x.dataId;
  const found = known.get(id);
  if (found !== undefined && sameShape(found.shape, x.shape)) return found;
  const node = constantNode(b, hostOfTensor(x));
  known.set(id, node);
  return node;
}

function lifted(node: Node, b: Builder): Node {
  if (node.builder === b) return node;
  if (node.builder.closed) throw readError(node);
  return b.lift(node);
}

/**
 * The node of a leaf in `b`: staged values are lifted into it, concrete ones become constants, a tf.Variable becomes an
 * input of the outermost recording, read at each call.
 *
 * @example
 * const b = new Builder();
 * nodeOf(tensor([1, 2]), b).op; // 'const'
 */
export function nodeOf(x: Leaf, b: Builder): Node {
  if (typeof x === 'number' || typeof x === 'boolean') return b.constant(hostOf(x));
  if (x instanceof Key) return isNode(x.value) ? lifted(x.value, b) : b.constant(x.value);
  return nodeOfTensor(x, b);
}

/** `nodeOf` for what tfjs gives to kernels. */
export function nodeOfTensor(x: tf.TensorInfo, b: Builder): Node {
  const id: object = x.dataId;
  if (id instanceof Recorded) return lifted(id.node, b);
  if (!isVariable(x)) return capturedTensor(x, b);
  let root = b;
  while (root.parent !== undefined) root = root.parent;
  const node = root.capture(x, { shape: x.shape, dtype: dtypeOf(x.dtype) });
  node.origin ??= () => `the tf.Variable '${x.name}'`;
  return b.lift(node);
}

/**
 * A staged tensor for a node.
 *
 * @example
 * const twice = (x: tf.Tensor) => lift([x], (_, n) => nodeOf(tf.add(tensorOf(n), tensorOf(n)), n.builder))[0] as tf.Tensor;
 * twice(tensor(2)).dataSync()[0]; // 4
 */
export function tensorOf(node: Node, backend: AdjointBackend = adjointBackend()): tf.Tensor {
  return wrap(new Recorded(node), node.shape, tfDtypeOf(node), backend);
}

/**
 * A staged tensor, or a `Key` for a node of u32.
 *
 * @example
 * leafOf(new Builder().input({ shape: [2], dtype: 'u32' })) instanceof Key; // true
 */
export function leafOf(node: Node, _like?: Leaf): tf.Tensor | Key {
  return node.dtype === 'u32' ? new Key(node) : tensorOf(node);
}

/** A concrete tensor of this backend; real values keep float64. `owned`: nobody else holds the value. */
export function tensorFromHost(value: HostArray, wide = true, owned = false): tf.Tensor {
  const backend = adjointBackend();
  return wrap(new Stored(value, wide, owned), value.shape, tfDtypeOf(value), backend);
}

/** A concrete tensor, or a `Key` for u32 values. */
export function leafFromHost(value: HostArray, _like?: Leaf): tf.Tensor | Key {
  return value.dtype === 'u32' ? new Key(value) : tensorFromHost(value);
}

/** Concrete leaves for what a program has just returned: nobody else holds these values. */
export function leavesOfResults(values: readonly HostArray[]): (tf.Tensor | Key)[] {
  return values.map((v) => (v.dtype === 'u32' ? new Key(v) : tensorFromHost(v, true, true)));
}
