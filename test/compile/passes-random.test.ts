import { describe, expect, test } from 'vitest';
import { countNodes, optimize, passes } from '../../src/compile/passes/index.js';
import { buildGraph, hostArray, type Node } from '../../src/ir/index.js';
import { randomGraph } from '../ir/random-graph.js';
import { difference, judge, samples, type Rewriting, type Sample } from './passes-judge.js';
import { passProgram } from './passes-programs.js';
import { aval, num, op } from './passes-rule.js';

const runs = 170;

/** Graphs of every operation, and graphs of what passes look for. */
const sources: readonly (readonly [string, readonly Sample[]])[] = [
  ['graphs of every operation', samples((seed) => randomGraph(seed, 1 + (seed % 30)), runs)],
  ['graphs of what passes look for', samples((seed) => passProgram(seed, 1 + (seed % 40)), runs)],
];

const subjects: readonly (readonly [string, Rewriting])[] = [
  ...passes.map((p): [string, Rewriting] => [p.name, (g) => p.run(g)]),
  ['all passes', (g) => optimize(g).graph],
  ...passes.map((p): [string, Rewriting] => [
    `all but ${p.name}`,
    (g) => optimize(g, { without: [p.name] }).graph,
  ]),
];

describe.each(sources)('%s keep their values', (_, given) => {
  test.each(subjects)('under %s', (_, rewriting) => judge(rewriting, given));
});

test('no rule is applied for ever, and passes settle', () => {
  let [again, total] = [0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const { graph } = passProgram(seed, 1 + (seed % 40));
    for (const pass of passes) {
      let applied = 0;
      const once = pass.run(graph, () => applied++);
      expect(applied).toBeLessThanOrEqual(10 + countNodes(graph));
      total++;
      if (pass.run(once) !== once) again++;
    }
    const { graph: done } = optimize(graph);
    for (const pass of passes) expect(pass.run(done)).toBe(done);
  }
  // a rule may meet what another one has left behind, seldom
  expect(again).toBeLessThan(0.03 * total);
});

test('every rule is met', () => {
  const rules = new Set<string>();
  for (const { graph } of sources.flatMap(([, given]) => given)) {
    for (const { name, changes } of optimize(graph).report) {
      for (const rule of Object.keys(changes)) rules.add(`${name}: ${rule}`);
    }
  }
  expect(rules.size).toBeGreaterThan(90);
});

describe('the comparison', () => {
  const x = aval([2]);
  const values = (...data: number[]) => [hostArray(data, [2], 'f')];
  const judged = (f: (x: Node) => Node, g: (x: Node) => Node, ...data: number[]): string => {
    const tally = { judged: 0, unsure: 0 };
    const [a, b] = [buildGraph([x], (y) => [f(y!)]), buildGraph([x], (y) => [g(y!)])];
    const found = difference(a, b, values(...data), tally);
    return found === undefined ? `${tally.unsure} unsure` : found.split('\n')[0]!;
  };
  const plus = (y: Node): Node => op('add', y, num(0, y));
  const inverse = (y: Node): Node => op('div', num(1, y), y);
  test('excuses the sign of a zero, and nothing else', () => {
    expect(judged((y) => inverse(plus(y)), inverse, -0, 2)).toBe('1 unsure');
    expect(judged(inverse, (y) => op('neg', inverse(y)), 3, 4)).toMatch('result 0, element 0: expected 0.33');
  });
  test('excuses what rounding decides, and nothing else', () => {
    const large = (y: Node): Node => op('sin', op('mul', op('mul', y, num(1e10, y)), num(1e9, y)));
    const once = (y: Node): Node => op('sin', op('mul', y, num(1e19, y)));
    expect(judged(large, once, 0.1, 0.3)).toMatch('unsure');
    expect(judged(large, (y) => op('cos', y), 0, 0)).toMatch('result 0, element 0: expected 0, found 1');
    expect(judged(once, (y) => op('mul', once(y), num(2, y)), 1e-19, 1e-18)).toMatch('result 0, element 0');
  });
});
