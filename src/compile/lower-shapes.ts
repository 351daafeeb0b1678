/**
 * Lowering of leaves and of operations that move elements: views where strides can say it, else one copy.
 *
 * @module
 */
import { sizeOf } from '../ir/index.js';
import { convert } from './kernels-convert.js';
import { gatherLoop, gatherReals, scatterLoop, scatterReals, type GatherShape } from './kernels-index.js';
import { loop1, type Step } from './nest.js';
import { runAll, type Planner } from './planner.js';
import type { LowerTable } from './rule.js';
import { broadcastView, reshapeView, reverseView, sliceView, transposeView, type View } from './view.js';

const copyInto = (out: View, x: View): Step => loop1(convert(x.dtype, x.dtype), out, x);

function reshape(plan: Planner, x: View, shape: readonly number[]): View {
  return reshapeView(x, shape) ?? reshapeView(plan.contiguous(x), shape)!;
}

function gatherShape(
  x: readonly number[],
  i: readonly number[],
  axis: number,
  batchDims: number,
): GatherShape {
  return {
    batch: sizeOf(x.slice(0, batchDims)),
    lead: sizeOf(x.slice(batchDims, axis)),
    size: x[axis]!,
    count: sizeOf(i.slice(batchDims)),
    trail: sizeOf(x.slice(axis + 1)),
  };
}

const isVector = (s: GatherShape): boolean => s.batch === 1 && s.lead === 1 && s.trail === 1;

/** Rules of leaves and shape operations. */
export const lowerShapes: Pick<
  LowerTable,
  | 'const'
  | 'iota'
  | 'broadcast'
  | 'reshape'
  | 'transpose'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'reverse'
  | 'gather'
  | 'scatterAdd'
> = {
  const: ({ value }, _, __, plan) => [plan.constant(value)],
  iota: ({ shape, axis }, _, [result], plan) => {
    const line = plan.result({ shape: [shape[axis]!], dtype: result!.dtype });
    plan.emit(
      () => {
        for (let i = 0; i < line.slot.size; i++) line.slot.data[i] = i;
      },
      [],
      [line],
    );
    return [broadcastView(line, shape, [axis])];
  },
  broadcast: ({ shape, axes }, [x]) => [broadcastView(x!, shape, axes)],
  reshape: ({ shape }, [x], _, plan) => [reshape(plan, x!, shape)],
  transpose: ({ perm }, [x]) => [transposeView(x!, perm)],
  slice: ({ start, stride }, [x], [result]) => [sliceView(x!, start, stride, result!.shape)],
  reverse: ({ axes }, [x]) => [reverseView(x!, axes)],
  pad: ({ low, interior, value }, [x], [result], plan) => {
    const out = plan.result(result!);
    const inside = sliceView(
      out,
      low,
      interior.map((w) => w + 1),
      x!.shape,
    );
    const put = copyInto(inside, x!);
    const border = result!.dtype === 'bool' ? Number(value !== 0) : value;
    plan.emit(
      () => {
        out.slot.data.fill(border);
        put();
      },
      [x!],
      [out],
    );
    return [out];
  },
  concat: ({ axis }, xs, [result], plan) => {
    const out = plan.result(result!);
    const one = result!.shape.map(() => 1);
    let offset = 0;
    const puts = xs.map((x) => {
      const start = result!.shape.map((_, a) => (a === axis ? offset : 0));
      offset += x.shape[axis]!;
      return copyInto(sliceView(out, start, one, x.shape), x);
    });
    plan.emit(() => runAll(puts), xs, [out]);
    return [out];
  },
  gather: ({ axis, batchDims }, [x0, i0], [result], plan) => {
    const [x, i] = [plan.contiguous(x0!), plan.contiguous(i0!)];
    const out = plan.result(result!);
    const s = gatherShape(x.shape, i.shape, axis, batchDims);
    const vector = isVector(s) && x.dtype === 'f';
    const run: Step = vector
      ? () =>
          gatherReals(
            s.size,
            s.count,
            out.slot.data as Float64Array,
            x.slot.data as Float64Array,
            x.offset,
            i.slot.data as Int32Array,
            i.offset,
          )
      : () => gatherLoop(s, out.slot.data, x.slot.data, x.offset, i.slot.data, i.offset);
    plan.emit(run, [x, i], [out]);
    return [out];
  },
  scatterAdd: ({ axis, batchDims }, [i0, u0], [result], plan) => {
    const [i, u] = [plan.contiguous(i0!), plan.contiguous(u0!)];
    const out = plan.result(result!);
    const s = gatherShape(result!.shape, i.shape, axis, batchDims);
    const vector = isVector(s) && u.dtype === 'f';
    const run: Step = vector
      ? () =>
          scatterReals(
            s.size,
            s.count,
            out.slot.data as Float64Array,
            i.slot.data as Int32Array,
            i.offset,
            u.slot.data as Float64Array,
            u.offset,
          )
      : () => scatterLoop(s, out.slot.data, i.slot.data, i.offset, u.slot.data, u.offset);
    plan.emit(run, [i, u], [out]);
    return [out];
  },
};
