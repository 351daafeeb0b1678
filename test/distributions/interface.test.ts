import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluate, hostArray } from '../../src/ir/index.js';
import { hostOf, stage, tensor, type Key, register } from '../../src/staging/index.js';
import {
  exponential,
  flip,
  halfNormal,
  logNormal,
  multivariateNormal,
  normal,
  reinforce,
  reparam,
  supports,
  uniform,
  withStrategy,
} from '../../src/distributions/index.js';
import { key } from '../../src/random/index.js';

register();

const values = (t: tf.Tensor): number[] => Array.from(hostOf(t).data);

describe('shapes and element types', () => {
  it('broadcast parameters to the batch shape', () => {
    const d = normal(tf.zeros([3, 1]), tf.ones([2]));
    expect([d.batchShape, d.eventShape, d.dtype]).toEqual([[3, 2], [], 'f']);
    expect(d.sample(key(0)).shape).toEqual([3, 2]);
    expect(d.mean().shape).toEqual([3, 2]);
    expect(d.variance().shape).toEqual([3, 2]);
    expect(d.logProb(0).shape).toEqual([3, 2]);
    expect(d.logProb(tf.zeros([4, 3, 2])).shape).toEqual([4, 3, 2]);
    expect(normal(0, 1).logProb(tf.zeros([5])).shape).toEqual([5]);
    expect(normal(0, 1).sample(key(0)).shape).toEqual([]);
  });

  it('take integers as values of real distributions, and refuse booleans', () => {
    const d = normal(0, 1);
    expect(values(d.logProb(tf.tensor1d([1, 2], 'int32')))).toEqual(values(d.logProb(tensor([1, 2]))));
    expect(() => d.logProb(tf.tensor1d([1, 0], 'bool'))).toThrow('normal: expected a f value, found bool[2]');
  });

  it('refuse shapes that do not broadcast', () => {
    expect(() => normal(tf.zeros([2]), tf.ones([3]))).toThrow(
      'normal: the shapes of loc [2] and scale [3] do not broadcast (at scale)',
    );
    expect(() => normal(tf.zeros([2]), 1).logProb(tf.zeros([3]))).toThrow(
      'normal: a value of shape [3] does not broadcast with batch shape [2]',
    );
  });

  it('keep float64: nothing is rounded on the way', () => {
    expect(values(normal(0.1, 0.3).logProb(0.7))[0]).toBe(
      -0.5 * (0.6 / 0.3) ** 2 - (Math.log(0.3) + 0.5 * Math.log(2 * Math.PI)),
    );
  });
});

describe('inside a recording', () => {
  it('parameters, values and keys may each be recorded', () => {
    const { graph } = stage(
      (loc: tf.Tensor, x: tf.Tensor, k: Key) => {
        const d = normal(loc, 2);
        return [d.logProb(x), d.sample(k), normal(0, 1).logProb(x), d.logProb(1), d.mean()];
      },
      [tf.scalar(0), tf.zeros([2]), key(0)],
    );
    const out = evaluate(graph, [
      hostArray([1], [], 'f'),
      hostArray([1, 3], [2], 'f'),
      hostArray([0, 4], [2], 'u32'),
    ]).map((h) => Array.from(h.data));
    expect(out[0]).toEqual(values(normal(1, 2).logProb(tensor([1, 3]))));
    expect(out[1]).toEqual(values(normal(1, 2).sample(key(4))));
    expect(out[2]).toEqual(values(normal(0, 1).logProb(tensor([1, 3]))));
    expect(out[3]).toEqual(values(normal(1, 2).logProb(1)));
    expect(out[4]).toEqual([1]);
  });

  it('parameters of an outer recording meet values of an inner one, and the reverse', () => {
    const f = (loc: tf.Tensor): tf.Tensor => {
      const d = normal(loc, 1);
      const inner = stage(
        (x: tf.Tensor) => {
          const both = d.logProb(x);
          return tf.add(both, normal(x, 1).logProb(loc));
        },
        [tf.scalar(0)],
      );
      expect(inner.captures).toHaveLength(1);
      return loc;
    };
    stage(f, [tf.scalar(0)]);
  });

  it('bounds of a support may be recorded', () => {
    stage(
      (high: tf.Tensor) => {
        const d = uniform(0, high);
        expect(d.support.name).toBe('interval');
        expect(d.check()).toEqual([]);
        expect(d.checkValue(tf.scalar(-1))).toBeUndefined();
        return d.logProb(tf.scalar(0.5));
      },
      [tf.scalar(1)],
    );
  });
});

