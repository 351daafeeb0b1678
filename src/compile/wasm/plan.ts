/**
 * The plan of a graph: clusters and opaque steps in the order in which they run, and the buffers between them.
 *
 * An item may only read what earlier items have written; items are appended at the end, and operations join the first
 * cluster that comes late enough for all their operands. That fuses producers with consumers and neighbours with one
 * another, and can never make a cycle.
 *
 * @module
 */
import { hostArray, sameShape, sizeOf, type Node, type Shape } from '../../ir/index.js';
import type { Storage } from '../routines/routine.js';
import { broadcastView, isContiguous, sliceView } from '../view.js';
import { Clusters } from './clusters.js';
import { Cluster, dtypeOf, isWhole, type Combine, type KernelOp } from './cluster.js';
import type { Emitter } from './emitter.js';
import type { Item, Opaque, Stored } from './item.js';
import {
  castNumber,
  fill,
  floatAmong,
  whole,
  type Buffer,
  type Float,
  type Lazy,
  type Place,
  type Value,
} from './value.js';

/** What is computed of some operands: all but the operands' numbers. */
export type MakeOp = (args: readonly number[]) => KernelOp;

/** Collects what a graph does. */
export class Plan {
  readonly items: Item[] = [];
  readonly buffers: Buffer[] = [];
  /** Buffers of enclosing plans that are read here. */
  readonly outerReads: Set<Buffer> = new Set();
  /** The node that is planned now. */
  node: Node | undefined;
  private readonly e: Emitter;
  private readonly clusters = new Clusters();
  private readonly copies = new Map<Value, Stored>();

  constructor(e: Emitter) {
    this.e = e;
  }

  /** A new buffer of this plan. */
  buffer(storage: Storage, size: number, place?: Place, ready = -1): Buffer {
    const made: Buffer = {
      kind: 'buffer',
      storage,
      size,
      owner: this,
      ready,
      place,
      padded: true,
      node: this.node,
    };
    if (place === undefined) this.buffers.push(made);
    return made;
  }

  /** Number of the last item that writes to a buffer, as far as this plan has to wait for it. */
  private readyOf(buffer: Buffer): number {
    if (buffer.owner === this) return buffer.ready;
    this.outerReads.add(buffer);
    return -1;
  }

  /** The first item that may read a value, if it is read from memory or from the cluster that computes it. */
  private bound(v: Value): number {
    const { source } = v;
    if (source.kind === 'buffer') return this.readyOf(source) + 1;
    if (source.kind === 'lazy') return isWhole(v) ? source.cluster.index : source.cluster.index + 1;
    return 0;
  }

  /** A cluster over `shape` for an operation on these operands. */
  private clusterFor(
    shape: Shape,
    float: Float | undefined,
    operands: readonly Value[],
    weight: number,
    fits: (c: Cluster) => boolean = () => true,
  ): Cluster {
    const least = Math.max(0, ...operands.map((v) => this.bound(v)));
    const known = this.clusters.find(
      sizeOf(shape),
      least,
      (c) => c.admits(shape, float, operands, weight) && fits(c),
    );
    if (known !== undefined) return known;
    const made = new Cluster(this.items.length, shape, this.node);
    this.items.push(made);
    this.clusters.add(made);
    return made;
  }

  /** Numbers of the operands in a cluster; what other clusters compute is stored and read. */
  private operands(c: Cluster, values: readonly Value[]): number[] {
    return values.map((v) => c.operand(c.direct(v) ? v : this.stored(v)));
  }

  /** An operation added to a cluster, as a value. */
  private computed(c: Cluster, op: KernelOp, weight: number, shape: Shape): Value {
    const { node } = this;
    const id = c.add(op, weight, node);
    return whole(
      { kind: 'lazy', cluster: c, op: id, storage: op.storage, size: c.size, stored: undefined, node },
      shape,
    );
  }

  /** The elements of an operation applied to operands of one shape. */
  elementwise(
    shape: Shape,
    float: Float | undefined,
    operands: readonly Value[],
    weight: number,
    make: MakeOp,
  ): Value {
    // along axes where every operand repeats one element, one result is computed and repeated
    const small = shape.map((d, a) => (d > 1 && operands.every((v) => v.strides[a] === 0) ? 1 : d));
    const [zero, one] = [shape.map(() => 0), shape.map(() => 1)];
    const cut = operands.map((v) => sliceView(v, zero, one, small));
    const c = this.clusterFor(small, float, cut, weight);
    c.float ??= float;
    const args = this.operands(c, cut);
    return broadcastView(
      this.computed(c, make(args), weight, small),
      shape,
      shape.map((_, a) => a),
    );
  }

  /**
   * The elements of `table` (a view over `shape`, with stride 0 where the index counts) at `stride` times an index, which
   * is moved inside [0, size).
   */
  gather(shape: Shape, index: Value, table: Stored, stride: number, size: number): Value {
    const { storage } = table.source;
    const float = floatAmong([storage]);
    const weight = 10;
    const c = this.clusterFor(shape, float, [index, table], weight, (k) => sameShape(k.shape, shape));
    c.float ??= float;
    const args = this.operands(c, [index]);
    return this.computed(c, { kind: 'gather', storage, args, view: table, stride, size }, weight, shape);
  }

  /** The same value as another kind of number. */
  cast(v: Value, storage: Storage): Value {
    const from = v.source.storage;
    if (from === storage) return v;
    if (v.source.kind === 'fill') return fill(castNumber(v.source.value, storage), storage, v.shape);
    const float =
      from === 'f64' || storage === 'f64' ? 'f64' : from === 'f32' || storage === 'f32' ? 'f32' : undefined;
    return this.elementwise(v.shape, float, [v], 2, (args) => ({ kind: 'cast', storage, args }));
  }

