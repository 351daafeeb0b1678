/** A wrong rule is caught by the grid. */
import { describe, expect, test, vi } from 'vitest';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { ops, shapes } from '../../src/ir/index.js';
import { customCases } from './cases-custom.js';
import { unaryCases } from './cases-elementwise.js';
import { matrixCases, shapeCases } from './cases-shape.js';
import { judgeBatch, judgeBatchOfDerivative, judgeFirstOrder, judgeSecondOrder, type Case } from './judge.js';

vi.mock(import('../../src/autodiff/jvp-rules-elementwise.js'), async (original) => {
  const { derivative, through } = await import('../../src/autodiff/jvp-rule.js');
  const real = await original();
  const jvpUnary = {
    ...real.jvpUnary,
    // tanh′ = 1 − tanh
    tanh: derivative<'tanh'>(([d], _, y) => through(d, (t) => ops.mul(t, ops.sub(1, y)))),
    // right at first order, without a derivative of its own
    sin: derivative<'sin'>(([d], [x]) => through(d, (t) => ops.mul(t, ops.stopGradient(ops.cos(x!))))),
  };
  return { ...real, jvpUnary };
});

vi.mock(import('../../src/autodiff/transpose-rules.js'), async (original) => {
  const real = await original();
  const transposeRules = {
    ...real.transposeRules,
    // forgets to turn around
    cumsum: (({ attrs, cotangents: [ct] }) => [
      shapes.cumsum(ct!, attrs.axis, attrs.reverse),
    ]) as typeof real.transposeRules.cumsum,
  };
  return { ...real, transposeRules };
});

vi.mock(import('../../src/autodiff/batch-rules-shape.js'), async (original) => {
  const { aligned } = await import('../../src/autodiff/batch-rule.js');
  const real = await original();
  // reverses the lanes too
  return {
    ...real,
    batchShapes: {
      ...real.batchShapes,
      reverse: aligned<'reverse'>(({ axes }) => ({ axes: [0, ...axes.map((a) => a + 1)] })),
    },
  };
});

vi.mock(import('../../src/autodiff/transpose-rules-custom.js'), async (original) => {
  const real = await original();
  type Rule = typeof real.transposeLinearCall;
  // of another matrix: twice the constants
  const transposeLinearCall: Rule = (step) =>
    real.transposeLinearCall({ ...step, operands: step.operands.map((o) => o && ops.mul(o, 2)) });
  return { ...real, transposeLinearCall };
});

vi.mock(import('../../src/autodiff/self.js'), async (original) => {
  const real = await original();
  // a call of the function within its rule gets no rule
  return { ...real, tie: (rule) => rule };
});

const judge = (check: (c: Case, e: typeof referenceExecutor) => void, c: Case | undefined) => () =>
  check(c!, referenceExecutor);

describe('the grid catches', () => {
  test('a wrong forward rule', () => {
    expect(judge(judgeFirstOrder, unaryCases.tanh[0])).toThrow(/tanh of f: jvp/);
    expect(judge(judgeFirstOrder, unaryCases.cos[0])).not.toThrow();
  });
  test('a rule that is right only once', () => {
    expect(judge(judgeFirstOrder, unaryCases.sin[0])).not.toThrow();
    expect(judge(judgeSecondOrder, unaryCases.sin[0])).toThrow(/sin of f: jvp of jvp/);
  });
  test('a wrong transpose', () => {
    expect(judge(judgeFirstOrder, shapeCases.cumsum[0])).toThrow(/cumsum: vjp against jvp/);
  });
  test('a wrong batching rule', () => {
    expect(judge(judgeBatch, shapeCases.reverse[0])).toThrow(/reverse: vmap/);
    expect(judge(judgeBatchOfDerivative, shapeCases.reverse[0])).toThrow(/reverse: vmap of vjp/);
    expect(judge(judgeBatch, matrixCases.cholesky[0])).not.toThrow();
  });
  test('a wrong rule of functions with rules of their own', () => {
    expect(judge(judgeFirstOrder, customCases.linearCall[0])).toThrow(/linearCall.*: vjp against jvp/);
    expect(judge(judgeFirstOrder, customCases.custom[0])).not.toThrow();
    expect(judge(judgeSecondOrder, customCases.custom[0])).toThrow(/called its function/);
  });
});
