/**
 * The ways of running a cluster: all of it, in units of work that threads share, or on a range of elements.
 *
 * @module
 */
import { FunctionBuilder, i32, type Func, type Global } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import type { Cluster, Reduce } from './cluster.js';
import type { Emitter } from './emitter.js';
import { KernelWriter } from './kernel.js';
import { RangeWriter } from './kernel-range.js';
import { storeVector } from './lanes.js';
import { nestOf } from './nest.js';
import { identity } from './reduce.js';
import { addressOf } from './value.js';

/** A buffer filled with the result of putting nothing together. */
function fillIdentity(e: Emitter, f: FunctionBuilder, r: Reduce, storage: Storage): void {
  if (r.buffer.size === 0) return;
  const address = addressOf(r.buffer);
  const v = f.let(identity(r.combine, storage));
  const bytes = bytesOf[storage];
  const start = f.let(i32.add(e.base(address), i32.const(address.offset)));
  f.for(i32.const(0), i32.const(r.buffer.size * bytes), bytes, (i) => {
    storeVector(f, storage === 'f64' ? 2 : 4, storage, i32.add(start, i), 0, v, 1, false);
  });
}

/** Writes a cluster's statements. */
export function emitNest(e: Emitter, f: FunctionBuilder, c: Cluster): void {
  if (c.size === 0) {
    for (const r of c.reduces) fillIdentity(e, f, r, r.buffer.storage);
    return;
  }
  new KernelWriter(e, f, c).write();
}

/**
 * The function (from, to) that runs units of work of a cluster, the number of units, and the variables of the module that
 * it reads; undefined if the work cannot be cut up.
 */
export function emitShared(
  e: Emitter,
  name: string,
  c: Cluster,
): { readonly func: Func; readonly units: number; readonly globals: readonly Global<'i32'>[] } | undefined {
  const { chunk, globals } = new RangeWriter(e, new FunctionBuilder(2), c);
  if (chunk === undefined) return undefined;
  const func = e.module.func(name, ['i32', 'i32'], undefined, (g, from, to) => {
    new RangeWriter(e, g, c).writeRange(chunk, from, to);
  });
  return { func, units: Math.ceil(nestOf(c).loops[0]!.size / chunk), globals };
}

/** The function (from, to) that runs a cluster without reductions on a range of elements; see `writeElements`. */
export function emitElements(
  e: Emitter,
  name: string,
  c: Cluster,
): { readonly func: Func; readonly globals: readonly Global<'i32'>[] } {
  const node = c.nodes.at(-1) ?? c.node;
  if (node !== undefined) e.nodes.set(name, node);
  const { globals } = new RangeWriter(e, new FunctionBuilder(2), c);
  const func = e.module.func(name, ['i32', 'i32'], undefined, (g, from, to) => {
    new RangeWriter(e, g, c).writeElements(from, to);
  });
  return { func, globals };
}
