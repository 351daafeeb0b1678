/**
 * Device rules of leaves and of operations that move elements.
 *
 * @module
 */
import { hostArray, sizeOf, type DType, type Shape } from '../../ir/index.js';
import type { Emitter } from './emitter.js';
import { binary, transposed, unary } from './kernels.js';
import type { Slot } from './program.js';
import type { DeviceTable } from './rule.js';

type Name = 'const' | 'iota' | 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat' | 'reverse';

/** Kernels of the tfjs backends that move elements take this many axes at least. */
const plainRank = 4;

/** 0, 1, …, n − 1. */
function count(e: Emitter, n: number, dtype: DType = 'i32'): Slot {
  return e.constant(
    hostArray(
      Array.from({ length: n }, (_, i) => i),
      [n],
      dtype,
    ),
  );
}

/** x with axis a taken to [before, n, after], changed by f, and back. */
function alongAxis(e: Emitter, x: Slot, a: number, f: (x3: Slot) => Slot): Slot {
  const before = x.shape.slice(0, a);
  const after = x.shape.slice(a + 1);
  const made = f(e.reshape(x, [sizeOf(before), x.shape[a]!, sizeOf(after)]));
  return e.reshape(made, [...before, made.shape[1]!, ...after]);
}

function padWith(e: Emitter, x: Slot, widths: readonly (readonly [number, number])[], value: number): Slot {
  const shape = x.shape.map((d, i) => d + widths[i]![0] + widths[i]![1]);
  if (widths.every(([low, high]) => low === 0 && high === 0)) return x;
  const paddings = widths as unknown as [number, number][];
  return e.kernel('PadV2', { x }, shape, x.dtype, { paddings: paddings as never, constantValue: value });
}

/** Padding of any rank: at once, or axis by axis. */
function padded(e: Emitter, x: Slot, low: readonly number[], high: readonly number[], value: number): Slot {
  if (x.shape.length <= plainRank)
    return padWith(
      e,
      x,
      low.map((l, i) => [l, high[i]!] as const),
      value,
    );
  let out = x;
  for (let a = 0; a < x.shape.length; a++) {
    if (low[a] === 0 && high[a] === 0) continue;
    out = alongAxis(e, out, a, (x3) =>
      padWith(
        e,
        x3,
        [
          [0, 0],
          [low[a]!, high[a]!],
          [0, 0],
        ],
        value,
      ),
    );
  }
  return out;
}

/** Elements of one axis set apart: each becomes a row of its own, padded, and the last row loses its padding. */
function spread(e: Emitter, x: Slot, axis: number, holes: number, value: number): Slot {
  const n = x.shape[axis]!;
  if (holes === 0 || n < 2) return x;
  return alongAxis(e, x, axis, (x3) => {
    const [before, , after] = x3.shape as [number, number, number];
    const rows = e.reshape(x3, [before * n, 1, after]);
    const wide = padWith(
      e,
      rows,
      [
        [0, 0],
        [0, holes],
        [0, 0],
      ],
      value,
    );
    const joined = e.reshape(wide, [before, n * (holes + 1), after]);
    return sliced(e, joined, [0, 0, 0], [before, n * (holes + 1) - holes, after]);
  });
}

/** The block of a size at a start. */
function sliced(e: Emitter, x: Slot, begin: readonly number[], size: Shape): Slot {
  if (size.every((d, i) => d === x.shape[i])) return x;
  return e.kernel('Slice', { x }, size, x.dtype, { begin: [...begin], size: [...size] });
}

/**
 * Every stride-th element from start to limit: gathered axis by axis where the kernel fails, on wasm for integers and on
 * webgpu for many axes.
 */
function strided(
  e: Emitter,
  x: Slot,
  start: readonly number[],
  limit: readonly number[],
  stride: readonly number[],
  size: Shape,
): Slot {
  if (x.dtype === 'f' && x.shape.length <= plainRank) {
    const attrs = {
      begin: [...start],
      end: [...limit],
      strides: [...stride],
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    };
    return e.kernel('StridedSlice', { x }, size, x.dtype, attrs);
  }
  const block = sliced(
    e,
    x,
    start,
    limit.map((l, a) => l - start[a]!),
  );
  return stride.reduce((y, step, a) => {
    if (step === 1) return y;
    const rows = Array.from({ length: size[a]! }, (_, k) => k * step);
    const indices = e.constant(hostArray(rows, [rows.length], 'i32'));
    return alongAxis(e, y, a, (y3) => {
      const [before, , after] = y3.shape as [number, number, number];
      const shape = [before, rows.length, after];
      return e.kernel('GatherV2', { x: y3, indices }, shape, y.dtype, { axis: 1, batchDims: 0 });
    });
  }, block);
}

/** Tensors of bool move as int32, for which each backend has every kernel. */
export function asNumber(e: Emitter, x: Slot, f: (x: Slot) => Slot): Slot {
  if (x.dtype !== 'bool') return f(x);
  const moved = f(unary(e, 'Cast', x, 'i32', { dtype: 'int32' }));
  return binary(e, 'NotEqual', moved, e.scalar(0, 'i32'), 'bool');
}

/** Rules of the family. */
export const shapeRules: Pick<DeviceTable, Name> = {
  const: { emit: (e, { value }) => [e.constant(value)] },
  iota: {
    emit: (e, { shape, axis, dtype }) => {
      const line = count(e, shape[axis]!, dtype);
      return [
        e.repeat(
          e.reshape(
            line,
            shape.map((d, i) => (i === axis ? d : 1)),
          ),
          shape,
        ),
      ];
    },
  },
  broadcast: {
    emit: (e, { shape, axes }, [x]) => {
      const small = x!.compact ?? x!;
      const sizes = shape.map(() => 1);
      axes.forEach((a, i) => (sizes[a] = small.shape[i]!));
      return [e.repeat(e.reshape(small, sizes), shape)];
    },
  },
  reshape: { emit: (e, { shape }, [x]) => [e.reshape(x!, shape)] },
  transpose: { emit: (e, { perm }, [x]) => [transposed(e, x!, perm)] },
  slice: {
    emit: (e, { start, limit, stride }, [x], [result]) => {
      if (stride.every((v) => v === 1)) return [sliced(e, x!, start, result!.shape)];
      return [asNumber(e, x!, (v) => strided(e, v, start, limit, stride, result!.shape))];
    },
  },
  pad: {
    emit: (e, { low, high, interior, value }, [x]) => [
      asNumber(e, x!, (v) => {
        const number = x!.dtype === 'bool' ? Number(value !== 0) : value;
        const apart = interior.reduce((y, holes, axis) => spread(e, y, axis, holes, number), v);
        return padded(e, apart, low, high, number);
      }),
    ],
  },
  concat: {
    emit: (e, { axis }, xs, [result]) => {
      const parts = xs.filter((x) => x.shape[axis] !== 0);
      if (parts.length === 1) return [parts[0]!];
      return [e.kernel('Concat', parts, result!.shape, result!.dtype, { axis })];
    },
  },
  reverse: {
    emit: (e, { axes }, [x]) => {
      const turned = (v: Slot, dims: readonly number[]): Slot =>
        e.kernel('Reverse', { x: v }, v.shape, v.dtype, { dims: [...dims] });
      if (axes.length === 0) return [x!];
      if (x!.shape.length <= plainRank) return [asNumber(e, x!, (v) => turned(v, axes))];
      return [asNumber(e, x!, (v) => axes.reduce((y, a) => alongAxis(e, y, a, (x3) => turned(x3, [1])), v))];
    },
  },
};
