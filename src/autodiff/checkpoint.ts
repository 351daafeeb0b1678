/**
 * Functions that are a part of their own: recomputed in reverse mode, or of another precision.
 *
 * @module
 */
import { Builder, inputAvals, type Precision } from '../ir/index.js';
import { apply, flatten, unflatten } from '../staging/index.js';
import { call } from './arguments.js';

/**
 * `f` that keeps nothing for its derivatives but its arguments: reverse mode evaluates it again when it needs what is
 * inside. It trades time for memory, a segment of a long program at a time.
 *
 * A `cond` of one branch, whose derivatives recompute what they need of it.
 *
 * @param f - A function of tensors or trees of tensors to a tree. What it closes over is kept, too.
 * @returns The same function, in value and in derivatives of any order.
 *
 * @example
 * const layer = checkpoint((x: tf.Tensor, w: tf.Tensor) => tf.tanh(tf.matMul(x, w)));
 */
export function checkpoint<A extends readonly unknown[], O>(f: (...args: A) => O): (...args: A) => O {
  return (...args) => branch(f, args, {});
}

/**
 * `f` whose real numbers have a width of their own when it is part of a compiled program, with conversions where values
 * go in and come out. Executors that compute everything in float64 go on doing so.
 *
 * @param f - A function of tensors or trees of tensors to a tree; its derivatives have the same width.
 * @example
 * // sums over many terms in float64, everything around them in float32
 * const total = withPrecision('float64', (x: tf.Tensor) => tf.sum(tf.square(x)));
 * const f = jit((x: tf.Tensor) => tf.sqrt(total(x)), { precision: 'float32' });
 * f(tensor([3, 4])).dataSync(); // [5]
 */
export function withPrecision<A extends readonly unknown[], O>(
  precision: Precision,
  f: (...args: A) => O,
): (...args: A) => O {
  return (...args) => branch(f, args, { precision });
}

/** Calls a function as the only branch of a `cond`. */
function branch<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  args: A,
  attrs: { readonly precision?: Precision },
): O {
  const { leaves } = flatten(args);
  const { graph, captures, outDef } = call(f, args).staged;
  const builder = new Builder();
  const inputs = inputAvals(graph).map((a) => builder.input(a));
  const index = builder.constant({ data: new Int32Array(1), shape: [], dtype: 'i32' });
  const out = builder.nodes('cond', { ...attrs, branches: [graph] }, [index, ...inputs]);
  return unflatten(outDef, apply(builder.finish(out), leaves, captures)) as O;
}
