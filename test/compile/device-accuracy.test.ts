/** Special points and special functions on devices: NaN, infinities, zeros; accuracy over the range of float32. */
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { deviceExecutor } from '../../src/compile/device/index.js';
import { executorBy } from '../../src/compile/device/executor.js';
import * as careful from '../../src/compile/device/near-zero.js';
import { deviceRules } from '../../src/compile/device/table.js';
import {
  binaryNames,
  buildGraph,
  evaluate,
  hostArray,
  ops,
  shapes,
  special,
  unaryNames,
  windows,
  type Executor,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { difference, refused, rounded } from './device-judge.js';

const device = deviceExecutor('cpu');
const reals = (values: readonly number[], shape: readonly number[] = [values.length]): HostArray =>
  rounded(hostArray(values, shape, 'f'));

/** What differs from the reference, for a function of nodes at host values. */
function off(
  f: (...xs: Node[]) => readonly Node[],
  args: readonly HostArray[],
  floor = 0,
  executor: Executor = device,
): string | undefined {
  const graph = buildGraph(args, f);
  if (refused(executor, graph).length > 0) return undefined;
  return difference(evaluate(graph, args), executor.compile(graph)(args), floor);
}

const points = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  -7.25,
  1e-30,
  -1e-20,
  80,
  -80,
  1e30,
];

describe('special points', () => {
  test.each(unaryNames.filter((n) => n !== 'not'))('%s', (op) => {
    expect(off((x) => [ops.unary(op, x!)], [reals(points)])).toBeUndefined();
  });
  const pairs = points.flatMap((x) => points.map((y) => [x, y] as const));
  const left = reals(pairs.map(([x]) => x));
  const right = reals(pairs.map(([, y]) => y));
  const bits = ['and', 'or', 'xor', 'shiftLeft', 'shiftRight'];
  test.each(binaryNames.filter((n) => !bits.includes(n)))('%s', (op) => {
    // the factorials of polygamma's orders must be numbers of float32
    const order =
      op === 'polygamma' ? rounded({ ...left, data: left.data.map((n) => (n > 30 ? 3 : n)) }) : left;
    expect(off((x, y) => [x!.builder.node(op, ops.none, [x!, y!])], [order, right])).toBeUndefined();
  });
  const rows = reals([1, NaN, 3, NaN, -Infinity, -Infinity, 2, 2, 1, 7, NaN, NaN, -0, 0, 0], [5, 3]);
  const whole = (x: Node): Node[] => [
    x.builder.node('argMax', { axis: 1 }, [x]),
    x.builder.node('argMin', { axis: 0 }, [x]),
    shapes.reduceMax(x, 1),
    shapes.reduceMin(x, 0),
    ...windows.sort(x, 0),
    ...windows.poolMax(x, [2, 2], { low: [1, 0] }),
    ops.sign(x),
    ops.isFinite(x),
    ops.cast(x, 'bool'),
  ];
  test('of whole arrays', () => {
    expect(off((x) => whole(x!), [rows])).toBeUndefined();
  });
  test('a search that passes over NaN is caught', () => {
    const wrong = executorBy('cpu', {
      ...deviceRules,
      argMax: { emit: (e, { axis }, [x], [r]) => [e.kernel('ArgMax', { x: x! }, r!.shape, 'i32', { axis })] },
    });
    expect(off((x) => whole(x!), [rows], 0, wrong)).toMatch(/expected/);
  });
  test('integers: quotients, remainders, extremes', () => {
    const x = [7, -7, 7, -7, 0, 5, -(2 ** 31), 2 ** 31 - 1, 6, -6];
    const y = [2, 2, -2, -2, 3, 0, 2, -1, 3, 3];
    const ints = (v: number[]): HostArray => hostArray(v, [v.length], 'i32');
    const all = (a: Node, b: Node): Node[] => [
      ops.div(a, b),
      ops.mod(a, b),
      ops.and(a, b),
      ops.or(a, b),
      ops.xor(a, b),
      ops.not(a),
      ops.shiftLeft(a, b),
      ops.shiftRight(a, b),
      ops.maximum(a, b),
      ops.sign(a),
      ...windows.sort(a),
    ];
    expect(off((a, b) => all(a!, b!), [ints(x), ints(y)])).toBeUndefined();
  });
});

/** Points with both signs of every magnitude from low to high, and steps of a linear grid. */
function range(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => from + ((to - from) * k) / (count - 1));
}
function magnitudes(low: number, high: number, count: number): number[] {
  return range(Math.log(low), Math.log(high), count).map(Math.exp);
}
const signed = (v: readonly number[]): number[] => [...v, ...v.map((x) => -x)];

