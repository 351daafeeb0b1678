/**
 * The form of a kernel lowering: from a tfjs kernel to nodes.
 *
 * A kernel gets its inputs as nodes, in tfjs's names, and its attributes as the user wrote them; what they mean (negative
 * axes, null, short lists) is settled in the lowering. Results must have the dtype that tfjs promises for the kernel.
 *
 * @module
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops, type Builder, type DType, type Node } from '../ir/index.js';

/** Inputs of a kernel: `{ x: TensorInfo }` becomes `{ x: Node }`, a list of tensors a list of nodes. */
export type Nodes<I> = I extends readonly TensorInfo[] ? readonly Node[] : { readonly [K in keyof I]: Node };

/** Lowers one kernel: the nodes of its results. `b` is the builder to make constants in. */
export type Kernel<I, A = unknown> = (inputs: Nodes<I>, attrs: A, b: Builder) => Node | readonly Node[];

/** A lowering whose kernel is known by name only. */
export type AnyKernel = (inputs: never, attrs: never, b: Builder) => Node | readonly Node[];

/** The kernels of a table that take inputs `I` and no attributes. */
export type Kernels<Names extends string, I> = { readonly [K in Names]: Kernel<I> };

/** As a real number. */
export const toReal = (x: Node): Node => ops.cast(x, 'f');

/** Arithmetic on bool is arithmetic on int32. */
export const toNumber = (x: Node): Node => (x.dtype === 'bool' ? ops.cast(x, 'i32') : x);

const rank: Readonly<Record<DType, number>> = { bool: 0, u32: 1, i32: 1, f: 2 };

/** All nodes cast to the widest element type among them: bool < int32 < float32. */
export function upcast(nodes: readonly Node[]): Node[] {
  let widest: DType = 'bool';
  for (const n of nodes) if (rank[n.dtype] > rank[widest]) widest = n.dtype;
  return nodes.map((n) => ops.cast(n, widest));
}
