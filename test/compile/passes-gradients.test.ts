/** Gradients of random programs keep their values under every pass, and with every pass left out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vjpGraph } from '../../src/autodiff/index.js';
import { countNodes, optimize, passes } from '../../src/compile/passes/index.js';
import type { Graph, HostArray } from '../../src/ir/index.js';
import { hostOf, register, stage } from '../../src/staging/index.js';
import { argumentsOf, programs, scalarOf } from '../autodiff/random-program.js';
import { judge, samples, type Rewriting } from './passes-judge.js';

register();

const runs = 40;

const drawn = fc.sample(programs(20), { seed: 7, numRuns: runs });
const gradients = drawn.map((program): { graph: Graph; inputs: readonly HostArray[] } => {
  const args = argumentsOf(program);
  const { graph } = stage(scalarOf(program), args);
  const one: HostArray = { data: new Float64Array([1]), shape: [], dtype: 'f' };
  return {
    graph: vjpGraph(
      graph,
      args.map(() => true),
    ),
    inputs: [...args.map((x) => hostOf(x)), one],
  };
});
const given = samples((seed) => gradients[seed]!, runs);

const subjects: readonly (readonly [string, Rewriting])[] = [
  ...passes.map((p): [string, Rewriting] => [p.name, (g) => p.run(g)]),
  ['all passes', (g) => optimize(g).graph],
  ...passes.map((p): [string, Rewriting] => [
    `all but ${p.name}`,
    (g) => optimize(g, { without: [p.name] }).graph,
  ]),
];

test.each(subjects)('%s', (_, rewriting) => judge(rewriting, given));

test('gradients get smaller', () => {
  const sizes = gradients.map(({ graph }) => [countNodes(graph), countNodes(optimize(graph).graph)] as const);
  const [before, after] = sizes.reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0] as readonly [
    number,
    number,
  ]);
  expect(after).toBeLessThan(0.9 * before);
});
