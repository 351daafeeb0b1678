/**
 * Emission of a cluster as a loop nest of vector code.
 *
 * Every operation is computed in the outermost loop at which it can change. Rows that are no multiple of the vector end
 * with a partial vector, whose stores touch only what belongs to the row.
 *
 * @module
 */
import { i32, type Expr, type FunctionBuilder, type Global, type Local } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import type { Cluster } from './cluster.js';
import type { Emitter } from './emitter.js';
import { Accumulators } from './kernel-sums.js';
import { KernelValues, type Body, type Pointers } from './kernel-values.js';
import { storeStrided, storeVector, type Width } from './lanes.js';
import { nestOf, type Nest, type Walk } from './nest.js';

/** Bodies this light run several vectors at a time. */
const light = 6;

/** Writes one cluster into a function. */
export class KernelWriter {
  protected readonly c: Cluster;
  protected readonly f: FunctionBuilder;
  private readonly e: Emitter;
  protected readonly nest: Nest;
  protected readonly width: Width;
  protected readonly values: KernelValues;
  private readonly sums: Accumulators;
  private readonly unroll: number;
  /** Whether whole vectors may be stored across the end of the results. */
  private readonly spill: boolean;
  protected body: Body;

  constructor(e: Emitter, f: FunctionBuilder, c: Cluster) {
    this.e = e;
    this.f = f;
    this.c = c;
    this.nest = nestOf(c);
    const { loops, vector, firstReduced } = this.nest;
    this.width = c.float === 'f64' ? 2 : 4;
    this.values = new KernelValues(e, f, c, this.nest, this.width);
    this.sums = new Accumulators(f, c, this.nest, this.width);
    const length = vector < 0 ? 1 : loops[vector]!.size;
    this.unroll = c.weight <= light && length >= 8 * this.width && c.reduces.length <= 2 ? 4 : 1;
    const flat = loops.length <= 1 && firstReduced === loops.length && c.reduces.length === 0;
    const wholeStores = c.stores.every(({ view }) => {
      const { source } = view;
      return (
        source.padded &&
        view.offset === 0 &&
        source.size === c.size &&
        (vector < 0 || view.strides.at(-1) !== 0)
      );
    });
    // lanes past the end must be read from just behind it
    const near = [...this.nest.loads].every(([op, w]) => {
      const step = vector < 0 ? 0 : w.steps[vector]!;
      return w.address === undefined || step === 0 || step === bytesOf[c.ops[op]!.storage];
    });
    this.spill =
      flat &&
      near &&
      wholeStores &&
      this.nest.stores.every((w, i) => vector < 0 || this.unit(w, c.stores[i]!.view.source.storage));
    this.body = { valid: this.width, copies: 1 };
  }

  private unit(w: Walk, storage: Storage): boolean {
    return w.steps[this.nest.vector] === bytesOf[storage];
  }

  protected get walks(): Walk[] {
    return [...this.nest.loads.values(), ...this.nest.stores, ...this.nest.reduces];
  }

  protected start(): Map<string, Expr<'i32'>> {
    const pointers = new Map<string, Expr<'i32'>>();
    for (const w of this.walks) {
      if (pointers.has(w.group)) continue;
      const first = i32.const(w.start);
      const base = w.address === undefined ? undefined : this.e.base(w.address);
      pointers.set(
        w.group,
        base === undefined ? first : this.f.let(w.start === 0 ? base : i32.add(base, first)),
      );
    }
    if (this.nest.vector < 0) this.body = { valid: 1, copies: 1 };
    return pointers;
  }

  write(): void {
    this.enter(0, this.start());
  }

  /** Variables of the module that the code reads. */
  get globals(): Global<'i32'>[] {
    const addresses = this.walks.flatMap((w) => (w.address === undefined ? [] : [w.address]));
    return [...new Set(addresses.flatMap((a) => [a.base, ...a.dynamic.map((d) => d.counter)]))];
  }

  /** Everything inside the first `j` loops. */
  protected enter(j: number, pointers: Pointers): void {
    const { loops, firstReduced } = this.nest;
    this.values.compute(j, this.body, pointers);
    const reducing = j === firstReduced && this.c.reduces.length > 0;
    if (reducing) this.sums.begin(this.body);
    if (j === loops.length) this.leaf(pointers);
    else this.loop(j, pointers);
    if (reducing) this.sums.end(this.body, pointers);
  }

