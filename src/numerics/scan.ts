/**
 * Loops with a fixed number of steps, differentiable in both modes.
 *
 * @module
 */
import { unflatten } from '../staging/index.js';
import { applyNodes, example, flat, leavesLike, record, shareCaptures, type Flat } from './recorded.js';

/** Options of {@link scan}. */
export interface ScanOptions {
  /** Number of steps, whole; default the leading axis of `xs`. */
  readonly length?: number;
  /** Runs from the last element to the first; outputs keep the places of their elements. Default false. */
  readonly reverse?: boolean;
}

/**
 * (carry, y_t) = f(carry, x_t) for t = 0, 1, …: returns the last carry and all y_t stacked on a leading axis.
 *
 * @param f one step; keeps the structure, shapes and types of the carry. May use any outer values.
 * @param init the first carry, a tree.
 * @param xs a tree whose leaves have one leading axis, or undefined (then `length` is needed).
 * @throws an error naming the leaf of the carry that changes, or the leaf of `xs` whose leading axis differs; or if
 * `length` is not whole.
 * @example
 * ```ts
 * const step = (s: tf.Tensor, x: tf.Tensor): [tf.Tensor, tf.Tensor] => [tf.add(s, x), tf.add(s, x)];
 * const [sum, partial] = scan(step, tensor(0), tensor([1, 2, 3]));
 * sum; // 6
 * partial; // [1, 3, 6]
 * ```
 */
export function scan<C, X, Y>(
  f: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [C, Y] {
  const carry = flat(init);
  const { leaves, def, avals, paths } = flat(xs);
  const length = options.length ?? avals[0]?.shape[0];
  if (length === undefined) throw new Error('scan: expected xs with a leading axis, or a length');
  if (!Number.isInteger(length) || length < 0)
    throw new Error(`scan: expected a whole number of steps as length, 0 or more, found ${length}`);
  avals.forEach((a, i) => {
    if (a.shape[0] !== length) {
      throw new Error(
        `scan: expected a leading axis of ${length} in xs${paths[i] ? ` at '${paths[i]}'` : ''}, found [${a.shape.join(',')}]`,
      );
    }
  });
  const elements = avals.map((a, i) => example({ shape: a.shape.slice(1), dtype: a.dtype }, leaves[i]));
  let ys: Flat | undefined;
  const step = (c: unknown, x: unknown): Flat['leaves'] => {
    const pair: unknown = f(c as C, x as X);
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new Error('scan: expected a step that returns the pair [next carry, output]');
    const [next, y] = pair as [C, Y];
    ys = flat(y);
    return [...leavesLike('scan: the next carry differs from the first', carry, flat(next)), ...ys.leaves];
  };
  const { graphs, captures, captureAvals } = shareCaptures(record(step, [init, unflatten(def, elements)]));
  const count = carry.leaves.length;
  const out = applyNodes([...carry.leaves, ...leaves], captures, captureAvals, (b, inputs, captured) =>
    b.nodes(
      'scan',
      { body: graphs[0]!, length, consts: captured.length, carry: count, reverse: options.reverse ?? false },
      [...captured, ...inputs],
    ),
  );
  return [unflatten(carry.def, out.slice(0, count)) as C, unflatten(ys!.def, out.slice(count)) as Y];
}