  /** The result of putting elements together over some axes. */
  reduce(combine: Combine, x: Value, axes: readonly number[]): Value {
    const { shape } = x;
    const { storage } = x.source;
    const float = floatAmong([storage]);
    const mask = shape.map((_, a) => axes.includes(a));
    const everything = shape.every((d, a) => mask[a]! || d === 1);
    const fits = (c: Cluster): boolean => {
      const same = sameShape(c.shape, shape);
      if (c.mask === undefined) return same || everything;
      return everything
        ? c.mask.every((m, a) => m || c.shape[a] === 1)
        : same && c.mask.every((m, a) => m === mask[a]);
    };
    const c = this.clusterFor(shape, float, [x], 2, fits);
    c.float ??= float;
    c.mask ??= everything ? c.shape.map(() => true) : mask;
    const kept = shape.filter((_, a) => !mask[a]);
    const buffer = this.buffer(storage, sizeOf(kept));
    buffer.ready = c.index;
    const [op] = this.operands(c, [x]);
    c.reduces.push({ op: op!, combine, buffer });
    c.weight += 2;
    return whole(buffer, kept);
  }

  /** The value, with what a cluster computes stored in memory. Numbers and integers stay what they are. */
  stored(v: Value): Value {
    const { source } = v;
    if (source.kind === 'buffer') {
      this.readyOf(source);
      return v;
    }
    if (source.kind !== 'lazy') return v;
    if (source.stored === undefined) {
      const buffer = this.buffer(source.storage, source.size);
      buffer.ready = source.cluster.index;
      source.stored = whole(buffer, source.cluster.shape);
      source.cluster.store(source.op, source.stored);
    }
    return throughStored(v, source.stored);
  }

  /** The value in memory, whatever it is. */
  inMemory(v: Value): Stored {
    const s = this.stored(v);
    if (s.source.kind === 'buffer') return s as Stored;
    // what repeats is written once
    const small = s.shape.map((d, a) => (s.strides[a] === 0 ? Math.min(d, 1) : d));
    const cut = sliceView(
      s,
      s.shape.map(() => 0),
      s.shape.map(() => 1),
      small,
    );
    const axes = s.shape.map((_, a) => a);
    return broadcastView<Stored>(this.copy(cut), s.shape, axes);
  }

  /** The value in memory, its elements one after another from the beginning of a buffer of its own. */
  contiguous(v: Value): Stored {
    const s = this.stored(v);
    if (s.source.kind === 'buffer' && isContiguous(s) && s.offset === 0) return s as Stored;
    return this.copy(s);
  }

  private copy(v: Value): Stored {
    const known = this.copies.get(v);
    if (known !== undefined) return known;
    const { source } = v;
    if (source.kind === 'fill' && sizeOf(v.shape) <= 256) {
      const value = hostArray(
        new Array<number>(sizeOf(v.shape)).fill(source.value),
        v.shape,
        dtypeOf(source.storage),
      );
      return whole(this.e.constant(value, source.storage), v.shape) as Stored;
    }
    const target = whole(this.buffer(v.source.storage, sizeOf(v.shape)), v.shape) as Stored;
    this.write(v, target);
    this.copies.set(v, target);
    return target;
  }

  /** Writes a value to a view of memory. */
  write(v: Value, target: Stored): void {
    if (sizeOf(v.shape) === 0) return;
    const { storage } = v.source;
    const float = floatAmong([storage]);
    // where the value is computed, if the target can be written there
    const own = isWhole(v) ? (v.source as Lazy).cluster : undefined;
    const fits = (c: Cluster): boolean => c.over(target) !== undefined;
    const after = target.source.owner === this ? target.source.ready : -1;
    let c = own !== undefined && own.index > after && fits(own) ? own : undefined;
    c ??= this.clusterFor(v.shape, float, [v], 1, (k) => k.index > after && fits(k));
    c.float ??= float;
    const [op] = this.operands(c, [v]);
    c.store(op!, target);
    if (target.source.owner === this) target.source.ready = Math.max(target.source.ready, c.index);
  }

  /**
   * Makes a value come out in `target`, a whole buffer: where it is computed if nobody else has laid claim on it, else
   * by a copy.
   */
  deliver(v: Value, target: Buffer): void {
    const view = whole(target, v.shape) as Stored;
    const { source } = v;
    if (source.kind === 'lazy' && isWhole(v) && source.stored === undefined) {
      source.stored = whole(target, source.cluster.shape);
      source.cluster.store(source.op, source.stored);
      target.ready = Math.max(target.ready, source.cluster.index);
      return;
    }
    const free = source.kind === 'buffer' && source.owner === this && source.place === undefined;
    if (free && source.size === sizeOf(v.shape) && isContiguous(v) && v.offset === 0 && source !== target) {
      source.place = { buffer: target, offset: 0 };
      source.padded = target.padded;
      target.ready = Math.max(target.ready, source.ready);
      return;
    }
    this.write(v, view);
  }

  /** Adds a step that is not element-wise. Its operands must be in memory. */
  opaque(step: Omit<Opaque, 'index' | 'node'>): void {
    const index = this.items.length;
    for (const b of step.reads) this.readyOf(b);
    for (const b of step.writes) b.ready = index;
    this.items.push({ ...step, index, node: this.node });
  }
}

/** A view of a computed value as a view of where it is stored. */
function throughStored(v: Value, stored: Value): Value {
  if (stored.offset === 0 && isContiguous(stored)) return { ...v, source: stored.source };
  throw new Error('wasm: a value was stored out of order');
}