  protected loop(j: number, pointers: Pointers, size: number = this.nest.loops[j]!.size): void {
    const { vector } = this.nest;
    const moving = this.moving(j, pointers);
    const inner = new Map(pointers);
    for (const [group, { local }] of moving) inner.set(group, local);
    const turn = (): void => this.enter(j + 1, inner);
    if (j !== vector) {
      this.repeat(j, size, 1, moving, turn);
      return;
    }
    if (this.sums.lines === 4) {
      this.lined(j, size, moving, turn);
      return;
    }
    const saved = this.body;
    const { width, unroll } = this;
    let rest = size;
    for (const copies of unroll > 1 ? [unroll, 1] : [1]) {
      const step = copies * width;
      const count = copies === 1 && this.spill ? Math.ceil(rest / step) : Math.floor(rest / step);
      this.body = { valid: width, copies };
      if (count > 0) this.repeat(j, count, step, moving, turn);
      rest = Math.max(0, rest - count * step);
    }
    if (rest > 0) {
      this.body = { valid: rest, copies: 1 };
      turn();
    }
    this.body = saved;
  }

  /** A vector loop whose vectors go to four accumulators in turn, whether four are computed at a time or one. */
  private lined(
    j: number,
    size: number,
    moving: ReadonlyMap<string, { local: Local<'i32'>; step: number }>,
    turn: () => void,
  ): void {
    const saved = this.body;
    const { width } = this;
    const vectors = Math.floor(size / width);
    const part = size % width;
    const together = this.unroll === 4;
    this.body = { valid: width, copies: together ? 4 : 1 };
    this.sums.slot = together ? 0 : -1;
    if (together) {
      this.repeat(j, vectors >> 2, 4 * width, moving, turn);
      this.body = { valid: width, copies: 1 };
      for (; this.sums.slot < (vectors & 3); this.sums.slot++) this.repeat(j, 1, width, moving, turn);
    } else if (vectors > 0) this.repeat(j, vectors, width, moving, turn);
    if (part > 0) {
      this.body = { valid: part, copies: 1 };
      turn();
    }
    if (!together) this.sums.realign((vectors + (part > 0 ? 1 : 0)) & 3);
    this.sums.slot = 0;
    this.body = saved;
  }

  /** Pointers that a loop moves, each in a local of its own. */
  protected moving(j: number, pointers: Pointers): Map<string, { local: Local<'i32'>; step: number }> {
    const out = new Map<string, { local: Local<'i32'>; step: number }>();
    for (const w of this.walks) {
      const step = w.steps[j]!;
      if (step === 0 || out.has(w.group)) continue;
      out.set(w.group, { local: this.f.local('i32', pointers.get(w.group)!), step });
    }
    return out;
  }

  /** A body `count` times, with pointers moving `step` elements a time. */
  private repeat(
    j: number,
    count: number,
    step: number,
    moving: ReadonlyMap<string, { local: Local<'i32'>; step: number }>,
    turn: () => void,
  ): void {
    const { f } = this;
    const once = (): void => {
      turn();
      for (const m of moving.values()) f.set(m.local, i32.add(m.local, i32.const(m.step * step)));
    };
    const many = (n: number): void => {
      if (n === 1) {
        once();
        return;
      }
      const left = f.local('i32', i32.const(n));
      f.loop((again) => {
        once();
        f.set(left, i32.sub(left, i32.const(1)));
        f.brIf(again, left);
      });
    };
    const every = this.sums.flushes(j, count);
    if (every === undefined) {
      many(count);
      return;
    }
    const blocks = Math.floor(count / every);
    const left = f.local('i32', i32.const(blocks));
    f.loop((again) => {
      many(every);
      this.sums.flush();
      f.set(left, i32.sub(left, i32.const(1)));
      f.brIf(again, left);
    });
    if (count % every > 0) many(count % every);
  }

  /** At an index: results are stored and put together. */
  private leaf(pointers: Pointers): void {
    const { stores, reduces, ops } = this.c;
    const { valid, copies } = this.body;
    for (let u = 0; u < copies; u++) {
      const several = stores.length + reduces.length > 1;
      const stored = stores.map((s) =>
        several ? this.f.let(this.values.at(s.op, u)) : this.values.at(s.op, u),
      );
      reduces.forEach((r, i) => this.sums.take(r, i, u, this.values.at(r.op, u), this.body));
      stores.forEach((s, i) => {
        const walk = this.nest.stores[i]!;
        const { storage } = ops[s.op]!;
        const pointer = pointers.get(walk.group)!;
        if (this.nest.vector < 0) {
          storeVector(this.f, this.width, storage, pointer, walk.offset, stored[i]!, 1, this.spill);
          return;
        }
        const step = walk.steps[this.nest.vector]!;
        const offset = walk.offset + u * this.width * step;
        if (step === bytesOf[storage]) {
          storeVector(this.f, this.width, storage, pointer, offset, stored[i]!, valid, this.spill);
        } else storeStrided(this.f, this.width, storage, pointer, offset, stored[i]!, step, valid);
      });
    }
  }
}
