/** What a bilevel problem refuses, and what it reports. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register, tensor } from '../../src/staging/index.js';
import { bilevel } from '../../transforms/bilevel/index.js';
import { lambda, number, ridge } from './ridge.js';

beforeAll(() => register());

describe('faults', () => {
  const parts = {
    init: () => tf.scalar(0),
    objective: (w: tf.Tensor, p: { readonly used: tf.Tensor; readonly idle: tf.Tensor }) =>
      tf.add(tf.square(tf.sub(w, p.used)), p.idle),
  };
  const outer = (w: tf.Tensor): tf.Tensor => tf.square(w);
  it.each([['implicit-cg'], ['unrolled']] as const)(
    'a hyperparameter that reaches nothing is named: %s',
    (hypergradient) => {
      expect(() =>
        bilevel({ inner: parts, outer, hypergradient }).valueAndGrad({ used: tensor(1), idle: tensor(2) }),
      ).toThrow(
        "bilevel: 'idle' reaches neither the gradient of the inner objective nor the outer objective, " +
          'so the hypergradient is zero whatever the value: use it in one of them, or leave it out.',
      );
    },
  );
  it('stopGradient cuts the path', () => {
    const cut = bilevel({
      inner: { ...parts, objective: (w: tf.Tensor, l: tf.Tensor) => tf.square(tf.sub(w, tf.mul(0, l))) },
      outer: (w: tf.Tensor, l: tf.Tensor) => tf.add(tf.square(w), tf.cast(tf.greater(l, 0), 'float32')),
    });
    expect(() => cut.valueAndGrad(tensor(1))).not.toThrow();
  });
  it('a NaN hypergradient names the leaf and how the inner solve ended', () => {
    const nan = bilevel({
      inner: {
        ...parts,
        objective: (w: tf.Tensor, p: { readonly a: tf.Tensor }) =>
          tf.add(tf.square(w), tf.mul(w, tf.sum(tf.log(p.a)))),
      },
      outer: (w: tf.Tensor) => tf.square(w),
    });
    expect(() => nan.valueAndGrad({ a: tensor([1, -1]) })).toThrow(
      /^bilevel: the hypergradient of 'a' \(first at element \d\) is NaN. The inner solve ended 'nonfinite': /,
    );
  });
  it('negative curvature is reported', () => {
    const saddle = bilevel({
      inner: {
        objective: (w: tf.Tensor, l: tf.Tensor) => tf.add(tf.square(tf.sub(tf.square(w), 1)), tf.mul(l, w)),
        init: () => tf.scalar(0),
      },
      outer: (w: tf.Tensor) => tf.square(tf.sub(w, 1)),
    });
    const { diagnostics } = saddle.valueAndGrad(tensor(0));
    expect(number(diagnostics.curvature)).toBe(-1);
    expect(number(diagnostics.linearResidual)).toBe(1);
  });
  it('an objective that is no scalar, and an unknown method', () => {
    expect(() =>
      bilevel({ inner: { ...parts, objective: (w: tf.Tensor) => tf.stack([w, w]) }, outer }).valueAndGrad(
        tensor(1),
      ),
    ).toThrow('bilevel: expected a real scalar from the inner objective, found f[2]');
    expect(() => ridge('newton' as never).valueAndGrad(tensor(lambda))).toThrow(
      "hypergradient is 'implicit-cg' or 'unrolled', found 'newton'",
    );
  });
});
