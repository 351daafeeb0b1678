import { describe, test } from 'vitest';
import { simplify } from '../../src/compile/passes/simplify.js';
import { ops, type Aval, type Node } from '../../src/ir/index.js';
import { aval, m, op, opWith, rewrites, s, v } from './passes-rule.js';

type Case = readonly [string, readonly Aval[], (...xs: Node[]) => Node | readonly Node[], string];

const check = (_: string, avals: readonly Aval[], f: Case[2], expected: string): void =>
  rewrites(simplify, avals, f as (...xs: Node[]) => Node, expected);

const all = (list: readonly number[]): { start: number[]; limit: number[]; stride: number[] } => ({
  start: list.map(() => 0),
  limit: [...list],
  stride: list.map(() => 1),
});
const pad = (x: Node, low: number[], high: number[], value = 0): Node =>
  opWith('pad', { low, high, interior: low.map(() => 0), value }, x);
const cut = (x: Node, from: number, to: number, stride = 1): Node =>
  opWith('slice', { start: [from], limit: [to], stride: [stride] }, x);
const index = (x: Node, ...i: number[]): Node => ops.constant(x.builder, i, [i.length], 'i32');

const shapes: readonly Case[] = [
  [
    'reshape of a reshape',
    [m],
    (x) => opWith('reshape', { shape: [3, 2] }, opWith('reshape', { shape: [6] }, x!)),
    'reshape[3,2](x0)',
  ],
  [
    'reshape there and back',
    [m],
    (x) => opWith('reshape', { shape: [2, 3] }, opWith('reshape', { shape: [6] }, x!)),
    'x0',
  ],
  [
    'transpose of a transpose',
    [aval([2, 3, 4])],
    (x) => opWith('transpose', { perm: [2, 0, 1] }, opWith('transpose', { perm: [1, 0, 2] }, x!)),
    'transpose[2,1,0](x0)',
  ],
  [
    'transpose there and back',
    [m],
    (x) => opWith('transpose', { perm: [1, 0] }, opWith('transpose', { perm: [1, 0] }, x!)),
    'x0',
  ],
  [
    'transpose of a unit axis',
    [aval([1, 3])],
    (x) => opWith('transpose', { perm: [1, 0] }, x!),
    'reshape[3,1](x0)',
  ],
  [
    'transpose of a broadcast',
    [v],
    (x) => opWith('transpose', { perm: [1, 0] }, opWith('broadcast', { shape: [2, 3], axes: [1] }, x!)),
    'broadcast[3,2|0](x0)',
  ],
  [
    'broadcast of a broadcast',
    [s],
    (x) =>
      opWith('broadcast', { shape: [2, 3], axes: [1] }, opWith('broadcast', { shape: [3], axes: [] }, x!)),
    'broadcast[2,3|](x0)',
  ],
  ['broadcast to the same', [v], (x) => opWith('broadcast', { shape: [3], axes: [0] }, x!), 'x0'],
  [
    'broadcast by a unit axis',
    [v],
    (x) => opWith('broadcast', { shape: [3, 1], axes: [0] }, x!),
    'reshape[3,1](x0)',
  ],
  [
    'broadcast of a kept axis',
    [v],
    (x) => opWith('broadcast', { shape: [3, 4], axes: [0, 1] }, opWith('reshape', { shape: [3, 1] }, x!)),
    'broadcast[3,4|0](x0)',
  ],
  ['slice of everything', [m], (x) => opWith('slice', all([2, 3]), x!), 'x0'],
  ['slice of a slice', [aval([9])], (x) => cut(cut(x!, 1, 9, 2), 1, 4, 2), 'slice[3|8|4](x0)'],
  ['slice of a pad: inside', [v], (x) => cut(pad(x!, [2], [1]), 2, 5), 'x0'],
  ['slice of a pad: outside', [v], (x) => cut(pad(x!, [2], [1], 7), 0, 2), '7'],
  ['slice of a pad: across', [v], (x) => cut(pad(x!, [2], [1]), 1, 3), 'pad[1|0|0|0](slice[0|1|1](x0))'],
  ['slice of a concatenation', [v, v], (x, y) => cut(opWith('concat', { axis: 0 }, x!, y!), 3, 6), 'x1'],
  [
    'slice of a broadcast',
    [v],
    (x) =>
      opWith(
        'slice',
        { start: [0, 1], limit: [1, 3], stride: [1, 1] },
        opWith('broadcast', { shape: [2, 3], axes: [1] }, x!),
      ),
    'reshape[1,2](slice[1|3|1](x0))',
  ],
  ['pad by nothing', [v], (x) => pad(x!, [0], [0]), 'x0'],
  ['pad of a pad', [v], (x) => pad(pad(x!, [1], [2]), [3], [4]), 'pad[4|6|0|0](x0)'],
  [
    'sum of disjoint pads',
    [v, v],
    (x, y) => op('add', pad(x!, [0], [3]), pad(y!, [3], [0])),
    'concat[0](x0, x1)',
  ],
  [
    'sum of pads with a gap',
    [v, v],
    (x, y) => op('add', pad(x!, [5], [0]), pad(y!, [0], [5])),
    'concat[0](x1, 0, x0)',
  ],
  [
    'sum of pads that overlap stays',
    [v, v],
    (x, y) => op('add', pad(x!, [2], [0]), pad(y!, [0], [2])),
    'add(pad[2|0|0|0](x0), pad[0|2|0|0](x1))',
  ],
  [
    'sum of three parts',
    [v, v, v],
    (x, y, z) => op('add', op('add', pad(x!, [0], [6]), pad(y!, [6], [0])), pad(z!, [3], [3])),
    'concat[0](x0, x2, x1)',
  ],
  [
    'parts of one array',
    [aval([6])],
    (x) => opWith('concat', { axis: 0 }, cut(x!, 0, 2), cut(x!, 2, 6)),
    'x0',
  ],
  [
    'concatenation of a concatenation',
    [v, v, v],
    (x, y, z) => opWith('concat', { axis: 0 }, opWith('concat', { axis: 0 }, x!, y!), z!),
    'concat[0](x0, x1, x2)',
  ],
  [
    'reverse of a reverse',
    [m],
    (x) => opWith('reverse', { axes: [1] }, opWith('reverse', { axes: [0, 1] }, x!)),
    'reverse[0](x0)',
  ],
  [
    'gather of one known index',
    [m],
    (x) => opWith('gather', { axis: 0, batchDims: 0 }, x!, ops.constant(x!.builder, [9], [], 'i32')),
    'reshape[3](slice[1,0|2,3|1,1](x0))',
  ],
  [
    'gather of every other index',
    [aval([6])],
    (x) => opWith('gather', { axis: 0, batchDims: 0 }, x!, index(x!, 1, 3, 5)),
    'slice[1|6|2](x0)',
  ],
  [
    'gather of unordered indices stays',
    [aval([6])],
    (x) => opWith('gather', { axis: 0, batchDims: 0 }, x!, index(x!, 1, 0)),
    'gather[0|0](x0, [1,0])',
  ],
  [
    'scatter at known indices',
    [aval([2])],
    (x) => opWith('scatterAdd', { axis: 0, batchDims: 0, size: 6 }, index(x!, 1, 3), x!),
    'pad[1|2|1|0](x0)',
  ],
  [
    'block at a known place',
    [m],
    (x) => opWith('dynamicSlice', { size: [1, 2] }, x!, index(x!, 5, 1)),
    'slice[1,1|2,3|1,1](x0)',
  ],
  [
    'constant of one number',
    [v],
    (x) => op('mul', x!, ops.constant(x!.builder, [2, 2, 2], [3])),
    'mul(x0, 2)',
  ],
];

