import { describe, expect, test } from 'vitest';
import { ops, shapes } from '../../src/ir/index.js';
import { arr, ramp, run, nested, type Nested } from './arrays.js';

// The oracles work on nested JavaScript arrays, the evaluator on flat ones.
type Matrix = number[][];
type Cube = number[][][];
const cube = nested(ramp([2, 3, 4])) as Cube;
const matrix = nested(ramp([2, 3])) as Matrix;

describe('shape operations', () => {
  test('iota', () => {
    expect(
      run((x) => [shapes.iota(x!.builder, [2, 3], 0), shapes.iota(x!.builder, [2, 3], 1)], arr(0)),
    ).toEqual([
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    ]);
  });
  test('broadcast along new and unit axes', () => {
    const [leading, trailing, unit] = run(
      (x, c) => [
        shapes.broadcast(x!, [4, 2, 3], [1, 2]),
        shapes.broadcast(x!, [2, 3, 2], [0, 1]),
        shapes.broadcast(c!, [2, 3], [0, 1]),
      ],
      ramp([2, 3]),
      arr([[7], [8]]),
    );
    expect(leading).toEqual([matrix, matrix, matrix, matrix]);
    expect(trailing).toEqual(matrix.map((r) => r.map((v) => [v, v])));
    expect(unit).toEqual([
      [7, 7, 7],
      [8, 8, 8],
    ]);
  });
  test('reshape', () => {
    expect(run((x) => [shapes.reshape(x!, [4, 6])], ramp([2, 3, 4]))[0]).toEqual(
      Array.from({ length: 4 }, (_, i) => cube.flat(2).slice(6 * i, 6 * i + 6)),
    );
  });
  test('transpose', () => {
    const [t] = run((x) => [shapes.transpose(x!, [2, 0, 1])], ramp([2, 3, 4])) as Cube[];
    expect(t).toEqual([0, 1, 2, 3].map((k) => [0, 1].map((i) => [0, 1, 2].map((j) => cube[i]![j]![k]!))));
  });
  test('slice', () => {
    const [s] = run((x) => [shapes.slice(x!, [0, 1, 0], [2, 3, 4], [1, 1, 3])], ramp([2, 3, 4]));
    expect(s).toEqual(cube.map((m) => m.slice(1).map((r) => [r[0], r[3]])));
  });
  test('pad', () => {
    const [p] = run((x) => [shapes.pad(x!, [1, 0], [0, 2], [0, 1], -1)], arr([[1, 2]]));
    expect(p).toEqual([
      [-1, -1, -1, -1, -1],
      [1, -1, 2, -1, -1],
    ]);
  });
  test('concat and reverse', () => {
    const [c, r] = run((x) => [shapes.concat([x!, x!], 1), shapes.reverse(x!, [0, 2])], ramp([2, 3, 4]));
    expect(c).toEqual(cube.map((m) => [...m, ...m]));
    expect(r).toEqual([...cube].reverse().map((m) => m.map((row) => [...row].reverse())));
  });
  test('gather clamps', () => {
    const i = arr(
      [
        [2, 9],
        [-3, 1],
      ],
      'i32',
    );
    const [g] = run((x, k) => [shapes.gather(x!, k!, 1)], ramp([2, 3, 4]), i);
    expect(g).toEqual(
      cube.map((m) => [
        [m[2], m[2]],
        [m[0], m[1]],
      ]),
    );
  });
  test('gather with batch axes', () => {
    const i = arr(
      [
        [2, 0],
        [1, 1],
      ],
      'i32',
    );
    const [g] = run((x, k) => [shapes.gather(x!, k!, 1, 1)], ramp([2, 3, 4]), i);
    expect(g).toEqual([
      [cube[0]![2], cube[0]![0]],
      [cube[1]![1], cube[1]![1]],
    ]);
    const [deep] = run((x, k) => [shapes.gather(x!, k!, 2, 1)], ramp([2, 3, 4]), i);
    expect(deep).toEqual(cube.map((m, b) => m.map((row) => (b === 0 ? [row[2], row[0]] : [row[1], row[1]]))));
  });
  test('scatterAdd is the transpose of gather: ⟨gather(x, i), u⟩ = ⟨x, scatterAdd(i, u)⟩', () => {
    for (const [axis, batch, uShape] of [
      [1, 0, [2, 2, 2, 4]],
      [1, 1, [2, 2, 4]],
      [2, 1, [2, 3, 2]],
    ] as const) {
      const i = arr(
        [
          [2, 9],
          [-3, 1],
        ],
        'i32',
      );
      const size = [2, 3, 4][axis]!;
      const [a, b] = run(
        (x, k, u) => {
          const forth = shapes.reduceSum(ops.mul(shapes.gather(x!, k!, axis, batch), u!));
          const back = shapes.reduceSum(ops.mul(x!, shapes.scatterAdd(k!, u!, size, axis, batch)));
          return [forth, back];
        },
        ramp([2, 3, 4]),
        i,
        ramp(uShape),
      );
      expect(a).toBe(b);
    }
  });
});

