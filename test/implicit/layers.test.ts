/** Ridge and logistic fits on real data as layers of their penalties, judged by differences of converged solves. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, jvp, vjp, vmap } from '../../src/autodiff/index.js';
import { bufferExecutor, cached } from '../../src/compile/index.js';
import { logsumexp, softplus } from '../../src/numerics/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import { lbfgs, minimize, newton, statusOf, type MinimizeOptions } from '../../transforms/implicit/index.js';
import { derivative, directional, relativeError } from './differences.js';
import { breastCancer, diabetes } from './tables.js';

beforeAll(() => register({ executor: cached(bufferExecutor) }));

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const options: MinimizeOptions = { tol: 1e-13, solver: newton() };

/** ½·mean(Xw − y)² + ½Σ e^{λⱼ}wⱼ². */
function ridge(): (lambda: tf.Tensor, o?: MinimizeOptions) => tf.Tensor {
  const { x, y } = diabetes();
  const [X, Y] = [tensor(x), tensor(y)];
  const loss = (w: tf.Tensor, lambda: tf.Tensor): tf.Tensor => {
    const r = tf.sub(tf.dot(X, w), Y);
    return tf.mul(0.5, tf.add(tf.mean(tf.square(r)), tf.sum(tf.mul(tf.exp(lambda), tf.square(w)))));
  };
  return (lambda, o = options) => minimize(loss, tf.zeros([10]), lambda, o).value;
}

/** mean log(1 + e^{−±Xw}) + ½e^λ‖w‖², with a free intercept. */
function logistic(): (lambda: tf.Tensor, o?: MinimizeOptions) => tf.Tensor {
  const { x, y } = breastCancer();
  const [X, sign] = [tensor(x), tensor(y.map((v) => 1 - 2 * v))];
  const loss = (p: { readonly w: tf.Tensor; readonly b: tf.Tensor }, lambda: tf.Tensor): tf.Tensor => {
    const margin = tf.add(tf.dot(X, p.w), p.b);
    return tf.add(
      tf.mean(softplus(tf.mul(sign, margin))),
      tf.mul(tf.mul(0.5, tf.exp(lambda)), tf.sum(tf.square(p.w))),
    );
  };
  return (lambda, o = options) => {
    const { w, b } = minimize(loss, { w: tf.zeros([30]), b: tf.scalar(0) }, lambda, o).value;
    return tf.concat([tf.reshape(b, [1]), w]);
  };
}

/** A scalar of the solution with curvature of its own. */
const score = (w: tf.Tensor): tf.Tensor =>
  logsumexp(tf.mul(w, tensor(Array.from({ length: w.size }, (_, i) => Math.cos(2 * i)))));

describe('ridge on diabetes, one log-penalty a feature', () => {
  const at = [-2, -1, -3, -2, 0, -1, -4, -2, -3, -1];
  const along = at.map((_, i) => Math.cos(i));
  let fit: (lambda: tf.Tensor) => tf.Tensor;
  beforeAll(() => {
    fit = ridge();
  });
  const solve = (l: readonly number[]): number[] => numbers(fit(tensor([...l])));

  it('jvp', () => {
    const [, dw] = jvp(fit, [tensor(at)], [tensor(along)]);
    expect(relativeError(numbers(dw), directional(solve, at, along))).toBeLessThan(1e-7);
  });
  it('vjp', () => {
    const ct = at.map((_, i) => Math.sin(i + 1));
    const [, pull] = vjp(fit, tensor(at));
    const found = numbers(pull(tensor(ct))[0]);
    const expected = at.map((_, j) => {
      const unit = at.map((_v, i) => (i === j ? 1 : 0));
      return directional(solve, at, unit).reduce((s, d, i) => s + d * ct[i]!, 0);
    });
    expect(relativeError(found, expected)).toBeLessThan(1e-7);
  });
  it('hessian of a function of the solution', () => {
    const f = (l: tf.Tensor): tf.Tensor => score(fit(l));
    const h = numbers(hessian(f)(tensor(at)));
    const slope = (l: readonly number[]): number[] => numbers(grad(f)(tensor([...l])));
    const expected = directional(slope, at, along);
    const found = at.map((_, i) => along.reduce((s, v, j) => s + v * h[10 * i + j]!, 0));
    expect(relativeError(found, expected)).toBeLessThan(1e-7);
  });
});

