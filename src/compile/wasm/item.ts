/**
 * The items of a plan, in the order in which they run: clusters, and steps that are not element-wise.
 *
 * @module
 */
import type { Node } from '../../ir/index.js';
import type { FunctionBuilder } from '../assembler/index.js';
import type { Cluster } from './cluster.js';
import type { Emitter } from './emitter.js';
import type { Plan } from './plan.js';
import type { Product } from './product.js';
import type { Buffer, Value } from './value.js';

/** A step that is not element-wise: a routine, a loop, a branch. */
export interface Opaque {
  readonly index: number;
  readonly label: string;
  readonly node: Node | undefined;
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  readonly flops: number;
  /** What it is if it is a product of matrices. */
  readonly product?: Product;
  /** Plans that it runs, with what they are to it. */
  readonly inner?: readonly { readonly name: string; readonly plan: Plan }[];
  readonly emit: (e: Emitter, f: FunctionBuilder) => void;
}

/** What a plan runs. */
export type Item = Cluster | Opaque;

/** A view of memory. */
export type Stored = Value & { readonly source: Buffer };
