import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluate, hostArray } from '../../src/ir/index.js';
import { hostOf, stage, tensor, type Key, register } from '../../src/staging/index.js';
import {
  foldIn,
  key,
  randomBits,
  randomNormal,
  randomUniform,
  split,
  splitBatch,
} from '../../src/random/index.js';

register();

interface Fixture {
  keys: { seed: number; words: number[] }[];
  split: { seed: number; n: number; words: number[][] }[];
  foldIn: { seed: number; data: number; words: number[] }[];
  draws: {
    key: number[];
    shape: number[];
    bits: number[];
    uniform: number[];
    normal: number[];
    exact: number[];
  }[];
  vmapped: { seed: number; n: number; shape: number[]; normal: number[]; bits: number[] };
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/jax-random.json', import.meta.url), 'utf8'),
) as Fixture;

const words = (k: Key): number[] => Array.from(hostOf(k).data);
const values = (t: tf.Tensor): number[] => Array.from(hostOf(t).data);

describe('key', () => {
  it('gives the words of jax.random.key, negative and wide seeds among them', () => {
    for (const { seed, words: expected } of fixture.keys) expect(words(key(seed))).toEqual(expected);
  });

  it('hashes a string by seedrandom', () => {
    // seedrandom('demo').int32() twice, as unsigned words.
    expect(words(key('demo'))).toEqual([1483733255, 4004202407]);
    expect(words(key('demo'))).not.toEqual(words(key('demo ')));
    expect(words(key(''))).not.toEqual(words(key('0')));
    expect(words(key('0'))).not.toEqual(words(key(0)));
  });

  it('refuses what is no seed', () => {
    for (const bad of [0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => key(bad)).toThrow(
        `key: expected a string or an integer of magnitude below 2^53 as seed, found ${bad}`,
      );
    }
    expect(() => key(undefined as any)).toThrow('found undefined');
  });

  it('leaves Math.random alone', () => {
    const before = Math.random;
    key('demo');
    expect(Math.random).toBe(before);
  });
});

describe('over tensors, eagerly', () => {
  it('splits and folds as JAX does', () => {
    for (const { seed, n, words: expected } of fixture.split) {
      expect(split(key(seed), n).map(words)).toEqual(expected);
      const batch = splitBatch(key(seed), n);
      expect(batch.shape).toEqual([n]);
      expect(words(batch)).toEqual(expected.flat());
    }
    for (const { seed, data, words: expected } of fixture.foldIn) {
      expect(words(foldIn(key(seed), data))).toEqual(expected);
      if (data < 2 ** 31) expect(words(foldIn(key(seed), tf.scalar(data, 'int32')))).toEqual(expected);
    }
    expect(split(key(0))).toHaveLength(2);
    expect(split(key(0), 0)).toEqual([]);
  });

  it('draws as JAX does', () => {
    for (const d of fixture.draws.slice(0, 7)) {
      const k = key(0);
      expect(words(k)).toEqual(d.key);
      expect(values(randomBits(k, d.shape)).map((x) => x >>> 0)).toEqual(d.bits);
      expect(values(randomUniform(k, d.shape))).toEqual(d.uniform);
      const x = randomNormal(k, d.shape);
      expect([x.shape, x.dtype]).toEqual([d.shape, 'float32']);
      values(x).forEach((v, i) => expect(Math.abs(v / d.exact[i]! - 1)).toBeLessThan(1e-13));
    }
  });

  it('maps over a batch of keys', () => {
    const { seed, n, shape, bits } = fixture.vmapped;
    const x = randomBits(splitBatch(key(seed), n), shape);
    expect(x.shape).toEqual([n, ...shape]);
    expect(values(x).map((v) => v >>> 0)).toEqual(bits);
  });

  it('scales uniforms, with numbers and with tensors', () => {
    const u = values(randomUniform(key(1), [2, 3]));
    expect(values(randomUniform(key(1), [2, 3], -1, 3))).toEqual(u.map((v) => -1 + 4 * v));
    const high = [1, 10, 100];
    expect(values(randomUniform(key(1), [2, 3], 0, tensor(high)))).toEqual(u.map((v, i) => high[i % 3]! * v));
  });
});

describe('in a recording', () => {
  it('draws the eager numbers', () => {
    const { graph } = stage(
      (k: Key, i: tf.Tensor) => {
        const [a, b] = split(k);
        const c = foldIn(b, i);
        return [randomNormal(a, [3]), randomUniform(c, [2]), randomBits(splitBatch(foldIn(b, 9), 2), [2])];
      },
      [key(0), tf.scalar(0, 'int32')],
    );
    const out = evaluate(graph, [hostArray([0, 42], [2], 'u32'), hostArray([5], [], 'i32')]).map((h) =>
      Array.from(h.data),
    );
    const [a, b] = split(key(42));
    expect(out[0]).toEqual(values(randomNormal(a, [3])));
    expect(out[1]).toEqual(values(randomUniform(foldIn(b, 5), [2])));
    expect(out[2]).toEqual(values(randomBits(splitBatch(foldIn(b, 9), 2), [2])));
  });
});
