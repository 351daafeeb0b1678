/** Cases of leaves, shape operations, reductions, contractions and decompositions. */
import { ops, shapes, type Node, type OpName } from '../../src/ir/index.js';
import type { MatrixName, ShapeName } from '../../src/autodiff/families.js';
import { bools, ints, positive, real, spread, words } from './arrays.js';
import type { Case } from './judge.js';

const m = spread([2, 3], 11);
const cube = spread([2, 3, 4], 12);

/** A case whose second derivative is not zero: the operation applied to a square, or to what `wrap` makes. */
function nonlinear(name: string, args: Case['args'], f: (...xs: Node[]) => Node): Case {
  return { name, args, f: (x, ...rest) => [f(x!.dtype === 'f' ? ops.mul(x!, x!) : x!, ...rest)] };
}

function reductions(op: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'): readonly Case[] {
  return [
    nonlinear(`${op} of all`, [m], (x) => shapes[op](x)),
    nonlinear(`${op} of two axes`, [cube], (x) => shapes[op](x, [0, 2])),
    nonlinear(`${op} of one axis`, [spread([3, 5], 15)], (x) => shapes[op](x, 1)),
    nonlinear(`${op} of i32`, [ints([1, 5, 2, 7], [2, 2])], (x) => shapes[op](x, 0)),
  ];
}

function dot(
  name: string,
  a: readonly number[],
  b: readonly number[],
  attrs: Parameters<typeof shapes.dot>[2],
): Case {
  return {
    name: `dot ${name}`,
    args: [spread(a, 21), spread(b, 22)],
    f: (x, y) => [shapes.dot(x!, y!, attrs)],
  };
}

type Cases<K extends OpName> = { readonly [N in K]: readonly Case[] };

