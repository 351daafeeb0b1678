import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import * as random from '../../src/random/index.js';
import { hostOf, register, tensor, type Key } from '../../src/staging/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

describe('over tensors', () => {
  const { key, split } = random;
  const values = (t: tf.Tensor): number[] => Array.from(hostOf(t).data);

  it('samplers have shapes and element types of their laws', () => {
    const k = key(0);
    const logits = tensor([0, 1, 2]);
    const table: readonly [tf.Tensor, number[], string][] = [
      [random.randomExponential(k, [2]), [2], 'float32'],
      [random.randomLaplace(k), [], 'float32'],
      [random.randomCauchy(k, [2]), [2], 'float32'],
      [random.randomGumbel(k, [2]), [2], 'float32'],
      [random.randomLogistic(k, [2]), [2], 'float32'],
      [random.randomTruncatedNormal(k, 0, 1, [2]), [2], 'float32'],
      [random.randomGamma(k, tensor([1, 2]), [3, 2]), [3, 2], 'float32'],
      [random.randomBeta(k, 1, 2, [2]), [2], 'float32'],
      [random.randomDirichlet(k, tensor([1, 2, 3]), [4]), [4, 3], 'float32'],
      [random.randomDirichlet(k, tensor([1, 2, 3])), [3], 'float32'],
      [random.randomStudentT(k, 3, [2]), [2], 'float32'],
      [random.randomBernoulli(k, 0.3, [5]), [5], 'bool'],
      [random.randomCategorical(k, logits), [], 'int32'],
      [random.randomCategorical(k, logits, [4]), [4], 'int32'],
      [random.randomGeometric(k, 0.3, [2]), [2], 'int32'],
      [random.randomInteger(k, [2], 0, 6), [2], 'int32'],
      [random.randomPoisson(k, 4, [2]), [2], 'int32'],
      [random.randomBinomial(k, 9, 0.5, [2]), [2], 'int32'],
      [random.randomMultinomial(k, 9, tensor([1, 1, 2])), [3], 'int32'],
      [random.permutation(k, 5), [5], 'int32'],
      [random.permutation(k, tf.zeros([4, 2])), [4, 2], 'float32'],
      [random.choice(k, 5, [3]), [3], 'int32'],
      [random.choice(k, tf.zeros([4, 2]), [3], { replace: false }), [3, 2], 'float32'],
    ];
    for (const [t, shape, dtype] of table) expect([t.shape, t.dtype]).toEqual([shape, dtype]);
  });

  it('permutations and choices keep rows together', () => {
    const rows = tensor([0, 0, 1, 10, 2, 20, 3, 30], [4, 2]);
    const shuffled = values(random.permutation(key(1), rows));
    expect([...shuffled].sort((a, b) => a - b)).toEqual([0, 0, 1, 2, 3, 10, 20, 30]);
    for (let r = 0; r < 4; r++) expect(shuffled[2 * r + 1]).toBe(10 * shuffled[2 * r]!);
    const weights = tensor([0, 1, 0, 3]);
    const chosen = values(random.choice(key(2), 4, [200], { weights }));
    expect(new Set(chosen)).toEqual(new Set([1, 3]));
    const both = values(random.choice(key(2), tensor([5, 6, 7, 8]), [2], { weights, replace: false }));
    expect([...both].sort()).toEqual([6, 8]);
    expect(() => random.choice(key(0), 3, [4], { replace: false })).toThrow(
      'choice: 4 elements were asked for without replacement, there are 3',
    );
    expect(() => random.choice(key(0), 0, [4])).toThrow('choice: expected something to choose from');
  });

  it('draws differ by key, need one, and agree under vmap', () => {
    const [a, b] = split(key(3));
    expect(values(random.randomGamma(a, 2, [3]))).not.toEqual(values(random.randomGamma(b, 2, [3])));
    expect(() => random.randomGamma(undefined as unknown as Key, 2)).toThrow(
      'randomGamma: sampling needs a key',
    );
    const keys = random.splitBatch(key(4), 3);
    const mapped = vmap((k: Key) => random.randomGamma(k, 2, [2]))(keys);
    expect(values(mapped)).toEqual(values(random.randomGamma(keys, 2, [2])));
  });

  it('gradients flow through randomGamma', () => {
    const k = key(5);
    const f = (a: tf.Tensor): tf.Scalar => tf.mean(random.randomGamma(k, a, [2000])) as tf.Scalar;
    // d/da E x = 1
    expect(values(grad(f)(tensor(2.5)))[0]).toBeCloseTo(1, 1);
  });
});
