/**
 * Lowering of reductions, running sums and soft maxima.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Node } from '../ir/index.js';
import { toNumber, toReal, type Kernel } from './kernels.js';

type X = tf.SumInputs;
type Axis = number | readonly number[] | null | undefined;

/** Axes as tfjs means them: null is all, an empty list none, negative ones count from the end; sorted, without repeats. */
function axesOf(x: Node, axis: Axis): number[] {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape as number[]);
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** One axis, counted from the end if negative. */
function axisOf(x: Node, axis: number | null | undefined): number {
  return axesOf(x, axis ?? 0)[0]!;
}

interface Attrs {
  readonly axis?: Axis;
  /** What `Max` calls its axes. */
  readonly reductionIndices?: Axis;
  readonly keepDims?: boolean;
}

const over =
  (
    convert: (x: Node) => Node,
    reduce: (x: Node, axes: number[], keepDims: boolean) => Node,
  ): Kernel<X, Attrs> =>
  ({ x: x0 }, { axis, reductionIndices, keepDims }) => {
    const x = convert(x0);
    return reduce(x, axesOf(x, axis ?? reductionIndices), keepDims ?? false);
  };
const same = (x: Node): Node => x;
const toBool = (x: Node): Node => ops.cast(x, 'bool');

interface OneAxis {
  readonly axis: number | null | undefined;
}

/** The index of the first extreme along one axis. */
const argument =
  (op: 'argMax' | 'argMin'): Kernel<X, OneAxis> =>
  ({ x }, { axis }) =>
    x.builder.node(op, { axis: axisOf(x, axis) }, [toNumber(x)]);

interface Running extends OneAxis {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

/** x moved by `count` along an axis, towards the end or the start, with `value` let in. */
function shifted(x: Node, axis: number, count: number, back: boolean, value: number): Node {
  const n = x.shape[axis]!;
  const k = Math.min(count, n);
  const width = x.shape.map((_, i) => (i === axis ? k : 0));
  const none = x.shape.map(() => 0);
  const rest = back ? shapes.sliceAxis(x, axis, k, n) : shapes.sliceAxis(x, axis, 0, n - k);
  return back
    ? shapes.pad(rest, none, width, undefined, value)
    : shapes.pad(rest, width, none, undefined, value);
}

/** Running product in log₂ n rounds (Hillis and Steele 1986): every derivative is exact, at zeros too. */
function runningProduct(x: Node, axis: number, back: boolean): Node {
  let product = x;
  for (let k = 1; k < x.shape[axis]!; k *= 2) product = ops.mul(product, shifted(product, axis, k, back, 1));
  return product;
}

const running =
  (neutral: number, scan: (x: Node, axis: number, back: boolean) => Node): Kernel<X, Running> =>
  ({ x: x0 }, { axis, exclusive, reverse }) => {
    const x = toNumber(x0);
    const a = axisOf(x, axis);
    const back = reverse ?? false;
    return scan(exclusive === true ? shifted(x, a, 1, back, neutral) : x, a, back);
  };

/** x − max x along the last axis; the maximum cancels in the functions of it, so it needs no derivative. */
function centred(x: Node): Node {
  return ops.sub(x, ops.stopGradient(shapes.reduceMax(x, -1, true)));
}

/** Kernels that combine the elements along axes. */
interface Reductions {
  readonly All: Kernel<X, Attrs>;
  readonly Any: Kernel<X, Attrs>;
  readonly ArgMax: Kernel<X, OneAxis>;
  readonly ArgMin: Kernel<X, OneAxis>;
  readonly Cumprod: Kernel<X, Running>;
  readonly Cumsum: Kernel<X, Running>;
  readonly LogSoftmax: Kernel<tf.LogSoftmaxInputs, tf.LogSoftmaxAttrs>;
  readonly Max: Kernel<X, Attrs>;
  readonly Mean: Kernel<X, Attrs>;
  readonly Min: Kernel<X, Attrs>;
  readonly Prod: Kernel<X, Attrs>;
  readonly Softmax: Kernel<tf.SoftmaxInputs, tf.SoftmaxAttrs>;
  readonly Sum: Kernel<X, Attrs>;
}

/** Lowerings of reductions. Softmax and log-softmax are along the last axis, as tfjs calls them. */
export const reduceKernels: Reductions = {
  All: over(toBool, shapes.reduceMin),
  Any: over(toBool, shapes.reduceMax),
  ArgMax: argument('argMax'),
  ArgMin: argument('argMin'),
  Cumprod: running(1, runningProduct),
  Cumsum: running(0, shapes.cumsum),
  LogSoftmax({ logits }) {
    const x = centred(toReal(logits));
    return ops.sub(x, ops.log(shapes.reduceSum(ops.exp(x), -1, true)));
  },
  Max: over(same, shapes.reduceMax),
  Mean: over(toReal, shapes.reduceMean),
  Min: over(same, shapes.reduceMin),
  Prod: over(toNumber, shapes.reduceProd),
  Softmax({ logits }) {
    const e = ops.exp(centred(toReal(logits)));
    return ops.div(e, shapes.reduceSum(e, -1, true));
  },
  Sum: over(toNumber, shapes.reduceSum),
};
