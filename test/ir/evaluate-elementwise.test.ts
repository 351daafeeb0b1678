import { describe, expect, test } from 'vitest';
import { buildGraph, evaluate, hostArray, ops, type BinaryName, type UnaryName } from '../../src/ir/index.js';
import { arr, run } from './arrays.js';

const one = (op: UnaryName, x: number): number => run((v) => [ops.unary(op, v!)], arr(x))[0] as number;
const two = (op: BinaryName, x: number, y: number): number =>
  run((a, b) => [a!.builder.node(op, {}, [a!, b!])], arr(x), arr(y))[0] as number;
const integers = (op: BinaryName, dtype: 'i32' | 'u32' | 'bool', x: number, y: number): number =>
  run((a, b) => [a!.builder.node(op, {}, [a!, b!])], arr(x, dtype), arr(y, dtype))[0] as number;

describe('real operations of one operand', () => {
  // closed forms at points where they are known to all digits
  const known: readonly (readonly [UnaryName, number, number])[] = [
    ['neg', 2.5, -2.5],
    ['abs', -2.5, 2.5],
    ['sign', -2.5, -1],
    ['exp', 1, Math.E],
    ['expm1', 1e-12, 1.0000000000005e-12],
    ['log', Math.E, 1],
    ['log1p', 1e-12, 9.999999999995e-13],
    ['sqrt', 2.25, 1.5],
    ['sin', Math.PI / 6, 0.5],
    ['cos', Math.PI / 3, 0.5],
    ['tan', Math.PI / 4, 1],
    ['asin', 0.5, Math.PI / 6],
    ['acos', 0.5, Math.PI / 3],
    ['atan', 1, Math.PI / 4],
    ['sinh', Math.LN2, 0.75],
    ['cosh', Math.LN2, 1.25],
    ['tanh', Math.LN2, 0.6],
    ['asinh', 0.75, Math.LN2],
    ['acosh', 1.25, Math.LN2],
    ['atanh', 0.6, Math.LN2],
    ['logistic', Math.log(3), 0.75],
    ['softplus', Math.log(3), Math.log(4)],
    ['floor', -1.5, -2],
    ['ceil', -1.5, -1],
    ['stopGradient', 1.25, 1.25],
  ];
  test.each(known)('%s(%d) = %d', (op, x, y) => {
    expect(Math.abs(one(op, x) - y)).toBeLessThanOrEqual(4e-16 * Math.max(Math.abs(y), 1e-12));
  });

  test('round takes halves to even and keeps the sign of zero', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994].map((x) => one('round', x))).toEqual([
      0, 2, 2, -0, -2, -2, 0,
    ]);
    expect(one('round', 2 ** 52 + 1)).toBe(2 ** 52 + 1);
  });

  test('logistic and softplus are stable in both tails', () => {
    expect(one('logistic', -745)).toBe(Math.exp(-745));
    expect(one('logistic', 800)).toBe(1);
    expect(one('logistic', -800)).toBe(0);
    expect(one('softplus', 800)).toBe(800);
    expect(one('softplus', -40)).toBe(Math.exp(-40));
    expect(one('softplus', -Infinity)).toBe(0);
    expect(one('softplus', Infinity)).toBe(Infinity);
  });

  test('NaN stays NaN', () => {
    for (const op of ['sign', 'round', 'logistic', 'softplus', 'erf', 'erfc', 'erfinv'] as const) {
      expect(one(op, NaN), op).toBeNaN();
    }
  });
});

describe('real operations of two operands', () => {
  const known: readonly (readonly [BinaryName, number, number, number])[] = [
    ['add', 1.5, 2, 3.5],
    ['sub', 1.5, 2, -0.5],
    ['mul', 1.5, 2, 3],
    ['div', 1.5, 0, Infinity],
    ['pow', 2, -2, 0.25],
    ['pow', 1, NaN, 1],
    ['pow', NaN, 0, 1],
    ['pow', -1, -Infinity, 1],
    ['pow', -8, 1 / 3, NaN],
    ['maximum', 1, NaN, NaN],
    ['maximum', 1, 2, 2],
    ['minimum', NaN, 1, NaN],
    ['minimum', 1, 2, 1],
    ['atan2', 1, -1, 0.75 * Math.PI],
    ['mod', -7.5, 2, 0.5],
    ['mod', 7.5, -2, -0.5],
    ['mod', 4, 2, 0],
    ['credit', 3, -Infinity, 0],
  ];
  test.each(known)('%s(%d, %d) = %d', (op, x, y, z) => {
    expect(two(op, x, y)).toEqual(z);
  });
});

