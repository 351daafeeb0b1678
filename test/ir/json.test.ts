import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  buildGraph,
  evaluate,
  fromJSON,
  hostArray,
  ops,
  print,
  shapes,
  toJSON,
  type Graph,
} from '../../src/ir/index.js';
import { randomGraph } from './random-graph.js';
import { firstDifference } from './compare.js';

const through = (g: Graph): Graph => fromJSON(JSON.parse(JSON.stringify(toJSON(g))));

describe('round trip', () => {
  test('random graphs keep key, text and results', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, size) => {
        const { graph, inputs } = randomGraph(seed, size);
        const back = through(graph);
        expect(back.key).toBe(graph.key);
        expect(print(back)).toBe(print(graph));
        expect(firstDifference(evaluate(graph, inputs), evaluate(back, inputs), 0)).toBeUndefined();
        expect(toJSON(back)).toEqual(toJSON(graph));
      }),
      { numRuns: 100, seed: 3 },
    );
  });
  test('every float64 is kept to the bit', () => {
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 40 }), (values) => {
        const data = Float64Array.from([...values, NaN, Infinity, -Infinity, -0, 5e-324]);
        const g = buildGraph([], () => []);
        const withConstant = buildGraph([{ shape: [], dtype: 'f' }], (x) => [
          x!.builder.constant({ data, shape: [data.length], dtype: 'f' }),
        ]);
        expect(through(g).outputs).toEqual([]);
        const [back] = evaluate(through(withConstant), [hostArray([0], [], 'f')]);
        data.forEach((v, i) => expect(Object.is(back!.data[i], v)).toBe(true));
      }),
      { numRuns: 50, seed: 4 },
    );
  });
  test('attributes of pad and of linear methods are kept', () => {
    const s = { shape: [], dtype: 'f' } as const;
    const f = buildGraph([s, s], (x) => [x!]);
    const linear = { kind: 'cg', maxSteps: 7, lanes: 1 } as const;
    const g = buildGraph([{ shape: [1], dtype: 'f' }, s], (x, t) => [
      shapes.pad(x!, [1], [0], [0], -0),
      shapes.pad(x!, [1], [0], [0], NaN),
      ...t!.builder.nodes('root', { solve: f, optimality: f, inits: 1, solutions: 1, linear }, [t!, t!]),
    ]);
    expect(through(g).key).toBe(g.key);
    expect(JSON.stringify(toJSON(g))).toContain('"-0"');
  });
});

describe('bad input is refused with its place', () => {
  const good = () =>
    JSON.parse(
      JSON.stringify(
        toJSON(
          buildGraph([{ shape: [3], dtype: 'f' }], (x) => [
            ops.add(shapes.slice(x!, [0], [2]), x!.builder.constant(hostArray([1, 2], [2], 'f'))),
          ]),
        ),
      ),
    );
  const cases: readonly (readonly [string, (g: any) => void, string])[] = [
    ['format', (g) => (g.format = 'onnx'), 'fromJSON: graph.format: expected "adjoint-graph", found "onnx"'],
    ['version', (g) => (g.version = 2), 'fromJSON: graph.version: expected 1, found 2'],
    ['inputs', (g) => delete g.inputs, 'fromJSON: graph.inputs: expected a list, found nothing'],
    [
      'dtype',
      (g) => (g.inputs[0].dtype = 'f64'),
      'graph.inputs[0].dtype: expected one of f, i32, u32, bool, found "f64"',
    ],
    [
      'shape',
      (g) => (g.inputs[0].shape[0] = -3),
      'graph.inputs[0].shape[0]: expected an integer from 0 to 9007199254740991, found -3',
    ],
    [
      'op',
      (g) => (g.nodes[0].op = 'frobnicate'),
      'graph.nodes[0].op: expected the name of an operation, found "frobnicate"',
    ],
    [
      'prototype',
      (g) => (g.nodes[0].op = 'constructor'),
      'graph.nodes[0].op: expected the name of an operation',
    ],
    [
      'operands',
      (g) => (g.nodes[0].operands = []),
      'graph.nodes[0].operands: expected 1 operand of slice, found 0',
    ],
    [
      'forward reference',
      (g) => (g.nodes[0].operands = [3]),
      'graph.nodes[0].operands[0]: expected an integer from 0 to 0, found 3',
    ],
    [
      'attribute',
      (g) => (g.nodes[0].attrs.start = 'x'),
      'graph.nodes[0].attrs.start: expected a list, found "x"',
    ],
    [
      'missing attribute',
      (g) => delete g.nodes[0].attrs.limit,
      'graph.nodes[0].attrs.limit: expected a list, found nothing',
    ],
    [
      'data',
      (g) => (g.nodes[1].attrs.value.data[0] = 'one'),
      'graph.nodes[1].attrs.value.data[0]: expected a number, "NaN"',
    ],
    [
      'size',
      (g) => g.nodes[1].attrs.value.data.pop(),
      'graph.nodes[1].attrs.value.data: expected 2 elements for shape [2], found 1',
    ],
    [
      'misfit',
      (g) => (g.nodes[0].attrs.limit = [3]),
      'fromJSON: graph.nodes[2]: add: shapes differ (operands f[3], f[2])',
    ],
    ['outputs', (g) => (g.outputs = [9]), 'graph.outputs[0]: expected an integer from 0 to 3, found 9'],
  ];
  test.each(cases)('%s', (_, spoil, message) => {
    const g = good();
    spoil(g);
    expect(() => fromJSON(g)).toThrow(message);
  });
  test.each([null, 3, 'graph', [], { format: 'adjoint-graph', version: 1 }])('%j', (json) => {
    expect(() => fromJSON(json)).toThrow('fromJSON: graph');
  });
});
