/** When solves stop, what they refuse, and the sentences in which they say so. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { vmap } from '../../src/autodiff/index.js';
import { hostOf, register, tensor } from '../../src/staging/index.js';
import {
  describeStatus,
  gradientDescent,
  lbfgs,
  minimize,
  newton,
  root,
  statusOf,
  type Solver,
} from '../../transforms/implicit/index.js';

beforeAll(() => register());

const number = (x: tf.Tensor): number => hostOf(x).data[0]!;
const square = (x: tf.Tensor): tf.Tensor => tf.square(tf.sub(x, 0.3));
const solvers: [string, Solver<'minimize'>][] = [
  ['newton', newton()],
  ['lbfgs', lbfgs()],
  ['gradientDescent', gradientDescent()],
];

describe.each(solvers)('%s', (_, solver) => {
  it('Infinity is no step limit; others than whole numbers are refused', () => {
    const found = minimize(square, tensor(1), undefined, { solver, maxSteps: Infinity });
    expect(statusOf(found)).toBe('converged');
    expect(number(found.value)).toBeCloseTo(0.3, 9);
    for (const maxSteps of [-1, 1.5, NaN])
      expect(() => minimize(square, tensor(1), undefined, { solver, maxSteps })).toThrow(
        `maxSteps: expected a whole number of steps, 0 or more, found ${maxSteps}`,
      );
  });
  it('a tolerance of 0 is allowed, a negative one or NaN is refused', () => {
    expect(statusOf(minimize(square, tensor(1), undefined, { solver, tol: 0 }))).toBe('converged');
    for (const tol of [-1, NaN])
      expect(() => minimize(square, tensor(1), undefined, { solver, tol })).toThrow(
        `tol: expected a tolerance of 0 or more, found ${tol}`,
      );
  });
  it('a start beside a stationary point is not taken for a start from which the gradient runs away', () => {
    const wells = (x: tf.Tensor): tf.Tensor => tf.square(tf.sub(tf.square(x), 1));
    const found = minimize(wells, tensor(1e-13), undefined, {
      solver,
      tol: { absolute: 1e-14, relative: 0 },
    });
    expect(statusOf(found)).toBe('converged');
    expect(Math.abs(number(found.value))).toBeCloseTo(1, 12);
  });
});

describe('state', () => {
  const bowl = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x));
  const solve = (start: tf.Tensor, solver: Solver<'minimize'>, state?: Readonly<Record<string, tf.Tensor>>) =>
    minimize(bowl, start, undefined, { solver, ...(state && { state }) });
  it('of another solver, or of other sizes, is refused', () => {
    const small = solve(tensor([1]), lbfgs({ memory: 2 })).state;
    const of = (solver: string): string =>
      `state: expected that of a solution by the same solver, ${solver}, of the same sizes, `;
    expect(() => solve(tensor([1, 2]), lbfgs({ memory: 2 }), small)).toThrow(
      `${of('lbfgs')}{gamma: f[], rho: f[2], s: f[2,2], y: f[2,2]}, found {gamma: f[], rho: f[2], s: f[2,1], y: f[2,1]}`,
    );
    expect(() => solve(tensor([1]), lbfgs(), small)).toThrow(of('lbfgs'));
    expect(() => solve(tensor([1]), newton(), small)).toThrow(`${of('newton')}{}, found {gamma`);
    expect(() => solve(tensor([1]), lbfgs(), solve(tensor([1]), newton()).state)).toThrow(', found {}');
  });
});

describe('describeStatus', () => {
  it('reads a status, and the statuses of lanes with their number and first lane', () => {
    const one = minimize(square, tensor(1));
    expect(describeStatus(statusOf(one))).toBe('The optimality residual is within the tolerance.');
    const lanes = vmap((t: tf.Tensor) =>
      root((x: tf.Tensor, s: tf.Tensor) => tf.sub(tf.square(x), s), tensor(1), t),
    );
    expect(describeStatus(statusOf(lanes(tensor([4, NaN, 9]))))).toBe(
      "2 of 3 lanes (the first: 0) 'converged': The optimality residual is within the tolerance.\n" +
        "1 of 3 lanes (the first: 1) 'nonfinite': The function or its derivative is NaN or infinite at the last point: " +
        'start inside the domain, or keep the variables in it by a change of variables.',
    );
    expect(describeStatus(['diverged'])).toMatch(
      /^1 of 1 lane \(the first: 0\) 'diverged': The iterates run away/,
    );
    expect(describeStatus([])).toBe('There are no lanes.');
  });
});
