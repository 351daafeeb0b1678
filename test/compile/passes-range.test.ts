/** The ranges that rules rest on hold of every value that a graph computes. */
import { describe, expect, test } from 'vitest';
import { rangeOf, type Range } from '../../src/compile/passes/range.js';
import {
  buildGraph,
  evaluate,
  makeGraph,
  ops,
  print,
  type Graph,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { randomGraph } from '../ir/random-graph.js';
import { evaluateWith } from './passes-judge.js';
import { passProgram } from './passes-programs.js';
import { aval, op } from './passes-rule.js';

type Ranger = (node: Node, known: Map<Node, Range>) => Range;

/** Evaluation in float64 and, every result rounded, in float32. */
const precisions: readonly ((graph: Graph, inputs: readonly HostArray[]) => HostArray[])[] = [
  evaluate,
  (graph, inputs) =>
    evaluateWith(
      graph,
      inputs.map((x) => (x.dtype === 'f' ? { ...x, data: x.data.map(Math.fround) } : x)),
      (_, data) => data.forEach((x, i) => (data[i] = Math.fround(x))),
    ),
];

/** Throws at the first value outside of its range; the number of ranges that say something. */
function judge(ranger: Ranger, graph: Graph, inputs: readonly HostArray[]): number {
  const nodes = graph.nodes.filter((n) => n.op !== 'input' && n.avals.length === 1);
  const all = precisions.map((run) => run(makeGraph(graph.inputs, nodes), inputs));
  const known = new Map<Node, Range>();
  let informative = 0;
  nodes.forEach((node, i) => {
    const range = ranger(node, known);
    if (node.dtype === 'f' && (range.low > -Infinity || range.high < Infinity || !range.nan)) informative++;
    for (const values of all) {
      for (const x of values[i]!.data) {
        const inside = Number.isNaN(x) ? range.nan : x >= range.low && x <= range.high;
        if (!inside) {
          throw new Error(
            `${x} is outside of ${JSON.stringify(range)}\n${print(makeGraph(graph.inputs, [node]))}`,
          );
        }
      }
    }
  });
  return informative;
}

function judgeAll(ranger: Ranger): number {
  let informative = 0;
  for (let seed = 0; seed < 300; seed++) {
    const a = passProgram(seed, 40);
    informative += judge(ranger, a.graph, a.inputs);
    const b = randomGraph(seed, 25);
    informative += judge(ranger, b.graph, b.inputs);
  }
  return informative;
}

test('every value of random graphs lies in its range, in float32 too', () => {
  expect(judgeAll((n, known) => rangeOf(n, known))).toBeGreaterThan(1000);
});

describe('a wrong range is caught', () => {
  const wrong: readonly (readonly [string, (n: Node, r: Range) => Range])[] = [
    [
      'a square root that is never NaN',
      (n, r) => (n.op === 'sqrt' ? { low: 0, high: Infinity, nan: false } : r),
    ],
    ['a product of finite values that is never NaN', (n, r) => (n.op === 'mul' ? { ...r, nan: false } : r)],
    ['an exponential above 0', (n, r) => (n.op === 'exp' ? { ...r, low: Number.MIN_VALUE } : r)],
    [
      'a sum below the sum of float32 bounds',
      (n, r) => (n.op === 'add' && n.dtype === 'f' ? { ...r, high: Math.min(r.high, 3) } : r),
    ],
  ];
  test.each(wrong)('%s', (_, f) => {
    expect(() => judgeAll((n, known) => f(n, rangeOf(n, known)))).toThrow(/is outside of/);
  });
});

test('what is known of common expressions', () => {
  const of = (f: (x: Node) => Node): Range => {
    const g = buildGraph([aval([3])], (x) => [f(x!)]);
    return rangeOf(g.outputs[0]!, new Map());
  };
  expect(of((x) => op('exp', x))).toEqual({ low: 0, high: Infinity, nan: true });
  expect(of((x) => op('mul', x, x))).toEqual({ low: 0, high: Infinity, nan: true });
  expect(of((x) => op('select', op('isFinite', x), x, ops.zerosLike(x)))).toMatchObject({ nan: false });
  expect(of((x) => op('add', ops.cast(ops.gt(x, 0), 'f'), ops.fill(x.builder, 1, [3])))).toEqual({
    low: 1,
    high: 2,
    nan: false,
  });
});

test('the analysis of a long chain is shallow', () => {
  const g = buildGraph([aval([])], (x) => {
    let y = x!;
    for (let i = 0; i < 20_000; i++) y = op('add', y, op('exp', y));
    return [y];
  });
  expect(rangeOf(g.outputs[0]!, new Map()).nan).toBe(true);
});
