/** The grid: every operation × {value, jvp, vjp, second order, vmap, vmap of grad} × executor. */
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import type { Executor, Graph, OpName } from '../../src/ir/index.js';
import { binaryCases, unaryCases } from './cases-elementwise.js';
import { controlCases } from './cases-control.js';
import { customCases } from './cases-custom.js';
import { decompositionCases } from './cases-decompositions.js';
import { implicitCases } from './cases-implicit.js';
import { matrixCases, shapeCases } from './cases-shape.js';
import { windowCases } from './cases-windows.js';
import { specialCases } from './cases-special.js';
import {
  graphOf,
  judgeBatch,
  judgeBatchOfDerivative,
  judgeFirstOrder,
  judgeSecondOrder,
  type Case,
} from './judge.js';

/** A missing operation does not compile. */
const cases: { readonly [K in OpName]: readonly Case[] } = {
  ...unaryCases,
  ...binaryCases,
  ...shapeCases,
  ...specialCases,
  ...matrixCases,
  ...decompositionCases,
  ...windowCases,
  ...controlCases,
  ...customCases,
  ...implicitCases,
};

const executors: readonly Executor[] = [referenceExecutor, bufferExecutor];

/** Whether a graph or a sub-graph of it has the operation. */
function uses(graph: Graph, op: string): boolean {
  return graph.nodes.some((n) => {
    if (n.op === op) return true;
    const inner = Object.values(n.attrs as Record<string, unknown>).flat();
    return inner.some((g) => typeof g === 'object' && g !== null && 'outputs' in g && uses(g as Graph, op));
  });
}

describe.each(executors.map((e) => [e.name, e] as const))('on the %s executor', (_, executor) => {
  describe.each(Object.entries(cases))('%s', (op, list) => {
    test('has a case', () => {
      expect(list.length).toBeGreaterThan(0);
      for (const c of list) expect(uses(graphOf(c), op), c.name).toBe(true);
    });
    test.each(list.map((c) => [c.name, c] as const))('%s', (_, c) => {
      judgeFirstOrder(c, executor);
      judgeSecondOrder(c, executor);
      judgeBatch(c, executor);
      judgeBatchOfDerivative(c, executor);
    });
  });
});
