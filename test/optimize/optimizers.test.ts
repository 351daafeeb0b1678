import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../src/ir/index.js';
import {
  adam,
  averaged,
  constant,
  cosineDecay,
  exponentialDecay,
  inverseTimeDecay,
  polynomialDecay,
  sgd,
  warmUp,
  type Optimizer,
  type Schedule,
} from '../../src/optimize/index.js';
import { flatten, hostOf, register, stage, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

const curvature = [3, 0.5, 10];
const target = [1, -2, 0.25];
const start = [0, 0, 0];

/** Gradient of Σ cᵢ (xᵢ − aᵢ)² / 2 for the coordinates from `low` to `high`. */
const gradient = (x: tf.Tensor, low: number, high: number): tf.Tensor =>
  tf.mul(tensor(curvature.slice(low, high)), tf.sub(x, tensor(target.slice(low, high))));

type Params = { readonly a: tf.Tensor; readonly rest: readonly [tf.Tensor] };

/** Iterates of an optimizer on the quadratic; the parameters are split over a nested tree. */
function iterates<S>(optimizer: Optimizer<S>, steps: number): { path: number[][]; state: S } {
  let params: Params = { a: tensor(start.slice(0, 2)), rest: [tensor(start.slice(2))] };
  let state = optimizer.init(params);
  const path: number[][] = [];
  for (let t = 0; t < steps; t++) {
    const tree: Params = { a: gradient(params.a, 0, 2), rest: [gradient(params.rest[0], 2, 3)] };
    ({ params, state } = optimizer.update(tree, state, params));
    path.push([...hostOf(params.a).data, ...hostOf(params.rest[0]).data]);
  }
  return { path, state };
}

/** The same path from an update rule for one number: rule(g, x, t, memory) → x'. */
function reference(
  steps: number,
  rule: (g: number, x: number, t: number, memory: Record<string, number>) => number,
): number[][] {
  const x = [...start];
  const memory = x.map(() => ({}) as Record<string, number>);
  return Array.from({ length: steps }, (_, t) => {
    x.forEach((v, i) => (x[i] = rule(curvature[i]! * (v - target[i]!), v, t, memory[i]!)));
    return [...x];
  });
}

function close(found: readonly number[][], expected: readonly number[][], tolerance = 1e-12): void {
  expect(found.length).toBe(expected.length);
  found.forEach((row, t) =>
    row.forEach((v, i) => expect(Math.abs(v - expected[t]![i]!)).toBeLessThan(tolerance)),
  );
}

const adamRule =
  (eta: (t: number) => number, b1 = 0.9, b2 = 0.999, eps = 1e-8) =>
  (g: number, x: number, t: number, s: Record<string, number>): number => {
    s['m'] = b1 * (s['m'] ?? 0) + (1 - b1) * g;
    s['v'] = b2 * (s['v'] ?? 0) + (1 - b2) * g ** 2;
    const mHat = s['m'] / (1 - b1 ** (t + 1));
    const vHat = s['v'] / (1 - b2 ** (t + 1));
    return x - (eta(t) * mHat) / (Math.sqrt(vHat) + eps);
  };

describe('adam', () => {
  it('follows algorithm 1 of Kingma and Ba', () => {
    close(
      iterates(adam(0.1), 40).path,
      reference(
        40,
        adamRule(() => 0.1),
      ),
    );
    const options = { beta1: 0.5, beta2: 0.8, epsilon: 0.01 };
    close(
      iterates(adam(0.05, options), 40).path,
      reference(
        40,
        adamRule(() => 0.05, 0.5, 0.8, 0.01),
      ),
    );
  });

  it('moves every coordinate by the step size at first, whatever the scale', () => {
    const [first] = iterates(adam(0.125, { epsilon: 0 }), 1).path;
    first!.forEach((v, i) => expect(v).toBeCloseTo(0.125 * Math.sign(target[i]!), 12));
  });

  it('uses the schedule at the number of steps made, from 0', () => {
    const schedule = exponentialDecay(0.2, { steps: 5, factor: 0.5 });
    const rule = adamRule((t) => 0.2 * 0.5 ** (t / 5));
    close(iterates(adam(schedule), 20).path, reference(20, rule));
    // off by one, the path differs visibly: the test can tell
    const wrong = reference(
      20,
      adamRule((t) => 0.2 * 0.5 ** ((t + 1) / 5)),
    );
    expect(() => close(iterates(adam(schedule), 20).path, wrong)).toThrow();
  });

  it('would not pass without the bias correction', () => {
    const uncorrected = reference(40, (g, x, _t, s) => {
      s['m'] = 0.9 * (s['m'] ?? 0) + 0.1 * g;
      s['v'] = 0.999 * (s['v'] ?? 0) + 0.001 * g ** 2;
      return x - (0.1 * s['m']) / (Math.sqrt(s['v']) + 1e-8);
    });
    expect(() => close(iterates(adam(0.1), 40).path, uncorrected)).toThrow();
  });

  it('checks its options', () => {
    expect(() => adam(0.1, { beta1: 1 })).toThrow('adam: beta1 must be in [0, 1), found 1');
    expect(() => adam(0.1, { beta2: -1 })).toThrow('beta2');
    expect(() => adam(0.1, { epsilon: NaN })).toThrow('epsilon');
  });
});

describe('sgd', () => {
  it('without momentum contracts each coordinate by 1 − ηc', () => {
    const { path } = iterates(sgd(0.05), 30);
    path.forEach((row, t) =>
      row.forEach((v, i) =>
        expect(v).toBeCloseTo(target[i]! * (1 - (1 - 0.05 * curvature[i]!) ** (t + 1)), 12),
      ),
    );
  });

  it('follows heavy ball and Nesterov', () => {
    const heavy = (g: number, x: number, _t: number, s: Record<string, number>): number => {
      s['v'] = 0.8 * (s['v'] ?? 0) + g;
      return x - 0.05 * s['v'];
    };
    const nesterov = (g: number, x: number, _t: number, s: Record<string, number>): number => {
      s['v'] = 0.8 * (s['v'] ?? 0) + g;
      return x - 0.05 * (g + 0.8 * s['v']);
    };
    close(iterates(sgd(0.05, { momentum: 0.8 }), 30).path, reference(30, heavy));
    close(iterates(sgd(0.05, { momentum: 0.8, nesterov: true }), 30).path, reference(30, nesterov));
    expect(() => close(iterates(sgd(0.05, { momentum: 0.8 }), 30).path, reference(30, nesterov))).toThrow();
  });

  it('checks its options', () => {
    expect(() => sgd(0.1, { momentum: 1 })).toThrow('sgd: momentum must be in [0, 1), found 1');
    expect(() => sgd(0.1, { nesterov: true })).toThrow('sgd: nesterov needs a momentum');
  });
});

describe('schedules', () => {
  const grid = [0, 1, 7, 99, 100, 101, 250];
  const at = (schedule: Schedule, t: number): number => hostOf(schedule(tensor(t))).data[0]!;
  const cases: Record<string, [Schedule, (t: number) => number]> = {
    constant: [constant(0.3), () => 0.3],
    exponentialDecay: [exponentialDecay(0.1, { steps: 50 }), (t) => 0.1 * 0.1 ** (t / 50)],
    cosineDecay: [
      cosineDecay(0.1, { steps: 100, end: 0.01 }),
      (t) => 0.01 + 0.045 * (1 + Math.cos((Math.PI * Math.min(t, 100)) / 100)),
    ],
    polynomialDecay: [
      polynomialDecay(0.1, { steps: 100, end: 0.02, power: 2 }),
      (t) => 0.02 + 0.08 * (1 - Math.min(t, 100) / 100) ** 2,
    ],
    line: [polynomialDecay(0.1, { steps: 100 }), (t) => 0.1 * (1 - Math.min(t, 100) / 100)],
    inverseTimeDecay: [inverseTimeDecay(0.1, { steps: 20, power: 0.6 }), (t) => 0.1 / (1 + t / 20) ** 0.6],
    warmUp: [
      warmUp(exponentialDecay(0.1, { steps: 50 }), { steps: 10 }),
      (t) => 0.1 * 0.1 ** (t / 50) * Math.min(1, (t + 1) / 10),
    ],
    'warmUp of a number': [warmUp(0.5, { steps: 200 }), (t) => 0.5 * Math.min(1, (t + 1) / 200)],
  };
  it.each(Object.keys(cases))('%s is its formula', (name) => {
    const [schedule, formula] = cases[name]!;
    for (const t of grid) expect(at(schedule, t)).toBeCloseTo(formula(t), 14);
  });

  it('check their options', () => {
    expect(() => cosineDecay(-1, { steps: 10 })).toThrow(
      'cosineDecay: rate must be positive and finite, found -1',
    );
    expect(() => warmUp(0.1, { steps: 0 })).toThrow('warmUp: steps');
    expect(() => exponentialDecay(0.1, { steps: Infinity })).toThrow('exponentialDecay: steps');
  });
});

describe('averaged', () => {
  const mean = (rows: readonly number[][], i: number): number =>
    rows.reduce((s, r) => s + r[i]!, 0) / rows.length;
  const averageOf = <S>(optimizer: Optimizer<S>, state: S): number[] =>
    flatten(optimizer.average!(state)).leaves.flatMap((x) => [...hostOf(x).data]);

  it.each([0, 10, 29, 30, 50])(
    'is the mean of the iterates from step %i on, and the iterates are unchanged',
    (from) => {
      const optimizer = averaged(adam(0.1), { start: from });
      const { path, state } = iterates(optimizer, 30);
      const plain = iterates(adam(0.1), 30).path;
      close(path, plain, 1e-15);
      const tail = from < 30 ? plain.slice(from) : plain.slice(-1);
      averageOf(optimizer, state).forEach((v, i) => expect(v).toBeCloseTo(mean(tail, i), 12));
    },
  );

  it('would be caught one step late', () => {
    const optimizer = averaged(adam(0.1), { start: 10 });
    const { path, state } = iterates(optimizer, 30);
    expect(Math.abs(averageOf(optimizer, state)[0]! - mean(path.slice(11), 0))).toBeGreaterThan(1e-4);
  });

  it('checks its options', () => {
    expect(() => averaged(adam(), { start: -1 })).toThrow('averaged: start is a number of steps, found -1');
  });
});

describe('every optimizer', () => {
  const optimizers: Record<string, Optimizer<any>> = {
    adam: adam(cosineDecay(0.1, { steps: 50 })),
    sgd: sgd(0.05),
    momentum: sgd(warmUp(0.05, { steps: 3 }), { momentum: 0.9 }),
    averaged: averaged(adam(0.1), { start: 1 }),
  };
  it.each(Object.keys(optimizers))('%s: a staged step equals an eager one', (name) => {
    const optimizer = optimizers[name]!;
    const x = { u: tensor([1, 2]), v: [tensor(3)] };
    const g = { u: tensor([0.5, -1]), v: [tensor(2)] };
    const state = optimizer.update(g, optimizer.init(x), x).state;
    const eager = flatten(optimizer.update(g, state, x)).leaves.map(hostOf);
    const { graph } = stage((gg, ss, xx) => optimizer.update(gg, ss, xx), [g, state, x]);
    const staged = evaluate(graph, flatten([g, state, x]).leaves.map(hostOf));
    expect(staged).toEqual(eager);
  });

  it.each(Object.keys(optimizers))('%s: leaves no tensors behind but its results', (name) => {
    const optimizer = optimizers[name]!;
    const x = tensor([1, 2]);
    const state = optimizer.init(x);
    const before = tf.memory().numTensors;
    const next = optimizer.update(tensor([1, 1]), state, x);
    expect(tf.memory().numTensors - before).toBe(flatten(next).leaves.length + 1);
  });

  it.each(Object.keys(optimizers))(
    '%s: names a leaf that is not real, and a gradient of another structure',
    (name) => {
      const optimizer = optimizers[name]!;
      const integers = { loc: tensor([1, 2], [2], 'int32') };
      expect(() => optimizer.init(integers)).toThrow(/parameters are real tensors, 'loc' is of type i32/);
      const x = { loc: tensor([1, 2]) };
      const wrong = { scale: tensor([1, 2]) } as unknown as typeof x;
      expect(() => optimizer.update(wrong, optimizer.init(x), x)).toThrow(
        /the gradient has leaves \[scale\], the parameters \[loc\]/,
      );
    },
  );
});
