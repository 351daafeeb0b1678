/** Random programs: derivatives are differences, modes are transposes, batches are loops, however things are run. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { register, tensor } from '../../src/staging/index.js';
import { conditionOf, judgeProgram, limit } from './random-judge.js';
import { operationNames, programs, runs, seed, type Program } from './random-program.js';

register();

test('random programs of at most 30 operations', () => {
  let [drawn, skipped] = [0, 0];
  const seen = new Set<string>();
  fc.assert(
    fc.property(programs(), (program: Program) => {
      drawn++;
      program.steps.forEach((s) => seen.add(operationNames[s.op]!));
      if (!judgeProgram(program)) skipped++;
    }),
    { seed, numRuns: runs },
  );
  expect(skipped / drawn).toBeLessThan(0.1);
  expect(operationNames.filter((n) => !seen.has(n))).toEqual([]);
});

test('what is too badly conditioned is known as such', () => {
  const values = [tensor([1, -2])];
  expect(conditionOf(values, Math.exp, 1)).toBeLessThan(limit);
  expect(conditionOf(values, Math.cos, 0)).toBe(Infinity);
  expect(conditionOf([tensor(1e7)], Math.exp, 1)).toBeGreaterThan(limit);
  expect(conditionOf(values, (t) => Math.sin(300 * t), 1)).toBeLessThan(limit);
  expect(conditionOf(values, (t) => Math.cos(300 * t), 1)).toBeGreaterThan(limit);
  expect(conditionOf([tensor([NaN])], Math.exp, 1)).toBe(Infinity);
});
