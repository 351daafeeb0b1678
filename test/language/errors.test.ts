import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as compile from '../../src/compile/index.js';
import * as distributions from '../../src/distributions/index.js';
import * as guides from '../../src/inference/guides/index.js';
import type { FaultCode } from '../../src/language/index.js';
import * as language from '../../src/language/index.js';
import * as objectives from '../../src/objectives/index.js';
import * as optimize from '../../src/optimize/index.js';
import * as random from '../../src/random/index.js';
import { register, type StagingCode } from '../../src/staging/index.js';
import * as train from '../../src/train/index.js';
import * as expectations from '../../transforms/expectation/index.js';

register({ executor: compile.bufferExecutor });

const page = new URL('../../docs/errors.md', import.meta.url);
const names = {
  tf,
  ...compile,
  ...distributions,
  ...guides,
  ...language,
  ...objectives,
  ...optimize,
  ...random,
  ...train,
  ...expectations,
};

/** The message of a program of the page, whose lines are those of `model.ts`. */
function messageOf(program: string): string {
  const scope = Object.keys(names).filter((n) => n !== 'let');
  const run = vm.runInThisContext(`(function (${scope.join(', ')}) {\n${program}\n})`, {
    filename: 'model.ts',
    lineOffset: -1,
  });
  try {
    run(...scope.map((n) => names[n as keyof typeof names]));
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

/** The sections of the page: title, program, message. */
const sections = readFileSync(page, 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [, program, message] = /```ts\n(.*?)```\n\n```text\n(.*?)```/s.exec(text) ?? [];
    return { title: text.split('\n')[0]!, program: program!, message: message!.trimEnd() };
  });

const stagingCodes: Readonly<Record<StagingCode, true>> = {
  read: true,
  finished: true,
  disposed: true,
  assign: true,
  variable: true,
  random: true,
  async: true,
  grad: true,
  customGrad: true,
  operation: true,
  kernel: true,
  dataShape: true,
  dtype: true,
  device: true,
  leaf: true,
  leafCount: true,
  values: true,
  keyAsTensor: true,
  unregistered: true,
  gradientKernel: true,
};

const codes: Readonly<Record<FaultCode, true>> = {
  'duplicate-address': true,
  'sampled-and-observed': true,
  'missing-in-guide': true,
  'missing-value': true,
  'extra-in-guide': true,
  'unused-value': true,
  kind: true,
  shape: true,
  'event-axis': true,
  support: true,
  parameter: true,
  value: true,
  'log-prob-shape': true,
  'no-strategy': true,
  'unfit-strategy': true,
  'unknown-strategy': true,
  'forgotten-star': true,
  'starless-yield': true,
  improper: true,
  'expectation-observes': true,
  'guide-observes': true,
};

test('every code has its section', () => {
  const titles = sections.map((s) => s.title);
  expect(Object.keys(codes).filter((c) => !titles.includes(c))).toEqual([]);
  const text = readFileSync(page, 'utf8');
  expect(Object.keys(stagingCodes).filter((c) => !text.includes(`\`${c}\``))).toEqual([]);
});

describe('the page of errors, run', () => {
  test.each(sections.map((s) => [s.title, s] as const))('%s', (_, { program, message }) => {
    expect(messageOf(program)).toBe(message.replaceAll(/\n(?!- )/g, ' '));
  });
});

describe('faults as records', () => {
  const { gen, sample, observe, validate, validateEither, ModelError } = language;
  const { normal, halfNormal, flip } = distributions;
  const model = gen(function* () {
    yield* sample('tau', halfNormal(1));
    yield* sample('coin', flip(0.5));
    yield* observe('y', normal(0, 1), 0.5);
  });
  const guide = gen(function* () {
    yield* sample('tau', normal(0, 1));
    yield* sample('y', normal(0, 1));
  });
  const good = gen(function* () {
    yield* sample('tau', distributions.logNormal(0, 1));
    yield* sample('coin', flip(0.5));
  });

  test('an observation in a guide, before anything is run', () => {
    const observing = gen(function* () {
      yield* good();
      yield* observe('z', normal(0, 1), 0.5);
    });
    const result = validateEither(model(), observing());
    const faults = result._tag === 'Left' ? result.left : [];
    expect(faults.map(({ code, address }) => [code, address])).toEqual([['guide-observes', 'z']]);
  });

  test('all of a run, in the order of the program', () => {
    const result = validateEither(model(), guide());
    expect(result._tag).toBe('Left');
    const faults = result._tag === 'Left' ? result.left : [];
    expect(faults.map(({ code, address, expected, found }) => ({ code, address, expected, found }))).toEqual([
      { code: 'support', address: 'tau', expected: 'positive', found: 'real (normal)' },
      { code: 'missing-in-guide', address: 'coin', expected: 'bernoulli of shape []', found: 'nothing' },
      { code: 'extra-in-guide', address: 'y', expected: 'a latent site', found: 'an observation' },
    ]);
    for (const fault of faults) expect(fault.where).toMatch(/^test\/language\/errors\.test\.ts:\d+:\d+$/);
  });

  test('validate throws them, and is silent about a good guide', () => {
    expect(() => validate(model(), guide())).toThrow(ModelError);
    expect(validateEither(model(), good())).toEqual({ _tag: 'Right', right: undefined });
  });

  test('what is no modelling fault is thrown as it is', () => {
    const broken = gen(function* () {
      yield* sample('tau', halfNormal(1));
      throw new RangeError('of the user');
    });
    expect(() => validateEither(model(), broken())).toThrow(new RangeError('of the user'));
  });

  test('an exception on the way does not hide the faults that led to it', () => {
    const p = gen(function* () {
      const x = yield* sample('x', normal(0, 1));
      const w = yield* sample('w', normal(tf.zeros([2]), 1));
      yield* observe('y', normal(tf.dot(w, tf.ones([2])), 1), 0);
      throw new Error(`after ${x.shape.length}`);
    });
    try {
      language.assess(p(), { x: 0, w: tf.ones([3]) });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError);
      expect((error as Error).cause).toEqual(new Error('after 0'));
    }
  });

  test('programs made outside runs, or run by another, are not called forgotten', () => {
    const hoisted = sample('x', normal(0, 1));
    const p = gen(function* () {
      const kept = sample('a', normal(0, 1));
      yield* language.maybe(kept);
      return yield* hoisted;
    });
    const k = random.key(1);
    expect(Object.keys(language.simulate(p(), k).choices)).toEqual(['a', 'x']);
    expect(Object.keys(language.simulate(p(), k).choices)).toEqual(['a', 'x']);
  });

  test('forgotten in a plate, and a forgotten call and plate', () => {
    const one = gen(function* () {
      yield* sample('z', normal(0, 1));
      observe('y', normal(0, 1), 0);
    });
    const p = gen(function* () {
      yield* language.plate('rows', 2, () => one());
      language.plate('others', 2, () => one());
      language.call('group', one());
    });
    const run = (): unknown => language.simulate(p(), random.key(1));
    const forgotten = ["observe('y')", "plate('others')", "call('group')"];
    expect(run).toThrow(ModelError);
    try {
      run();
    } catch (error) {
      expect((error as language.ModelError).faults.map((f) => f.found)).toEqual(forgotten);
    }
  });
});
