import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  bernoulli,
  exponential,
  flip,
  halfNormal,
  improperUniform,
  logNormal,
  multivariateNormal,
  normal,
  supports,
  uniform,
  type Support,
} from '../../src/distributions/index.js';
import {
  assess,
  call,
  condition,
  gen,
  maybe,
  ModelError,
  observe,
  plate,
  sample,
  sampleAt,
  simulate,
  validateEither,
  type AnyProgram,
} from '../../src/language/index.js';
import { editDistance, nearestAddresses } from '../../src/language/faults.js';
import { covers } from '../../src/language/guide-checks.js';
import { key } from '../../src/random/index.js';
import { register, tensor } from '../../src/staging/index.js';

register({ executor: bufferExecutor });

type Short = readonly [code: string, address: string, expected: string, found: string];

const faultsOf = (f: () => unknown): readonly Short[] => {
  try {
    f();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return error.faults.map(
      ({ code, address, expected, found }) => [code, address, expected, found] as const,
    );
  }
  return [];
};
const between = (model: AnyProgram, guide: AnyProgram): readonly Short[] => {
  const result = validateEither(model, guide);
  if (result._tag === 'Right') return [];
  return result.left.map(({ code, address, expected, found }) => [code, address, expected, found] as const);
};
/** A program as JavaScript sees it. */
const untyped = (p: unknown): any => p;

const row = gen(function* () {
  const z = yield* sample('z', normal(0, 1));
  yield* observe('x', normal(z, 1), 0);
});
const model = gen(function* () {
  yield* sample('mu', normal(tf.zeros([2]), 1));
  yield* plate('rows', 3, () => row());
});

describe('values given to assess', () => {
  const p = untyped(model());

  test.each<[string, unknown, readonly Short[]]>([
    [
      'missing group, reported once',
      { mu: tensor([0, 0]) },
      [['missing-value', 'rows', 'a group of addresses', 'nothing']],
    ],
    [
      'missing in a plate',
      { mu: tensor([0, 0]), rows: {} },
      [['missing-value', 'rows.z', 'normal of shape [3]', 'nothing']],
    ],
    [
      'plate axis of another size',
      { mu: tensor([0, 0]), rows: { z: tensor([1, 2]) } },
      [['shape', 'rows.z', '[3,…]', '[2]']],
    ],
    [
      'element of another shape',
      { mu: tensor([0, 0]), rows: { z: tf.zeros([3, 4]) } },
      [['shape', 'rows.z', '[3]', '[3,4]']],
    ],
    [
      'a value for a group, a group for a value',
      { mu: { a: 1 }, rows: tensor([1, 2, 3]) },
      [
        ['kind', 'mu', 'tensor', 'group of addresses'],
        ['kind', 'rows', 'group of addresses', 'tensor'],
      ],
    ],
    [
      'what the program does not have, observes, or calls otherwise',
      {
        mu: tensor([0, 0]),
        rows: { z: tensor([1, 2, 3]), x: tensor([1, 2, 3]), zz: tensor([1, 2, 3]) },
        group: { a: 1 },
      },
      [
        ['unused-value', 'rows.x', 'a latent site', 'an observation'],
        ['unused-value', 'rows.zz', 'a latent site', 'nothing'],
        ['unused-value', 'group', 'a latent site', 'nothing'],
      ],
    ],
  ])('%s', (_, choices, faults) => {
    expect(faultsOf(() => assess(p, untyped(choices)))).toEqual(faults);
  });

  test('outside the support', () => {
    const q = gen(function* () {
      yield* sample('tau', halfNormal(tf.ones([3])));
    });
    expect(faultsOf(() => assess(q(), { tau: tensor([1, 2, -3]) }))).toEqual([
      ['value', 'tau', 'positive', '-3 at index [2]'],
    ]);
  });

  test('integers for reals and numbers for booleans are converted', () => {
    const q = gen(function* () {
      yield* sample('x', normal(0, 1));
      yield* sample('b', flip(0.25));
    });
    const run = assess(q(), { x: tf.scalar(2, 'int32'), b: untyped(1) });
    expect(run.logDensity.dataSync()[0]).toBeCloseTo(-2 - 0.5 * Math.log(2 * Math.PI) + Math.log(0.25), 12);
  });
});

describe('values given to condition', () => {
  const run = (given: unknown): readonly Short[] =>
    faultsOf(() => simulate(condition(untyped(model()), untyped(given)), key(1)));

  test.each<[string, unknown, readonly Short[]]>([
    ['of another shape', { mu: tensor([1, 2, 3]) }, [['shape', 'mu', '[2]', '[3]']]],
    ['of another plate', { rows: { z: tensor([1, 2]) } }, [['shape', 'rows.z', '[3,…]', '[2]']]],
    ['a group for a value', { mu: { a: 1 } }, [['kind', 'mu', 'tensor', 'group of addresses']]],
    ['a value for a group', { rows: 1 }, [['kind', 'rows', 'group of addresses', 'tensor']]],
    [
      'in a plate, never visited',
      { rows: { zz: tensor([1, 2, 3]) } },
      [['unused-value', 'rows.zz', 'a latent site', 'nothing']],
    ],
    [
      'observed already',
      { rows: { x: tensor([1, 2, 3]) } },
      [['unused-value', 'rows.x', 'a latent site', 'an observation']],
    ],
    ['good', { mu: tensor([1, 2]), rows: { z: tensor([1, 2, 3]) } }, []],
  ])('%s', (_, given, faults) => {
    expect(run(given)).toEqual(faults);
  });
});

