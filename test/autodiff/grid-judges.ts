/** The grid of all cases on one executor. */
import { describe, expect, test } from 'vitest';
import { subGraphs, type Executor, type Graph } from '../../src/ir/index.js';
import { gridCases } from './grid-cases.js';
import {
  graphOf,
  judgeBatch,
  judgeBatchOfDerivative,
  judgeFirstOrder,
  judgeSecondOrder,
  type Case,
} from './judge.js';

/** Whether a graph or a sub-graph of it has the operation. */
function uses(graph: Graph, op: string): boolean {
  return graph.nodes.some((n) => n.op === op || subGraphs(n.attrs).some((g) => uses(g, op)));
}

/** Declares the tests of every case, each on the executor that is made for it. */
export function judgeGrid(executorOf: (c: Case) => Executor): void {
  describe.each(Object.entries(gridCases))('%s', (op, list) => {
    test('has a case', () => {
      expect(list.length).toBeGreaterThan(0);
      for (const c of list) expect(uses(graphOf(c), op), c.name).toBe(true);
    });
    test.each(list.map((c) => [c.name, c] as const))('%s', (_, c) => {
      const executor = executorOf(c);
      judgeFirstOrder(c, executor);
      judgeSecondOrder(c, executor);
      judgeBatch(c, executor);
      judgeBatchOfDerivative(c, executor);
    });
  });
}
