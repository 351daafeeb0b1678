import { describe, expect, test } from 'vitest';
import {
  Builder,
  buildGraph,
  closure,
  hostArray,
  ops,
  shapes,
  type Aval,
  type Node,
} from '../../src/ir/index.js';

const vector: Aval = { shape: [3], dtype: 'f' };
const matrix: Aval = { shape: [2, 3], dtype: 'f' };

describe('hash-consing', () => {
  test('equal nodes are identical', () => {
    const b = new Builder();
    const [x, y] = [b.input(vector), b.input(vector)];
    expect(ops.mul(x, y)).toBe(ops.mul(x, y));
    expect(ops.mul(x, y)).not.toBe(ops.mul(y, x));
    expect(shapes.reduceSum(x)).toBe(shapes.reduceSum(x, [0]));
    expect(shapes.slice(x, [0], [2])).not.toBe(shapes.slice(x, [0], [3], [2]));
    const before = b.size;
    ops.mul(x, y);
    expect(b.size).toBe(before);
  });
  test('constants are shared by value; 0 and −0 are not equal; NaN is', () => {
    const b = new Builder();
    const c = (v: number, dtype: 'f' | 'i32' = 'f') => b.constant(hostArray([v], [], dtype));
    expect(c(1)).toBe(c(1));
    expect(c(0)).not.toBe(c(-0));
    expect(c(NaN)).toBe(c(NaN));
    expect(c(1)).not.toBe(c(1, 'i32'));
    expect(c(0.1 + 0.2)).not.toBe(c(0.3));
  });
  test('large constants are shared by content', () => {
    const b = new Builder();
    const large = (last: number) =>
      b.constant(
        hostArray(
          Array.from({ length: 100 }, (_, i) => (i < 99 ? i : last)),
          [100],
          'f',
        ),
      );
    expect(large(1)).toBe(large(1));
    expect(large(1)).not.toBe(large(1 + 2 ** -52));
    expect(large(0)).not.toBe(large(-0));
  });
  test('graphs that are equal up to numbering have one key', () => {
    const f = (x: Node, y: Node): Node[] => [ops.add(ops.exp(x), ops.log(y))];
    const one = buildGraph([vector, vector], (x, y) => f(x!, y!));
    const other = buildGraph([vector, vector], (x, y) => {
      ops.sin(x!);
      return f(x!, y!);
    });
    const swapped = buildGraph([vector, vector], (x, y) => f(y!, x!));
    expect(other.key).toBe(one.key);
    expect(swapped.key).not.toBe(one.key);
  });
});

describe('capture', () => {
  test('outer values become leading inputs, once each', () => {
    const b = new Builder();
    const [x, y] = [b.input(vector), b.input(vector)];
    const { graph, captured } = closure(b, [vector], (v) => [ops.add(ops.mul(v!, y), ops.mul(y, x))]);
    expect(captured).toEqual([y, ops.mul(y, x)]);
    expect(graph.inputs).toHaveLength(3);
  });
  test('a value of a finished recording is an error', () => {
    const b = new Builder();
    let leaked: Node | undefined;
    closure(b, [vector], (v) => [(leaked = ops.exp(v!))]);
    expect(() => ops.add(leaked!, b.input(vector))).toThrow(/finished|another recording/);
  });
});

describe('shape errors name operation and operands', () => {
  const cases: readonly (readonly [string, (x: Node, m: Node) => unknown, string])[] = [
    ['add', (x, m) => x.builder.node('add', {}, [x, m]), 'add: shapes differ (operands f[3], f[2,3])'],
    [
      'add of types',
      (x) => ops.add(x, ops.cast(x, 'i32')),
      'add: element types differ (use cast) (operands f[3], i32[3])',
    ],
    ['exp', (x) => ops.exp(ops.cast(x, 'i32')), 'exp: expected a real operand (operands i32[3])'],
    [
      'reshape',
      (x) => shapes.reshape(x, [2, 2]),
      'reshape: cannot become [2,2]: sizes differ (operands f[3])',
    ],
    [
      'dot',
      (x, m) => shapes.dot(m, x, { lhsContract: [0], rhsContract: [0] }),
      'dot: sizes differ when contracting [0] with [0], batch [] with [] (operands f[2,3], f[3])',
    ],
    ['cholesky', (_, m) => shapes.cholesky(m), 'cholesky: expected real square matrices (operands f[2,3])'],
    [
      'reduceSum',
      (x) => shapes.reduceSum(x, [1]),
      'reduceSum: axes [1] must be distinct and within the rank',
    ],
    [
      'gather',
      (x) => shapes.gather(x, x),
      'gather: expected i32 indices and equal batch axes (operands f[3], f[3])',
    ],
  ];
  test.each(cases)('%s', (_, f, message) => {
    const b = new Builder();
    const [x, m] = [b.input(vector), b.input(matrix)];
    expect(() => f(x, m)).toThrow(message);
  });
  test('an operand that knows its origin is named', () => {
    const b = new Builder();
    b.originOf = () => () => 'tf.mul at model.ts:12:20';
    const x = b.input(vector);
    expect(() => shapes.reshape(x, [4])).toThrow('an operand was made by tf.mul at model.ts:12:20');
  });
});
