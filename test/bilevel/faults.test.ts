/** What a bilevel problem refuses, and what it reports. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register, tensor } from '../../src/staging/index.js';
import { bilevel } from '../../transforms/bilevel/index.js';
import { statusOf } from '../../transforms/implicit/index.js';
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
  const near = {
    init: () => tf.scalar(0),
    objective: (w: tf.Tensor, x: tf.Tensor) => tf.square(tf.sub(w, x)),
  };
  const target = (w: tf.Tensor): tf.Tensor => tf.square(tf.sub(w, 2));
  it.each([['implicit-cg'], ['unrolled']] as const)(
    'an outer gradient or a hyperparameter that is not finite has no hypergradient: %s',
    (hypergradient) => {
      const log = bilevel({ inner: near, outer: (w: tf.Tensor) => tf.log(w), hypergradient });
      expect(() => log.valueAndGrad(tensor(0))).toThrow(
        'bilevel: the hypergradient of the hyperparameter is NaN. The inner solve converged: look at its solution for ' +
          'a derivative of the outer objective that is not finite',
      );
      const plain = bilevel({ inner: near, outer: target, hypergradient });
      expect(() => plain.valueAndGrad(tensor(Infinity))).toThrow("The inner solve ended 'nonfinite'");
    },
  );
  it('unrolled steps that are too long are reported as such', () => {
    const long = bilevel({ inner: near, outer: target, hypergradient: { kind: 'unrolled', step: 1.1 } });
    const short = bilevel({ inner: near, outer: target, hypergradient: { kind: 'unrolled', steps: 5 } });
    expect(statusOf(long.valueAndGrad(tensor(1)).diagnostics)).toBe('diverged');
    expect(statusOf(short.valueAndGrad(tensor(1)).diagnostics)).toBe('maxSteps');
  });
  it('a number of steps that is none', () => {
    for (const steps of [-1, 1.5, NaN]) {
      const solve = (hypergradient: 'implicit-cg' | 'unrolled'): unknown =>
        bilevel({ inner: { ...near, steps }, outer: target, hypergradient }).valueAndGrad(tensor(1));
      expect(() => solve('implicit-cg')).toThrow(
        `expected a whole number of steps, 0 or more, found ${steps}`,
      );
      expect(() => solve('unrolled')).toThrow(
        `bilevel: expected a whole number of steps to unroll, 0 or more, found ${steps}`,
      );
    }
  });
  it('a state of another structure, named; the members of a record may stand in any order', () => {
    const pair = bilevel({
      inner: {
        init: () => ({ a: tensor(0), b: tensor(0) }),
        objective: (w: { readonly a: tf.Tensor; readonly b: tf.Tensor }, x: tf.Tensor) =>
          tf.add(tf.square(tf.sub(w.a, x)), tf.square(tf.sub(w.b, 7))),
      },
      outer: (w) => target(w.a),
    });
    const { y } = pair.valueAndGrad(tensor(1));
    const again = pair.valueAndGrad(tensor(1), { y: { b: y.b, a: y.a } });
    expect(number(again.diagnostics.innerSteps)).toBe(0);
    expect(() => pair.valueAndGrad(tensor(1), { y: { a: y.a, b: tensor([1, 2]) } })).toThrow(
      "bilevel: state.y differs from the inner variables at 'b': expected f[], found f[2]",
    );
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