describe('ridge on diabetes, one shared log-penalty, under vmap', () => {
  it('solutions, first and second derivatives of each lane', () => {
    const fit = ridge();
    const f = (l: tf.Tensor): tf.Tensor => score(fit(tf.mul(l, tf.ones([10]))));
    const lanes = [-5, -2, 0];
    const [values, first, second] = [f, grad(f), hessian(f)].map((g) => numbers(vmap(g)(tensor(lanes))));
    const jvps = numbers(vmap((l: tf.Tensor) => jvp(f, [l], [tensor(2)])[1])(tensor(lanes)));
    lanes.forEach((l, i) => {
      const slope = derivative((t) => numbers(f(tensor(t))), l);
      expect(relativeError([values![i]!], numbers(f(tensor(l))))).toBeLessThan(1e-12);
      expect(relativeError([first![i]!], slope)).toBeLessThan(1e-7);
      expect(relativeError([jvps[i]! / 2], slope)).toBeLessThan(1e-7);
      expect(
        relativeError(
          [second![i]!],
          derivative((t) => numbers(grad(f)(tensor(t))), l),
        ),
      ).toBeLessThan(1e-7);
    });
  });
});

describe('logistic regression on breast cancer, one log-penalty', () => {
  let fit: (lambda: tf.Tensor, o?: MinimizeOptions) => tf.Tensor;
  beforeAll(() => {
    fit = logistic();
  });
  const at = -3;
  const solve = (l: number): number[] => numbers(fit(tensor(l)));

  it('jvp and vjp', () => {
    const expected = derivative(solve, at);
    const [, dw] = jvp((l: tf.Tensor) => fit(l), [tensor(at)], [tensor(1)]);
    expect(relativeError(numbers(dw), expected)).toBeLessThan(1e-7);
    const ct = expected.map((_, i) => Math.sin(i + 1));
    const [, pull] = vjp((l: tf.Tensor) => fit(l), tensor(at));
    const exact = expected.reduce((s, d, i) => s + d * ct[i]!, 0);
    expect(relativeError(numbers(pull(tensor(ct))[0]), [exact])).toBeLessThan(1e-7);
  });
  it('hessian of a function of the solution', () => {
    const f = (l: tf.Tensor): tf.Tensor => score(fit(l));
    const expected = derivative((l) => numbers(grad(f)(tensor(l))), at);
    expect(relativeError(numbers(hessian(f)(tensor(at))), expected)).toBeLessThan(1e-7);
  });
  it('under vmap over penalties: solutions, gradients and second derivatives', () => {
    const f = (l: tf.Tensor): tf.Tensor => score(fit(l));
    const lanes = [-4, -3, -1];
    const [values, first, second] = [f, grad(f), hessian(f)].map((g) => numbers(vmap(g)(tensor(lanes))));
    lanes.forEach((l, i) => {
      expect(relativeError([values![i]!], numbers(f(tensor(l))))).toBeLessThan(1e-10);
      expect(
        relativeError(
          [first![i]!],
          derivative((t) => numbers(f(tensor(t))), l),
        ),
      ).toBeLessThan(1e-7);
      expect(
        relativeError(
          [second![i]!],
          derivative((t) => numbers(grad(f)(tensor(t))), l),
        ),
      ).toBeLessThan(1e-7);
    });
  });
  it('the derivative is that of the solution, not of the solver: lbfgs gives the same', () => {
    const other = (l: tf.Tensor): tf.Tensor => score(fit(l, { solver: lbfgs(), tol: 1e-11, maxSteps: 500 }));
    const f = (l: tf.Tensor): tf.Tensor => score(fit(l));
    expect(relativeError(numbers(grad(other)(tensor(at))), numbers(grad(f)(tensor(at))))).toBeLessThan(1e-7);
  });
  it('a separable fit without penalty does not converge, and says so', () => {
    const { x, y } = breastCancer();
    const [X, sign] = [tensor(x.slice(0, 20)), tensor(y.slice(0, 20).map((v) => 1 - 2 * v))];
    const free = minimize(
      (w: tf.Tensor) => tf.mean(softplus(tf.mul(sign, tf.dot(X, w)))),
      tf.zeros([30]),
      undefined,
      { solver: lbfgs(), maxSteps: 20, tol: { absolute: 1e-14, relative: 0 } },
    );
    expect(statusOf(free)).toBe('maxSteps');
  });
});
