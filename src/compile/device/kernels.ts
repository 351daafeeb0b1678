/**
 * Element-wise kernel calls. Operands that only repeat smaller values are taken before the repetition where the kernel
 * broadcasts by itself, and results that repeat along an axis are computed once for it.
 *
 * @module
 */
import { hostArray, ops, sameShape, stridesOf, type DType, type Shape } from '../../ir/index.js';
import { forEachIndex } from '../../ir/indexing.js';
import type { Emitter } from './emitter.js';
import type { Slot } from './program.js';

const smallest = (x: Slot): Slot => x.compact ?? x;

/** The least shape that holds the operands, which have one rank, or are scalars. */
function jointShape(operands: readonly Slot[]): Shape {
  return operands.map((x) => smallest(x).shape).reduce((a, b) => ops.broadcastShapes(a, b)!);
}

const fullShape = (operands: readonly Slot[]): Shape =>
  operands.map((x) => x.shape).reduce((a, b) => ops.broadcastShapes(a, b)!);

/** x repeated to a shape between its compact form and itself. */
function expanded(e: Emitter, x: Slot, shape: Shape): Slot {
  if (sameShape(x.shape, shape)) return x;
  const small = smallest(x);
  return e.repeat(
    small.shape.length === shape.length
      ? small
      : e.reshape(
          small,
          shape.map(() => 1),
        ),
    shape,
  );
}

/** A kernel of one operand `x`. */
export function unary(e: Emitter, kernel: string, x: Slot, dtype: DType = x.dtype, attrs = {}): Slot {
  const small = smallest(x);
  return e.repeat(e.kernel(kernel, { x: small }, small.shape, dtype, attrs), x.shape);
}

/** A kernel of operands `a` and `b`, which broadcasts. */
export function binary(e: Emitter, kernel: string, x: Slot, y: Slot, dtype: DType = x.dtype): Slot {
  const shape = jointShape([x, y]);
  const made = e.kernel(kernel, { a: smallest(x), b: smallest(y) }, shape, dtype);
  return e.repeat(made, fullShape([x, y]));
}

/** t where c, else f. */
export function select(e: Emitter, c: Slot, t: Slot, f: Slot): Slot {
  if (t.dtype === 'bool') {
    // the kernel of the backend wasm takes every choice for one between 32-bit values
    const then = binary(e, 'LogicalAnd', c, t);
    return binary(e, 'LogicalOr', then, binary(e, 'LogicalAnd', unary(e, 'LogicalNot', c), f));
  }
  const all = [c, t, f];
  const shape = jointShape(all);
  const [condition, then, otherwise] = all.map((x) => expanded(e, x, shape)) as [Slot, Slot, Slot];
  const made = e.kernel('Select', { condition, t: then, e: otherwise }, shape, t.dtype);
  return e.repeat(made, fullShape(all));
}

/** As another element type. */
export function cast(e: Emitter, x: Slot, dtype: 'f' | 'i32' | 'bool'): Slot {
  if (x.dtype === dtype) return x;
  if (dtype === 'bool') return binary(e, 'NotEqual', x, e.scalar(0, x.dtype), 'bool');
  return unary(e, 'Cast', x, dtype, { dtype: dtype === 'f' ? 'float32' : 'int32' });
}

/** Axes of x in an order, without those of size 1, and with neighbours that stay neighbours as one. */
function movedGroups(x: Slot, perm: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const p of perm) {
    if (x.shape[p] === 1) continue;
    const last = groups.at(-1);
    const next = last === undefined ? undefined : x.shape.findIndex((d, i) => i > last.at(-1)! && d !== 1);
    if (next === p) last!.push(p);
    else groups.push([p]);
  }
  return groups;
}

/** The elements of x, whose axes in an order are `shape`, one by one: for the shader of webgpu that takes reals alone. */
function gathered(e: Emitter, x: Slot, order: readonly number[], shape: Shape): Slot {
  const strides = stridesOf(x.shape);
  const positions: number[] = [];
  forEachIndex(shape, (index) => positions.push(index.reduce((at, i, k) => at + i * strides[order[k]!]!, 0)));
  const n = positions.length;
  const indices = e.constant(hostArray(positions, [n], 'i32'));
  const table = e.reshape(x, [n, 1]);
  const rows = e.kernel('GatherV2', { x: table, indices }, [n, 1], x.dtype, { axis: 0, batchDims: 0 });
  return e.reshape(rows, shape);
}

/** x with its axes in an order; elements move only where axes of more than one element do. */
export function transposed(e: Emitter, x: Slot, perm: readonly number[]): Slot {
  const shape = perm.map((p) => x.shape[p]!);
  const groups = movedGroups(x, perm);
  if (groups.length < 2) return e.reshape(x, shape);
  // the groups as they stand in x
  const standing = [...groups].sort((a, b) => a[0]! - b[0]!);
  const sizes = (g: readonly number[]): number => g.reduce((n, a) => n * x.shape[a]!, 1);
  const from = e.reshape(x, standing.map(sizes));
  const order = groups.map((g) => standing.indexOf(g));
  const moved =
    e.device === 'webgpu' && x.dtype !== 'f' && order.length > 2
      ? gathered(e, from, order, groups.map(sizes))
      : e.kernel('Transpose', { x: from }, groups.map(sizes), x.dtype, { perm: order });
  return e.reshape(moved, shape);
}
