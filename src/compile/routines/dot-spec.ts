/**
 * Contractions as batches of matrix products with strides.
 *
 * @module
 */
import type { OpTable, Shape } from '../../ir/index.js';
import type { Product } from './dot-method.js';
import type { Storage } from './routine.js';

/** Strides of a batch of matrices in elements, of any sign; 0 repeats. */
export interface MatrixStrides {
  /** One stride a batch axis. */
  readonly batch: readonly number[];
  readonly row: number;
  readonly column: number;
}

/** c[batch…, m, n] = Σₖ a[batch…, m, k]·b[batch…, k, n]: all sizes, and where the elements of a and b lie. */
export interface DotSpec {
  readonly storage: Storage;
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a: { readonly strides: MatrixStrides };
  readonly b: { readonly strides: MatrixStrides };
  /** Whether the products may be added in one rounding, where the module may (`RoutineContext.relaxed`). */
  readonly relaxed: boolean;
}

/** A value in memory with one stride an axis, in elements. */
export interface StridedOperand {
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** The stride with which axes run as one axis, the last fastest; undefined if there is none. */
function mergedStride({ shape, strides }: StridedOperand, axes: readonly number[]): number | undefined {
  let stride = 0;
  let size = 1;
  for (const a of [...axes].reverse()) {
    if (shape[a] === 1) continue;
    if (size > 1 && strides[a] !== stride * size) return undefined;
    if (size === 1) stride = strides[a]!;
    size *= shape[a]!;
  }
  return stride;
}

/**
 * The products that `dot` comes to, if the contracted axes of each operand, and the free axes of the right one, run as
 * one; contracted axes are taken in the order in which they lie in the left operand. Free axes of the left operand that
 * do not run as one become axes of the batch. Undefined if there are no such products: contiguous copies with the axes in
 * the order batch, free, contracted (left) and batch, contracted, free (right) have them.
 */
export function dotSpec(
  attrs: OpTable['dot'],
  lhs: StridedOperand,
  rhs: StridedOperand,
  storage: Storage,
  relaxed: boolean,
): DotSpec | undefined {
  const { lhsBatch, rhsBatch } = attrs;
  const free = ({ shape }: StridedOperand, taken: readonly number[]): number[] =>
    shape.map((_, a) => a).filter((a) => !taken.includes(a));
  const freeA = free(lhs, [...lhsBatch, ...attrs.lhsContract]);
  const freeB = free(rhs, [...rhsBatch, ...attrs.rhsContract]);
  const contracted = attrs.lhsContract
    .map((l, i) => [l, attrs.rhsContract[i]!] as const)
    .sort(([l], [r]) => Math.abs(lhs.strides[r]!) - Math.abs(lhs.strides[l]!));
  const [lhsContract, rhsContract] = [contracted.map(([l]) => l), contracted.map(([, r]) => r)];
  const size = ({ shape }: StridedOperand, axes: readonly number[]): number =>
    axes.reduce((s, a) => s * shape[a]!, 1);
  // nothing is read of an operand without elements
  const empty = size(lhs, free(lhs, [])) * size(rhs, free(rhs, [])) === 0;
  const merged = (x: StridedOperand, axes: readonly number[]): number | undefined =>
    empty ? 0 : mergedStride(x, axes);
  let outer = 0;
  while (merged(lhs, freeA.slice(outer)) === undefined) outer++;
  const [apart, rows] = [freeA.slice(0, outer), freeA.slice(outer)];
  const aColumn = merged(lhs, lhsContract);
  const [bRow, bColumn] = [merged(rhs, rhsContract), merged(rhs, freeB)];
  if (aColumn === undefined || bRow === undefined || bColumn === undefined) return undefined;
  const aBatch = [...lhsBatch, ...apart].map((x) => lhs.strides[x]!);
  const bBatch = [...rhsBatch.map((x) => rhs.strides[x]!), ...apart.map(() => 0)];
  return {
    storage,
    batch: [...lhsBatch, ...apart].map((x) => lhs.shape[x]!),
    m: size(lhs, rows),
    k: size(lhs, lhsContract),
    n: size(rhs, freeB),
    a: { strides: { batch: aBatch, row: merged(lhs, rows)!, column: aColumn } },
    b: { strides: { batch: bBatch, row: bRow, column: bColumn } },
    relaxed,
  };
}

/** One axis of a batch. */
export interface BatchAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** Products in as few batch axes as the strides allow. */
export interface Batched {
  readonly batch: readonly BatchAxis[];
  readonly product: Product;
}

/** Batch axes joined where both operands step evenly, and taken into the rows of a or the columns of b where only one does. */
export function joined(spec: DotSpec): Batched {
  const { m, k, n, a, b } = spec;
  const product = {
    m,
    k,
    n,
    aRow: a.strides.row,
    aColumn: a.strides.column,
    bRow: b.strides.row,
    bColumn: b.strides.column,
  };
  // the axes that are left, innermost first
  const batch: BatchAxis[] = [];
  for (let i = spec.batch.length - 1; i >= 0; i--) {
    const axis = { size: spec.batch[i]!, a: a.strides.batch[i]!, b: b.strides.batch[i]! };
    if (axis.size === 1) continue;
    const last = batch[batch.length - 1];
    if (last !== undefined) {
      const even = axis.a === last.a * last.size && axis.b === last.b * last.size;
      if (even) batch[batch.length - 1] = { ...last, size: last.size * axis.size };
      else batch.push(axis);
    } else if (axis.b === 0 && (product.m === 1 || axis.a === product.m * product.aRow)) {
      if (product.m === 1) product.aRow = axis.a;
      product.m *= axis.size;
    } else if (
      product.m === 1 &&
      axis.a === 0 &&
      (product.n === 1 || axis.b === product.n * product.bColumn)
    ) {
      if (product.n === 1) product.bColumn = axis.b;
      product.n *= axis.size;
    } else batch.push(axis);
  }
  return { batch: batch.reverse(), product };
}
