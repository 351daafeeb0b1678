/** The comparison with the reference, and its exceptions, on stand-ins for executors. */
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { ops, type Executor } from '../../src/ir/index.js';
import { gridCases } from '../autodiff/grid-cases.js';
import {
  judgeBatch,
  judgeBatchOfDerivative,
  judgeFirstOrder,
  judgeSecondOrder,
  type Case,
} from '../autodiff/judge.js';
import { arr } from '../ir/arrays.js';
import { comparing, errorOf } from './executors-comparing.js';
import { boundOf, exceptions } from './executors-exceptions.js';
import { tolerances } from './executors-subject.js';
import { roundingExecutor } from './fuzz-rounding.js';
import { rewrite } from './fuzz-rewrite.js';

const named = new Map<string, Case>(Object.values(gridCases).flatMap((list) => list.map((c) => [c.name, c])));

/** The whole grid of a case on an executor that is compared with the reference: the largest error. */
function grid(c: Case, executor: Executor, bound: number): number {
  let worst = 0;
  const compared = comparing(
    { name: 'stand-in', executor },
    bound,
    (error) => (worst = Math.max(worst, error)),
  );
  for (const judge of [judgeFirstOrder, judgeSecondOrder, judgeBatch, judgeBatchOfDerivative])
    judge(c, compared);
  return worst;
}

const correct = (precision: 'float32' | 'float64', seed: number): Executor =>
  roundingExecutor({ precision, seed, ulps: 4 });

describe('exceptions', () => {
  test.each(Object.entries(exceptions))('%s', (name, { bound }) => {
    const c = named.get(name);
    expect(c, 'there is such a case').toBeDefined();
    // correct float32 arithmetic needs it, and keeps it; float64 needs none
    let worst = 0;
    for (let seed = 1; seed <= 6 && worst <= tolerances.float32; seed++)
      worst = grid(c!, correct('float32', seed), bound);
    expect(worst).toBeGreaterThan(tolerances.float32);
    expect(grid(c!, correct('float64', 1), tolerances.float64)).toBeGreaterThan(0);
  });
});

describe('a wrong executor is caught by the grid', () => {
  const wrong = (executor: Executor, error: number): Executor => ({
    name: 'wrong',
    compile: (graph) =>
      executor.compile(
        rewrite(graph, (_, n, [x]) =>
          n.op === 'tanh' ? [ops.mul(ops.unary('tanh', x!), 1 + error)] : undefined,
        ),
      ),
  });
  const [tanh, sin] = [named.get('tanh of f')!, named.get('sin of f')!];
  test('in float32, by 1e-4', () => {
    const bound = boundOf(tanh.name, { precision: 'float32' });
    expect(() => grid(tanh, wrong(correct('float32', 1), 1e-4), bound)).toThrow(/is wrong by .*tanh/s);
    expect(() => grid(tanh, correct('float32', 1), bound)).not.toThrow();
    expect(() => grid(sin, wrong(correct('float32', 1), 1e-4), bound)).not.toThrow();
  });
  test('in float64, by 1e-11', () => {
    expect(() => grid(tanh, wrong(bufferExecutor, 1e-11), tolerances.float64)).toThrow(/is wrong by .*tanh/s);
    expect(() => grid(tanh, bufferExecutor, tolerances.float64)).not.toThrow();
  });
});

test('the error is relative to the largest element; what is not finite or not real must be equal', () => {
  expect(errorOf(arr([1, 100]), arr([2, 100]))).toBe(0.01);
  expect(errorOf(arr([NaN, Infinity, 1]), arr([NaN, Infinity, 1]))).toBe(0);
  expect(errorOf(arr([NaN, 1]), arr([0, 1]))).toBe(Infinity);
  expect(errorOf(arr([1, 1]), arr([Infinity, 1]))).toBe(Infinity);
  expect(errorOf(arr([0, 0]), arr([0, 1e-300]))).toBe(Infinity);
  expect(errorOf(arr([7], 'i32'), arr([8], 'i32'))).toBe(Infinity);
  expect(errorOf(arr([7], 'i32'), arr([7], 'u32'))).toBe(Infinity);
});
