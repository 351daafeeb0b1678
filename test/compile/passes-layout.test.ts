import { describe, expect, test } from 'vitest';
import { dot } from '../../src/compile/passes/dot.js';
import { layout } from '../../src/compile/passes/layout.js';
import { optimize } from '../../src/compile/passes/index.js';
import { buildGraph, ops, shapes, type Aval, type Node } from '../../src/ir/index.js';
import { aval, formula, m, num, op, opWith, rewrites, s, v } from './passes-rule.js';

type Case = readonly [string, readonly Aval[], (...xs: Node[]) => Node | readonly Node[], string];

const t = (x: Node, ...perm: number[]): Node =>
  opWith('transpose', { perm: perm.length === 0 ? [1, 0] : perm }, x);
const product = (
  x: Node,
  y: Node,
  lhsContract: readonly number[],
  rhsContract: readonly number[],
  lhsBatch: readonly number[] = [],
  rhsBatch: readonly number[] = [],
): Node => shapes.dot(x, y, { lhsContract, rhsContract, lhsBatch, rhsBatch });
const wide = (x: Node, shape: readonly number[], axes: readonly number[]): Node =>
  opWith('broadcast', { shape, axes }, x);
const sum = (x: Node, ...axes: number[]): Node => opWith('reduceSum', { axes }, x);
const cut = (x: Node, start: readonly number[], limit: readonly number[]): Node =>
  opWith('slice', { start, limit, stride: start.map(() => 1) }, x);

const n: Aval = aval([3, 4]);
const stack: Aval = aval([5, 2, 3]);

const products: readonly Case[] = [
  [
    'transposed left operand',
    [m, aval([2, 4])],
    (x, y) => product(t(x!), y!, [1], [0]),
    'dot[0|0||](x0, x1)',
  ],
  [
    'transposed right operand',
    [m, aval([4, 3])],
    (x, y) => product(x!, t(y!), [1], [0]),
    'dot[1|1||](x0, x1)',
  ],
  [
    'transposed batches',
    [stack, aval([5, 3, 4])],
    (x, y) => product(t(x!, 1, 0, 2), y!, [2], [1], [1], [0]),
    'dot[2|1|0|0](x0, x1)',
  ],
  [
    'transposed free axes stay',
    [aval([2, 5, 3]), v],
    (x, y) => product(t(x!, 1, 0, 2), y!, [2], [0]),
    'dot[2|0||](transpose[1,0,2](x0), x1)',
  ],
  [
    'a vector as a column',
    [m, v],
    (x, y) =>
      opWith('reshape', { shape: [2] }, product(x!, opWith('reshape', { shape: [3, 1] }, y!), [1], [0])),
    'dot[1|0||](x0, x1)',
  ],
  [
    'ones',
    [m],
    (x) => product(x!, ops.fill(x!.builder, 1, [3, 2]), [1], [0]),
    'broadcast[2,2|0](reduceSum[1](x0))',
  ],
  [
    'ones against a batch',
    [stack],
    (x) => product(ops.fill(x!.builder, 1, [5, 3]), x!, [1], [2], [0], [0]),
    'reduceSum[2](x0)',
  ],
  [
    'repeated along a free axis',
    [v, n],
    (x, y) => product(wide(x!, [2, 3], [1]), y!, [1], [0]),
    'broadcast[2,4|1](dot[0|0||](x0, x1))',
  ],
  [
    'repeated along a batch axis',
    [stack, n],
    (x, y) => product(x!, wide(y!, [5, 3, 4], [1, 2]), [2], [1], [0], [0]),
    'dot[2|0||](x0, x1)',
  ],
  [
    'repeated along a batch axis that would change places stays',
    [n, stack],
    (x, y) => product(wide(x!, [5, 3, 4], [1, 2]), y!, [1], [2], [0], [0]),
    'dot[1|2|0|0](broadcast[5,3,4|1,2](x0), x1)',
  ],
  [
    'outer product',
    [v, v],
    (x, y) => product(x!, y!, [], []),
    'mul(broadcast[3,3|0](x0), broadcast[3,3|1](x1))',
  ],
  [
    'a contraction of one',
    [aval([3, 1]), aval([1, 3])],
    (x, y) => product(x!, y!, [1], [0]),
    'mul(broadcast[3,3|0](reshape[3](x0)), broadcast[3,3|1](reshape[3](x1)))',
  ],
  ['negated operand', [v, v], (x, y) => product(op('neg', x!), y!, [0], [0]), 'neg(dot[0|0||](x0, x1))'],
  ['transposed result', [m, n], (x, y) => t(product(x!, y!, [1], [0])), 'dot[0|1||](x1, x0)'],
  [
    'transposed result with another reader stays',
    [m, n],
    (x, y) => [t(product(x!, y!, [1], [0])), product(x!, y!, [1], [0])],
    'transpose[1,0](dot[1|0||](x0, x1)); dot[1|0||](x0, x1)',
  ],
  [
    'sum of products',
    [m, aval([4, 3])],
    (x, y) => sum(op('mul', wide(x!, [2, 4, 3], [0, 2]), wide(y!, [2, 4, 3], [1, 2])), 2),
    'dot[1|1||](x0, x1)',
  ],
  [
    'sum of products, axes in another order',
    [m, aval([4, 3])],
    (x, y) => sum(op('mul', wide(x!, [4, 2, 3], [1, 2]), wide(y!, [4, 2, 3], [0, 2])), 2),
    'dot[1|1||](x1, x0)',
  ],
];

