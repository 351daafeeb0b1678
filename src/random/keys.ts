/**
 * Keys: made from seeds, split, and folded with data.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import seedrandom from 'seedrandom';
import { hostArray } from '../ir/index.js';
import { Key, lift, type Leaf } from '../staging/index.js';
import { foldInNode, splitBatchNode, splitNodes } from './nodes.js';
import { inherit, requireKey, useKey } from './reuse.js';

const fromWords = (high: number, low: number): Key => new Key(hostArray([high, low], [2], 'u32'));

/**
 * A random key from a seed.
 *
 * - An integer n gives the words of `jax.random.key(n)` in JAX's default 32-bit mode: (0, n mod 2³²). As there, seeds
 *   that agree modulo 2³² are one seed: −1 and 2³² − 1, say.
 * - A string gives the first two 32-bit words of seedrandom (ARC4) for it.
 *
 * @throws if the seed is a number other than an integer of magnitude below 2⁵³, or no number or string.
 * @example
 * const [first, second] = split(key('demo'));
 * randomNormal(first, [3]).shape; // [3]
 * randomNormal(second); // independent of the first draw
 */
export function key(seed: number | string): Key {
  if (typeof seed === 'string') {
    const words = seedrandom(seed);
    return fromWords(words.int32() >>> 0, words.int32() >>> 0);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new Error(
      `key: expected a string or an integer of magnitude below 2^53 as seed, found ${String(seed)}`,
    );
  }
  // ToUint32 is reduction modulo 2³², for negative numbers and for those beyond 32 bits.
  return fromWords(0, seed >>> 0);
}

function checkCount(n: number): void {
  if (Number.isInteger(n) && n >= 0) return;
  throw new Error(`split: expected a number of keys, found ${String(n)}`);
}

/**
 * `n` independent keys from one, as `jax.random.split(key, n)`. The key itself is then not to be used again.
 *
 * @param key one key, or a batch of them (then each result is a batch of that shape).
 * @throws if `key` is no key, or is used twice in one recording.
 * @example
 * const [a, b] = split(key(0));
 * split(a, 3).length; // 3
 * randomNormal(b, [2]).shape; // [2]
 */
export function split(key: Key): [Key, Key];
export function split(key: Key, n: number): Key[];
export function split(key: Key, n = 2): Key[] {
  requireKey('split', key);
  checkCount(n);
  useKey('split', key);
  if (n === 0) return [];
  return lift([key], (_, k) => splitNodes(k!, n)).map((k) => inherit(key, k as Key));
}

/**
 * `n` independent keys as one batch: the keys of `split(key, n)` along a new last axis of the batch shape.
 *
 * @param key one key, or a batch of them.
 * @throws if `key` is no key, or is used twice in one recording.
 * @example
 * const draws = vmap((k: Key) => randomNormal(k))(splitBatch(key(0), 100));
 * draws.shape; // [100]
 */
export function splitBatch(key: Key, n: number): Key {
  requireKey('splitBatch', key);
  checkCount(n);
  useKey('splitBatch', key);
  return inherit(key, lift([key], (_, k) => splitBatchNode(k!, n))[0] as Key);
}

/**
 * A key that depends on `data` too, as `jax.random.fold_in(key, data)`: many keys from one, by number.
 *
 * `foldIn(key, i)` is child i of `split(key, n)`: use one or the other on a key.
 *
 * @param data an integer 0 ≤ data < 2³², or an int32 tensor (recorded or not), whose shape broadcasts with the batch
 *   shape of the key and so may make a batch of keys.
 * @throws if `key` is no key, or `data` is a number other than such an integer.
 * @example
 * const run = key('run');
 * const noise = (step: number) => randomNormal(foldIn(run, step));
 * tf.equal(noise(17), noise(17)); // true
 */
export function foldIn(key: Key, data: number | tf.Tensor): Key {
  requireKey('foldIn', key);
  const made =
    typeof data === 'number'
      ? lift([key], (_, k) => foldInNode(k!, data))
      : lift([key, data as Leaf], (_, k, d) => foldInNode(k!, d!));
  return inherit(key, made[0] as Key);
}
