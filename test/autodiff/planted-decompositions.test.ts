/** Wrong rules of the decompositions are caught by the grid. */
import { describe, expect, test, vi } from 'vitest';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { ops, shapes } from '../../src/ir/index.js';
import type { JvpRule } from '../../src/autodiff/jvp-rule.js';
import { decompositionCases } from './cases-decompositions.js';
import { judgeBatch, judgeFirstOrder, judgeSecondOrder, type Case } from './judge.js';

vi.mock(import('../../src/autodiff/jvp-rules-decompositions.js'), async (original) => {
  const { jvpDecompositions: right } = await original();
  const { product } = await import('../../src/autodiff/jvp-rules-matrix.js');
  // forgets what of the change lies outside the range of Q: nothing where Q is square
  const qr: JvpRule<'qr'> = (step) => {
    const { out, tangents } = right.qr(step);
    const [q, dq] = [out[0]!, tangents[0]!];
    return { out, tangents: [product(q, product(shapes.matrixTranspose(q), dq)), tangents[1]] };
  };
  // right at first order, without a derivative of its own
  const eigh: JvpRule<'eigh'> = (step) => {
    const { out, tangents } = right.eigh(step);
    const v = ops.stopGradient(out[1]!);
    const d = step.tangents[0]!;
    const t = shapes.matrixTranspose;
    const symmetric = ops.add(shapes.tril(d), t(shapes.tril(d, -1)));
    return { out, tangents: [shapes.diagonal(product(t(v), product(symmetric, v))), tangents[1]] };
  };
  // turns the right vectors the wrong way
  const svd: JvpRule<'svd'> = (step) => {
    const { out, tangents } = right.svd(step);
    return { out, tangents: [tangents[0], tangents[1], ops.neg(tangents[2]!)] };
  };
  return { jvpDecompositions: { qr, eigh, svd } };
});

vi.mock(import('../../src/autodiff/batch-rules-shape.js'), async (original) => {
  const real = await original();
  const { batched, spreadLanes } = await import('../../src/autodiff/batch-rule.js');
  // reverses the lanes of a stack
  const batchDecompositions: typeof real.batchDecompositions = {
    ...real.batchDecompositions,
    svd: ({ operands: [a], size, builder }) =>
      batched(builder.nodes('svd', ops.none, [shapes.reverse(spreadLanes(a!, size), [0])])),
  };
  return { ...real, batchDecompositions };
});

const judge = (check: (c: Case, e: typeof referenceExecutor) => void, c: Case | undefined) => () =>
  check(c!, referenceExecutor);
const { qr, eigh, svd } = decompositionCases;

describe('the grid catches', () => {
  test('qr without the part outside the range of Q', () => {
    expect(judge(judgeFirstOrder, qr[0])).toThrow(/qr of a tall matrix: jvp/);
    expect(judge(judgeFirstOrder, qr[1])).not.toThrow();
  });
  test('eigh that is right only once', () => {
    expect(judge(judgeFirstOrder, eigh[0])).not.toThrow();
    expect(judge(judgeSecondOrder, eigh[0])).toThrow(/eigh of a matrix: jvp of jvp/);
  });
  test('svd whose right vectors turn the wrong way', () => {
    expect(judge(judgeFirstOrder, svd[0])).toThrow(/svd of a tall matrix: jvp/);
  });
  test('a wrong batching rule', () => {
    expect(judge(judgeBatch, svd[0])).toThrow(/svd of a tall matrix: vmap/);
    expect(judge(judgeBatch, qr[0])).not.toThrow();
  });
});
