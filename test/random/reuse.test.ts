import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { grad, vmap } from '../../src/autodiff/index.js';
import { stage, type Key, register } from '../../src/staging/index.js';
import { flip, normal } from '../../src/distributions/index.js';
import {
  foldIn,
  key,
  KeyError,
  randomNormal,
  randomUniform,
  reuse,
  split,
  splitBatch,
} from '../../src/random/index.js';

register();

/** The error that staging `f` on a key raises. */
function errorOf(f: (k: Key) => unknown): Error | undefined {
  try {
    stage(f, [key(0)]);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
const places = (e: Error | undefined): string =>
  (e?.message ?? '').replace(/test\/random\/reuse\.test\.ts:\d+:\d+/g, 'HERE');

describe('a missing key', () => {
  it('is an error that says what was found and how to make one', () => {
    const advice = 'Make one with key(seed), and one for each use with split(key) or foldIn(key, i).';
    const calls: [() => unknown, string][] = [
      [
        () => (randomNormal as any)(),
        'randomNormal: sampling needs a key as its first argument, found nothing.',
      ],
      [
        () => (randomNormal as any)([3]),
        'randomNormal: sampling needs a key as its first argument, found Array.',
      ],
      [
        () => (randomUniform as any)(42, [3]),
        'randomUniform: sampling needs a key as its first argument, found number 42.',
      ],
      [
        () => (split as any)('seed'),
        "split: sampling needs a key as its first argument, found string 'seed'.",
      ],
      [() => (foldIn as any)(null, 1), 'foldIn: sampling needs a key as its first argument, found null.'],
      [
        () => (normal(0, 1) as any).sample(),
        'normal.sample: sampling needs a key as its first argument, found nothing.',
      ],
      [
        () => (splitBatch as any)(tf.scalar(1), 2),
        'splitBatch: sampling needs a key as its first argument, found Tensor.',
      ],
    ];
    for (const [call, message] of calls) {
      expect(call).toThrow(`${message} ${advice}`);
      expect(call).toThrow(KeyError);
    }
  });
});

describe('a key used twice in one program', () => {
  it('is an error that names both places', () => {
    const found = errorOf((k) => tf.add(randomNormal(k, []), normal(0, 1).sample(k)));
    expect(found).toBeInstanceOf(KeyError);
    expect((found as KeyError).code).toBe('key-reuse');
    expect(places(found)).toBe(
      'one key is used twice in this program: by randomNormal at HERE, then by normal.sample at HERE. ' +
        'Both see the same random words. Give each its own key with split(key) or foldIn(key, i), ' +
        'or write reuse(key) where equal draws are meant.',
    );
  });

  it('tells the two places apart', () => {
    const found = errorOf((k) => {
      const first = randomNormal(k, []);
      return tf.add(first, randomNormal(k, []));
    });
    const lines = [...found!.message.matchAll(/reuse\.test\.ts:(\d+):/g)].map((m) => Number(m[1]));
    expect(lines).toHaveLength(2);
    expect(lines[1]! - lines[0]!).toBe(1);
  });

  const wrong: [string, (k: Key) => unknown][] = [
    ['two samplers', (k) => [randomNormal(k, [2]), randomUniform(k, [2])]],
    ['the same sampler twice', (k) => [randomNormal(k, [2]), randomNormal(k, [3])]],
    ['split, then sampled', (k) => [split(k).length, randomNormal(k, [])]],
    ['sampled, then split', (k) => [randomNormal(k, []), splitBatch(k, 2)]],
    ['split twice', (k) => [...split(k), ...split(k, 3)]],
    ['a child by two ways', (k) => [randomNormal(foldIn(k, 3), []), flip(0.5).sample(foldIn(k, 3))]],
    [
      'a child of split and of foldIn',
      (k) => [randomNormal(split(k)[1], []), randomNormal(foldIn(k, 1), [])],
    ],
    [
      'sampled, then again in the body of a derivative',
      (k) => [randomNormal(k, []), grad((x: tf.Tensor) => tf.mul(x, randomNormal(k, [])))(tf.scalar(1))],
    ],
    [
      'sampled, then again in each lane',
      (k) => [randomNormal(k, []), vmap((x: tf.Tensor) => tf.add(x, randomNormal(k, [])))(tf.zeros([2]))],
    ],
    ['a concrete key that is closed over', () => [randomNormal(key(7), []), randomNormal(key(7), [])]],
  ];
  it.each(wrong)('%s', (_, f) => {
    expect(errorOf(f)).toBeInstanceOf(KeyError);
  });

  const right: [string, (k: Key) => unknown][] = [
    ['one use', (k) => randomNormal(k, [2])],
    ['a key for each', (k) => split(k, 3).map((s) => randomNormal(s, []))],
    ['folded many times', (k) => [1, 2, 3].map((i) => randomNormal(foldIn(k, i), []))],
    [
      'folded by data',
      (k) => [randomNormal(foldIn(k, tf.scalar(0, 'int32')), []), randomNormal(foldIn(k, 1), [])],
    ],
    ['reuse', (k) => [randomNormal(reuse(k), []), randomUniform(reuse(k), [])]],
    ['reuse of a key that was used', (k) => [randomNormal(k, []), randomNormal(reuse(k), [])]],
    [
      'keys from a reused key',
      (k) => [split(reuse(k)), split(reuse(k))].flat().map((s) => randomNormal(s, [])),
    ],
    [
      'one use in the body of a derivative of a derivative',
      (k) => grad(grad((x: tf.Tensor) => tf.mul(tf.square(x), randomNormal(k, []))))(tf.scalar(1)),
    ],
    ['different concrete keys', () => [randomNormal(key(7), []), randomNormal(key(8), [])]],
    ['unused', () => tf.scalar(1)],
  ];
  it.each(right)('is not: %s', (_, f) => {
    expect(errorOf(f)).toBeUndefined();
  });

  it('is not looked for outside programs, nor across them', () => {
    const k = key(0);
    randomNormal(k, []);
    randomNormal(k, []);
    const f = (s: Key): tf.Tensor => randomNormal(s, []);
    stage(f, [k]);
    stage(f, [k]);
  });

  it('leaves draws as they are', () => {
    expect(randomNormal(reuse(key(3)), [2]).dataSync()).toEqual(randomNormal(key(3), [2]).dataSync());
  });
});
