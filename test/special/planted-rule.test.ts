/** Wrong derivative rules of special functions are caught by the grid, and right ones hold at zeros. */
import { describe, expect, test, vi } from 'vitest';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { buildGraph, evaluate, hostArray, ops, special, type Node } from '../../src/ir/index.js';
import { gradNodes } from '../../src/autodiff/index.js';
import { specialBinaryCases, specialCases } from '../autodiff/cases-special.js';
import { judgeFirstOrder, judgeSecondOrder } from '../autodiff/judge.js';

vi.mock(import('../../src/autodiff/jvp-rules-special.js'), async (original) => {
  const { derivative, through, plus } = await import('../../src/autodiff/jvp-rule.js');
  const real = await original();
  const jvpSpecialBinary = {
    ...real.jvpSpecialBinary,
    // forgets the sign in a
    igammac: derivative<'igammac'>(([da, dx], [a, x]) =>
      plus(
        through(da, (t) => ops.mul(t, special.igammaGrad(1, a!, x!))),
        through(dx, (t) => ops.mul(t, ops.neg(ops.gammaDensity(a!, x!)))),
      ),
    ),
  };
  const jvpSpecial = {
    ...real.jvpSpecial,
    // right to the first order only
    betainc: derivative<'betainc'>(([, , dx], [a, b, x]) =>
      through(dx, (t) => ops.mul(t, ops.stopGradient(special.betaDensity(a!, b!, x!)))),
    ),
  };
  return { ...real, jvpSpecialBinary, jvpSpecial };
});

describe('the grid catches', () => {
  test('a wrong sign', () => {
    expect(() => judgeFirstOrder(specialBinaryCases.igammac[0]!, referenceExecutor)).toThrow(
      /igammac 0: jvp/,
    );
    expect(() => judgeFirstOrder(specialBinaryCases.igamma[0]!, referenceExecutor)).not.toThrow();
  });
  test('a rule that is right only once', () => {
    const { args } = specialCases.betainc[0]!;
    const inX = {
      name: 'betainc in x',
      args: [args[2]!],
      f: (x: Node) => [special.betainc(ops.fill(x.builder, 2, [6]), ops.fill(x.builder, 3, [6]), x)],
    };
    expect(() => judgeFirstOrder({ ...inX, f: (x) => inX.f(x!) }, referenceExecutor)).not.toThrow();
    expect(() => judgeSecondOrder({ ...inX, f: (x) => inX.f(x!) }, referenceExecutor)).toThrow(/jvp of jvp/);
  });
});

describe('at zeros', () => {
  const derivatives = (f: (x: Node, y: Node) => Node, x: number, y: number): number[] =>
    evaluate(
      buildGraph(
        [
          { shape: [], dtype: 'f' },
          { shape: [], dtype: 'f' },
        ],
        (a, b) => gradNodes((u, v) => f(u!, v!), [a!, b!]).gradient,
      ),
      [hostArray([x], [], 'f'), hostArray([y], [], 'f')],
    ).map((v) => v.data[0]!);
  test('xlogy', () => {
    expect(derivatives(ops.xlogy, 0, 0)).toEqual([-Infinity, 0]);
    expect(derivatives(ops.xlogy, 0, 2)).toEqual([Math.log(2), 0]);
    expect(derivatives(ops.xlog1py, 0, -1)).toEqual([-Infinity, 0]);
  });
  test('gamma', () => {
    expect(derivatives(ops.igamma, 2, 0)).toEqual([0, 0]);
    expect(derivatives(ops.igamma, 1, 0)).toEqual([0, 1]);
    expect(derivatives(ops.gammaDensity, 3, 0)[0]).toBe(0);
  });
});
