/**
 * Products of matrices as steps of a plan, with the element-wise work that follows them.
 *
 * @module
 */
import { i32, type Expr, type Func, type FunctionBuilder } from '../assembler/index.js';
import type { DotRoutine } from '../routines/dot.js';
import type { Cluster } from './cluster.js';
import type { Emitter } from './emitter.js';
import { emitElements } from './kernel-functions.js';
import type { Stored } from './item.js';
import type { Planning } from './rule.js';
import { addressOf, type Buffer } from './value.js';

/** Products of at least so many floating-point operations are shared by threads. */
const sharedFlops = 2 ** 21;

/** A product, and the cluster that runs on each block of its elements while these are near, if one does. */
export interface Product {
  readonly made: DotRoutine;
  readonly a: Stored;
  readonly b: Stored;
  readonly out: Buffer;
  /** Scratch memory: that of all threads. */
  readonly scratch: Buffer | undefined;
  epilogue: Cluster | undefined;
}

const firstOf = (e: Emitter, v: Stored): Expr<'i32'> => e.at(addressOf(v.source), v.offset, v.source.storage);
const startOf = (e: Emitter, b: Buffer): Expr<'i32'> => e.at(addressOf(b), 0, b.storage);

/** Adds a product of matrices as a step of the plan. */
export function addProduct(p: Planning, made: DotRoutine, a: Stored, b: Stored, out: Buffer): void {
  const scratch = made.scratch > 0 ? p.plan.buffer('bool', made.scratch * p.e.threads) : undefined;
  const product: Product = { made, a, b, out, scratch, epilogue: undefined };
  p.plan.opaque({
    label: 'dot',
    reads: [a.source, b.source],
    writes: scratch === undefined ? [out] : [out, scratch],
    flops: made.flops,
    product,
    emit: (e, f) => emitProduct(e, f, product),
  });
}

function emitProduct(e: Emitter, f: FunctionBuilder, product: Product): void {
  const { made, a, b, out, scratch, epilogue } = product;
  const hosts = e.hostCalls;
  const after = epilogue === undefined ? undefined : emitElements(e, e.unique('epilogue'), epilogue);
  // other threads do not have the functions of the host
  const alone = e.hostCalls > hosts;
  const { parallel } = e;
  if (parallel === undefined || alone || made.flops < sharedFlops || made.units < 2) {
    f.call(
      e.statements('dot', out.node, (g) => {
        const at = scratch === undefined ? i32.const(0) : g.let(startOf(e, scratch));
        const [x, y, z] = [g.let(firstOf(e, a)), g.let(firstOf(e, b)), g.let(startOf(e, out))];
        made.emit(e, g, x, y, z, at, after && ((h, from, to) => h.call(after.func, from, to)));
      }),
    );
    return;
  }
  const part = shared(e, product, parallel.thread, after?.func);
  const buffers = [a.source, b.source, out, ...(scratch === undefined ? [] : [scratch])].map(addressOf);
  const globals = buffers.flatMap((x) => [x.base, ...x.dynamic.map((d) => d.counter)]);
  const all = parallel.kernel(part, [...new Set([...globals, ...(after?.globals ?? [])])]);
  f.call(all, i32.const(made.units));
}

/** The function (from, to) that computes units of a product, and what follows them, in any thread. */
function shared(e: Emitter, product: Product, thread: Expr<'i32'>, after: Func | undefined): Func {
  const { made, a, b, out, scratch } = product;
  const range = made.range(e);
  const name = e.unique('dot');
  if (out.node !== undefined) e.nodes.set(name, out.node);
  return e.module.func(name, ['i32', 'i32'], undefined, (g, from, to) => {
    // scratch memory of a thread's own
    const own = i32.mul(thread, i32.const(made.scratch));
    const at = scratch === undefined ? i32.const(0) : i32.add(startOf(e, scratch), own);
    g.call(range, firstOf(e, a), firstOf(e, b), startOf(e, out), at, from, to);
    if (after === undefined) return;
    const end = g.let(i32.mul(to, i32.const(made.unitElements)));
    const size = i32.const(out.size);
    g.call(after, i32.mul(from, i32.const(made.unitElements)), i32.select(i32.lt(end, size), end, size));
  });
}
