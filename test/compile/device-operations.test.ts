/** Every operation on the device cpu: the cases of the derivative grid, their derivatives, and random graphs. */
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { jvpGraph, vjpGraph } from '../../src/autodiff/index.js';
import { deviceExecutor } from '../../src/compile/device/index.js';
import { executorBy } from '../../src/compile/device/executor.js';
import type { DeviceTable } from '../../src/compile/device/rule.js';
import { deviceRules } from '../../src/compile/device/table.js';
import {
  evaluate,
  ops,
  shapes,
  sizeOf,
  type Graph,
  type HostArray,
  type OpName,
} from '../../src/ir/index.js';
import { stream } from '../autodiff/differences.js';
import { gridCases } from '../autodiff/grid-cases.js';
import { graphOf, type Case } from '../autodiff/judge.js';
import { randomGraph } from '../ir/random-graph.js';
import { difference, judgeNodes, largest, refused, rounded } from './device-judge.js';

const device = deviceExecutor('cpu');

/** Operations that no device runs. */
const refusals: readonly OpName[] = [
  'igamma',
  'igammac',
  'randomGammaGrad',
  'igammaGrad',
  'betainc',
  'betaincGrad',
  'besselIe',
  'eigh',
  'svd',
];

/** Cases whose graphs are judged beside their largest intermediate result, with what cancels in them. */
const conditioned: Readonly<Record<string, string>> = {
  'qr of a wide matrix': 'an element of R is the remainder of a projection',
  betaDensity: 'digammas cancel in the derivative',
  'while with a count of its own a lane': 'the sine of a multiple of π',
};

/** The derivative graph of a case with its arguments: of reverse mode, where there is one. */
function derivative(c: Case, graph: Graph): readonly [Graph, readonly HostArray[]] {
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const derived = (c.forwardOnly === undefined ? vjpGraph : jvpGraph)(graph, active);
  const next = stream(7);
  const seeds = derived.inputs.slice(graph.inputs.length).map(({ shape }): HostArray => ({
    shape,
    dtype: 'f',
    data: Float64Array.from({ length: sizeOf(shape) }, next),
  }));
  return [derived, [...c.args, ...seeds].map(rounded)];
}

function judge(c: Case, graph: Graph, args: readonly HostArray[]): string | undefined {
  const expected = evaluate(graph, args);
  const floor = c.name in conditioned ? largest([...args, ...expected]) : 0;
  return difference(expected, device.compile(graph)(args), floor);
}

describe.each(Object.entries(gridCases))('%s', (_, list) => {
  test.each(list.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    const graph = graphOf(c);
    const missing = refused(device, graph);
    for (const op of missing) expect(refusals).toContain(op);
    if (missing.length === 0) expect(judge(c, graph, c.args.map(rounded)), 'value').toBeUndefined();
    const [derived, args] = derivative(c, graph);
    const lacking = refused(device, derived);
    for (const op of lacking) expect(refusals).toContain(op);
    if (lacking.length === 0) expect(judge(c, derived, args), 'derivative').toBeUndefined();
  });
});

test('the refused operations are refused', () => {
  const found = Object.entries(gridCases).filter(([op, list]) =>
    list.every((c) => refused(device, graphOf(c)).includes(op as OpName)),
  );
  expect(found.map(([op]) => op).sort()).toEqual([...refusals].sort());
  const table = Object.entries(deviceRules).filter(([, rule]) => 'refuse' in rule);
  expect(table.map(([op]) => op).sort()).toEqual([...refusals].sort());
});

function judgeRandom(rules: DeviceTable, graphs: number): number {
  const executor = executorBy('cpu', rules);
  let count = 0;
  for (let seed = 1; seed <= graphs; seed++) {
    const { graph, inputs } = randomGraph(seed, 12);
    count += judgeNodes(executor, graph, inputs);
  }
  return count;
}

test('nodes of random graphs', () => {
  expect(judgeRandom(deviceRules, 100)).toBeGreaterThan(1000);
}, 30000);

describe('a wrong rule is caught', () => {
  const wrong: readonly (readonly [string, Partial<DeviceTable>])[] = [
    ['tanh that loses digits', { tanh: { compose: (_, [x]) => [ops.mul(ops.unary('sinh', x!), 0.99)] } }],
    [
      'a quotient of integers that rounds down',
      {
        div: {
          emit: (e, _, [x, y], [r]) => [
            e.kernel(r!.dtype === 'f' ? 'RealDiv' : 'FloorDiv', { a: x!, b: y! }, r!.shape, r!.dtype),
          ],
        },
      },
    ],
    [
      'indices that are not clamped',
      {
        gather: {
          emit: (e, { axis, batchDims }, [x, indices], [r]) => [
            e.kernel('GatherV2', { x: x!, indices: indices! }, r!.shape, r!.dtype, { axis, batchDims }),
          ],
        },
      },
    ],
    [
      'a sum over other axes',
      {
        reduceSum: {
          compose: ({ axes }, [x], [r]) => [shapes.reshape(shapes.reduceProd(x!, axes), r!.shape)],
        },
      },
    ],
    [
      'a pivot that is never exchanged',
      {
        lu: {
          compose: (_, [a], [, p]) => [
            a!,
            shapes.broadcast(shapes.iota(a!.builder, [p!.shape.at(-1)!]), p!.shape, [p!.shape.length - 1]),
          ],
        },
      },
    ],
  ];
  test.each(wrong)('%s', (_, rules) => {
    expect(() => judgeRandom({ ...deviceRules, ...rules }, 250)).toThrow(/expected, .* found|GatherV2/);
  });
});
