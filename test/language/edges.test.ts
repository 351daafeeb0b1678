/** What programs are given that types would refuse, and names and kinds that need care. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { flip, normal } from '../../src/distributions/index.js';
import {
  assess,
  call,
  condition,
  estimate,
  gen,
  objective,
  observe,
  plate,
  sample,
  simulate,
} from '../../src/language/index.js';
import { key } from '../../src/random/index.js';
import { register, tensor } from '../../src/staging/index.js';

register({ executor: bufferExecutor });

const value = (t: tf.Tensor): number => t.dataSync()[0]!;

test('a given value of a kind that fits reaches the program as its own kind', () => {
  const program = gen(function* () {
    return tf.where(yield* sample('b', flip(0.3)), tf.scalar(1), tf.scalar(2));
  });
  for (const b of [1, true, tensor(1), tensor(1, [], 'int32')]) {
    const run = assess(program(), { b: b as never });
    const conditioned = simulate(condition(program(), { b: b as never }), key(1));
    for (const { value: result, logDensity } of [run, conditioned]) {
      expect(value(result)).toBe(1);
      expect(value(logDensity)).toBeCloseTo(Math.log(0.3), 6);
    }
  }
});

test('a bare yield is no effect', () => {
  const program = gen(function* () {
    yield;
  } as never);
  expect(() => simulate(program() as never, key(1))).toThrow(
    /a generative program yielded undefined: it may/,
  );
});

test('addresses may be names that every object has', () => {
  const group = gen(function* () {
    yield* sample('constructor', normal(0, 1));
  });
  const program = gen(function* () {
    yield* call('toString', group());
  });
  const { choices, logDensity } = simulate(program(), key(1));
  expect(Object.keys(choices)).toEqual(['toString']);
  expect(Object.keys(Object.prototype.toString)).toEqual([]);
  expect(value(assess(program(), choices).logDensity)).toBeCloseTo(value(logDensity), 12);
  expect(() => assess(group(), {} as never)).toThrow(/no value was given for 'constructor'/);
});

describe('what is no program', () => {
  const bare = gen(function* () {
    yield* sample('x', normal(0, 1));
  });

  test('is refused with a word on applying it', () => {
    expect(() => simulate(bare as never, key(1))).toThrow(
      'expected a program, found a value of type function: apply it to its arguments, as in model(x)',
    );
    const program = gen(function* () {
      yield* plate('rows', 2, () => 5 as never);
    });
    expect(() => simulate(program(), key(1))).toThrow('expected a program, found a value of type number');
  });

  test('nor a distribution, nor an estimate', () => {
    expect(() => sample('x', 5 as never)).toThrow(
      "sample('x'): expected a distribution, found a value of type number",
    );
    expect(() => observe('y', undefined as never, 1)).toThrow(
      "observe('y'): expected a distribution, found a value of type undefined",
    );
    expect(() => observe('y', normal(0, 1), [1, 2] as never)).toThrow(
      "observe('y'): expected a tensor, a number or a boolean, found a value of type object; tensor([...]) makes a tensor of an array",
    );
    const wrong = objective(() => bare()[Symbol.iterator]() as never);
    expect(() => estimate(objective(function* () {} as never), key(1))).toThrow(
      'an objective must return an estimate, such as bound(w), or trust(x, claim) of a tensor x',
    );
    expect(() => estimate(wrong, key(1))).toThrow(/an objective yielded an effect that is not its own/);
  });
});
