/** An operation that does not fit names itself, its operands' shapes and the user's line: every one of the catalogue. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  binaryNames,
  buildGraph,
  specialOperands,
  unaryNames,
  type BinaryName,
  type Builder,
  type Node,
  type OpName,
  type OpTable,
  type SpecialName,
  type UnaryName,
} from '../../src/ir/index.js';
import { lift, register, stage, tensor } from '../../src/staging/index.js';

register();

/** A vector, a matrix, integers, bool of the vector's shape. */
interface Operands {
  readonly v: Node;
  readonly m: Node;
  readonly k: Node;
  readonly c: Node;
}
type Wrong = (b: Builder, o: Operands) => unknown;

const made =
  <K extends OpName>(op: K, attrs: OpTable[K], pick: (o: Operands) => readonly Node[]): Wrong =>
  (b, o) =>
    b.node(op, attrs, pick(o));
const v = ({ v }: Operands): Node[] => [v];
const m = ({ m }: Operands): Node[] => [m];
const c = ({ c }: Operands): Node[] => [c];
const none = {};

const identity = buildGraph([{ shape: [3], dtype: 'f' }], (x) => [x!]);
const steps = { strides: [1], low: [0], high: [0], baseDilation: [1], windowDilation: [1] };

/** Operations that no operand can fail. */
type Certain = 'input' | 'const' | 'iota' | 'proj' | 'cast' | 'stopGradient';
type Elementwise = Exclude<UnaryName | BinaryName, Certain>;

const elementwise = Object.fromEntries([
  ...unaryNames.filter((n) => n !== 'stopGradient').map((n) => [n, made(n, none, n === 'not' ? v : c)]),
  ...binaryNames.map((n) => [n, made(n, none, (o) => [o.v, o.m])]),
]) as Record<Elementwise, Wrong>;

const special = Object.fromEntries(
  Object.entries(specialOperands).map(([name, count]) => [
    name,
    // whatever the orders are, bool operands do not fit
    made(name as SpecialName, { order: 1, a: 1, b: 1 } as never, (o) =>
      Array.from({ length: count }, () => o.c),
    ),
  ]),
) as Record<SpecialName, Wrong>;

const wrong: Readonly<Record<Exclude<OpName, Certain>, Wrong>> = {
  ...elementwise,
  ...special,
  isNaN: made('isNaN', none, c),
  isFinite: made('isFinite', none, c),
  compare: made('compare', { direction: 'lt' }, (o) => [o.v, o.m]),
  select: made('select', none, (o) => [o.v, o.v, o.v]),
  broadcast: made('broadcast', { shape: [2, 4], axes: [1] }, v),
  reshape: made('reshape', { shape: [2] }, v),
  transpose: made('transpose', { perm: [0] }, m),
  slice: made('slice', { start: [0], limit: [4], stride: [1] }, v),
  pad: made('pad', { low: [-1], high: [0], interior: [0], value: 0 }, v),
  concat: made('concat', { axis: 0 }, (o) => [o.v, o.m]),
  reverse: made('reverse', { axes: [1] }, v),
  gather: made('gather', { axis: 0, batchDims: 0 }, (o) => [o.m, o.v]),
  scatterAdd: made('scatterAdd', { axis: 0, batchDims: 0, size: 2 }, (o) => [o.v, o.m]),
  reduceSum: made('reduceSum', { axes: [1] }, v),
  reduceProd: made('reduceProd', { axes: [0] }, c),
  reduceMax: made('reduceMax', { axes: [0, 0] }, v),
  reduceMin: made('reduceMin', { axes: [-1] }, v),
  argMax: made('argMax', { axis: 3 }, v),
  argMin: made('argMin', { axis: 3 }, v),
  cumsum: made('cumsum', { axis: 0, reverse: false }, c),
  sort: made('sort', { axis: 1 }, v),
  dynamicSlice: made('dynamicSlice', { size: [4] }, (o) => [o.v, o.k]),
  dynamicUpdate: made('dynamicUpdate', none, (o) => [o.v, o.m, o.k]),
  conv: made('conv', steps, (o) => [o.v, o.m]),
  poolSum: made('poolSum', { window: [2], ...steps }, m),
  poolMax: made('poolMax', { window: [2], ...steps }, m),
  dot: made('dot', { lhsContract: [0], rhsContract: [0], lhsBatch: [], rhsBatch: [] }, (o) => [o.v, o.m]),
  cholesky: made('cholesky', none, m),
  triangularSolve: made('triangularSolve', { lower: true, transposeA: false, unitDiagonal: false }, (o) => [
    o.m,
    o.m,
  ]),
  lu: made('lu', none, m),
  qr: made('qr', none, v),
  eigh: made('eigh', none, m),
  svd: made('svd', none, v),
  randomBits: made('randomBits', { shape: [] }, v),
  threefry: made('threefry', none, (o) => [o.v, o.v]),
  cond: made('cond', { branches: [identity] }, (o) => [o.v, o.v]),
  while: made('while', { cond: identity, body: identity, condConsts: 0, bodyConsts: 0 }, m),
  scan: made('scan', { body: identity, length: 2, consts: 0, carry: 0, reverse: false }, v),
  linearSolve: made(
    'linearSolve',
    { matvec: identity, solve: identity, transposeSolve: identity, consts: 0 },
    m,
  ),
  root: made(
    'root',
    { solve: identity, optimality: identity, inits: 0, solutions: 1, linear: { kind: 'lu' } },
    m,
  ),
  custom: made('custom', { fun: identity, captures: 0 } as unknown as OpTable['custom'], m),
  linearCall: made(
    'linearCall',
    { forward: identity, transpose: identity, consts: 0 } as unknown as OpTable['linearCall'],
    m,
  ),
};

