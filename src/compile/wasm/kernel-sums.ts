/**
 * Accumulators of a kernel's reductions.
 *
 * The order in which elements are put together depends on the shape alone, never on what else the kernel computes: vector
 * number i of a row goes to accumulator i mod 4, whether four vectors are computed at a time or one.
 *
 * @module
 */
import type { Expr, FunctionBuilder, Local } from '../assembler/index.js';
import { bytesOf } from '../routines/routine.js';
import type { Cluster, Reduce } from './cluster.js';
import type { Body, Pointers } from './kernel-values.js';
import { storeVector, type Width } from './lanes.js';
import type { Nest } from './nest.js';
import { combineVectors, identity, keepLanes, reduceLanes } from './reduce.js';

type V = Expr<'v128'>;

/** Terms after which float32 sums are put aside, so that their rounding errors do not pile up. */
const block = 256;

/** The accumulators of all reductions of a cluster. */
export class Accumulators {
  /** Number of accumulators when vectors lie along a reduced axis. */
  readonly lines: 1 | 4;
  /** The accumulator that takes the next vector; −1 if they take turns by moving on. */
  slot = 0;
  private readonly f: FunctionBuilder;
  private readonly c: Cluster;
  private readonly nest: Nest;
  private readonly width: Width;
  private accumulators: Local<'v128'>[][] = [];
  private totals: Local<'v128'>[][] | undefined;

  constructor(f: FunctionBuilder, c: Cluster, nest: Nest, width: Width) {
    this.f = f;
    this.c = c;
    this.nest = nest;
    this.width = width;
    const length = nest.vector < 0 ? 1 : nest.loops[nest.vector]!.size;
    this.lines = this.across && c.reduces.length > 0 && length >= 8 * width ? 4 : 1;
  }

  /** Whether vectors lie along a reduced axis, so that lanes have to be put together in the end. */
  private get across(): boolean {
    const { vector, firstReduced } = this.nest;
    return vector >= firstReduced;
  }

  /** Before the reduced loops. */
  begin(body: Body): void {
    const { reduces, ops } = this.c;
    const copies = this.across ? this.lines : body.copies;
    const fresh = (r: Reduce): Local<'v128'> => this.f.local('v128', identity(r.combine, ops[r.op]!.storage));
    this.accumulators = reduces.map((r) => Array.from({ length: copies }, () => fresh(r)));
    const sums = reduces.some((r) => r.combine === 'sum' && ops[r.op]!.storage === 'f32');
    const turns = this.nest.loops.slice(this.nest.firstReduced).reduce((n, l) => n * l.size, 1);
    this.totals =
      sums && turns >= 2 * block
        ? reduces.map((r) => Array.from({ length: copies }, () => fresh(r)))
        : undefined;
  }

  /** Puts sums aside. */
  flush(): void {
    const { reduces, ops } = this.c;
    reduces.forEach((r, i) => {
      const { storage } = ops[r.op]!;
      this.accumulators[i]!.forEach((acc, u) => {
        const total = this.totals![i]![u]!;
        this.f.set(total, combineVectors(r.combine, storage, total, acc));
        this.f.set(acc, identity(r.combine, storage));
      });
    });
  }

  /** Takes the value of reduction `i` at copy `u` of the body. */
  take(r: Reduce, i: number, u: number, value: V, body: Body): void {
    const { storage } = this.c.ops[r.op]!;
    const line = this.accumulators[i]!;
    const accumulator = line[line.length === 1 ? 0 : body.copies > 1 ? u : Math.max(0, this.slot)]!;
    let v = value;
    if (this.across && body.valid < this.width) {
      v = keepLanes(this.width, storage, v, body.valid, identity(r.combine, storage));
    }
    const next = combineVectors(r.combine, storage, accumulator, v);
    if (this.slot >= 0) {
      this.f.set(accumulator, next);
      return;
    }
    const taken = this.f.let(next);
    for (let k = 0; k < 3; k++) this.f.set(line[k]!, line[k + 1]!);
    this.f.set(line[3]!, taken);
  }

  /** After the reduced loops: results are stored. */
  end(body: Body, pointers: Pointers): void {
    if (this.totals !== undefined) this.flush();
    const { reduces, ops } = this.c;
    reduces.forEach((r, i) => {
      const { storage } = ops[r.op]!;
      const walk = this.nest.reduces[i]!;
      const pointer = pointers.get(walk.group)!;
      const parts = this.totals?.[i] ?? this.accumulators[i]!;
      if (!this.across && this.nest.vector >= 0) {
        parts.forEach((part, u) => {
          const offset = walk.offset + u * this.width * bytesOf[storage];
          storeVector(this.f, this.width, storage, pointer, offset, part, body.valid, false);
        });
        return;
      }
      let sum: V = parts[0]!;
      // pairwise, so that the order does not depend on how many there are
      if (parts.length === 4) {
        const pair = (a: V, b: V): V => combineVectors(r.combine, storage, a, b);
        sum = pair(pair(parts[0]!, parts[1]!), pair(parts[2]!, parts[3]!));
      }
      const one = this.nest.vector < 0 ? sum : reduceLanes(this.f, this.width, r.combine, storage, sum);
      storeVector(this.f, this.width, storage, pointer, walk.offset, one, 1, false);
    });
    this.totals = undefined;
  }
  /** Puts accumulators that have moved on by `n` back into their places. */
  realign(n: number): void {
    if (n === 0) return;
    for (const line of this.accumulators) {
      const old = line.map((a) => this.f.local('v128', a));
      line.forEach((a, r) => this.f.set(a, old[(r - n + 4) & 3]!));
    }
  }

  /** How often a loop puts sums aside: each time that an accumulator has taken a block of terms. */
  flushes(j: number, count: number): number | undefined {
    const { loops, firstReduced, vector } = this.nest;
    if (j < firstReduced || this.totals === undefined) return undefined;
    let terms = loops.slice(j + 1).reduce((n, l) => n * l.size, 1);
    if (vector > j) terms /= this.width * this.lines;
    else if (vector === j && this.slot < 0) terms /= this.lines;
    if (terms >= block || terms * count < 2 * block) return undefined;
    return Math.max(1, Math.floor(block / terms));
  }
}
