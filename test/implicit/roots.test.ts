/** Roots and minimizers with closed-form implicit derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { grad, hessian, jvp, vjp, vmap } from '../../src/autodiff/index.js';
import { foriLoop, whileLoop } from '../../src/numerics/index.js';
import { hostOf, register, stage, tensor } from '../../src/staging/index.js';
import {
  gradientDescent,
  implicit,
  lbfgs,
  minimize,
  newton,
  root,
  statusOf,
  type Solver,
} from '../../transforms/implicit/index.js';
import { derivative } from './differences.js';

beforeAll(() => register());

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const number = (x: unknown): number => numbers(x)[0]!;

/** x³ + θx − 1 = 0: x' = −x/(3x² + θ), x'' from differentiating once more. */
const cubic = (theta: tf.Tensor): tf.Tensor =>
  root(
    (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.add(tf.mul(x, tf.square(x)), tf.mul(t, x)), 1),
    tf.scalar(1),
    theta,
    {
      tol: 1e-14,
    },
  ).value;
const cubicAt = (t: number): number => {
  let x = 1;
  for (let k = 0; k < 60; k++) x -= (x ** 3 + t * x - 1) / (3 * x * x + t);
  return x;
};

describe('root of x³ + θx − 1', () => {
  const first = (t: number): number => -cubicAt(t) / (3 * cubicAt(t) ** 2 + t);
  const second = (t: number): number => {
    const [x, d] = [cubicAt(t), first(t)];
    return -(d * (3 * x * x + t) - x * (6 * x * d + 1)) / (3 * x * x + t) ** 2;
  };
  it('value, first and second derivative in both modes and nested', () => {
    for (const t of [0.5, 1, 3]) {
      const at = tensor(t);
      expect(number(cubic(at))).toBeCloseTo(cubicAt(t), 13);
      expect(number(jvp(cubic, [at], [tensor(1)])[1])).toBeCloseTo(first(t), 12);
      expect(number(vjp(cubic, at)[1](tensor(1))[0])).toBeCloseTo(first(t), 12);
      expect(number(hessian(cubic)(at))).toBeCloseTo(second(t), 11);
      expect(number(grad(grad(cubic))(at))).toBeCloseTo(second(t), 11);
      expect(
        number(jvp((s: tf.Tensor) => jvp(cubic, [s], [tensor(1)])[1], [at], [tensor(1)])[1]),
      ).toBeCloseTo(second(t), 11);
    }
  });
  it('third derivative, against a difference of the second', () => {
    const expected = derivative((t) => [second(t)], 1);
    expect(number(grad(grad(grad(cubic)))(tensor(1)))).toBeCloseTo(expected[0]!, 9);
  });
  it('under vmap, and vmap of the second derivative', () => {
    const lanes = tensor([0.5, 1, 3]);
    numbers(vmap(cubic)(lanes)).forEach((v, i) => expect(v).toBeCloseTo(cubicAt([0.5, 1, 3][i]!), 12));
    numbers(vmap(hessian(cubic))(lanes)).forEach((v, i) =>
      expect(v).toBeCloseTo(second([0.5, 1, 3][i]!), 11),
    );
  });
  it('a rule with the wrong sign is caught by the same comparison', () => {
    // an equation with the same root for the solver, and with −θx for the derivative
    const wrong = implicit(
      (t: tf.Tensor, x0: tf.Tensor) => foriLoop(0, 40, (_, x) => step(x, t), x0),
      (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.sub(tf.mul(x, tf.square(x)), tf.mul(t, x)), 1),
    );
    const step = (x: tf.Tensor, t: tf.Tensor): tf.Tensor => {
      const f = tf.sub(tf.add(tf.mul(x, tf.square(x)), tf.mul(t, x)), 1);
      return tf.sub(x, tf.div(f, tf.add(tf.mul(3, tf.square(x)), t)));
    };
    const found = number(grad((t: tf.Tensor) => wrong(t, tf.scalar(1)).value)(tensor(1)));
    expect(Math.abs(found - first(1))).toBeGreaterThan(0.1);
    expect(statusOf(wrong(tensor(1), tf.scalar(1)))).toBe('stagnated');
  });
});

