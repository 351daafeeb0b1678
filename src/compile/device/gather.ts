/**
 * Device rules of gathering and scattering.
 *
 * @module
 */
import { hostArray, sizeOf } from '../../ir/index.js';
import type { Emitter } from './emitter.js';
import { binary, transposed } from './kernels.js';
import type { Slot } from './program.js';
import type { DeviceTable } from './rule.js';
import { asNumber } from './shapes.js';

/** Indices moved into 0 … n − 1. */
function clamped(e: Emitter, i: Slot, n: number): Slot {
  return binary(e, 'Minimum', binary(e, 'Maximum', i, e.scalar(0, 'i32')), e.scalar(n - 1, 'i32'));
}

/** Rules of the family. */
export const gathers: Pick<DeviceTable, 'gather' | 'scatterAdd'> = {
  gather: {
    emit: (e, { axis, batchDims }, [x, indices], [result]) => {
      const { shape } = x!;
      const n = shape[axis]!;
      const [batch, outer] = [sizeOf(shape.slice(0, batchDims)), sizeOf(shape.slice(batchDims, axis))];
      const inner = sizeOf(shape.slice(axis + 1));
      const many = sizeOf(indices!.shape.slice(batchDims));
      const within = clamped(e, indices!, n);
      const rows = (v: Slot): Slot => {
        if (batch === 1) {
          const table = e.reshape(v, [outer, n, inner]);
          const i = e.reshape(within, [many]);
          const attrs = { axis: 1, batchDims: 0 };
          return e.kernel('GatherV2', { x: table, indices: i }, [outer, many, inner], v.dtype, attrs);
        }
        // one table of all rows: the backend wasm takes wrong rows in batches
        const first = Array.from({ length: batch * outer }, (_, k) => k * n);
        const offsets = e.constant(hostArray(first, [batch, outer, 1], 'i32'));
        const i = e.reshape(binary(e, 'Add', offsets, e.reshape(within, [batch, 1, many])), [
          batch * outer * many,
        ]);
        const table = e.reshape(v, [batch * outer * n, inner]);
        const attrs = { axis: 0, batchDims: 0 };
        return e.kernel('GatherV2', { x: table, indices: i }, [batch * outer * many, inner], v.dtype, attrs);
      };
      return [asNumber(e, x!, (v) => e.reshape(rows(v), result!.shape))];
    },
  },
  scatterAdd: {
    emit: (e, { axis, batchDims, size }, [indices, updates]) => {
      const { shape } = updates!;
      const rank = shape.length;
      const end = axis + indices!.shape.length - batchDims;
      const range = (from: number, to: number): number[] =>
        Array.from({ length: to - from }, (_, k) => from + k);
      // batch axes, index axes, then the rest: one row of updates an index
      const perm = [
        ...range(0, batchDims),
        ...range(axis, end),
        ...range(batchDims, axis),
        ...range(end, rank),
      ];
      const batch = sizeOf(shape.slice(0, batchDims));
      const many = sizeOf(indices!.shape.slice(batchDims));
      const rest = [...shape.slice(batchDims, axis), ...shape.slice(end)];
      const width = sizeOf(rest);
      const ordered = transposed(e, updates!, perm);
      const rows = e.reshape(ordered, [batch * many, width]);
      const within = e.reshape(clamped(e, indices!, size), [batch, many]);
      const first = hostArray(
        range(0, batch).map((b) => b * size),
        [batch, 1],
        'i32',
      );
      const targets = e.reshape(binary(e, 'Add', within, e.constant(first)), [batch * many, 1]);
      const total = [batch * size, width];
      const sums = e.kernel('ScatterNd', { indices: targets, updates: rows }, total, updates!.dtype, {
        shape: total,
      });
      const outer = axis - batchDims;
      const split = e.reshape(sums, [...shape.slice(0, batchDims), size, ...rest]);
      const back = [
        ...range(0, batchDims),
        ...range(batchDims + 1, batchDims + 1 + outer),
        batchDims,
        ...range(axis + 1, split.shape.length),
      ];
      return [transposed(e, split, back)];
    },
  },
};
