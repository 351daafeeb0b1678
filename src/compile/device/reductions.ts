/**
 * Device rules of reductions, running sums and contractions.
 *
 * @module
 */
import { ops, shapes, sizeOf, type Node } from '../../ir/index.js';
import type { Emitter } from './emitter.js';
import { cast, select, transposed, unary } from './kernels.js';
import { composed } from './lower.js';
import type { Slot } from './program.js';
import type { DeviceTable, EmitRule } from './rule.js';

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';
type Name = Reduction | 'argMax' | 'argMin' | 'cumsum' | 'dot';

/** The kernel of a reduction of rows. */
function reducedRows(e: Emitter, kernel: string, rows: Slot): Slot {
  const key = kernel === 'Max' ? 'reductionIndices' : 'axis';
  return e.kernel(kernel, { x: rows }, rows.shape.slice(0, 1), rows.dtype, { [key]: [1], keepDims: false });
}

const others = (rank: number, axes: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));

/** x as rows of what lies along some axes: the one form that each backend reduces rightly. */
function rowsOf(e: Emitter, x: Slot, axes: readonly number[]): Slot {
  const n = sizeOf(axes.map((a) => x.shape[a]!));
  const perm = [...others(x.shape.length, axes), ...axes];
  return e.reshape(transposed(e, x, perm), [sizeOf(x.shape) / n, n]);
}

const reduction = (kernel: string, ofBool = kernel): EmitRule<Reduction> => ({
  emit: (e, { axes }, [x], [result]) => {
    const { shape } = result!;
    if (sizeOf(shape) === sizeOf(x!.shape)) return [e.reshape(x!, shape)];
    return [e.reshape(reducedRows(e, x!.dtype === 'bool' ? ofBool : kernel, rowsOf(e, x!, axes)), shape)];
  },
});

/** The first NaN wins, which tfjs passes over. */
const argExtreme = (kernel: string): EmitRule<'argMax' | 'argMin'> => ({
  emit: (e, { axis }, [x], [result]) => {
    const { shape } = result!;
    if (x!.shape[axis] === 1)
      return [
        e.repeat(
          e.reshape(
            e.scalar(0, 'i32'),
            shape.map(() => 1),
          ),
          shape,
        ),
      ];
    const rows = rowsOf(e, x!, [axis]);
    const at = (k: string, v: Slot): Slot =>
      e.kernel(k, { x: v }, rows.shape.slice(0, 1), 'i32', { axis: 1 });
    if (x!.dtype !== 'f') return [e.reshape(at(kernel, cast(e, rows, 'i32')), shape)];
    const missing = unary(e, 'IsNan', rows, 'bool');
    const any = reducedRows(e, 'Any', missing);
    return [e.reshape(select(e, any, at('ArgMax', cast(e, missing, 'i32')), at(kernel, rows)), shape)];
  },
});

/** Running sums of rows by doubling: each element gets the sum of twice as many as before. */
function doublingSums(x: Node): Node {
  const [rows, n] = x.shape as [number, number];
  let sum = x;
  for (let k = 1; k < n; k *= 2) {
    const earlier = shapes.slice(sum, [0, 0], [rows, n - k]);
    sum = ops.add(sum, shapes.pad(earlier, [0, k], [0, 0]));
  }
  return sum;
}

/** x with the sums along an axis; the kernel of the backend webgpu adds up other elements. */
function runningSums(e: Emitter, x: Slot, axis: number, reverse: boolean): Slot {
  if (e.device !== 'webgpu') {
    return e.kernel('Cumsum', { x }, x.shape, x.dtype, { axis, exclusive: false, reverse });
  }
  const rows = rowsOf(e, x, [axis]);
  const turned = (y: Node): Node => (reverse ? shapes.reverse(y, [1]) : y);
  const sums = composed(e, [rows], ([y]) => [turned(doublingSums(turned(y!)))])[0]!;
  const rest = others(x.shape.length, [axis]);
  const back = [...rest, axis];
  const moved = e.reshape(
    sums,
    back.map((a) => x.shape[a]!),
  );
  return transposed(
    e,
    moved,
    x.shape.map((_, a) => back.indexOf(a)),
  );
}

const isOrdered = (perm: readonly number[]): boolean => perm.every((p, i) => p === i);

/** An operand as matrices [batch, rows, columns], or their transposes, whichever needs no transposition. */
function matrices(
  e: Emitter,
  x: Slot,
  batch: readonly number[],
  rows: readonly number[],
  columns: readonly number[],
): readonly [x3: Slot, transposed: boolean] {
  const sizes = (axes: readonly number[]): number => sizeOf(axes.map((a) => x.shape[a]!));
  const swapped = [...batch, ...columns, ...rows];
  if (isOrdered(swapped)) return [e.reshape(x, [sizes(batch), sizes(columns), sizes(rows)]), true];
  const matrix = transposed(e, x, [...batch, ...rows, ...columns]);
  return [e.reshape(matrix, [sizes(batch), sizes(rows), sizes(columns)]), false];
}

/** Rules of the family. */
export const reductions: Pick<DeviceTable, Name> = {
  reduceSum: reduction('Sum'),
  reduceProd: reduction('Prod'),
  reduceMax: reduction('Max', 'Any'),
  reduceMin: reduction('Min', 'All'),
  argMax: argExtreme('ArgMax'),
  argMin: argExtreme('ArgMin'),
  cumsum: { emit: (e, { axis, reverse }, [x]) => [runningSums(e, x!, axis, reverse)] },
  dot: {
    emit: (e, { lhsContract, rhsContract, lhsBatch, rhsBatch }, [a, b], [result]) => {
      const [rows, columns] = [
        others(a!.shape.length, [...lhsBatch, ...lhsContract]),
        others(b!.shape.length, [...rhsBatch, ...rhsContract]),
      ];
      const [left, transposeA] = matrices(e, a!, lhsBatch, rows, lhsContract);
      const [right, transposeB] = matrices(e, b!, rhsBatch, rhsContract, columns);
      const sizes = (x: Slot, axes: readonly number[]): number => sizeOf(axes.map((i) => x.shape[i]!));
      const shape = [sizes(a!, lhsBatch), sizes(a!, rows), sizes(b!, columns)];
      const product = e.kernel('BatchMatMul', { a: left, b: right }, shape, 'f', { transposeA, transposeB });
      return [e.reshape(product, result!.shape)];
    },
  },
};
