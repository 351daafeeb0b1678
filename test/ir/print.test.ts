import { expect, test } from 'vitest';
import { Builder, buildGraph, closure, hostArray, ops, print, shapes } from '../../src/ir/index.js';

test('a straight graph', () => {
  const g = buildGraph(
    [
      { shape: [2, 3], dtype: 'f' },
      { shape: [3], dtype: 'f' },
    ],
    (x, w) => {
      const b = x!.builder;
      const large = b.constant(
        hostArray(
          Array.from({ length: 9 }, (_, i) => i / 2),
          [9],
          'f',
        ),
      );
      const special = b.constant(hostArray([NaN, -Infinity, -0], [3], 'f'));
      const y = ops.add(shapes.matmul(x!, w!), ops.mul(2.5, shapes.reduceMax(large)));
      const [packed, perm] = b.nodes('lu', {}, [shapes.dot(x!, x!, { lhsContract: [1], rhsContract: [1] })]);
      return [ops.select(ops.gt(y, 0), y, special.shape.length), packed!, perm!, special];
    },
  );
  expect(print(g)).toMatchInlineSnapshot(`
    "(%0: f[2,3], %1: f[3]) {
      %2 = const [0, 0.5, 1, 1.5, 2, 2.5, … 9 elements] : f[9]
      %3 = const [NaN, -Infinity, -0] : f[3]
      %4 = dot(%0, %1) {lhsContract: [1], rhsContract: [0], lhsBatch: [], rhsBatch: []} : f[2]
      %5 = reduceMax(%2) {axes: [0]} : f[]
      %6 = const 2.5 : f[]
      %7 = mul(%6, %5) : f[]
      %8 = broadcast(%7) {shape: [2], axes: []} : f[2]
      %9 = add(%4, %8) : f[2]
      %10 = dot(%0, %0) {lhsContract: [1], rhsContract: [1], lhsBatch: [], rhsBatch: []} : f[2,2]
      %11 = lu(%10) : f[2,2], i32[2]
      %12 = const 0 : f[]
      %13 = broadcast(%12) {shape: [2], axes: []} : f[2]
      %14 = compare(%9, %13) {direction: gt} : bool[2]
      %15 = const 1 : f[]
      %16 = broadcast(%15) {shape: [2], axes: []} : f[2]
      %17 = select(%14, %9, %16) : f[2]
      return %17, %11.0, %11.1, %3
    }"
  `);
});

test('sub-graphs are indented', () => {
  const b = new Builder();
  const k = b.input({ shape: [], dtype: 'f' });
  const xs = b.input({ shape: [5], dtype: 'f' });
  const { graph, captured } = closure(b, [k, k], (c, x) => [ops.add(ops.mul(c!, k), x!), ops.exp(x!)]);
  const attrs = { body: graph, length: 5, consts: captured.length, carry: 1, reverse: false };
  const g = b.finish(b.nodes('scan', attrs, [...captured, ops.neg(k), xs]));
  expect(print(g)).toMatchInlineSnapshot(`
    "(%0: f[], %1: f[5]) {
      %2 = neg(%0) : f[]
      %3 = scan(%0, %2, %1) {body: (%0: f[], %1: f[], %2: f[]) {
        %3 = mul(%1, %0) : f[]
        %4 = add(%3, %2) : f[]
        %5 = exp(%2) : f[]
        return %4, %5
      }, length: 5, consts: 1, carry: 1, reverse: false} : f[], f[5]
      return %3.0, %3.1
    }"
  `);
});

test('attributes are printed in the order of the catalogue, however a rule wrote them', () => {
  const aval = { shape: [2], dtype: 'f' } as const;
  const double = buildGraph([aval], (x) => [ops.add(x!, x!)]);
  const half = buildGraph([aval], (x) => [ops.mul(x!, 0.5)]);
  const catalogue = { matvec: double, solve: half, transposeSolve: half, consts: 0 };
  const other = { consts: 0, transposeSolve: half, solve: half, matvec: double };
  const text = (attrs: typeof catalogue): string =>
    print(buildGraph([aval], (x) => x!.builder.nodes('linearSolve', attrs, [x!])));
  expect(text(other)).toBe(text(catalogue));
});
