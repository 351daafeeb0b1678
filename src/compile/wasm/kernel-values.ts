/**
 * The values of a kernel's operations: each computed in the outermost loop at which it can change.
 *
 * @module
 */
import { f32x4, f64x2, i32, i32x4, type Expr, type FunctionBuilder } from '../assembler/index.js';
import { bytesOf } from '../routines/routine.js';
import type { Cluster, KernelOp } from './cluster.js';
import type { Emitter } from './emitter.js';
import { emitGather } from './kernel-gather.js';
import { emitOp, type KernelContext } from './kernel-ops.js';
import { loadSplat, loadStrided, loadVector, type Width } from './lanes.js';
import type { Nest, Walk } from './nest.js';

type V = Expr<'v128'>;

/** Where the pointer of each group of walks is. */
export type Pointers = ReadonlyMap<string, Expr<'i32'>>;

/** The lanes and copies of the body that is being written. */
export interface Body {
  readonly valid: number;
  readonly copies: number;
}

/** The values of a cluster's operations while its loops are written. */
export class KernelValues {
  private readonly e: Emitter;
  private readonly f: FunctionBuilder;
  private readonly c: Cluster;
  private readonly nest: Nest;
  private readonly width: Width;
  private readonly levels: readonly number[];
  private readonly shared: readonly boolean[];
  private readonly values: V[][] = [];
  private readonly inline: boolean;

  constructor(e: Emitter, f: FunctionBuilder, c: Cluster, nest: Nest, width: Width) {
    this.e = e;
    this.f = f;
    this.c = c;
    this.nest = nest;
    this.width = width;
    this.levels = levelsOf(c, nest);
    this.shared = sharedOf(c, this.levels, nest.loops.length);
    this.inline = c.size >= 16 * width;
  }

  /** The value of an operation at the copy `u` of the body. */
  at(i: number, u: number): V {
    const v = this.values[i]!;
    return v.length === 1 ? v[0]! : v[u]!;
  }

  private context(valid: number): KernelContext {
    return {
      module: this.e.module,
      float: this.c.float ?? 'f32',
      relaxed: this.e.relaxed,
      inline: this.inline,
      // what is the same for all lanes must be in all of them, unless there are none
      scalar: this.nest.vector < 0,
      host: this.e.host,
      f: this.f,
      width: this.width,
      valid,
    };
  }

  /** The operations that change with loop j − 1, but with none inside. */
  compute(j: number, body: Body, pointers: Pointers): void {
    const { ops } = this.c;
    ops.forEach((op, i) => {
      if (this.levels[i] !== j) return;
      const copies = j > this.nest.vector && this.nest.vector >= 0 ? body.copies : 1;
      this.values[i] = Array.from({ length: copies }, (_, u) => {
        const made = this.valueOf(op, i, u, body, pointers);
        return this.shared[i]! ? this.f.let(made) : made;
      });
    });
  }

  private valueOf(op: KernelOp, i: number, u: number, body: Body, pointers: Pointers): V {
    const uniform = this.levels[i]! <= this.nest.vector || this.nest.vector < 0;
    const valid = uniform ? 1 : body.valid;
    if (op.kind === 'load') return this.load(op, this.nest.loads.get(i)!, u, body, pointers, uniform);
    const args = op.args.map((a) => this.at(a, u));
    if (op.kind === 'gather') {
      const walk = this.nest.loads.get(i)!;
      return emitGather(
        this.context(valid),
        op,
        args,
        walk,
        pointers.get(walk.group)!,
        this.nest.vector,
        u,
        uniform,
      );
    }
    const { ops } = this.c;
    const needed =
      op.kind === 'real' || op.kind === 'discrete' || op.kind === 'isNaN'
        ? args.map((a) => this.f.let(a))
        : args;
    const second = op.args[1] === undefined ? undefined : ops[op.args[1]]!;
    const count = second?.kind === 'fill' ? second.value : undefined;
    return emitOp(
      this.context(valid),
      op,
      needed,
      op.args.map((a) => ops[a]!.storage),
      count,
    );
  }

  private load(
    op: KernelOp & { readonly kind: 'load' },
    walk: Walk,
    u: number,
    body: Body,
    pointers: Pointers,
    uniform: boolean,
  ): V {
    const pointer = pointers.get(walk.group)!;
    const step = uniform ? 0 : walk.steps[this.nest.vector]!;
    const { storage } = op;
    if (walk.address === undefined) {
      const first = i32x4.splat(u === 0 ? pointer : i32.add(pointer, i32.const(u * this.width * step)));
      const all = step === 0 ? first : i32x4.add(first, i32x4.const(0, step, 2 * step, 3 * step));
      if (storage === 'f32') return f32x4.convertI32(all);
      return storage === 'f64' ? f64x2.convertI32(all) : all;
    }
    const offset = walk.offset + u * this.width * step;
    if (uniform || step === 0) return loadSplat(storage, pointer, walk.offset);
    if (step === bytesOf[storage]) return loadVector(this.width, storage, pointer, offset);
    return loadStrided(this.width, storage, pointer, offset, step, body.valid);
  }
}

/** For every operation the number of loops that must be entered before it is known. */
function levelsOf(c: Cluster, nest: Nest): number[] {
  const levels: number[] = [];
  c.ops.forEach((op, i) => {
    const walk = nest.loads.get(i);
    const own = walk === undefined ? 0 : 1 + walk.steps.findLastIndex((s) => s !== 0);
    levels.push(Math.max(own, ...op.args.map((a) => levels[a]!)));
  });
  return levels;
}

/** Operations whose value is needed in a local: used twice, or in a loop further inside. */
function sharedOf(c: Cluster, levels: readonly number[], leaf: number): boolean[] {
  const uses = c.ops.map(() => 0);
  const use = (op: number, level: number): void => {
    uses[op]! += levels[op]! < level ? 2 : 1;
  };
  c.ops.forEach((op, i) => op.args.forEach((a) => use(a, levels[i]!)));
  for (const r of [...c.stores, ...c.reduces]) use(r.op, leaf);
  return uses.map((n, i) => n > 1 && c.ops[i]!.kind !== 'fill');
}
