/** Hypergradients of both methods against the closed form, step by step. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register, tensor } from '../../src/staging/index.js';
import { bilevel } from '../../transforms/bilevel/index.js';
import { lbfgs, statusOf } from '../../transforms/implicit/index.js';
import {
  V,
  X,
  closedForm,
  distance,
  errorOf,
  lambda,
  largest,
  meanSquare,
  number,
  numbers,
  ridge,
  t,
  truth,
  y,
} from './ridge.js';

beforeAll(() => register());

describe('the ridge of three penalties', () => {
  it('the oracle itself agrees with the printed numbers', () => {
    expect(closedForm(lambda).value).toBeCloseTo(0.4488752291436542, 14);
    closedForm(lambda).gradient.forEach((g, i) => expect(g).toBeCloseTo(truth[i]!, 11));
  });
  it('implicit CG: value, hypergradient and a clean report', () => {
    const { value, gradient, y: w, diagnostics } = ridge().valueAndGrad(tensor(lambda));
    expect(number(value)).toBeCloseTo(0.4488752291436542, 14);
    expect(distance(numbers(gradient), closedForm(lambda).gradient)).toBeLessThan(1e-14);
    [0.451365947309, 0.081667040521, -0.141939828002].forEach((v, i) =>
      expect(numbers(w)[i]).toBeCloseTo(v, 11),
    );
    expect(statusOf(diagnostics)).toBe('converged');
    expect(number(diagnostics.innerGradientNorm)).toBeLessThan(1e-12);
    expect(number(diagnostics.linearResidual)).toBeLessThan(1e-12);
    expect(number(diagnostics.linearSteps)).toBe(3);
    expect(number(diagnostics.curvature)).toBe(1);
  });
  it('implicit CG after 1, 2, 3 steps', () => {
    const errors = [1, 2, 3].map((maxSteps) => errorOf(ridge({ kind: 'implicit-cg', maxSteps })));
    expect(errors[0]!.toExponential(3)).toBe('7.149e-2');
    expect(errors[1]!.toExponential(3)).toBe('9.956e-4');
    expect(errors[2]).toBeLessThan(1e-15);
  });
  it('unrolled from w₀ = 0 after 1 … 80 steps', () => {
    const printed = [
      [1, 5, 0.12079],
      [2, 5, 0.11624],
      [5, 4, 5.703e-2],
      [10, 5, 1.3208e-2],
      [20, 4, 4.829e-4],
      [40, 4, 3.996e-7],
    ] as const;
    for (const [steps, digits, error] of printed) {
      const found = errorOf(ridge({ kind: 'unrolled', steps, step: 1 / largest }));
      expect(Number(found.toPrecision(digits))).toBe(error);
    }
    expect(errorOf(ridge({ kind: 'unrolled', steps: 80, step: 1 / largest }))).toBeLessThan(2e-13);
  });
  it('a solver without second derivatives gives the same within its tolerance', () => {
    expect(errorOf(ridge('implicit-cg', { solver: lbfgs(), tol: 1e-12 }))).toBeLessThan(1e-9);
  });
  it('an early inner stop shows in the report and in the error alike', () => {
    const { gradient, diagnostics } = ridge('implicit-cg', { solver: lbfgs(), steps: 2 }).valueAndGrad(
      tensor(lambda),
    );
    expect(statusOf(diagnostics)).toBe('maxSteps');
    const [error, norm] = [
      distance(numbers(gradient), closedForm(lambda).gradient),
      number(diagnostics.innerGradientNorm),
    ];
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan(norm);
  });
  it('a hypergradient with the wrong sign of the cross term fails the comparison', () => {
    const wrong = bilevel({
      inner: {
        objective: (w: tf.Tensor, l: tf.Tensor) =>
          tf.add(meanSquare(X, y, w), tf.mul(0.5, tf.sum(tf.mul(tf.exp(tf.neg(l)), tf.square(w))))),
        init: () => tf.zeros([3]),
      },
      outer: (w: tf.Tensor) => meanSquare(V, t, w),
    });
    const flipped = numbers(wrong.valueAndGrad(tensor(lambda.map((l) => -l))).gradient);
    expect(distance(flipped, closedForm(lambda).gradient)).toBeGreaterThan(0.2);
  });
});
