import { describe, expect, test } from 'vitest';
import { countNodes, optimize, passes } from '../../src/compile/passes/index.js';
import { buildGraph, evaluate, hostArray, ops, shapes, type Graph, type Node } from '../../src/ir/index.js';
import { aval, formula, num, op, opWith, s, v } from './passes-rule.js';

/** x ↦ Σ of a loop whose body has something for every pass to do. */
function sample(): Graph {
  const body = buildGraph([v, v, v, v], (k, c, d, x) => {
    const scale = op('exp', op('neg', k!));
    const own = buildGraph([v], (y) => [op('sin', y!)]);
    const sine = opWith('custom', { fun: own, captures: 0 }, op('mul', op('add', c!, num(0, c!)), scale));
    return [op('mul', sine, x!), op('cos', d!), op('add', c!, d!)];
  });
  return buildGraph([v, v, aval([4, 3])], (k, c, xs) => {
    const attrs = { body, length: 4, consts: 1, carry: 2, reverse: false };
    const [last, , ys] = k!.builder.nodes('scan', attrs, [k!, c!, c!, xs!]);
    const w = ops.constant(k!.builder, [1, 2, 3], [3]);
    const product = shapes.dot(shapes.transpose(ys!), op('log', w), { lhsContract: [0], rhsContract: [0] });
    return [op('mul', shapes.reduceSum(last!), num(1, shapes.reduceSum(last!))), product];
  });
}

describe('optimize', () => {
  test('runs all passes, and reports what each did', () => {
    const graph = sample();
    const { graph: made, report } = optimize(graph);
    expect(report.map((r) => r.name)).toEqual(passes.map((p) => p.name));
    const changes = Object.fromEntries(report.map((r) => [r.name, r.changes]));
    expect(changes).toMatchObject({
      inlineCalls: { 'function with rules → the function': 1 },
      fold: { 'operation on constants': 1 },
      simplify: { 'x + 0 → x': 1, 'x · 1 → x': 1 },
      dot: { 'transposed operand': 1 },
      hoist: { 'invariants of a scan': 1 },
    });
    expect(report[0]!.before).toBe(countNodes(graph));
    for (const r of report) expect(r.after).toBeLessThanOrEqual(countNodes(graph));
    expect(countNodes(made)).toBe(report[report.length - 1]!.after);
    const loop = 'scan[{mul(x3, sin(mul(x1, x0))); cos(x2); add(x1, x2)}](exp(neg(x0)), x1, x1, x2)';
    expect(formula(made)).toBe(
      `reduceSum[0](${loop}.0); dot[1|0||](${loop}.2, [${[1, 2, 3].map(Math.log).join()}])`,
    );
  });
  test('passes can be left out', () => {
    const { report, graph } = optimize(sample(), { without: ['hoist', 'inlineCalls'] });
    expect(report.map((r) => r.name)).not.toContain('hoist');
    expect(graph.nodes.some((n) => n.op === 'exp')).toBe(false);
  });
  test('a graph with nothing to do is given back', () => {
    const g = buildGraph([v, v], (x, y) => [op('mul', op('sin', x!), y!)]);
    expect(optimize(g).graph).toBe(g);
  });
  test('inputs and outputs stay as they are, used or not, equal or not', () => {
    const g = buildGraph([v, v, s], (x) => [
      x!,
      op('add', x!, num(0, x!)),
      op('mul', x!, num(2, x!)),
      op('mul', x!, num(2, x!)),
    ]);
    expect(formula(optimize(g).graph)).toBe('x0; x0; mul(x0, 2); mul(x0, 2)');
    expect(optimize(g).graph.inputs.length).toBe(3);
  });
});

describe('long graphs', () => {
  const run = (g: Graph): number => {
    const { graph } = optimize(g);
    const x = hostArray([0.25, 0.5, 0.75], [3], 'f');
    const [a, b] = [evaluate(g, [x])[0]!.data, evaluate(graph, [x])[0]!.data];
    a.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 9));
    return countNodes(graph);
  };
  const chain = (n: number, step: (y: Node, x: Node, i: number) => Node): Graph =>
    buildGraph([v], (x) => {
      let y = x!;
      for (let i = 0; i < n; i++) y = step(y, x!, i);
      return [y];
    });
  test('rules reach the whole of a long chain', () => {
    expect(
      run(chain(5000, (y, x) => op('add', op('mul', op('tanh', y), num(1, y)), op('neg', x)))),
    ).toBeLessThan(10_010);
  });
  test('a slice goes down a chain as far as rules may call each other, and no stack overflows', () => {
    const g = buildGraph([v], (x) => {
      let y = x!;
      for (let i = 0; i < 10_000; i++) y = op('sin', y);
      return [shapes.slice(y, [0], [1])];
    });
    expect(run(g)).toBe(10_002);
  });
  test('transposes go up a chain', () => {
    const g = buildGraph([v], (x) => {
      let y = op(
        'mul',
        opWith('broadcast', { shape: [2, 3], axes: [1] }, x!),
        shapes.iota(x!.builder, [2, 3], 0, 'f'),
      );
      for (let i = 0; i < 5000; i++) y = shapes.transpose(op('sin', shapes.transpose(y)));
      return [shapes.reduceSum(y, 0)];
    });
    expect(run(g)).toBe(5005);
  });
  test('a sum of many single elements costs what it is long', () => {
    const n = 2000;
    const g = buildGraph([aval([n])], (x) => {
      const one = (i: number): Node =>
        opWith(
          'pad',
          { low: [i], high: [n - 1 - i], interior: [0], value: 0 },
          shapes.slice(x!, [i], [i + 1]),
        );
      let y = one(0);
      for (let i = 1; i < n; i++) y = op('add', y, one(i));
      return [y];
    });
    expect(countNodes(optimize(g).graph)).toBeLessThan(countNodes(g));
  });
});
