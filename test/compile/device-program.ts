/** A program that uses each part of the device executor. */
import { buildGraph, hostArray, ops, shapes, type Graph, type HostArray } from '../../src/ir/index.js';

export const scalar = { shape: [], dtype: 'f' } as const;
export const vector = { shape: [3], dtype: 'f' } as const;
export const real = (...values: number[]): HostArray => hostArray(values, [values.length], 'f');

/** A program with a loop, a branch, random numbers, a decomposition and constants. */
export function everything(): { graph: Graph; inputs: HostArray[] } {
  const body = buildGraph([vector, scalar, vector], (k, c, x) => [
    ops.add(ops.mul(c!, 0.5), shapes.reduceSum(ops.mul(k!, x!))),
    ops.tanh(ops.mul(c!, x!)),
  ]);
  const test = buildGraph([scalar], (x) => [ops.lt(x!, 4)]);
  const step = buildGraph([scalar], (x) => [ops.add(ops.mul(x!, 1.5), 0.25)]);
  const graph = buildGraph([vector, { shape: [2], dtype: 'u32' }], (x, k) => {
    const b = x!.builder;
    const noise = ops.mul(
      ops.cast(ops.shiftRight(b.node('randomBits', { shape: [4, 3] }, [k!]), 9), 'f'),
      2 ** -23,
    );
    const attrs = { body, length: 4, consts: 1, carry: 1, reverse: true };
    const [last, ys] = b.nodes('scan', attrs, [x!, shapes.reduceSum(x!), noise]);
    const [grown] = b.nodes('while', { cond: test, body: step, condConsts: 0, bodyConsts: 0 }, [last!]);
    const a = ops.add(shapes.matmul(ys!, shapes.transpose(ys!)), shapes.eye(b, 4));
    return [grown!, shapes.cholesky(a), ops.lgamma(x!), x!, b.constant(real(7, 8)), noise];
  });
  return { graph, inputs: [real(0.5, 1.5, 2.5), hostArray([3, 4], [2], 'u32')] };
}