describe('reductions', () => {
  const columns = (f: (values: number[]) => number): Nested =>
    [0, 1, 2].map((j) => f(matrix.map((r) => r[j]!)));
  const sum = (v: number[]): number => v.reduce((a, b) => a + b, 0);
  test('sum, product, maximum, minimum', () => {
    const x = ramp([2, 3]);
    expect(run((v) => [shapes.reduceSum(v!, 0), shapes.reduceSum(v!, 1), shapes.reduceSum(v!)], x)).toEqual([
      columns(sum),
      matrix.map(sum),
      sum(matrix.flat()),
    ]);
    expect(
      run((v) => [shapes.reduceProd(v!, 0), shapes.reduceMax(v!, 0), shapes.reduceMin(v!, 1)], x),
    ).toEqual([
      columns((v) => v[0]! * v[1]!),
      columns((v) => Math.max(...v)),
      matrix.map((v) => Math.min(...v)),
    ]);
  });
  test('maximum and minimum are NaN if any element is; of nothing, the ends of the line', () => {
    expect(run((v) => [shapes.reduceMax(v!), shapes.reduceMin(v!)], arr([1, NaN, 2]))).toEqual([NaN, NaN]);
    expect(run((v) => [shapes.reduceMax(v!), shapes.reduceMin(v!)], arr([]))).toEqual([-Infinity, Infinity]);
    expect(run((v) => [shapes.reduceMax(v!), shapes.reduceMin(v!)], arr([], 'i32'))).toEqual([
      -(2 ** 31),
      2 ** 31 - 1,
    ]);
  });
  test('bool: any and all', () => {
    const x = arr(
      [
        [0, 1],
        [1, 1],
        [0, 0],
      ],
      'bool',
    );
    expect(run((v) => [shapes.reduceMax(v!, 1), shapes.reduceMin(v!, 1)], x)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
    ]);
  });
  test('argMax and argMin take the first; NaN wins', () => {
    const x = arr([
      [1, 3, 3],
      [2, NaN, 9],
      [-1, -1, -2],
    ]);
    const [top, bottom, down] = run(
      (v) => [
        v!.builder.node('argMax', { axis: 1 }, [v!]),
        v!.builder.node('argMin', { axis: 1 }, [v!]),
        v!.builder.node('argMax', { axis: 0 }, [v!]),
      ],
      x,
    );
    expect(top).toEqual([1, 1, 0]);
    expect(bottom).toEqual([0, 1, 2]);
    expect(down).toEqual([1, 1, 1]);
  });
  test('cumsum', () => {
    const [forth, back] = run((v) => [shapes.cumsum(v!, 1), shapes.cumsum(v!, 0, true)], ramp([2, 3]));
    expect(forth).toEqual([
      [0.5, 2, 4.5],
      [3.5, 8, 13.5],
    ]);
    expect(back).toEqual([
      [4, 6, 8],
      [3.5, 4.5, 5.5],
    ]);
  });
});

describe('dot', () => {
  test('matrix product', () => {
    const [p] = run((a, b) => [shapes.matmul(a!, b!)], ramp([2, 3]), ramp([3, 2]));
    const b = nested(ramp([3, 2])) as Matrix;
    expect(p).toEqual(matrix.map((r) => [0, 1].map((j) => r.reduce((s, v, k) => s + v * b[k]![j]!, 0))));
  });
  test('batch axes and two contractions', () => {
    const attrs = { lhsContract: [2, 0], rhsContract: [1, 2], lhsBatch: [1], rhsBatch: [0] };
    const [d] = run((a, b) => [shapes.dot(a!, b!, attrs)], ramp([2, 3, 4]), ramp([3, 4, 2, 5]));
    const right = nested(ramp([3, 4, 2, 5])) as number[][][][];
    const expected = [0, 1, 2].map((j) =>
      [0, 1, 2, 3, 4].map((l) => {
        let s = 0;
        for (let k = 0; k < 4; k++) for (let i = 0; i < 2; i++) s += cube[i]![j]![k]! * right[j]![k]![i]![l]!;
        return s;
      }),
    );
    expect(d).toEqual(expected);
  });
  test('a product with transposed operand is another product', () => {
    const attrs = { lhsContract: [0], rhsContract: [0] };
    const [p, q] = run(
      (a, b) => [shapes.dot(a!, b!, attrs), shapes.matmul(shapes.transpose(a!), b!)],
      ramp([3, 2]),
      ramp([3, 4]),
    );
    expect(p).toEqual(q);
  });
});