describe('addresses', () => {
  test('groups share no name with sites, and inlined programs none with their caller', () => {
    const p = gen(function* () {
      yield* sampleAt('rows', normal(0, 1));
      yield* model();
      yield* sampleAt('mu', normal(0, 1));
    });
    expect(faultsOf(() => simulate(p(), key(1))).map((f) => f.slice(0, 2))).toEqual([
      ['duplicate-address', 'rows'],
      ['duplicate-address', 'mu'],
    ]);
  });

  test('dynamic addresses are compared at run time', () => {
    const p = (names: readonly string[]) =>
      gen(function* () {
        for (const name of names) yield* sampleAt(name, normal(0, 1));
      })();
    expect(between(p(['a', 'b']), p(['a', 'c'])).map((f) => f.slice(0, 2))).toEqual([
      ['missing-in-guide', 'b'],
      ['extra-in-guide', 'c'],
    ]);
    expect(between(p(['a', 'b']), p(['b', 'a']))).toEqual([]);
  });

  test('a guide without sites', () => {
    expect(between(row(), gen(function* () {})()).map((f) => f.slice(0, 2))).toEqual([
      ['missing-in-guide', 'z'],
    ]);
  });

  test('groups without latents need no guide', () => {
    const p = gen(function* () {
      const m = yield* sample('m', normal(0, 1));
      yield* plate('data', 2, () =>
        gen(function* () {
          yield* observe('x', normal(m, 1), 0);
        })(),
      );
      yield* call(
        'more',
        gen(function* () {
          yield* observe('x', normal(m, 1), 0);
        })(),
      );
    });
    const g = gen(function* () {
      yield* sample('m', normal(0, 1));
    });
    expect(between(p(), g())).toEqual([]);
  });

  test('optional sites of the model are asked for where the run visits them', () => {
    const p = gen(function* (deep: boolean) {
      yield* sample('a', normal(0, 1));
      if (deep) yield* maybe(sample('b', normal(0, 1)));
    });
    expect(between(p(false), p(false))).toEqual([]);
    expect(between(p(true), p(false)).map((f) => f[0])).toEqual(['missing-in-guide']);
    expect(between(p(false), p(true)).map((f) => f[0])).toEqual(['extra-in-guide']);
  });
});

describe('guide against model', () => {
  const one = (d: Parameters<typeof sampleAt>[1]): AnyProgram =>
    gen(function* () {
      yield* sampleAt('x', d);
    })() as AnyProgram;

  test.each<[string, Parameters<typeof sampleAt>[1], Parameters<typeof sampleAt>[1], readonly string[]]>([
    [
      'a batch for an event, outside plates',
      multivariateNormal(tf.zeros([2]), { scaleTril: tf.eye(2) }),
      normal(tf.zeros([2]), 1),
      [],
    ],
    [
      'an event for a batch, outside plates',
      normal(tf.zeros([2]), 1),
      multivariateNormal(tf.zeros([2]), { scaleTril: tf.eye(2) }),
      [],
    ],
    ['an improper prior on vectors', improperUniform(supports.real, [2]), normal(tf.zeros([2]), 1), []],
    [
      'an improper prior on positive vectors',
      improperUniform(supports.positive, [2]),
      normal(tf.zeros([2]), 1),
      ['support'],
    ],
    ['inside', normal(0, 1), exponential(1), []],
    ['inside an interval', uniform(-1, 3), uniform(0, 1), []],
    ['outside an interval', uniform(0, 1), uniform(0, 2), ['support']],
    ['booleans', flip(0.1), bernoulli({ logits: 1 }), []],
    ['booleans for reals', normal(0, 1), flip(0.5), ['kind']],
    ['reals for booleans', flip(0.5), normal(0, 1), ['kind']],
    ['the same', logNormal(0, 1), halfNormal(1), []],
  ])('%s', (_, m, g, codes) => {
    expect(between(one(m), one(g)).map((f) => f[0])).toEqual(codes);
  });

  test.each<[Support, Support, boolean]>([
    [supports.real, supports.positive, true],
    [supports.positive, supports.real, false],
    [supports.positive, supports.unitInterval, true],
    [supports.greaterThan(-2), supports.positive, true],
    [supports.positive, supports.greaterThan(-2), false],
    [supports.lessThan(3), supports.interval(0, 3), true],
    [supports.realVector, supports.real, true],
    [supports.interval(tf.zeros([2]), 1), supports.positive, true],
    [supports.boolean, supports.unitInterval, false],
  ])('%o covers %o: %s', (model, guide, expected) => {
    expect(covers(model, guide)).toBe(expected);
  });
});

describe('nearest addresses', () => {
  test('edit distance counts swaps of neighbours as one', () => {
    expect(editDistance('sigma', 'sgima')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });

  test('the nearest three, far ones left out', () => {
    expect(nearestAddresses('sgima', ['mu', 'sigma', 'sigma2', 'theta', 'sigmas', 'smi'])).toEqual([
      'sigma',
      'sigma2',
      'sigmas',
    ]);
    expect(nearestAddresses('completelyOther', ['mu'])).toEqual([]);
  });
});
