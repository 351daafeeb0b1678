/**
 * Elements at computed positions, within a kernel.
 *
 * @module
 */
import { i32, i32x4, v128, type Expr } from '../assembler/index.js';
import type { KernelOp } from './cluster.js';
import type { KernelContext } from './kernel-ops.js';
import { widenMask } from './lanes.js';
import { bytesOf } from '../routines/routine.js';
import type { Walk } from './nest.js';

type V = Expr<'v128'>;

/** The elements of the walk's view, each `index · stride` elements further on; indices are moved inside the axis. */
export function emitGather(
  k: KernelContext,
  op: KernelOp & { readonly kind: 'gather' },
  [index]: readonly V[],
  walk: Walk,
  pointer: Expr<'i32'>,
  vector: number,
  copy: number,
  uniform: boolean,
): V {
  const { f, width } = k;
  const { storage } = op;
  const inside = i32x4.min(i32x4.max(index!, i32x4.const(0)), i32x4.const(op.size - 1));
  const bytes = op.stride * bytesOf[storage];
  const offsets = f.let(i32x4.mul(inside, i32x4.const(bytes)));
  const step = uniform || vector < 0 ? 0 : walk.steps[vector]!;
  const at = (lane: number): Expr<'i32'> => {
    const more = walk.offset + (copy * width + lane) * step;
    return i32.add(i32.add(pointer, i32x4.extract(offsets, lane)), i32.const(more));
  };
  const lanes = uniform ? 1 : Math.min(width, k.valid);
  if (storage === 'bool') {
    let words: V = i32x4.splat(i32.load8u(at(0)));
    for (let l = 1; l < lanes; l++) words = i32x4.replace(words, l, i32.load8u(at(l)));
    return widenMask(width, i32x4.ne(words, i32x4.const(0)));
  }
  const wide = storage === 'f64';
  let v: V = wide ? v128.load64Splat(at(0)) : v128.load32Splat(at(0));
  for (let l = 1; l < lanes; l++) v = wide ? v128.load64Lane(at(l), v, l) : v128.load32Lane(at(l), v, l);
  return v;
}
