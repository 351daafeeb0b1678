/** Sorting, convolution, windows and blocks give JAX's numbers (fixtures/jax_windows.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { vjpGraph } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  buildGraph,
  hostArray,
  referenceExecutor,
  windows,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';

interface Values {
  readonly shape: number[];
  readonly data: readonly (number | string)[];
}
interface Fixture {
  readonly conv: readonly (windows.PartialSteps & {
    readonly groups: number;
    readonly x: Values;
    readonly w: Values;
    readonly y: Values;
    readonly ct: Values;
    readonly dx: Values;
    readonly dw: Values;
  })[];
  readonly pool: readonly (windows.PartialSteps & {
    readonly x: Values;
    readonly window: number[];
    readonly sum: Values;
    readonly max: Values;
  })[];
  readonly block: readonly {
    readonly x: Values;
    readonly u: Values;
    readonly start: number[];
    readonly size: number[];
    readonly slice: Values;
    readonly update: Values;
  }[];
  readonly sort: readonly {
    readonly x: Values;
    readonly axis: number;
    readonly y: Values;
    readonly perm: Values;
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/jax-windows.json', import.meta.url), 'utf8'),
) as Fixture;
const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const number = (v: number | string): number => (typeof v === 'number' ? v : special[v]!);
const host = ({ shape, data }: Values): HostArray => hostArray(data.map(number), shape, 'f');

function close(found: HostArray, expected: Values): void {
  expect(found.shape).toEqual(expected.shape);
  expected.data.forEach((text, i) => {
    const [e, v] = [number(text), found.data[i]!];
    if (Number.isFinite(e))
      expect(Math.abs(v - e), `element ${i}: ${v} for ${e}`).toBeLessThanOrEqual(
        1e-13 * Math.max(1, Math.abs(e)),
      );
    else expect(v).toBe(e);
  });
}

const executors = [referenceExecutor, bufferExecutor].map((e) => [e.name, e] as const);

describe.each(executors)('on the %s executor', (_, executor) => {
  const run = (args: readonly HostArray[], f: (...xs: Node[]) => readonly Node[]): HostArray[] =>
    executor.compile(buildGraph(args, f))(args);

  test.each(fixture.conv.map((c, i) => [i, c] as const))('conv %i', (_, c) => {
    const args = [host(c.x), host(c.w)];
    const graph = buildGraph(args, (x, w) => [windows.conv(x!, w!, c, c.groups)]);
    const [y, dx, dw] = executor.compile(vjpGraph(graph, [true, true]))([...args, host(c.ct)]);
    close(y!, c.y);
    close(dx!, c.dx);
    close(dw!, c.dw);
  });
  test.each(fixture.pool.map((c, i) => [i, c] as const))('pool %i', (_, c) => {
    const [sum, max] = run([host(c.x)], (x) => [
      windows.poolSum(x!, c.window, c),
      windows.poolMax(x!, c.window, c)[0],
    ]);
    close(sum!, c.sum);
    close(max!, c.max);
  });
  test.each(fixture.block.map((c, i) => [i, c] as const))('block %i', (_, c) => {
    const start = hostArray(c.start, [c.start.length], 'i32');
    const [slice, update] = run([host(c.x), host(c.u), start], (x, u, s) => [
      windows.dynamicSlice(x!, s!, c.size),
      windows.dynamicUpdate(x!, u!, s!),
    ]);
    close(slice!, c.slice);
    close(update!, c.update);
  });
  test.each(fixture.sort.map((c, i) => [i, c] as const))('sort %i', (_, c) => {
    const [y, perm] = run([host(c.x)], (x) => windows.sort(x!, c.axis));
    close(y!, c.y);
    close(perm!, c.perm);
  });
  test('a greatest element: the first of equals, the first NaN, and none', () => {
    const x = hostArray([1, 3, 3, NaN, 2, NaN], [6], 'f');
    const [max, at] = run([x], (v) => windows.poolMax(v!, [3], { low: [3], strides: [3] }));
    expect([...max!.data]).toEqual([-Infinity, 3, NaN]);
    expect([...at!.data]).toEqual([-1, 1, 3]);
    const k = hostArray([5, -1, 5], [3], 'i32');
    const whole = run([k], (v) => windows.poolMax(v!, [2], { low: [2], strides: [2] }));
    expect([...whole[0]!.data, ...whole[1]!.data]).toEqual([-(2 ** 31), 5, -1, 0]);
  });
});

describe('what does not fit is refused', () => {
  const f = { shape: [1, 2, 4], dtype: 'f' } as const;
  test('groups that do not divide', () => {
    expect(() =>
      buildGraph([f, { ...f, shape: [3, 1, 2] }], (x, w) => [windows.conv(x!, w!, {}, 2)]),
    ).toThrow(
      'conv: 2 input channels and 3 output channels do not make 2 groups of 1 inputs (operands f[1,2,4], f[3,1,2])',
    );
  });
  test('strides that are not positive', () => {
    expect(() => buildGraph([f], (x) => [windows.poolSum(x!, [1, 1, 1], { strides: [1, 1, 0] })])).toThrow(
      'poolSum: strides and dilations must be positive integers (operands f[1,2,4])',
    );
  });
});