/** Text of the operands that the error must hold; a loop's shapes are those of its carry. */
const shapes = /\b(f|i32|u32|bool)\[[\d,]*\]/;

/** A misuse inside a function of the library that the user called. */
function libraryFunction(x: tf.Tensor, misuse: Wrong): tf.Tensor {
  const args = [
    x,
    tensor([1, 2, 3, 4, 5, 6], [2, 3]),
    tensor([0], [1], 'int32'),
    tensor([1, 0, 1], [3], 'bool'),
  ];
  return lift(args, (b, ...[v, m, k, c]) => {
    misuse(b, { v: v!, m: m!, k: k!, c: c! });
    return v!;
  })[0] as tf.Tensor;
}

function message(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

const line = / at test\/staging\/operation-errors\.test\.ts:\d+:\d+: /;

describe('an operation that does not fit', () => {
  it.each(Object.entries(wrong))('%s', (op, misuse) => {
    const staged = message(() =>
      stage((x: tf.Tensor) => libraryFunction(tf.exp(x), misuse), [tf.zeros([3])]),
    );
    const eager = message(() => libraryFunction(tensor([1, 2, 3]), misuse));
    for (const text of [staged, eager]) {
      expect(text).toMatch(line);
      expect(text).toContain(`: ${op}`);
      expect(text).toMatch(shapes);
    }
  });
});

const failure = (f: (x: tf.Tensor) => unknown, shape = [3]): string =>
  message(() => stage(f, [tf.zeros(shape)])).replace(/(\.ts):\d+:\d+/g, '$1:LINE');

describe("errors of tfjs's functions", () => {
  it('a kernel: the function, the line, the operands and what made them', () => {
    expect(failure((x) => tf.concat([tf.exp(x), tf.ones([2, 2])]))).toMatchInlineSnapshot(
      `"tf.concat at test/staging/operation-errors.test.ts:LINE: concat: expected equal shapes but for axis 0 (operands f[3], f[2,2]); an operand was made by tf.exp at test/staging/operation-errors.test.ts:LINE"`,
    );
    expect(failure((x) => tf.matMul(tf.exp(x) as tf.Tensor2D, x as tf.Tensor2D))).toMatchInlineSnapshot(
      `"tf.matMul at test/staging/operation-errors.test.ts:LINE: matMul: expected matrices or stacks of them, found shapes [3] and [3]"`,
    );
  });
  it("tfjs's own checks get the function and the line", () => {
    expect(failure((x) => x.floor().logicalAnd(x))).toMatchInlineSnapshot(
      `"tf.logicalAnd at test/staging/operation-errors.test.ts:LINE: Argument 'a' passed to 'logicalAnd' must be bool tensor, but got float32 tensor"`,
    );
    expect(failure((x) => tf.losses.meanSquaredError(x, tf.ones([2])))).toMatchInlineSnapshot(
      `"tf.meanSquaredError at test/staging/operation-errors.test.ts:LINE: Error in meanSquaredError:  Shapes 3 and 2 must match"`,
    );
    expect(
      failure((x) => tf.conv2d(x as tf.Tensor3D, tf.ones([2, 2, 2, 1]) as tf.Tensor4D, 1, 'same'), [4, 4, 3]),
    ).toMatchInlineSnapshot(
      `"tf.conv2d at test/staging/operation-errors.test.ts:LINE: Error in conv2d: depth of input (3) must match input depth for filter 2."`,
    );
    expect(failure((x) => tf.maxPool(x as tf.Tensor3D, 2, 1, 0.5), [4, 4, 3])).toMatchInlineSnapshot(
      `"tf.maxPool at test/staging/operation-errors.test.ts:LINE: poolMax: paddings must be integers (operands f[1,4,4,3]); an operand was made by tf.maxPool at test/staging/operation-errors.test.ts:LINE"`,
    );
  });
  it('eager calls too', () => {
    const text = message(() => tf.tidy(() => tf.add(tensor([1, 2]), tensor([1, 2, 3]))));
    expect(text.replace(/(\.ts):\d+:\d+/g, '$1:LINE')).toMatchInlineSnapshot(
      `"tf.add at test/staging/operation-errors.test.ts:LINE: add: shapes [2] and [3] do not broadcast"`,
    );
  });
  it("the user's own errors are left as they are", () => {
    const own = new TypeError("the user's own");
    expect(
      message(() =>
        stage(() => {
          throw own;
        }, []),
      ),
    ).toBe(own.message);
  });
});
