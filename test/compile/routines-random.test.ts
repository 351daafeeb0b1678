/** Routines of random bits: the same words as the reference evaluator, in any number. */
import { describe, expect, test } from 'vitest';
import { routineRules, type RoutineRule } from '../../src/compile/routines/index.js';
import { hostArray, sizeOf, type HostArray, type Shape } from '../../src/ir/index.js';
import { dice } from '../ir/dice.js';
import { difference, same } from './routines-harness.js';

const d = dice(3);
const words = (shape: Shape): HostArray =>
  hostArray(
    Array.from({ length: sizeOf(shape) }, () => d.pick([0, 2 ** 32 - 1, d.below(2 ** 32), d.below(2 ** 32)])),
    shape,
    'u32',
  );

describe('randomBits', () => {
  test('of one key, in any number', () => {
    for (let n = 0; n < 70; n++) same('randomBits', { shape: [n] }, [words([2])], ['f64']);
    same('randomBits', { shape: [] }, [words([2])], ['f64']);
    same('randomBits', { shape: [1001, 3] }, [words([2])], ['f64']);
  });
  test('of many keys', () => {
    for (const keys of [[0], [1], [2], [3], [4], [5], [9], [3, 4]]) {
      for (const shape of [[], [0], [1], [2], [3], [4], [5], [8], [17], [2, 5]]) {
        same('randomBits', { shape }, [words([...keys, 2])], ['f64']);
      }
    }
  });
});

test('threefry', () => {
  for (const lead of [[], [0], [1], [2], [3], [4], [5], [8], [17], [3, 5]]) {
    same('threefry', {}, [words([...lead, 2]), words([...lead, 2])], ['f64']);
  }
});

describe('a planted wrong routine is caught by the same comparison', () => {
  test('keys and counters exchanged', () => {
    const wrong: RoutineRule<'threefry'> = (attrs, operands, results) => {
      const right = routineRules.threefry(attrs, operands, results);
      return {
        ...right,
        emit: (c, f, [k, n], outputs, scratch) => right.emit(c, f, [n!, k!], outputs, scratch),
      };
    };
    expect(difference('threefry', {}, [words([5, 2]), words([5, 2])], 'f64', 0, wrong)).toMatch(/element 0/);
  });
  test('one key for all', () => {
    const wrong: RoutineRule<'randomBits'> = ({ shape }, [k], results) =>
      routineRules.randomBits({ shape: [k!.shape[0]!, ...shape] }, [{ ...k!, shape: [2] }], results);
    expect(difference('randomBits', { shape: [5] }, [words([2, 2])], 'f64', 0, wrong)).toMatch(/element 5/);
  });
});
