import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  Builder,
  buildGraph,
  evaluate,
  hostArray,
  interpret,
  ops,
  print,
  shapes,
  type AnyNode,
  type Executor,
  type Graph,
  type Node,
} from '../../src/ir/index.js';
import { arr, nested, ramp } from '../ir/arrays.js';
import { firstDifference } from '../ir/compare.js';
import { randomGraph } from '../ir/random-graph.js';

/** Runs random graphs on an executor and on the reference; throws the first difference, with its graph. */
function judge(executor: Executor, runs: number, seed: number, shrink = true): void {
  const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (graphSeed, size) => {
    const { graph, inputs } = randomGraph(graphSeed, size);
    const expected = evaluate(graph, inputs);
    const run = executor.compile(graph);
    // twice: a buffer that is not cleared, or a carry that is not reset, shows the second time
    for (let repeat = 0; repeat < 2; repeat++) {
      const difference = firstDifference(expected, run(inputs), 1e-12);
      if (difference !== undefined) throw new Error(`${difference}\n${print(graph)}`);
    }
  });
  const { failed, errorInstance } = fc.check(property, { numRuns: runs, seed, endOnFailure: !shrink });
  if (failed) throw errorInstance as Error;
}

test('equals the reference on random graphs', () => judge(bufferExecutor, 1000, 1));

describe('a planted wrong rule is caught by the same comparison', () => {
  type Rewrite = (b: Builder, node: AnyNode, operands: readonly Node[]) => Node[] | undefined;
  /** The buffer executor with one operation changed. */
  const planted = (rewrite: Rewrite): Executor => ({
    name: 'wrong',
    compile: (graph: Graph) => {
      const b = new Builder();
      const inputs = graph.inputs.map((n) => b.input(n.avals[0]!));
      const outputs = interpret<Node>(
        graph,
        inputs,
        (node, operands) => rewrite(b, node, operands) ?? b.nodes(node.op, node.attrs, operands),
      );
      return bufferExecutor.compile(b.finish(outputs));
    },
  });
  const cases: readonly (readonly [string, Rewrite])[] = [
    [
      'transpose that keeps its strides',
      (_, n, [x]) => (n.op === 'transpose' ? [shapes.reshape(x!, n.shape)] : undefined),
    ],
    [
      'slice that forgets its stride',
      (b, n, xs) =>
        n.op === 'slice' && n.attrs.stride.some((s) => s > 1)
          ? [
              b.node(
                'slice',
                {
                  ...n.attrs,
                  stride: n.shape.map(() => 1),
                  limit: n.shape.map((d, i) => n.attrs.start[i]! + d),
                },
                xs,
              ),
            ]
          : undefined,
    ],
    [
      'scan that runs forwards only',
      (b, n, xs) => (n.op === 'scan' ? b.nodes('scan', { ...n.attrs, reverse: false }, xs) : undefined),
    ],
    [
      'triangular solve of the other triangle',
      (b, n, xs) =>
        n.op === 'triangularSolve' ? b.nodes(n.op, { ...n.attrs, lower: !n.attrs.lower }, xs) : undefined,
    ],
    [
      'sum that loses its last bits',
      (_, n, [x]) =>
        n.op === 'reduceSum'
          ? [ops.mul(shapes.reduceSum(x!, n.attrs.axes), x!.dtype === 'f' ? 1 + 1e-11 : 2)]
          : undefined,
    ],
  ];
  test.each(cases)('%s', (_, rewrite) => {
    expect(() => judge(planted(rewrite), 1500, 1, false)).toThrow(/expected .* found/);
  });
});

describe('views', () => {
  const x = ramp([4, 6]);
  const same = (f: (x: Node) => Node[]): void => {
    const g = buildGraph([x], (v) => f(v!));
    expect(firstDifference(evaluate(g, [x]), bufferExecutor.compile(g)([x]), 0)).toBeUndefined();
  };
  test('of views of views', () => {
    same((v) => {
      const turned = shapes.reverse(shapes.transpose(shapes.slice(v, [1, 0], [4, 6], [2, 3])), [0]);
      return [
        turned,
        ops.add(turned, 1),
        shapes.reshape(turned, [4]),
        shapes.matmul(turned, turned),
        shapes.cumsum(turned, 0),
      ];
    });
  });
  test('rows and columns against matrices', () => {
    same((v) => {
      const row = shapes.reduceSum(v, 0);
      const column = shapes.reduceSum(v, 1, true);
      return [
        ops.mul(v, row),
        ops.div(column, v),
        ops.sub(row, column),
        shapes.reduceMax(ops.mul(row, column), 0),
      ];
    });
  });
  test('an argument or a constant may be a result', () => {
    same((v) => [
      v,
      v,
      shapes.transpose(v),
      v.builder.constant(ramp([2])),
      shapes.broadcast(v, [2, 4, 6], [1, 2]),
    ]);
  });
});

