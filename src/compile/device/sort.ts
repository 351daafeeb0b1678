/**
 * Sorting as a graph: K. E. Batcher's bitonic network, *Sorting networks and their applications* (AFIPS 1968), of
 * log²n/2 exchanges of whole arrays. Elements carry their positions, which decide between equals: the order is total,
 * so that the network, which is not stable by itself, is.
 *
 * @module
 */
import { hostArray, ops, shapes, type Node } from '../../ir/index.js';

/** Whether a sorts strictly before b: smaller, or a number before NaN, or an equal from further ahead. */
function before(a: Node, b: Node, i: Node, j: Node): Node {
  const ahead = ops.lt(i, j);
  if (a.dtype !== 'f') return ops.or(ops.lt(a, b), ops.and(ops.eq(a, b), ahead));
  const [missing, other] = [ops.isNaN(a), ops.isNaN(b)];
  const equal = ops.or(ops.eq(a, b), ops.and(missing, other));
  const smaller = ops.or(ops.lt(a, b), ops.and(other, ops.not(missing)));
  return ops.or(smaller, ops.and(equal, ahead));
}

/** The rows of x[b, n] in ascending order, NaN last, equals in their order; and where each element stood. */
export function sortLanes(x: Node): [sorted: Node, permutation: Node] {
  const { builder } = x;
  const [b, n] = x.shape as [number, number];
  let m = 1;
  while (m < n) m *= 2;
  // what fills up to a power of two sorts behind everything, as it stands behind everything
  const filler = x.dtype === 'f' ? NaN : 2 ** 31 - 1;
  const rest = m === n ? undefined : ops.fill(builder, filler, [b, m - n], x.dtype);
  let v = rest === undefined ? x : shapes.concat([x, rest], 1);
  let i = shapes.iota(builder, [b, m], 1);
  const constant = (f: (p: number) => number, dtype: 'i32' | 'bool'): Node =>
    builder.constant(
      hostArray(
        Array.from({ length: m }, (_, p) => f(p)),
        [m],
        dtype,
      ),
    );
  for (let k = 2; k <= m; k *= 2) {
    for (let j = k / 2; j >= 1; j /= 2) {
      const partner = constant((p) => p ^ j, 'i32');
      const takesSmaller = constant((p) => Number(((p & k) === 0) === ((p & j) === 0)), 'bool');
      const [w, l] = [shapes.gather(v, partner, 1), shapes.gather(i, partner, 1)];
      const swap = ops.not(ops.xor(before(w, v, l, i), takesSmaller));
      [v, i] = [ops.select(swap, w, v), ops.select(swap, l, i)];
    }
  }
  const cut = (y: Node): Node => (m === n ? y : shapes.slice(y, [0, 0], [b, n]));
  return [cut(v), cut(i)];
}
