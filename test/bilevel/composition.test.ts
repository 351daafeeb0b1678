/** Bilevel problems in other transforms, warm starts, and the outer loop. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, vmap } from '../../src/autodiff/index.js';
import { sgd } from '../../src/optimize/sgd.js';
import { register, stage, tensor } from '../../src/staging/index.js';
import { bilevel, tune } from '../../transforms/bilevel/index.js';
import { lbfgs, statusOf } from '../../transforms/implicit/index.js';
import { derivative } from '../implicit/differences.js';
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
  y,
} from './ridge.js';

beforeAll(() => register());

describe('composition', () => {
  const f = (l: tf.Tensor): tf.Tensor => ridge().valueAndGrad(l).value;
  it('the value is itself differentiable, and its gradient is the hypergradient', () => {
    expect(distance(numbers(grad(f)(tensor(lambda))), closedForm(lambda).gradient)).toBeLessThan(1e-12);
  });
  it('second derivatives through the hypergradient', () => {
    const h = numbers(hessian(f)(tensor(lambda)));
    lambda.forEach((_, j) => {
      const column = derivative((s) => closedForm(lambda.map((l, k) => l + (k === j ? s : 0))).gradient, 0);
      column.forEach((v, i) => expect(h[3 * i + j]).toBeCloseTo(v, 9));
    });
    const first = grad((l: tf.Tensor) => tf.sum(tf.mul(ridge().valueAndGrad(l).gradient, tensor([1, 2, 3]))));
    const weighted = numbers(first(tensor(lambda)));
    lambda.forEach((_, j) => expect(weighted[j]).toBeCloseTo(h[j]! + 2 * h[3 + j]! + 3 * h[6 + j]!, 9));
  });
  it('damping stands once in each system that second derivatives solve', () => {
    // inner eˣy² − y, outer y: y = e⁻ˣ/2, v = 1/(2eˣ + δ), dF/dx = −2eˣ y v
    const damping = 0.5;
    const damped = bilevel({
      inner: {
        objective: (w: tf.Tensor, x: tf.Tensor) => tf.sub(tf.mul(tf.exp(x), tf.square(w)), w),
        init: () => tensor(0),
      },
      outer: (w: tf.Tensor) => w,
      hypergradient: { kind: 'implicit-cg', damping },
    });
    const gradient = (x: tf.Tensor): tf.Tensor => damped.valueAndGrad(x).gradient;
    const [h, w] = [2 * Math.exp(0.3), Math.exp(-0.3) / 2];
    const v = 1 / (h + damping);
    expect(number(gradient(tensor(0.3)))).toBeCloseTo(-h * w * v, 12);
    const [dw, dv] = [-h * w * v, -h * v * v];
    expect(number(grad(gradient)(tensor(0.3)))).toBeCloseTo(-h * (w * v + dw * v + w * dv), 12);
  });
  it('under vmap, one lane with an infinite penalty leaves the others alone', () => {
    const lanes = [lambda, [0, 0, 0], [NaN, 0, 0]];
    const found = vmap((l: tf.Tensor) => ridge().valueAndGrad(l))(tensor(lanes));
    const g = numbers(found.gradient);
    [0, 1].forEach((k) =>
      expect(distance(g.slice(3 * k, 3 * k + 3), closedForm(lanes[k]!).gradient)).toBeLessThan(1e-12),
    );
    expect(statusOf(found.diagnostics)).toEqual(['converged', 'converged', 'nonfinite']);
    expect(g[6]).toBeNaN();
  });
  it.each([['implicit-cg'], [{ kind: 'unrolled', steps: 400, step: 1 / largest }]] as const)(
    'trees of hyperparameters and of inner variables: %o',
    (hypergradient) => {
      const problem = bilevel({
        inner: {
          objective: (
            w: { readonly a: tf.Tensor; readonly b: tf.Tensor },
            l: { readonly one: tf.Tensor; readonly rest: tf.Tensor },
          ) => {
            const all = tf.concat([tf.reshape(w.a, [1]), w.b]);
            const logs = tf.concat([tf.reshape(l.one, [1]), l.rest]);
            return tf.add(meanSquare(X, y, all), tf.mul(0.5, tf.sum(tf.mul(tf.exp(logs), tf.square(all)))));
          },
          init: () => ({ a: tf.scalar(0), b: tf.zeros([2]) }),
        },
        outer: (w) => meanSquare(V, t, tf.concat([tf.reshape(w.a, [1]), w.b])),
        hypergradient,
      });
      const { gradient } = problem.valueAndGrad({ one: tensor(-1), rest: tensor([0, 0.5]) });
      expect(
        distance([...numbers(gradient.one), ...numbers(gradient.rest)], closedForm(lambda).gradient),
      ).toBeLessThan(1e-12);
    },
  );
  it('the start may depend on x, which only unrolling sees', () => {
    const start = { init: (l: tf.Tensor) => tf.mul(3, l) };
    const f1 = (s: number): number[] => {
      const l = lambda.map((v, i) => v + (i === 1 ? s : 0));
      return numbers(ridge({ kind: 'unrolled', steps: 2, step: 0.3 }, start).valueAndGrad(tensor(l)).value);
    };
    const { gradient } = ridge({ kind: 'unrolled', steps: 2, step: 0.3 }, start).valueAndGrad(tensor(lambda));
    expect(numbers(gradient)[1]).toBeCloseTo(derivative(f1, 0)[0]!, 10);
    expect(errorOf(ridge('implicit-cg', start))).toBeLessThan(1e-14);
  });
  it('the step length may be a function of x, and is differentiated', () => {
    const step = (l: tf.Tensor): tf.Tensor => tf.div(1, tf.add(2, tf.max(tf.exp(l))));
    const value = (s: number): number[] => {
      const l = lambda.map((v, i) => v + (i === 2 ? s : 0));
      return numbers(ridge({ kind: 'unrolled', steps: 3, step }).valueAndGrad(tensor(l)).value);
    };
    const { gradient } = ridge({ kind: 'unrolled', steps: 3, step }).valueAndGrad(tensor(lambda));
    expect(numbers(gradient)[2]).toBeCloseTo(derivative(value, 0)[0]!, 10);
  });
  it('a warm start saves steps and changes nothing else', () => {
    const problem = ridge('implicit-cg', { solver: lbfgs() });
    const cold = problem.valueAndGrad(tensor(lambda));
    const warm = problem.valueAndGrad(tensor(lambda), cold.state);
    expect(number(warm.diagnostics.innerSteps)).toBeLessThan(number(cold.diagnostics.innerSteps));
    expect(number(warm.diagnostics.linearSteps)).toBe(0);
    expect(distance(numbers(warm.gradient), numbers(cold.gradient))).toBeLessThan(1e-9);
  });
  it('solve is the inner layer', () => {
    const solution = ridge().solve(tensor(lambda));
    expect(statusOf(solution)).toBe('converged');
    expect(numbers(solution.value)[0]).toBeCloseTo(0.451365947309, 11);
  });
  it('stages', () => {
    expect(() => stage((l: tf.Tensor) => ridge().valueAndGrad(l), [tensor(lambda)])).not.toThrow();
  });
});

describe('tune', () => {
  it('brings the outer objective down, and leaves only the path in memory', () => {
    const problem = ridge();
    const start = tensor([0, 0, 0]);
    // recorded beforehand, cold and warm: a recording keeps the tensors that the objectives make
    problem.valueAndGrad(start, problem.valueAndGrad(start).state);
    const before = tf.memory().numTensors;
    const path = tune(problem, start, { optimizer: sgd(2), steps: 30 });
    expect(path.length).toBe(31);
    path.slice(1).forEach((p, k) => expect(p.value).toBeLessThan(path[k]!.value));
    expect(path[30]!.value).toBeCloseTo(closedForm(numbers(path[30]!.x)).value, 12);
    expect(path.every((p) => p.status === 'converged')).toBe(true);
    expect(tf.memory().numTensors - before).toBe(30);
  });
});