describe('the scalar toy: g = ½(w−2)² + ½e^λw², f = ½(w* − ½)²', () => {
  const f =
    (solver: Solver<'minimize'>) =>
    (lambda: tf.Tensor): tf.Tensor => {
      const { value } = minimize(
        (w: tf.Tensor, l: tf.Tensor) =>
          tf.mul(0.5, tf.add(tf.square(tf.sub(w, 2)), tf.mul(tf.exp(l), tf.square(w)))),
        tf.scalar(0),
        lambda,
        { solver, tol: 1e-13, maxSteps: 500 },
      );
      return tf.mul(0.5, tf.square(tf.sub(value, 0.5)));
    };
  const solvers = {
    newton: newton(),
    lbfgs: lbfgs(),
    fixed: gradientDescent({ step: 0.4 }),
    backtracking: gradientDescent(),
  };
  it.each(Object.entries(solvers))('F = .125, F′ = −.25, F″ = .25 by %s', (_, solver) => {
    const at = tensor(0);
    expect(number(f(solver)(at))).toBeCloseTo(0.125, 12);
    expect(number(grad(f(solver))(at))).toBeCloseTo(-0.25, 11);
    expect(number(hessian(f(solver))(at))).toBeCloseTo(0.25, 10);
    expect(number(grad(grad(f(solver)))(at))).toBeCloseTo(0.25, 10);
  });
  it('a value that the function closes over is differentiated like θ', () => {
    const closed = (lambda: tf.Tensor): tf.Tensor =>
      minimize(
        (w: tf.Tensor) => tf.add(tf.square(tf.sub(w, 2)), tf.mul(tf.exp(lambda), tf.square(w))),
        tf.scalar(0),
      ).value;
    expect(number(grad(closed)(tensor(0)))).toBeCloseTo(-0.5, 12); // w = 2/(1+e^λ)
    expect(number(hessian(closed)(tensor(0)))).toBeCloseTo(0, 12);
    expect(numbers(vmap(grad(closed))(tensor([0, 1])))[1]).toBeCloseTo((-2 * Math.E) / (1 + Math.E) ** 2, 12);
  });
  it('a layer in a layer: the minimizer of a minimum', () => {
    // inner w(λ) = 2/(1+e^λ); outer minimizes (w(λ) − ½)² + θλ² over λ
    const outer = (theta: tf.Tensor): tf.Tensor =>
      minimize(
        (l: tf.Tensor, t: tf.Tensor) =>
          tf.add(
            tf.square(
              tf.sub(
                minimize(
                  (w: tf.Tensor) => tf.add(tf.square(tf.sub(w, 2)), tf.mul(tf.exp(l), tf.square(w))),
                  tf.scalar(0),
                ).value,
                0.5,
              ),
            ),
            tf.mul(t, tf.square(l)),
          ),
        tf.scalar(0.5),
        theta,
      ).value;
    const slope = (l: number, t: number): number => {
      const e = Math.exp(l);
      return 2 * (2 / (1 + e) - 0.5) * ((-2 * e) / (1 + e) ** 2) + 2 * t * l;
    };
    const solve = (t: number): number => {
      let [lo, hi] = [0, 3];
      for (let k = 0; k < 60; k++)
        [lo, hi] = slope((lo + hi) / 2, t) > 0 ? [lo, (lo + hi) / 2] : [(lo + hi) / 2, hi];
      return lo;
    };
    expect(number(outer(tensor(0.2)))).toBeCloseTo(solve(0.2), 10);
    expect(number(grad(outer)(tensor(0.2)))).toBeCloseTo(derivative((t) => [solve(t)], 0.2, 0.02)[0]!, 7);
  });
});