describe('integers and bools', () => {
  test('arithmetic is modulo 2^32', () => {
    expect(integers('add', 'i32', 2 ** 31 - 1, 1)).toBe(-(2 ** 31));
    expect(integers('sub', 'u32', 0, 1)).toBe(2 ** 32 - 1);
    // 65537² = 2³² + 131073
    expect(integers('mul', 'u32', 65537, 65537)).toBe(131073);
    // (2³² − 1)² ≡ 1, which float64 cannot hold exactly
    expect(integers('mul', 'u32', 2 ** 32 - 1, 2 ** 32 - 1)).toBe(1);
    expect(integers('div', 'i32', -7, 2)).toBe(-3);
    expect(integers('mod', 'i32', -7, 2)).toBe(1);
    expect(integers('div', 'u32', 2 ** 32 - 1, 2)).toBe(2 ** 31 - 1);
  });
  test('shifts: arithmetic for i32, logical for u32', () => {
    expect(integers('shiftRight', 'i32', -8, 1)).toBe(-4);
    expect(integers('shiftRight', 'u32', 2 ** 32 - 8, 1)).toBe(2 ** 31 - 4);
    expect(integers('shiftLeft', 'u32', 3, 31)).toBe(2 ** 31);
    expect(integers('shiftLeft', 'i32', 1, 31)).toBe(-(2 ** 31));
  });
  test('bitwise and logical', () => {
    expect(integers('and', 'u32', 0xf0f0f0f0, 0xff00ff00)).toBe(0xf000f000);
    expect(integers('xor', 'i32', -1, 5)).toBe(-6);
    expect(integers('or', 'bool', 1, 0)).toBe(1);
    expect(run((x) => [ops.not(x!)], arr([0, 1], 'bool'))).toEqual([[1, 0]]);
    expect(run((x) => [ops.not(x!)], arr([0, 7], 'i32'))).toEqual([[-1, -8]]);
    expect(run((x) => [ops.not(x!)], arr([0, 7], 'u32'))).toEqual([[2 ** 32 - 1, 2 ** 32 - 8]]);
  });
});

test('comparisons follow IEEE 754', () => {
  const x = arr([1, 2, 3, NaN, NaN, -0]);
  const y = arr([2, 2, 2, NaN, 1, 0]);
  const results = run(
    (a, b) => [
      ops.eq(a!, b!),
      ops.ne(a!, b!),
      ops.lt(a!, b!),
      ops.le(a!, b!),
      ops.gt(a!, b!),
      ops.ge(a!, b!),
    ],
    x,
    y,
  );
  expect(results).toEqual([
    [0, 1, 0, 0, 0, 1],
    [1, 0, 1, 1, 1, 0],
    [1, 0, 0, 0, 0, 0],
    [1, 1, 0, 0, 0, 1],
    [0, 0, 1, 0, 0, 0],
    [0, 1, 1, 0, 0, 1],
  ]);
});

test('select, isNaN, isFinite', () => {
  const x = arr([1, NaN, Infinity]);
  expect(run((a) => [ops.isNaN(a!), ops.isFinite(a!), ops.select(ops.isNaN(a!), 0, a!)], x)).toEqual([
    [0, 1, 0],
    [1, 0, 0],
    [1, 0, Infinity],
  ]);
});

test('cast truncates toward zero and keeps 32 bits', () => {
  const x = arr([-1.9, 1.9, NaN, 0]);
  expect(run((a) => [ops.cast(a!, 'i32'), ops.cast(a!, 'bool')], x)).toEqual([
    [-1, 1, 0, 0],
    [1, 1, 1, 0],
  ]);
  expect(run((a) => [ops.cast(a!, 'u32'), ops.cast(ops.cast(a!, 'u32'), 'f')], arr([-1], 'i32'))).toEqual([
    [2 ** 32 - 1],
    [2 ** 32 - 1],
  ]);
});

test('inputs that do not fit are named', () => {
  const g = buildGraph([{ shape: [2], dtype: 'f' }], (x) => [x!]);
  expect(() => evaluate(g, [])).toThrow('evaluate: the graph has 1 inputs, 0 values were given');
  expect(() => evaluate(g, [hostArray([1], [1], 'f')])).toThrow('evaluate: input 0 is f[2], found f[1]');
  expect(() => evaluate(g, [hostArray([1, 2], [2], 'i32')])).toThrow(
    'evaluate: input 0 is f[2], found i32[2]',
  );
  const short = { data: new Float64Array(1), shape: [2], dtype: 'f' } as const;
  expect(() => evaluate(g, [short])).toThrow('evaluate: input 0 is f[2], found f[2] with 1 elements');
});

test('results are new buffers', () => {
  const x = arr([1, 2]);
  const g = buildGraph([x], (a) => [a!, a!.builder.constant(arr([3, 4]))]);
  const [a, b] = evaluate(g, [x]);
  a!.data[0] = 9;
  b!.data[0] = 9;
  expect(x.data[0]).toBe(1);
  expect(evaluate(g, [x])[1]!.data[0]).toBe(3);
});
