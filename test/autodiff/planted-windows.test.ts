/** A wrong rule of sorting, convolution, pooling or blocks is caught by the grid. */
import { describe, expect, test, vi } from 'vitest';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { ops, shapes, windows } from '../../src/ir/index.js';
import { windowCases } from './cases-windows.js';
import { judgeBatch, judgeFirstOrder, type Case } from './judge.js';

vi.mock(import('../../src/autodiff/jvp-rules-windows.js'), async (original) => {
  const { derivative, through } = await import('../../src/autodiff/jvp-rule.js');
  const real = await original();
  const jvpWindows = {
    ...real.jvpWindows,
    // keeps the order of the operand
    sort: derivative<'sort'>(([d]) => d),
    // the tangent of the element after the greatest
    poolMax: derivative<'poolMax'>(([d], _, __, ___, [at]) =>
      through(d, (t) => shapes.gather(shapes.flatten(t), ops.add(at!, 1))),
    ),
  };
  return { ...real, jvpWindows };
});

vi.mock(import('../../src/autodiff/transpose-rules-windows.js'), async (original) => {
  const real = await original();
  const transposeWindows: typeof real.transposeWindows = {
    ...real.transposeWindows,
    // forgets to turn the window around
    conv: (step) => {
      const [ct, w] = [step.cotangents[0]!, step.operands[1]];
      if (w === undefined) return real.transposeWindows.conv(step);
      const axes = w.shape.slice(3).map((_, a) => a + 3);
      return real.transposeWindows.conv({
        ...step,
        operands: [step.operands[0], shapes.reverse(w, axes)],
        cotangents: [ct],
      });
    },
    // counts the places that a window covers, not what it took from them
    poolSum: (step) => real.transposeWindows.poolSum(step).map((ct) => ct && ops.mul(ct, 2)),
    // gives the block's cotangent, and leaves it in the operand's too
    dynamicUpdate: (step) => {
      const [, u] = real.transposeWindows.dynamicUpdate(step);
      return [step.operands[0] === undefined ? step.cotangents[0] : undefined, u];
    },
  };
  return { ...real, transposeWindows };
});

vi.mock(import('../../src/autodiff/batch-rules-windows.js'), async (original) => {
  const { batched, spreadLanes } = await import('../../src/autodiff/batch-rule.js');
  const real = await original();
  const batchWindows: typeof real.batchWindows = {
    ...real.batchWindows,
    // every lane's block where the first lane's is
    dynamicSlice: (step) => {
      const { attrs, operands, size } = step;
      const [x, start] = operands;
      if (!start!.batched) return real.batchWindows.dynamicSlice(step);
      const first = shapes.concat(
        [ops.fill(start!.node.builder, 0, [1], 'i32'), shapes.index(start!.node, 0)],
        0,
      );
      return batched([windows.dynamicSlice(spreadLanes(x!, size), first, [size, ...attrs.size])]);
    },
  };
  return { ...real, batchWindows };
});

const judge = (check: (c: Case, e: typeof referenceExecutor) => void, c: Case | undefined) => () =>
  check(c!, referenceExecutor);

describe('the grid catches', () => {
  test('a derivative that does not follow the order', () => {
    expect(judge(judgeFirstOrder, windowCases.sort[0])).toThrow(/sort of a vector: jvp/);
  });
  test('a derivative of another element', () => {
    expect(judge(judgeFirstOrder, windowCases.poolMax[0])).toThrow(/poolMax of a vector: jvp/);
  });
  test.each(['conv', 'poolSum', 'dynamicUpdate'] as const)('a wrong transpose of %s', (op) => {
    expect(judge(judgeFirstOrder, windowCases[op][0])).toThrow(/vjp against jvp/);
  });
  test('a wrong batching rule', () => {
    expect(judge(judgeBatch, windowCases.dynamicSlice[0])).toThrow(/dynamicSlice: vmap/);
    expect(judge(judgeBatch, windowCases.conv[0])).not.toThrow();
  });
});
