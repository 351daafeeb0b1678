/**
 * Bodies that run many times: how their carry gets from one turn to the next, and where their buffers lie.
 *
 * @module
 */
import { sizeOf } from '../../ir/index.js';
import { i32, v128, type FunctionBuilder, type Global } from '../assembler/index.js';
import { bytesOf } from '../routines/routine.js';
import { isContiguous } from '../view.js';
import { isWhole } from './cluster.js';
import type { Emitter } from './emitter.js';
import { foldEpilogues } from './epilogue.js';
import { assignPlaces, rootOf, touched } from './memory-plan.js';
import type { Stored } from './item.js';
import type { Plan } from './plan.js';
import { addressOf, isAll, whole, type Buffer, type Lazy, type Value } from './value.js';

/** Whether a value is the carry itself, unchanged. */
function unchanged(v: Value, carry: Buffer): boolean {
  return v.source === carry && sizeOf(v.shape) === carry.size && isAll(v, carry.size);
}

/**
 * Whether the cluster that computes the next value of a carry may write it over the old one: nobody reads the old one
 * later, and the cluster itself reads it only at the element that it then writes.
 */
function mayOverwrite(plan: Plan, { cluster, size }: Lazy, carry: Buffer): boolean {
  return plan.items.every((item) => {
    if (!touched(item).reads.some((b) => rootOf(b) === carry)) return true;
    if (item !== cluster) return item.index < cluster.index;
    return cluster.ops.every((op) => {
      if (op.kind !== 'load' && op.kind !== 'gather') return true;
      const { view } = op;
      if (view.source.kind !== 'buffer' || rootOf(view.source) !== carry) return true;
      return op.kind === 'load' && view.source === carry && isAll(view, size);
    });
  });
}

/** Copies a buffer onto another of the same size. */
function emitCopy(e: Emitter, f: FunctionBuilder, to: Buffer, from: Stored): void {
  const bytes = to.size * bytesOf[to.storage];
  const source = f.let(e.at(addressOf(from.source), from.offset, from.source.storage));
  const target = f.let(e.at(addressOf(to), 0, to.storage));
  // both are padded, so that whole vectors can be copied
  if (bytes > 128 || !to.padded || !from.source.padded) f.copy(target, source, i32.const(bytes));
  else for (let at = 0; at < bytes; at += 16) f.store(target, v128.load(source, at), at);
}

/** Adds to a body what makes its results the carry of the next turn. */
export function carryOver(plan: Plan, next: readonly Value[], carry: readonly Buffer[]): void {
  const candidates: number[] = [];
  const temporary: (Stored | undefined)[] = next.map((v, i) => {
    if (unchanged(v, carry[i]!)) return undefined;
    if (v.source.kind === 'lazy' && isWhole(v)) {
      candidates.push(i);
      return undefined;
    }
    const s = plan.stored(v);
    const own = s.source.kind === 'buffer' && s.source.owner === plan && isContiguous(s) && s.offset === 0;
    if (own) return s as Stored;
    const copy = whole(plan.buffer(s.source.storage, sizeOf(v.shape)), v.shape) as Stored;
    plan.write(s, copy);
    return copy;
  });
  for (const i of candidates) {
    const lazy = next[i]!.source as Lazy;
    const target = carry[i]!;
    if (mayOverwrite(plan, lazy, target)) lazy.cluster.store(lazy.op, whole(target, lazy.cluster.shape));
    else temporary[i] = plan.contiguous(next[i]!);
  }
  const moves = temporary.flatMap((from, i) => (from === undefined ? [] : [{ from, to: carry[i]! }]));
  if (moves.length === 0) return;
  plan.opaque({
    label: 'carry',
    reads: moves.map((m) => m.from.source),
    writes: moves.map((m) => m.to),
    flops: 0,
    emit: (e, f) => {
      for (const { from, to } of moves) emitCopy(e, f, to, from);
    },
  });
}

/** Gives the buffers of inner plans, of which one runs at a time, places in a common buffer of the plan around them. */
export function blockFor(outer: Plan, inner: readonly Plan[]): Buffer {
  const block = outer.buffer('bool', 0);
  for (const plan of inner) {
    foldEpilogues(plan);
    const bytes = assignPlaces(plan, (offset) => ({ buffer: block, offset }));
    block.size = Math.max(block.size, bytes);
  }
  return block;
}

/** Buffers for the carry of a loop, with its first value in them. */
export function carryBuffers(plan: Plan, init: readonly Value[]): Buffer[] {
  return init.map((v) => {
    const buffer = plan.buffer(v.source.storage, sizeOf(v.shape));
    plan.write(v, whole(buffer, v.shape) as Stored);
    return buffer;
  });
}

/** Element `counter` of a buffer's leading axis, as a buffer of its own. */
export function elementOf(x: Buffer, stride: number, size: number, counter: Global<'i32'>): Buffer {
  return {
    kind: 'buffer',
    storage: x.storage,
    size,
    owner: x.owner,
    ready: -1,
    place: { buffer: x, offset: 0, dynamic: { counter, stride: stride * bytesOf[x.storage] } },
    padded: false,
    node: x.node,
  };
}
