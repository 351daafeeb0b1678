/** Cases of sorting, blocks at computed positions, convolution and pooling. */
import { ops, windows, type Node } from '../../src/ir/index.js';
import type { WindowFamily } from '../../src/autodiff/families.js';
import { ints, real, spread } from './arrays.js';
import type { Case } from './judge.js';

const cube = spread([2, 3, 4], 51);
const square = (x: Node): Node => ops.mul(x, x);

function sorted(name: string, args: Case['args'], axis: number): Case {
  return {
    name: `sort ${name}`,
    args,
    f: (x) => {
      const [y, perm] = windows.sort(x!.dtype === 'f' ? square(x!) : x!, axis);
      return [y, perm];
    },
    step: 0.01,
    lane: far,
  };
}

/** Lanes in which the order of elements differs from lane to lane, and no two of them come near. */
function far(args: Case['args'], k: number): Case['args'][number][] {
  return args.map((a) => {
    const n = a.data.length;
    const data = a.data.map((_, i) => a.data[(i * (2 * k + 1) + k) % n]!);
    return { ...a, data } as Case['args'][number];
  });
}

function convolved(
  name: string,
  x: readonly number[],
  w: readonly number[],
  steps: windows.PartialSteps = {},
  groups = 1,
): Case {
  return {
    name: `conv ${name}`,
    args: [spread(x, 52), spread(w, 53)],
    f: (a, b) => [windows.conv(a!, b!, steps, groups)],
  };
}

function pooled(
  op: 'poolSum' | 'poolMax',
  name: string,
  shape: readonly number[],
  window: readonly number[],
  steps: windows.PartialSteps = {},
): Case {
  const n = shape.reduce((p, d) => p * d, 1);
  return {
    name: `${op} ${name}`,
    // distinct numbers, far apart beside the steps of the differences
    args: [
      real(
        Array.from({ length: n }, (_, i) => 0.4 + 0.11 * ((i * 7 + 3) % 29)),
        shape,
      ),
    ],
    f: (x) => {
      if (op === 'poolSum') return [windows.poolSum(square(x!), window, steps)];
      const [max, at] = windows.poolMax(square(x!), window, steps);
      // what covers nothing is −∞, which has no differences
      return [ops.maximum(max, 0), at];
    },
    step: 0.01,
  };
}

function pools(op: 'poolSum' | 'poolMax'): readonly Case[] {
  return [
    pooled(op, 'of a vector', [5], [2]),
    pooled(op, 'of an image', [1, 4, 5, 2], [1, 2, 3, 1], { strides: [1, 2, 2, 1] }),
    pooled(op, 'with padding', [4, 3], [3, 2], { low: [1, 1], high: [2, 0], strides: [2, 1] }),
    pooled(op, 'with dilations', [5, 4], [2, 2], { windowDilation: [2, 1], baseDilation: [1, 2] }),
    pooled(op, 'of padding alone', [2], [2], { low: [3], high: [3], strides: [2] }),
    pooled(op, 'that crops', [6], [2], { low: [-1], high: [-2] }),
    pooled(op, 'of no place', [2], [5]),
  ];
}

type Cases = { readonly [K in WindowFamily]: readonly Case[] };

export const windowCases: Cases = {
  sort: [
    sorted('of a vector', [real([0.3, -0.9, 0.7, 1.4, -0.1])], 0),
    sorted('along the first axis', [spread([3, 2, 2], 55)], 0),
    sorted('along an axis between', [cube], 1),
    sorted('of i32 with equal elements', [ints([3, 1, 3, -2, 1, 0], [2, 3])], 1),
  ],
  dynamicSlice: [
    {
      name: 'dynamicSlice',
      args: [cube, ints([1, 1, 0])],
      f: (x, s) => [windows.dynamicSlice(square(x!), s!, [1, 2, 2])],
    },
    {
      name: 'dynamicSlice out of range',
      args: [cube, ints([5, -3, 3])],
      f: (x, s) => [windows.dynamicSlice(square(x!), s!, [1, 3, 2])],
    },
    {
      name: 'dynamicSlice of i32',
      args: [ints([1, 2, 3, 4]), ints([1])],
      f: (x, s) => [windows.dynamicSlice(x!, s!, [2])],
    },
    {
      name: 'dynamicSlice of nothing',
      args: [cube, ints([5, 1, 3])],
      f: (x, s) => [windows.dynamicSlice(square(x!), s!, [1, 0, 2])],
    },
  ],
  dynamicUpdate: [
    {
      name: 'dynamicUpdate',
      args: [cube, spread([1, 2, 2], 54), ints([1, 0, 1])],
      f: (x, u, s) => [windows.dynamicUpdate(square(x!), ops.exp(u!), s!)],
    },
    {
      name: 'dynamicUpdate out of range',
      args: [spread([2, 3], 56), spread([2, 2], 57), ints([1, 7])],
      f: (x, u, s) => [windows.dynamicUpdate(square(x!), square(u!), s!)],
    },
    {
      name: 'dynamicUpdate of one operand',
      args: [spread([4], 58), spread([2], 59), ints([2])],
      f: (x, u, s) => [
        windows.dynamicUpdate(square(x!), ops.floor(u!), s!),
        windows.dynamicUpdate(ops.floor(x!), square(u!), s!),
      ],
    },
    {
      name: 'dynamicUpdate with nothing',
      args: [spread([4], 58), spread([0], 59), ints([2])],
      f: (x, u, s) => [windows.dynamicUpdate(square(x!), u!, s!)],
    },
  ],
  conv: [
    convolved('of signals', [2, 3, 6], [2, 3, 3]),
    convolved('of images', [2, 2, 4, 5], [3, 2, 2, 3], { strides: [2, 1], low: [1, 0], high: [0, 2] }),
    convolved('of volumes', [1, 2, 3, 2, 3], [2, 2, 2, 1, 2], { strides: [1, 1, 2], low: [1, 0, 1] }),
    convolved('with dilations', [1, 2, 4, 3], [2, 2, 2, 2], {
      baseDilation: [2, 1],
      windowDilation: [2, 2],
      low: [1, 1],
      high: [2, 1],
    }),
    convolved('in groups', [2, 4, 5], [6, 2, 2], { strides: [2] }, 2),
    convolved('channel by channel', [2, 3, 4, 4], [3, 1, 2, 2], { windowDilation: [1, 2] }, 3),
    convolved('that crops', [1, 1, 6], [1, 1, 2], { low: [-2], high: [-1] }),
    convolved('with strides that leave a rest', [1, 1, 8], [1, 1, 2], { strides: [3] }),
    convolved('with more padding than window', [1, 1, 3], [1, 1, 2], { low: [3], high: [2], strides: [2] }),
    convolved('without a place', [1, 1, 2], [1, 1, 4]),
    {
      name: 'conv of one value with itself',
      args: [spread([1, 1, 5], 60)],
      f: (x) => [windows.conv(square(x!), ops.sin(x!), { low: [2], high: [2] })],
    },
  ],
  poolSum: pools('poolSum'),
  poolMax: pools('poolMax'),
};