const sum = (x: Node, ...axes: number[]): Node => opWith('reduceSum', { axes }, x);
const reductions: readonly Case[] = [
  [
    'sum of a broadcast',
    [s],
    (x) => sum(opWith('broadcast', { shape: [2, 3], axes: [] }, x!), 0, 1),
    'mul(x0, 6)',
  ],
  [
    'sum of a broadcast over another axis',
    [v],
    (x) => sum(opWith('broadcast', { shape: [2, 3], axes: [1] }, x!), 0),
    'mul(x0, 2)',
  ],
  [
    'sum of a broadcast over both kinds of axes',
    [v],
    (x) => sum(opWith('broadcast', { shape: [2, 3], axes: [1] }, x!), 0, 1),
    'mul(reduceSum[0](x0), 2)',
  ],
  [
    'sum over what does not repeat',
    [v],
    (x) => sum(opWith('broadcast', { shape: [2, 3], axes: [1] }, x!), 1),
    'reduceSum[1](broadcast[2,3|1](x0))',
  ],
  [
    'sum of a broadcast of nothing',
    [s],
    (x) => sum(opWith('broadcast', { shape: [0], axes: [] }, x!), 0),
    '0',
  ],
  [
    'maximum of a broadcast',
    [v],
    (x) => opWith('reduceMax', { axes: [0] }, opWith('broadcast', { shape: [2, 3], axes: [1] }, x!)),
    'x0',
  ],
  ['sum of −x', [v], (x) => sum(op('neg', x!), 0), 'neg(reduceSum[0](x0))'],
  ['sum of a pad', [v], (x) => sum(pad(x!, [1], [2]), 0), 'reduceSum[0](x0)'],
  ['sum of a sum', [m], (x) => sum(sum(x!, 0), 0), 'reduceSum[0,1](x0)'],
  ['sum of a unit axis', [aval([1, 3])], (x) => sum(x!, 0), 'reshape[3](x0)'],
  ['sum of a reshape', [m], (x) => sum(opWith('reshape', { shape: [6] }, x!), 0), 'reduceSum[0,1](x0)'],
  ['sum of nothing', [v], (x) => opWith('reduceSum', { axes: [] }, x!), 'x0'],
];

describe('moved elements', () => test.each(shapes)('%s', check));
describe('reductions', () => test.each(reductions)('%s', check));