describe('special functions over their range', () => {
  const near = (centre: number): number[] => signed(magnitudes(1e-6, 0.3, 40)).map((d) => centre + d);
  const one: readonly (readonly [Parameters<typeof ops.unary>[0], readonly number[]])[] = [
    ['erf', signed(magnitudes(1e-30, 6, 300))],
    ['erfc', [...signed(magnitudes(1e-8, 4, 200)), ...range(4, 9, 100)]],
    [
      'erfinv',
      [...signed(magnitudes(1e-20, 0.9, 200)), ...signed(magnitudes(1e-6, 0.1, 60).map((d) => 1 - d))],
    ],
    ['logNdtr', [...range(-30, 5, 300), ...signed(magnitudes(1e-6, 1, 60)), -1e4]],
    ['normalHazard', [...range(-60, 8, 300), -1e6]],
    [
      'lgamma',
      [...magnitudes(1e-20, 1e10, 400), ...near(1), ...near(2), ...near(10), ...range(-0.49, -0.01, 30)],
    ],
    ['digamma', [...magnitudes(1e-20, 1e10, 400), ...near(1), ...near(1.4616321449683622), ...near(10)]],
    ['softplus', [...range(-80, 80, 200), ...signed(magnitudes(1e-10, 1, 50))]],
  ];
  test.each(one)('%s', (op, values) => {
    expect(off((x) => [ops.unary(op, x!)], [reals(values)])).toBeUndefined();
  });
  test('below zero, beside what rounding the argument costs', () => {
    const x = reals(range(-9.93, -0.53, 200).filter((v) => Math.abs(v - Math.round(v)) > 0.02));
    expect(off((v) => [ops.lgamma(v!)], [x], 20)).toBeUndefined();
    expect(off((v) => [ops.digamma(v!)], [x], 50)).toBeUndefined();
  });
  const grid = [0.01, 0.3, 1, 1.7, 4, 9.5, 10, 12, 60, 1000, 30000];
  const pairs = grid.flatMap((a) => grid.map((b) => [a, b] as const));
  const [first, second] = [reals(pairs.map(([a]) => a)), reals(pairs.map(([, b]) => b))];
  test('lbeta', () => {
    expect(off((a, b) => [ops.lbeta(a!, b!)], [first, second], 1)).toBeUndefined();
  });
  // beyond, the rounding of the exponent alone costs more than the tolerance
  const within = (f: (...v: Node[]) => Node, args: readonly HostArray[]): HostArray[] => {
    const [density] = evaluate(
      buildGraph(args, (...v) => [f(...v)]),
      args,
    );
    const kept = [...density!.data].map((d) => d > 1e-12 && d < 1e12);
    return args.map((a) => reals([...a.data].filter((_, k) => kept[k])));
  };
  test('gammaDensity', () => {
    const x = [0, 1e-6, 0.1, 0.9, 2, 5, 9.9, 11, 30, 60, 950, 1000, 1040, 29000, 30100];
    const points = grid.flatMap((a) => x.map((v) => [a, v] as const));
    const args = within(ops.gammaDensity, [reals(points.map(([a]) => a)), reals(points.map(([, v]) => v))]);
    expect(args[0]!.data.length).toBeGreaterThan(60);
    expect(off((a, v) => [ops.gammaDensity(a!, v!)], args)).toBeUndefined();
  });
  test('betaDensity', () => {
    const x = [0, 1e-4, 0.02, 0.1, 0.31, 0.5, 0.77, 0.95, 0.9995, 1];
    const points = pairs.flatMap(([a, b]) => x.map((v) => [a, b, v] as const));
    const args = within(
      special.betaDensity,
      [0, 1, 2].map((i) => reals(points.map((p) => p[i]!))),
    );
    expect(args[0]!.data.length).toBeGreaterThan(300);
    expect(off((a, b, v) => [special.betaDensity(a!, b!, v!)], args)).toBeUndefined();
  });
  test.each([0, 1, 2, 3, 5, 8])('polygamma of order %i', (n) => {
    const x = reals([
      ...magnitudes(1e-3, 1e12, 160),
      ...range(-4.9, -0.1, 40).filter((v) => Math.abs(v - Math.round(v * 2) / 2) > 0.04),
    ]);
    const order = hostArray(
      Array.from(x.data, () => n),
      x.shape,
      'f',
    );
    expect(off((k, v) => [ops.polygamma(k!, v!)], [order, x], n === 0 ? 1 : 0)).toBeUndefined();
  });
});

describe('formulas that keep digits near zero, for devices whose kernels do not', () => {
  const values = signed([...magnitudes(1e-30, 0.5, 200), ...magnitudes(0.5, 40, 60)]);
  const formulas = {
    expm1: careful.expm1,
    sinh: careful.sinh,
    tanh: careful.tanh,
    asinh: careful.asinh,
  } as const;
  const by = executorBy('cpu', {
    ...deviceRules,
    log1p: { compose: (_, [x]) => [careful.log1p(x!)] },
    expm1: { compose: (_, [x]) => [careful.expm1(x!)] },
  });
  const against = (op: Parameters<typeof ops.unary>[0], f: (x: Node) => Node, at: readonly number[]) => {
    const args = [reals(at)];
    const expected = evaluate(
      buildGraph(args, (x) => [ops.unary(op, x!)]),
      args,
    );
    return difference(expected, by.compile(buildGraph(args, (x) => [f(x!)]))(args));
  };
  test.each(Object.entries(formulas))('%s', (op, f) => {
    expect(against(op as 'tanh', f, [...values, NaN, Infinity, -Infinity, 0, 90, -90])).toBeUndefined();
  });
  test('log1p and atanh', () => {
    const inside = signed([...magnitudes(1e-30, 0.99, 200)]);
    expect(against('atanh', careful.atanh, [...inside, 1, -1, NaN])).toBeUndefined();
    expect(against('log1p', careful.log1p, [...inside, 7, 1e30, Infinity, NaN, -1, -2])).toBeUndefined();
  });
});
