/**
 * Planning of leaves, of operations that move elements, and of reductions.
 *
 * @module
 */
import { sizeOf, type OpTable } from '../../ir/index.js';
import { broadcastView, reshapeView, reverseView, sliceView, transposeView } from '../view.js';
import type { Combine } from './cluster.js';
import type { Stored } from './item.js';
import type { Plan } from './plan.js';
import type { PlanRule, PlanTable } from './rule.js';
import { fill, storageOf, whole, type Value } from './value.js';

function reshape(plan: Plan, x: Value, shape: readonly number[]): Value {
  return reshapeView(x, shape) ?? reshapeView<Value>(plan.contiguous(x), shape)!;
}

function reduction(combine: Combine): PlanRule<'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'> {
  return ({ axes }, [x], [result], { plan }) => {
    if (axes.length === 0) return [x!];
    const reduced = plan.reduce(combine, x!, axes);
    return [{ ...reduced, shape: result!.shape }];
  };
}

type Names =
  | 'const'
  | 'iota'
  | 'broadcast'
  | 'reshape'
  | 'transpose'
  | 'slice'
  | 'reverse'
  | 'pad'
  | 'concat'
  | 'reduceSum'
  | 'reduceProd'
  | 'reduceMax'
  | 'reduceMin';

/** Rules of leaves, shape operations and reductions. */
export const planShapes: Pick<PlanTable, Names> = {
  const: ({ value }: OpTable['const'], _, __, { e, float }) => {
    const storage = storageOf(value.dtype, float);
    const first = value.data[0];
    if (first !== undefined && value.data.every((v) => Object.is(v, first)))
      return [fill(first, storage, value.shape)];
    return [whole(e.constant(value, storage), value.shape)];
  },
  iota: ({ shape, axis, dtype }, _, __, { plan, float }) => {
    const storage = storageOf(dtype, float);
    const integers: Value = {
      source: { kind: 'iota', storage: storage === 'bool' ? 'i32' : storage },
      shape,
      offset: 0,
      strides: shape.map((_d, a) => (a === axis ? 1 : 0)),
    };
    return [plan.cast(integers, storage)];
  },
  broadcast: ({ shape, axes }, [x]) => [broadcastView(x!, shape, axes)],
  reshape: ({ shape }, [x], _, { plan }) => [reshape(plan, x!, shape)],
  transpose: ({ perm }, [x]) => [transposeView(x!, perm)],
  slice: ({ start, stride }, [x], [result]) => [sliceView(x!, start, stride, result!.shape)],
  reverse: ({ axes }, [x]) => [reverseView(x!, axes)],
  pad: ({ low, interior, value }, [x], [result], { plan, float }) => {
    const storage = storageOf(result!.dtype, float);
    const out = whole(plan.buffer(storage, sizeOf(result!.shape)), result!.shape) as Stored;
    const border = storage === 'bool' ? Number(value !== 0) : value;
    const steps = interior.map((w) => w + 1);
    const gaps = result!.shape.some((d, a) => d !== x!.shape[a] || steps[a] !== 1);
    if (gaps) plan.write(fill(border, storage, result!.shape), out);
    plan.write(x!, sliceView<Stored>(out, low, steps, x!.shape));
    return [out];
  },
  concat: ({ axis }, xs, [result], { plan, float }) => {
    const storage = storageOf(result!.dtype, float);
    const out = whole(plan.buffer(storage, sizeOf(result!.shape)), result!.shape) as Stored;
    const one = result!.shape.map(() => 1);
    let offset = 0;
    // pieces may be written in any order, each as soon as it is known
    let ready = -1;
    for (const x of xs) {
      const start = result!.shape.map((_, a) => (a === axis ? offset : 0));
      offset += x.shape[axis]!;
      out.source.ready = -1;
      plan.write(x, sliceView<Stored>(out, start, one, x.shape));
      ready = Math.max(ready, out.source.ready);
    }
    out.source.ready = ready;
    return [out];
  },
  reduceSum: reduction('sum'),
  reduceProd: reduction('prod'),
  reduceMax: reduction('max'),
  reduceMin: reduction('min'),
};