describe('trees, results and lanes', () => {
  it('the unknown may be a tree, θ may be a tree, and records may be written in any order', () => {
    // x + y = s, x − y = d
    const f = (p: {
      readonly s: tf.Tensor;
      readonly d: tf.Tensor;
    }): { readonly x: tf.Tensor; readonly y: tf.Tensor } =>
      root(
        (u: { readonly x: tf.Tensor; readonly y: tf.Tensor }, q: typeof p) => ({
          y: tf.sub(tf.sub(u.x, u.y), q.d),
          x: tf.sub(tf.add(u.x, u.y), q.s),
        }),
        { x: tf.scalar(0), y: tf.scalar(0) },
        p,
      ).value;
    const at = { s: tensor(3), d: tensor(1) };
    expect(number(f(at).x)).toBeCloseTo(2, 12);
    const g = grad((p: typeof at) => f(p).y)(at);
    expect([number(g.s), number(g.d)]).toEqual([0.5, -0.5]);
  });
  it('Heron’s square root by a while loop gets a reverse derivative', () => {
    const sqrt = implicit(
      (a: tf.Tensor, x0: tf.Tensor) =>
        whileLoop(
          (x: tf.Tensor) => tf.greater(tf.abs(tf.sub(tf.square(x), a)), 1e-12),
          (x) => tf.mul(0.5, tf.add(x, tf.div(a, x))),
          x0,
        ),
      (x: tf.Tensor, a: tf.Tensor) => tf.sub(tf.square(x), a),
    );
    const f = (a: tf.Tensor): tf.Tensor => sqrt(a, tf.scalar(1)).value;
    expect(number(f(tensor(4)))).toBeCloseTo(2, 12);
    expect(number(grad(f)(tensor(4)))).toBeCloseTo(0.25, 12);
    expect(number(hessian(f)(tensor(4)))).toBeCloseTo(-1 / 32, 12);
    numbers(vmap(grad(f))(tensor([1, 4, 9]))).forEach((v, i) =>
      expect(v).toBeCloseTo([1 / 2, 1 / 4, 1 / 6][i]!, 12),
    );
  });
  it('lanes that never converge or leave the domain do not touch the others', () => {
    const fit = (t: tf.Tensor): ReturnType<typeof minimize<tf.Tensor>> =>
      minimize(
        // t·eˣ − x has its minimum at −log t for t > 0, none for t ≤ 0
        (x: tf.Tensor, s: tf.Tensor) => tf.sub(tf.mul(s, tf.exp(x)), x),
        tf.scalar(0),
        t,
        { maxSteps: 60 },
      );
    const lanes = [2, -1, 0.5, 0, NaN];
    const all = vmap(fit)(tensor(lanes));
    const status = statusOf(all) as string[];
    expect([status[0], status[2], status[4]]).toEqual(['converged', 'converged', 'nonfinite']);
    expect(status[1]).not.toBe('converged');
    expect(status[3]).not.toBe('converged');
    const x = numbers(all.value);
    expect(x[0]).toBeCloseTo(-Math.log(2), 10);
    expect(x[2]).toBeCloseTo(Math.log(2), 10);
    const slopes = numbers(vmap(grad((t: tf.Tensor) => fit(t).value))(tensor(lanes)));
    expect(slopes[0]).toBeCloseTo(-0.5, 9);
    expect(slopes[2]).toBeCloseTo(-2, 9);
    // alone, each of the good lanes gives the same number of steps
    expect(numbers(all.stats.steps)[0]).toBe(number(fit(tensor(2)).stats.steps));
  });
  it('a tf.Variable that the function reads is read at each call', () => {
    const target = tf.variable(tf.scalar(2));
    const fit = (t: tf.Tensor): tf.Tensor =>
      minimize((w: tf.Tensor, s: tf.Tensor) => tf.square(tf.sub(w, tf.mul(s, target))), tf.scalar(0), t)
        .value;
    expect(number(fit(tensor(3)))).toBeCloseTo(6, 12);
    expect(number(grad(fit)(tensor(3)))).toBeCloseTo(2, 12);
    target.assign(tf.scalar(5));
    expect(number(grad(fit)(tensor(3)))).toBeCloseTo(5, 12);
    target.dispose();
  });
  it('a solution is a tree that staged code may return, and never throws there', () => {
    const { graph } = stage(
      (t: tf.Tensor) => minimize((x: tf.Tensor, s: tf.Tensor) => tf.mul(s, tf.log(x)), tf.scalar(-1), t),
      [tensor(1)],
    );
    expect(graph.outputs.length).toBeGreaterThanOrEqual(4);
  });
  it('state of lbfgs starts the next solve warm', () => {
    const scales = tensor([1, 7, 50, 300, 2000]);
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(scales, tf.square(tf.sub(x, 1))));
    const solver = lbfgs();
    const part = minimize(f, tensor([2, 0, 3, -1, 4]), undefined, { solver, maxSteps: 8 });
    const warm = minimize(f, part.value, undefined, {
      solver,
      state: part.state,
      tol: { absolute: 1e-9, relative: 0 },
    });
    const cold = minimize(f, part.value, undefined, { solver, tol: { absolute: 1e-9, relative: 0 } });
    expect([statusOf(part), statusOf(warm), statusOf(cold)]).toEqual(['maxSteps', 'converged', 'converged']);
    expect(number(warm.stats.steps)).toBeLessThan(number(cold.stats.steps));
  });
  it('says what is wrong with the arguments', () => {
    expect(() => minimize((x: tf.Tensor) => x, tensor([1, 2]))).toThrow(
      'minimize: expected a real scalar from the function, found f[2]',
    );
    expect(() =>
      minimize((x: { n: tf.Tensor }) => tf.sum(tf.cast(x.n, 'float32')), { n: tf.scalar(1, 'int32') }),
    ).toThrow("minimize: the starting value at 'n': expected real values, found i32[]");
    expect(() => root((x: { a: tf.Tensor }) => ({ a: tf.stack([x.a, x.a]) }), { a: tensor(1) })).toThrow(
      "root: the residual differs from the unknowns at 'a': expected f[], found f[2]",
    );
  });
});