describe('check', () => {
  it('is silent for good parameters', () => {
    for (const d of [normal(0, 1), uniform(0, 1), exponential(tensor([1, 2])), flip(tensor([0, 1]))])
      expect(d.check()).toEqual([]);
    expect(multivariateNormal(tensor([0, 0]), { covariance: tensor([2, 1, 1, 2], [2, 2]) }).check()).toEqual(
      [],
    );
  });

  it('names parameter, value, index and constraint, one fault a parameter', () => {
    expect(normal(tensor([0, NaN]), tensor([[1], [-2], [0]] as never, [3, 1])).check()).toEqual([
      { code: 'parameter', family: 'normal', parameter: 'loc', value: NaN, index: [1], constraint: 'finite' },
      {
        code: 'parameter',
        family: 'normal',
        parameter: 'scale',
        value: -2,
        index: [1, 0],
        constraint: 'positive',
      },
    ]);
    expect(halfNormal(0).check()[0]).toMatchObject({
      parameter: 'scale',
      value: 0,
      index: [],
      constraint: 'positive',
    });
    expect(flip(1.25).check()[0]).toMatchObject({
      parameter: 'probs',
      value: 1.25,
      constraint: 'between 0 and 1',
    });
    expect(uniform(tensor([0, 3]), tensor([[1], [2]] as never, [2, 1])).check()).toEqual([
      {
        code: 'parameter',
        family: 'uniform',
        parameter: 'high',
        value: 1,
        index: [0, 1],
        constraint: 'greater than low (3)',
      },
    ]);
  });

  it('names the element of a matrix that is wrong', () => {
    const m = (v: number[]): tf.Tensor => tensor(v, [2, 2]);
    const zero = tensor([0, 0]);
    const first = (d: ReturnType<typeof normal>): object => d.check()[0]!;
    expect(first(multivariateNormal(zero, { scaleTril: m([1, 0, 3, -1]) }))).toMatchObject({
      parameter: 'scaleTril',
      value: -1,
      index: [1, 1],
      constraint: 'lower triangular with a positive diagonal',
    });
    expect(first(multivariateNormal(zero, { covariance: m([1, 2, 2, 1]) }))).toMatchObject({
      index: [1, 1],
      constraint: 'symmetric positive definite',
    });
    expect(first(multivariateNormal(zero, { covariance: m([1, 0.5, 0.4, 1]) }))).toMatchObject({
      value: 0.5,
      index: [0, 1],
    });
  });

  it('names the first value outside the support', () => {
    expect(logNormal(0, 1).checkValue(tensor([1, 2, -3, -4]))).toEqual({
      code: 'value',
      family: 'logNormal',
      value: -3,
      index: [2],
      support: 'positive',
    });
    expect(
      uniform(-1, 1).checkValue(
        tensor(
          [
            [0, 1],
            [1, 2],
          ] as never,
          [2, 2],
        ),
      ),
    ).toMatchObject({ value: 2, index: [1, 1], support: 'interval(-1, 1)' });
    expect(uniform(0, tensor([1, 5])).checkValue(3)).toMatchObject({ value: 3, index: [0] });
    expect(flip(0.5).checkValue(tensor([0, 2]))).toMatchObject({ value: 2, index: [1], support: 'boolean' });
    expect(
      multivariateNormal(tensor([0, 0]), { covariance: tensor([1, 0, 0, 1], [2, 2]) }).checkValue(
        tensor([0, NaN]),
      ),
    ).toMatchObject({
      value: NaN,
      index: [1],
      support: 'realVector',
    });
    expect(normal(0, 1).checkValue(3)).toBeUndefined();
    expect(halfNormal(1).checkValue(0)).toBeUndefined();
    expect(flip(0.5).checkValue(tf.tensor1d([1, 0], 'bool'))).toBeUndefined();
  });
});

describe('strategies', () => {
  it('are descriptors; the distribution is otherwise the same', () => {
    const d = normal(0, 1);
    expect(d.strategy).toEqual({ kind: 'reparam' });
    expect(reinforce(d).strategy).toEqual({ kind: 'reinforce' });
    expect(reparam(reinforce(d)).strategy).toEqual({ kind: 'reparam' });
    expect(flip(0.5).strategy).toBeUndefined();
    expect(withStrategy(flip(0.5), { kind: 'mine', samples: 3 }).strategy).toEqual({
      kind: 'mine',
      samples: 3,
    });
    expect(values(reinforce(d).logProb(1))).toEqual(values(d.logProb(1)));
    expect(values(reinforce(d).sample(key(3)))).toEqual(values(d.sample(key(3))));
    expect(d.strategy).toEqual({ kind: 'reparam' });
  });

  it('refuse a pathwise strategy that does not fit', () => {
    expect(() => reparam(flip(0.5))).toThrow(
      'reparam: a draw of bernoulli is not a differentiable function of its parameters; use reinforce(bernoulli(...))',
    );
  });

  it('keep the type of the value', () => {
    const d = reinforce(flip(0.5));
    const { support } = d;
    expect(support).toBe(supports.boolean);
  });
});
