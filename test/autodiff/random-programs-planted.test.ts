/** A wrong rule in any table is caught by random programs. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { register } from '../../src/staging/index.js';
import { judgeProgram } from './random-judge.js';
import { operationNames, programs, runs, seed, type Program } from './random-program.js';

const planted = vi.hoisted((): { table: string } => ({ table: '' }));

vi.mock(import('../../src/autodiff/jvp-rules-elementwise.js'), async (original) => {
  const { derivative, through } = await import('../../src/autodiff/jvp-rule.js');
  const { ops } = await import('../../src/ir/index.js');
  const real = await original();
  // log′ = x⁻² in place of x⁻¹
  const wrong = derivative<'log'>(([d], [x]) => through(d, (t) => ops.div(t, ops.mul(x!, x!))));
  const log: typeof wrong = (step) => (planted.table === 'jvp' ? wrong : real.jvpUnary.log)(step);
  return { ...real, jvpUnary: { ...real.jvpUnary, log } };
});

vi.mock(import('../../src/autodiff/transpose-rules.js'), async (original) => {
  const { shapes } = await import('../../src/ir/index.js');
  const real = await original();
  type Rule = typeof real.transposeRules.cumsum;
  // forgets to turn around
  const wrong: Rule = ({ attrs, cotangents: [ct] }) => [shapes.cumsum(ct!, attrs.axis, attrs.reverse)];
  const cumsum: Rule = (step) => (planted.table === 'transpose' ? wrong : real.transposeRules.cumsum)(step);
  return { ...real, transposeRules: { ...real.transposeRules, cumsum } };
});

vi.mock(import('../../src/autodiff/batch-rules-shape.js'), async (original) => {
  const { aligned } = await import('../../src/autodiff/batch-rule.js');
  const real = await original();
  // reverses the lanes too
  const wrong = aligned<'reverse'>(({ axes }) => ({ axes: [0, ...axes.map((a) => a + 1)] }));
  const reverse: typeof wrong = (step) =>
    (planted.table === 'batch' ? wrong : real.batchShapes.reverse)(step);
  return { ...real, batchShapes: { ...real.batchShapes, reverse } };
});

vi.mock(import('../../src/compile/lower-shapes.js'), async (original) => {
  const real = await original();
  type Rule = typeof real.lowerShapes.reverse;
  // leaves out the last axis
  const reverse: Rule = (attrs, operands, results, plan) =>
    real.lowerShapes.reverse(
      planted.table === 'lowering' ? { axes: attrs.axes.slice(0, -1) } : attrs,
      operands,
      results,
      plan,
    );
  return { ...real, lowerShapes: { ...real.lowerShapes, reverse } };
});

vi.mock(import('../../src/ir/evaluate-shapes.js'), async (original) => {
  const real = await original();
  type Rule = typeof real.evaluateShapes.reverse;
  const reverse: Rule = (attrs, operands, results) =>
    real.evaluateShapes.reverse(
      planted.table === 'evaluate' ? { axes: attrs.axes.slice(0, -1) } : attrs,
      operands,
      results,
    );
  return { ...real, evaluateShapes: { ...real.evaluateShapes, reverse } };
});

vi.mock(import('../../src/ir/abstract-shapes.js'), async (original) => {
  const real = await original();
  type Rule = typeof real.abstractShapes.reduceSum;
  // keeps the reduced axes
  const reduceSum: Rule = (attrs, operands) =>
    planted.table === 'abstract'
      ? [
          {
            shape: operands[0]!.shape.map((d, i) => (attrs.axes.includes(i) ? 1 : d)),
            dtype: operands[0]!.dtype,
          },
        ]
      : real.abstractShapes.reduceSum(attrs, operands);
  return { ...real, abstractShapes: { ...real.abstractShapes, reduceSum } };
});

register();

/** The first failure of the draws of random-programs.test.ts that use an operation; '' if there is none. */
function judged(table: string, operation: string): string {
  planted.table = table;
  const wanted = operationNames.indexOf(operation);
  const result = fc.check(
    fc.property(programs(), (program: Program) => {
      if (program.steps.some((s) => s.op === wanted)) judgeProgram(program);
    }),
    { seed, numRuns: runs, endOnFailure: true },
  );
  planted.table = '';
  return result.failed ? String((result.errorInstance as Error).message) : '';
}

test.each([
  ['jvp', 'log', /^grad: /],
  ['transpose', 'cumsum', /^(grad|transpose): /],
  ['batch', 'reverse', /^vmap/],
  ['lowering', 'reverse', /^executor: /],
  ['evaluate', 'reverse', /^executor: /],
  ['abstract', 'sum', /./],
])('a wrong %s rule of %s is caught', (table, operation, message) => {
  expect(judged(table, operation)).toMatch(message);
});

test('the right rules are not', () => {
  expect(judged('none', 'reverse')).toBe('');
});