export const shapeCases: Cases<ShapeName> = {
  input: [{ name: 'input', args: [m], f: (x) => [x!] }],
  const: [{ name: 'const', args: [m], f: (x) => [ops.mul(x!, ops.constant(x!.builder, [1, 2, 3], [3]))] }],
  iota: [
    { name: 'iota', args: [m], f: (x) => [ops.mul(x!, ops.cast(shapes.iota(x!.builder, [2, 3], 1), 'f'))] },
  ],
  proj: [
    {
      name: 'proj',
      args: [positive(3, 31)],
      f: (x) => {
        const [f, perm] = x!.builder.nodes('lu', ops.none, [x!]);
        return [ops.mul(f!, f!), perm!];
      },
    },
  ],
  isNaN: [{ name: 'isNaN', args: [real([1, NaN, -Infinity])], f: (x) => [ops.isNaN(x!)] }],
  isFinite: [{ name: 'isFinite', args: [real([1, NaN, -Infinity])], f: (x) => [ops.isFinite(x!)] }],
  compare: (['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const).map((d) => ({
    name: `compare ${d}`,
    args: [real([1, 2, 3]), real([1, 3, 2])],
    f: (x, y) => [ops.compare(d, x!, y!)],
  })),
  select: [
    {
      name: 'select',
      args: [bools([1, 0, 1]), real([1, 2, 3]), real([4, 5, 6])],
      f: (c, x, y) => [ops.select(c!, ops.mul(x!, x!), ops.exp(y!))],
    },
    {
      name: 'select of one',
      args: [bools([1, 0, 1]), real([1, 2, 3])],
      f: (c, x) => [ops.select(c!, ops.mul(x!, x!), 0)],
    },
  ],
  cast: [
    { name: 'cast to i32', args: [m], f: (x) => [ops.cast(x!, 'i32')] },
    { name: 'cast of bool', args: [bools([1, 0])], f: (x) => [ops.cast(x!, 'f')] },
    {
      name: 'cast of real to real',
      args: [m],
      f: (x) => [x!.builder.node('cast', { dtype: 'f' }, [ops.mul(x!, x!)])],
    },
  ],
  broadcast: [
    nonlinear('broadcast to new axes', [real([1, 2, 3])], (x) => shapes.broadcast(x, [2, 3, 4], [1])),
    nonlinear('broadcast of unit axes', [spread([2, 1], 13)], (x) => shapes.broadcast(x, [2, 3], [0, 1])),
    nonlinear('broadcast of a scalar', [real([0.7], [])], (x) => shapes.broadcast(x, [2, 2], [])),
  ],
  reshape: [nonlinear('reshape', [m], (x) => shapes.reshape(x, [3, 2]))],
  transpose: [nonlinear('transpose', [cube], (x) => shapes.transpose(x, [1, 2, 0]))],
  slice: [
    nonlinear('slice', [cube], (x) => shapes.slice(x, [0, 1, 0], [2, 3, 4])),
    nonlinear('slice with strides', [spread([7, 5], 14)], (x) => shapes.slice(x, [1, 0], [7, 5], [2, 3])),
    nonlinear('empty slice', [m], (x) =>
      ops.add(shapes.reduceSum(x), shapes.reduceSum(shapes.slice(x, [1, 1], [1, 3]))),
    ),
  ],
  pad: [
    nonlinear('pad', [m], (x) => shapes.pad(x, [1, 0], [0, 2])),
    nonlinear('pad between and with a value', [m], (x) => shapes.pad(x, [1, 0], [0, 2], [2, 1], 3)),
  ],
  concat: [
    {
      name: 'concat',
      args: [m, spread([2, 2], 16)],
      f: (x, y) => [shapes.concat([ops.mul(x!, x!), ops.exp(y!)], 1)],
    },
    {
      name: 'concat with integers beside',
      args: [m],
      f: (x) => [shapes.concat([ops.mul(x!, x!), ops.floor(x!), x!], 0)],
    },
  ],
  reverse: [nonlinear('reverse', [cube], (x) => shapes.reverse(x, [0, 2]))],
  gather: [
    nonlinear('gather of rows', [cube, ints([2, 0, 2, 1])], (x, k) => shapes.gather(x, k!, 1)),
    nonlinear('gather at a matrix of indices', [cube, ints([0, 1, 1, 0], [2, 2])], (x, k) =>
      shapes.gather(x, k!, 0),
    ),
    nonlinear('gather with batch axes', [cube, ints([0, 2, 1, 1, 0, 2], [2, 3])], (x, k) =>
      shapes.gather(x, k!, 1, 1),
    ),
    nonlinear('gather along a later axis with batch axes', [cube, ints([0, 3, 1, 1], [2, 2])], (x, k) =>
      shapes.gather(x, k!, 2, 1),
    ),
    nonlinear('gather at a scalar index', [m, ints([1], [])], (x, k) => shapes.gather(x, k!, 1)),
    nonlinear('gather out of range', [m, ints([-1, 5])], (x, k) => shapes.gather(x, k!, 1)),
  ],
  scatterAdd: [
    {
      name: 'scatterAdd',
      args: [ints([1, 0, 1]), spread([3, 2], 17)],
      f: (k, u) => [shapes.scatterAdd(k!, ops.mul(u!, u!), 4)],
    },
    {
      name: 'scatterAdd along axis 1',
      args: [ints([3, 0, 3]), m],
      f: (k, u) => [shapes.scatterAdd(k!, ops.mul(u!, u!), 4, 1)],
    },
    {
      name: 'scatterAdd with batch axes',
      args: [ints([1, 0, 1, 3, 3, 2], [2, 3]), cube],
      f: (k, u) => [shapes.scatterAdd(k!, ops.mul(u!, u!), 4, 1, 1)],
    },
  ],
  reduceSum: reductions('reduceSum'),
  reduceProd: [
    ...reductions('reduceProd'),
    nonlinear('reduceProd with a zero', [real([0.5, 0, 2, -1.5, 3])], (x) => shapes.reduceProd(x)),
    nonlinear('reduceProd of one', [real([0.5], [1])], (x) => shapes.reduceProd(x)),
    nonlinear('reduceProd of none', [spread([2, 0], 18)], (x) => shapes.reduceProd(x, 1)),
  ],
  reduceMax: [
    ...reductions('reduceMax'),
    { name: 'reduceMax of bool', args: [bools([1, 0, 0, 0], [2, 2])], f: (x) => [shapes.reduceMax(x!, 1)] },
  ],
  reduceMin: reductions('reduceMin'),
  argMax: [{ name: 'argMax', args: [m], f: (x) => [x!.builder.node('argMax', { axis: 1 }, [x!])] }],
  argMin: [{ name: 'argMin', args: [m], f: (x) => [x!.builder.node('argMin', { axis: 0 }, [x!])] }],
  cumsum: [
    nonlinear('cumsum', [cube], (x) => shapes.cumsum(x, 1)),
    nonlinear('cumsum from the end', [m], (x) => shapes.cumsum(x, 1, true)),
  ],
  dot: [
    dot('of matrices', [2, 3], [3, 4], { lhsContract: [1], rhsContract: [0] }),
    dot('of vectors', [3], [3], { lhsContract: [0], rhsContract: [0] }),
    dot('outer', [2], [3], { lhsContract: [], rhsContract: [] }),
    dot('batched', [2, 3, 4], [2, 4, 2], {
      lhsContract: [2],
      rhsContract: [1],
      lhsBatch: [0],
      rhsBatch: [0],
    }),
    dot('over two axes in another order', [2, 3, 4], [4, 5, 3], { lhsContract: [2, 1], rhsContract: [0, 2] }),
    dot('with batch axes inside', [3, 2, 4], [4, 3, 2, 2], {
      lhsContract: [2],
      rhsContract: [0],
      lhsBatch: [1, 0],
      rhsBatch: [2, 1],
    }),
    {
      name: 'dot of a matrix with itself',
      args: [spread([3, 3], 23)],
      f: (x) => [shapes.matmul(x!, ops.sin(x!))],
    },
  ],
  randomBits: [
    {
      name: 'randomBits',
      args: [words([1, 2])],
      f: (k) => [k!.builder.node('randomBits', { shape: [3] }, [k!])],
    },
  ],
  threefry: [
    {
      name: 'threefry',
      args: [words([1, 2]), words([3, 4])],
      f: (k, c) => [k!.builder.node('threefry', ops.none, [k!, c!])],
    },
  ],
};