const movement: readonly Case[] = [
  ['f(transpose x)', [m], (x) => op('sin', t(x!)), 'transpose[1,0](sin(x0))'],
  ['f(transpose x, transpose y)', [m, m], (x, y) => op('mul', t(x!), t(y!)), 'transpose[1,0](mul(x0, x1))'],
  [
    'f(transpose x, number)',
    [m],
    (x) => op('mul', t(x!), ops.fill(x!.builder, 3, [3, 2])),
    'transpose[1,0](mul(x0, 3))',
  ],
  [
    'f(transpose x, y) stays',
    [m, aval([3, 2])],
    (x, y) => op('mul', t(x!), y!),
    'mul(transpose[1,0](x0), x1)',
  ],
  ['f(reshape x)', [m], (x) => op('sin', opWith('reshape', { shape: [6] }, x!)), 'reshape[6](sin(x0))'],
  ['f(repeat x)', [v], (x) => op('exp', wide(x!, [2, 3], [1])), 'broadcast[2,3|1](exp(x0))'],
  [
    'f(repeat x, repeat y)',
    [v, v],
    (x, y) => op('mul', wide(x!, [2, 3], [1]), wide(y!, [2, 3], [1])),
    'broadcast[2,3|1](mul(x0, x1))',
  ],
  [
    'f(repeat x, repeat y) along other axes stays',
    [s, v],
    (x, y) => op('mul', wide(x!, [2, 3], []), wide(y!, [2, 3], [1])),
    'mul(broadcast[2,3|](x0), broadcast[2,3|1](x1))',
  ],
  ['sum of a transpose', [m], (x) => sum(t(x!), 0), 'reduceSum[1](x0)'],
  [
    'sum of a transpose whose rest is transposed',
    [stack],
    (x) => sum(t(x!, 2, 1, 0), 1),
    'transpose[1,0](reduceSum[1](x0))',
  ],
  [
    'slice of f(x)',
    [v, v],
    (x, y) => cut(op('exp', op('mul', x!, y!)), [0], [1]),
    'exp(mul(slice[0|1|1](x0), slice[0|1|1](x1)))',
  ],
  [
    'slice of f(x) that others read stays',
    [v],
    (x) => [cut(op('exp', x!), [0], [1]), op('exp', x!)],
    'slice[0|1|1](exp(x0)); exp(x0)',
  ],
  ['slice of a transpose', [m], (x) => cut(t(x!), [1, 0], [2, 2]), 'transpose[1,0](slice[0,1|2,2|1,1](x0))'],
  ['slice of a sum', [m], (x) => cut(sum(x!, 0), [1], [2]), 'reduceSum[0](slice[0,1|2,2|1,1](x0))'],
  [
    'slice of a product',
    [m, n],
    (x, y) => cut(product(x!, y!, [1], [0]), [0, 1], [1, 3]),
    'dot[1|0||](slice[0,0|1,3|1,1](x0), slice[0,1|3,3|1,1](x1))',
  ],
  [
    'gather of f(x)',
    [n],
    (x) =>
      opWith(
        'gather',
        { axis: 0, batchDims: 0 },
        op('exp', x!),
        ops.constant(x!.builder, [2, 0], [2], 'i32'),
      ),
    'exp(gather[0|0](x0, [2,0]))',
  ],
];

describe('dot', () => {
  test.each(products)('%s', (name, avals, f, expected) => {
    if (name !== 'a vector as a column' && name !== 'ones against a batch') {
      rewrites(dot, avals, f as (...xs: Node[]) => Node, expected);
      return;
    }
    // what is left to reshape or repeat by nothing goes with `simplify`
    const both = {
      name: 'both',
      run: (g: Parameters<typeof dot.run>[0]) => optimize(g, { without: ['fold', 'layout'] }).graph,
    };
    rewrites(both, avals, f as (...xs: Node[]) => Node, expected);
  });
});
describe('layout', () => {
  test.each(movement)('%s', (_, avals, f, expected) =>
    rewrites(layout, avals, f as (...xs: Node[]) => Node, expected),
  );
  test('work on fewer elements, measured: one row of a softmax of products', () => {
    const g = buildGraph([aval([64, 32]), aval([32, 16])], (x, w) => {
      const y = shapes.matmul(x!, w!);
      return [cut(op('exp', op('mul', y, num(0.5, y))), [0, 0], [1, 16])];
    });
    const { graph } = optimize(g);
    expect(formula(graph)).toBe('exp(mul(dot[1|0||](slice[0,0|1,32|1,1](x0), x1), 0.5))');
  });
});