describe('the contract of executors', () => {
  const g = buildGraph([{ shape: [3], dtype: 'f' }], (x) => [ops.mul(x!, 2), x!]);
  test('results are fresh: a later run does not change them, nor they the arguments', () => {
    const run = bufferExecutor.compile(g);
    const x = arr([1, 2, 3]);
    const [first, same] = run([x]);
    run([arr([7, 8, 9])]);
    expect(nested(first!)).toEqual([2, 4, 6]);
    same!.data[0] = 99;
    expect(x.data[0]).toBe(1);
  });
  test('arguments that do not fit are named', () => {
    const run = bufferExecutor.compile(g);
    expect(() => run([])).toThrow('bufferExecutor: the graph has 1 inputs, 0 values were given');
    expect(() => run([arr([1, 2])])).toThrow('bufferExecutor: input 0 is f[3], found f[2]');
  });
  test('a loop that never ends is not run while planning a branch that is not taken', () => {
    const s = { shape: [], dtype: 'f' } as const;
    const cond = buildGraph([s], (x) => [ops.ge(x!, 0)]);
    const body = buildGraph([s], (x) => [ops.add(x!, 1)]);
    const endless = buildGraph([s], (x) => {
      const b = x!.builder;
      const zero = b.constant(hostArray([0], [], 'f'));
      const [y] = b.nodes('while', { cond, body, condConsts: 0, bodyConsts: 0 }, [zero]);
      return [ops.add(x!, y!)];
    });
    const idle = buildGraph([s], (x) => [x!]);
    const branching = buildGraph([{ shape: [], dtype: 'i32' }, s], (i, x) =>
      i!.builder.nodes('cond', { branches: [idle, endless] }, [i!, x!]),
    );
    expect(
      bufferExecutor
        .compile(branching)([arr(0, 'i32'), arr(5)])
        .map(nested),
    ).toEqual([5]);
  });
  test('a carry that permutes and repeats its members', () => {
    const s = { shape: [2], dtype: 'f' } as const;
    const body = buildGraph([s, s, s], (a, b, c) => [b!, a!, a!, ops.add(a!, c!)]);
    const scan = buildGraph([s, s, s], (a, b, c) =>
      a!.builder.nodes('scan', { body, length: 5, consts: 0, carry: 3, reverse: false }, [a!, b!, c!]),
    );
    const inputs = [arr([1, 2]), arr([3, 4]), arr([5, 6])];
    const run = bufferExecutor.compile(scan);
    for (let i = 0; i < 3; i++)
      expect(firstDifference(evaluate(scan, inputs), run(inputs), 0)).toBeUndefined();
  });
  test('loops inside loops, with what stays the same computed outside', () => {
    const s = { shape: [], dtype: 'f' } as const;
    const v = { shape: [4], dtype: 'f' } as const;
    const inner = buildGraph([s, s, s], (k, c, x) => [
      ops.add(ops.mul(ops.exp(k!), c!), x!),
      ops.mul(ops.exp(k!), 2),
    ]);
    const outer = buildGraph([s, v, s, s], (k, xs, c, x) => {
      const attrs = { body: inner, length: 4, consts: 1, carry: 1, reverse: true };
      const [last, ys] = k!.builder.nodes('scan', attrs, [ops.neg(k!), c!, ops.mul(xs!, x!)]);
      return [ops.tanh(last!), shapes.reduceSum(ys!)];
    });
    const g2 = buildGraph([s, v, s, { shape: [3], dtype: 'f' }], (k, xs, c, ts) =>
      k!.builder.nodes('scan', { body: outer, length: 3, consts: 2, carry: 1, reverse: false }, [
        k!,
        xs!,
        c!,
        ts!,
      ]),
    );
    const inputs = [arr(0.3), arr([1, 2, 3, 4]), arr(0.5), arr([0.1, 0.2, 0.3])];
    const run = bufferExecutor.compile(g2);
    for (let i = 0; i < 3; i++)
      expect(firstDifference(evaluate(g2, inputs), run(inputs), 1e-12)).toBeUndefined();
  });
});