const triangular = (
  name: string,
  attrs: Parameters<typeof shapes.triangularSolve>[2],
  stack: readonly number[] = [],
): Case => ({
  name: `triangularSolve ${name}`,
  args: [positive(3, 41, stack), spread([...stack, 3, 2], 42)],
  f: (a, b) => [shapes.triangularSolve(a!, b!, attrs)],
});

export const matrixCases: Cases<MatrixName> = {
  cholesky: [
    { name: 'cholesky', args: [positive(3, 43)], f: (a) => [shapes.cholesky(a!)] },
    { name: 'cholesky of a stack', args: [positive(2, 44, [2])], f: (a) => [shapes.cholesky(a!)] },
  ],
  triangularSolve: [
    triangular('lower', {}),
    triangular('lower transposed', { transposeA: true }),
    triangular('upper', { lower: false }),
    triangular('upper transposed', { lower: false, transposeA: true }),
    triangular('with unit diagonal', { unitDiagonal: true }),
    triangular('upper with unit diagonal', { lower: false, unitDiagonal: true }),
    triangular('of a stack', {}, [2]),
  ],
  lu: [
    {
      name: 'lu',
      args: [real([0.5, 2, 1, 3, -0.4, 0.2, 1, 1, 2.5], [3, 3])],
      f: (a) => a!.builder.nodes('lu', ops.none, [a!]),
      step: 0.02,
    },
    {
      name: 'lu of a stack',
      args: [positive(3, 45, [2])],
      f: (a) => a!.builder.nodes('lu', ops.none, [a!]),
      step: 0.02,
    },
  ],
};
