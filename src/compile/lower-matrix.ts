/**
 * Lowering of reductions, contractions, decompositions and random bits.
 *
 * @module
 */
import { sizeOf, type Data, type DType } from '../ir/index.js';
import { extremes } from '../ir/evaluate-reductions.js';
import { otherAxes } from '../ir/indexing.js';
import { threefry2x32 } from '../ir/threefry.js';
import { alongAxis, argExtremeKernel, cumsumKernel } from './kernels-axis.js';
import { choleskyLoop, luLoop, triangularLoop } from './kernels-matrix.js';
import { innerOfReduction, maxReal, reduceBy, sumReal } from './kernels-reduce.js';
import { lowerDot } from './lower-dot.js';
import { loop1, type Kernel1 } from './nest.js';
import type { LowerRule, LowerTable } from './rule.js';
import { broadcastView, type View } from './view.js';

const reals = (v: View): Float64Array => v.slot.data as Float64Array;

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

function reduce(
  initial: (dtype: DType) => number,
  kernel: (dtype: DType) => Kernel1<Data, Data>,
): LowerRule<Reduction> {
  return ({ axes }, [x], [result], plan) => {
    const out = plan.result(result!);
    const repeated = broadcastView(out, x!.shape, otherAxes(x!.shape.length, axes));
    const run = loop1(kernel(x!.dtype), repeated, x!, innerOfReduction);
    const start = initial(x!.dtype);
    plan.emit(
      () => {
        out.slot.data.fill(start);
        run();
      },
      [x!],
      [out],
    );
    return [out];
  };
}

function argExtreme(sign: 1 | -1): LowerRule<'argMax' | 'argMin'> {
  const kernel = argExtremeKernel(sign);
  return ({ axis }, [x0], [result], plan) => {
    const x = plan.contiguous(x0!);
    const out = plan.result(result!);
    plan.emit(alongAxis(kernel, out, x, axis, { keeps: false }), [x], [out]);
    return [out];
  };
}

const isReal = (dtype: DType): boolean => dtype === 'f';

/** Rules of reductions, contractions, decompositions and random bits. */
export const lowerMatrix: Pick<
  LowerTable,
  | Reduction
  | 'argMax'
  | 'argMin'
  | 'cumsum'
  | 'dot'
  | 'cholesky'
  | 'triangularSolve'
  | 'lu'
  | 'randomBits'
  | 'threefry'
> = {
  reduceSum: reduce(
    () => 0,
    (d) => (isReal(d) ? (sumReal as Kernel1<Data, Data>) : reduceBy((a, x) => a + x)),
  ),
  reduceProd: reduce(
    () => 1,
    (d) => reduceBy(isReal(d) ? (a, x) => a * x : Math.imul),
  ),
  reduceMax: reduce(
    (d) => extremes[d][0],
    (d) => (isReal(d) ? (maxReal as Kernel1<Data, Data>) : reduceBy(Math.max)),
  ),
  reduceMin: reduce(
    (d) => extremes[d][1],
    () => reduceBy(Math.min),
  ),
  argMax: argExtreme(1),
  argMin: argExtreme(-1),
  cumsum: ({ axis, reverse }, [x0], [result], plan) => {
    const x = plan.contiguous(x0!);
    const out = plan.result(result!);
    plan.emit(alongAxis(cumsumKernel, out, x, axis, { keeps: true, backwards: reverse }), [x], [out]);
    return [out];
  },
  dot: lowerDot,
  cholesky: (_, [a0], [result], plan) => {
    const a = plan.contiguous(a0!);
    const out = plan.result(result!);
    const n = a.shape[a.shape.length - 1]!;
    const count = sizeOf(a.shape.slice(0, -2));
    plan.emit(() => choleskyLoop(count, n, reals(out), reals(a), a.offset), [a], [out]);
    return [out];
  },
  triangularSolve: ({ lower, transposeA, unitDiagonal }, [a0, b0], [result], plan) => {
    const [a, b] = [plan.contiguous(a0!), plan.contiguous(b0!)];
    const out = plan.result(result!);
    const [n, columns] = b.shape.slice(-2) as readonly number[];
    const count = sizeOf(b.shape.slice(0, -2));
    const kind = { forward: lower !== transposeA, transposeA, unitDiagonal };
    plan.emit(
      () => triangularLoop(kind, count, n!, columns!, reals(out), reals(a), a.offset, reals(b), b.offset),
      [a, b],
      [out],
    );
    return [out];
  },
  lu: (_, [a0], [result, permutation], plan) => {
    const a = plan.contiguous(a0!);
    const out = plan.result(result!);
    const perm = plan.result(permutation!);
    const n = a.shape[a.shape.length - 1]!;
    const count = sizeOf(a.shape.slice(0, -2));
    plan.emit(
      () => luLoop(count, n, reals(out), perm.slot.data as Int32Array, reals(a), a.offset),
      [a],
      [out, perm],
    );
    return [out, perm];
  },
  randomBits: ({ shape }, [k0], [result], plan) => {
    const keys = plan.contiguous(k0!);
    const out = plan.result(result!);
    const [n, count] = [sizeOf(shape), sizeOf(keys.shape) / 2];
    const words = new Uint32Array(2);
    plan.emit(
      () => {
        const [to, k] = [out.slot.data, keys.slot.data];
        for (let j = 0; j < count; j++) {
          const at = keys.offset + 2 * j;
          for (let i = 0; i < n; i++) {
            threefry2x32(k[at]!, k[at + 1]!, Math.floor(i / 2 ** 32), i, words, 0);
            to[j * n + i] = words[0]! ^ words[1]!;
          }
        }
      },
      [keys],
      [out],
    );
    return [out];
  },
  threefry: (_, [k0, c0], [result], plan) => {
    const [keys, counters] = [plan.contiguous(k0!), plan.contiguous(c0!)];
    const out = plan.result(result!);
    plan.emit(
      () => {
        const [k, c] = [keys.slot.data, counters.slot.data];
        const [p, q] = [keys.offset, counters.offset];
        for (let i = 0; i < out.slot.size; i += 2) {
          threefry2x32(k[p + i]!, k[p + i + 1]!, c[q + i]!, c[q + i + 1]!, out.slot.data as Uint32Array, i);
        }
      },
      [keys, counters],
      [out],
    );
    return [out];
  },
};
