/**
 * Clusters: element-wise operations, and reductions of their results, that run as one loop nest.
 *
 * @module
 */
import {
  sameShape,
  sizeOf,
  type Comparison,
  type DType,
  type Node,
  type OpName,
  type Shape,
} from '../../ir/index.js';
import type { Storage } from '../routines/routine.js';
import { isContiguous, reshapeView } from '../view.js';
import type { RealName } from '../math/index.js';
import type { Buffer, Float, Lazy, Value } from './value.js';

/** One operation on the elements at an index; `args` are numbers of earlier operations of the cluster. */
export type KernelOp =
  /** Elements of a view, over the cluster's shape, of a buffer or of the integers. */
  | { readonly kind: 'load'; readonly storage: Storage; readonly args: readonly []; readonly view: Value }
  | { readonly kind: 'fill'; readonly storage: Storage; readonly args: readonly []; readonly value: number }
  | {
      readonly kind: 'real';
      readonly storage: Float;
      readonly args: readonly number[];
      readonly op: RealName;
      readonly attrs: object;
    }
  /** Arithmetic of integers and logic of bools. */
  | {
      readonly kind: 'discrete';
      readonly storage: Storage;
      readonly args: readonly number[];
      readonly op: OpName;
    }
  | {
      readonly kind: 'compare';
      readonly storage: 'bool';
      readonly args: readonly number[];
      readonly direction: Comparison;
    }
  | { readonly kind: 'isNaN' | 'isFinite'; readonly storage: 'bool'; readonly args: readonly number[] }
  | { readonly kind: 'select'; readonly storage: Storage; readonly args: readonly number[] }
  /** Between element types, and between widths of reals. */
  | { readonly kind: 'cast'; readonly storage: Storage; readonly args: readonly number[] }
  /** Elements of a view at an index along `axis`, moved inside [0, size). The view's stride there is 0. */
  | {
      readonly kind: 'gather';
      readonly storage: Storage;
      readonly args: readonly number[];
      readonly view: Value;
      readonly stride: number;
      readonly size: number;
    };

/** How elements are put together. */
export type Combine = 'sum' | 'prod' | 'max' | 'min';

/** A result that the cluster writes at every index. */
export interface Store {
  readonly op: number;
  /** Where: over the cluster's shape. */
  readonly view: Value & { readonly source: Buffer };
}

/** A result put together over the reduced axes. */
export interface Reduce {
  readonly op: number;
  readonly combine: Combine;
  /** Row-major over the kept axes. */
  readonly buffer: Buffer;
}

/** Instructions that a cluster of a long loop may have; past that it hardly gains from more, and registers run out. */
const heaviest = 500;
const leaves = 24;
/** Operations of any cluster: engines take more than linear time for very long functions. */
const most = 300;

/** One loop nest in the making. */
export class Cluster {
  /** Number among the items of its plan. */
  readonly index: number;
  readonly shape: Shape;
  readonly size: number;
  float: Float | undefined;
  readonly ops: KernelOp[] = [];
  readonly stores: Store[] = [];
  readonly reduces: Reduce[] = [];
  /** Which axes of `shape` are reduced, once there is a reduction. */
  mask: readonly boolean[] | undefined;
  /** An estimate of instructions for one vector. */
  weight = 0;
  /** The node that it was made for. */
  readonly node: Node | undefined;
  /** The nodes of its operations. */
  readonly nodes: Node[] = [];
  private loads = 0;
  private readonly known = new Map<string, number>();
  private readonly ids = new Map<object, number>();

  constructor(index: number, shape: Shape, node: Node | undefined) {
    this.node = node;
    this.index = index;
    this.shape = shape;
    this.size = sizeOf(shape);
  }

  /** Whether an operation over `shape` on these operands can be computed here. */
  admits(shape: Shape, float: Float | undefined, operands: readonly Value[], weight: number): boolean {
    if (float !== undefined && this.float !== undefined && float !== this.float) return false;
    if (this.ops.length >= most) return false;
    // short loops are bound by what surrounds them: the more in one, the better
    if (this.size > 32 && (this.weight + weight > heaviest || this.loads + operands.length > leaves))
      return false;
    return (
      sameShape(shape, this.shape) || operands.every((v) => this.direct(v) || this.over(v) !== undefined)
    );
  }

  /** Whether a value is one of this cluster's own, at the same index. */
  direct(v: Value): v is Value & { readonly source: Lazy } {
    return v.source.kind === 'lazy' && v.source.cluster === this && isWhole(v);
  }

  /** A view over the shape of this cluster. */
  over(v: Value): Value | undefined {
    return sameShape(v.shape, this.shape) ? v : reshapeView(v, this.shape);
  }

  add(op: KernelOp, weight: number, node?: Node): number {
    this.ops.push(op);
    this.weight += weight;
    if (node !== undefined) this.nodes.push(node);
    return this.ops.length - 1;
  }

  /** The operation that yields an operand here: a value of this cluster, a number, or elements from memory. */
  operand(v: Value): number {
    if (this.direct(v)) return v.source.op;
    const { source } = v;
    if (source.kind === 'lazy')
      throw new Error('wasm: a value of another kernel was read before it was stored');
    if (source.kind === 'fill') {
      const key = `${source.storage}${Object.is(source.value, -0) ? '-0' : source.value}`;
      return this.once(key, { kind: 'fill', storage: source.storage, args: [], value: source.value });
    }
    const view = this.over(v);
    if (view === undefined) throw new Error('wasm: an operand does not fit its kernel');
    const key = `${this.idOf(source)}:${source.storage}:${view.offset}:${view.strides.join()}`;
    if (!this.known.has(key)) this.loads++;
    return this.once(key, { kind: 'load', storage: source.storage, args: [], view });
  }

  /** Integers are alike, buffers are themselves. */
  private idOf(source: Value['source']): number {
    if (source.kind === 'iota') return -1;
    let id = this.ids.get(source);
    if (id === undefined) this.ids.set(source, (id = this.ids.size));
    return id;
  }

  private once(key: string, op: KernelOp): number {
    let id = this.known.get(key);
    if (id === undefined) this.known.set(key, (id = this.add(op, 1)));
    return id;
  }

  /** Writes a value of this cluster to a view over its shape, or over another of as many elements. */
  store(op: number, view: Value): void {
    const over = this.over(view);
    if (over === undefined || over.source.kind !== 'buffer')
      throw new Error('wasm: a result does not fit its kernel');
    this.stores.push({ op, view: over as Store['view'] });
    this.weight += 1;
  }
}

/** Whether a view of a computed value is the value itself, whatever its shape. */
export function isWhole(v: Value): boolean {
  return v.source.kind === 'lazy' && v.offset === 0 && sizeOf(v.shape) === v.source.size && isContiguous(v);
}

/** The element type of a storage. */
export function dtypeOf(storage: Storage): DType {
  return storage === 'f32' || storage === 'f64' ? 'f' : storage;
}
