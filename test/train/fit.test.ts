import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { ops, shapes, type Executor, type Graph } from '../../src/ir/index.js';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { adam, averaged, cosineDecay, sgd } from '../../src/optimize/index.js';
import { key, randomNormal } from '../../src/random/index.js';
import { hostOf, lift, register, stage, tensor, type Key } from '../../src/staging/index.js';
import { fit, NonFiniteError, type Estimator, type SavedFit } from '../../src/train/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

type Params = { readonly x: tf.Tensor; readonly y: tf.Tensor };

const node1 = (args: readonly tf.Tensor[], f: Parameters<typeof lift>[1]): tf.Tensor =>
  lift(args, f)[0] as tf.Tensor;

/** Noisy gradients of |x − a|² / 2 + (y − 3)² / 2, with a count of calls as its state. */
const noisy: Estimator<Params, { readonly calls: tf.Tensor }, readonly [tf.Tensor]> = Object.assign(
  (k: Key, p: Params, s: { readonly calls: tf.Tensor }, a: tf.Tensor) => {
    const dx = tf.sub(p.x, a);
    const dy = tf.sub(p.y, 3);
    const noise = randomNormal(k, [2]);
    const value = node1([dx, dy], (_b, u, v) =>
      ops.mul(0.5, ops.add(shapes.reduceSum(ops.square(u!)), ops.square(v!))),
    );
    return { value, gradient: { x: tf.add(dx, noise), y: dy }, state: { calls: tf.add(s.calls, 1) } };
  },
  { sense: 'minimize' as const, init: () => ({ calls: tensor(0) }) },
);

const a = [1, -2];
const options = () => ({
  params: { x: tensor([0, 0]), y: tensor(0) },
  optimizer: averaged(adam(cosineDecay(0.1, { steps: 200 })), { start: 50 }),
  steps: 100,
  key: key(7),
  data: [tensor(a)] as const,
});
const bits = (s: { readonly state: object }): string => JSON.stringify(s.state);

describe('fit', () => {
  it('runs the optimizer on the estimator', () => {
    const quiet = Object.assign(
      (_k: Key, p: Params, s: undefined, t: tf.Tensor) => {
        const out = noisy(_k, p, { calls: tensor(0) }, t);
        return { value: out.value, gradient: { x: tf.sub(p.x, t), y: out.gradient.y }, state: s };
      },
      { sense: 'minimize' as const, init: () => undefined },
    );
    const result = fit(quiet, { ...options(), optimizer: sgd(0.1), steps: 20 }).runSync();
    const left = 0.9 ** 20;
    const x = hostOf(result.params.x).data;
    a.forEach((v, i) => expect(x[i]).toBeCloseTo(v * (1 - left), 12));
    expect(hostOf(result.params.y).data[0]).toBeCloseTo(3 * (1 - left), 12);
    expect(result.trace.length).toBe(20);
    // the value is taken before the step
    result.trace.forEach((v, t) => expect(v).toBeCloseTo(7 * 0.81 ** t, 10));
    expect(result).toMatchObject({ step: 20, aborted: false });
    expect(result.value).toBe(result.trace[19]);
    expect(result.average).toBe(result.params);
    tf.dispose(result.params);
  });

  it('climbs where the estimator maximizes', () => {
    const hill = Object.assign(
      (_k: Key, p: { readonly x: tf.Tensor }, s: undefined) => ({
        value: tf.neg(tf.square(p.x)),
        gradient: { x: tf.mul(-2, p.x) },
        state: s,
      }),
      { sense: 'maximize' as const, init: () => undefined },
    );
    const { trace } = fit(hill, {
      params: { x: tensor(2) },
      optimizer: sgd(0.1),
      steps: 10,
      key: key(0),
    }).runSync();
    trace.forEach((v, t) => expect(v).toBeCloseTo(-4 * 0.64 ** t, 12));
  });

  it('gives the same bits in chunks of any length, by every way of running', async () => {
    const whole = fit(noisy, { ...options(), every: 100 }).runSync();
    for (const every of [1, 7]) expect(bits(fit(noisy, { ...options(), every }).runSync())).toBe(bits(whole));
    expect(bits(await fit(noisy, options()).run())).toBe(bits(whole));
    const training = fit(noisy, options());
    let state = training.init();
    while (state.step < 100) state = training.step(state, 33).state;
    expect(JSON.stringify(state)).toBe(bits(whole));
    const seen: number[] = [];
    for await (const { step } of fit(noisy, { ...options(), every: 40 })) seen.push(step);
    expect(seen).toEqual([40, 80, 100]);
    // another key is another path
    expect(bits(fit(noisy, { ...options(), key: key(8) }).runSync())).not.toBe(bits(whole));
  });

  it('resumes from JSON to the bit', () => {
    const whole = fit(noisy, options()).runSync();
    const first = fit(noisy, { ...options(), steps: 40 }).runSync();
    const text = JSON.stringify(first.state);
    const resumed = fit(noisy, { ...options(), resume: JSON.parse(text) as SavedFit });
    expect(resumed.state.step).toBe(40);
    const rest = resumed.runSync();
    expect(bits(rest)).toBe(bits(whole));
    expect([...first.trace, ...rest.trace]).toEqual([...whole.trace]);
    expect(hostOf(rest.average.x)).toEqual(hostOf(whole.average.x));
    expect(bits(fit(noisy, { ...options(), resume: first.state }).runSync())).toBe(bits(whole));
    // from other bits it ends elsewhere: the comparison is not vacuous
    const bent = text.replace(
      /("params":\{"x":\{"shape":\[2\],"dtype":"f","data":\[)([^,]+)/,
      (_m, head, x) => `${head}${Number(x) + 1e-12}`,
    );
    expect(bent).not.toBe(text);
    const other = fit(noisy, { ...options(), resume: JSON.parse(bent) as SavedFit }).runSync();
    expect(bits(other)).not.toBe(bits(whole));
  });

  it('says everything that keeps a saved fit from going on', () => {
    const saved = fit(noisy, { ...options(), steps: 1 })
      .runSync()
      .state.toJSON();
    expect(() => fit(noisy, { ...options(), key: key(1), resume: saved })).toThrow(/another key/);
    expect(() => fit(noisy, { ...options(), resume: { ...saved, version: 2 } as never })).toThrow(
      /version 2/,
    );
    for (const [resume, found] of [
      [null, 'null'],
      [JSON.stringify(saved), 'string'],
    ] as const) {
      expect(() => fit(noisy, { ...options(), resume: resume as never })).toThrow(
        `resume: expected fit.state or the parsed JSON of it, found ${found}`,
      );
    }
    const { x, y: _, ...rest } = saved.params;
    const damaged: SavedFit = { ...saved, params: { ...rest, z: x!, x: { ...x!, shape: [1], data: [0] } } };
    expect(() => fit(noisy, { ...options(), resume: damaged })).toThrow(
      "resume: the saved fit does not fit:\n  params 'z' was saved, this fit has none\n" +
        "  params 'x' is f[2] here, f[1] in the saved fit\n  params 'y' (f[]) was not saved",
    );
  });

  it('stops between reports when told to, and keeps what it has', async () => {
    const controller = new AbortController();
    const training = fit(noisy, { ...options(), every: 10, signal: controller.signal });
    for await (const { step } of training) if (step === 30) controller.abort();
    expect(training.state.step).toBe(30);
    const before = fit(noisy, { ...options(), signal: controller.signal }).runSync();
    expect(before).toMatchObject({ step: 0, aborted: true, value: NaN });
    expect(hostOf(before.params.x).data).toEqual(Float64Array.of(0, 0));
    const rest = fit(noisy, { ...options(), resume: training.state }).runSync();
    expect(bits(rest)).toBe(bits(fit(noisy, options()).runSync()));
    const late = new AbortController();
    setTimeout(() => late.abort(), 40);
    const long = await fit(noisy, { ...options(), steps: 10_000_000, every: 10, signal: late.signal }).run();
    expect(long.aborted).toBe(true);
    expect(long.step).toBeGreaterThan(0);
  });

  it('reports progress', async () => {
    const calls: number[][] = [];
    const progress = (r: { step: number; steps: number; value: number }): void =>
      void calls.push([r.step, r.steps, r.value]);
    const result = await fit(noisy, { ...options(), every: 50, progress }).run();
    expect(calls).toEqual([
      [50, 100, result.trace[49]],
      [100, 100, result.trace[99]],
    ]);
  });

  it('compiles one program and keeps no tensors', () => {
    let compiled = 0;
    const counting: Executor = {
      name: 'counting',
      compile: (graph: Graph) => {
        compiled += 1;
        return referenceExecutor.compile(graph);
      },
    };
    const given = options();
    const before = tf.memory().numTensors;
    const training = fit(noisy, { ...given, steps: 1000, every: 10, executor: counting });
    const counts = new Set<number>();
    let state = training.init();
    while (state.step < 1000) {
      state = training.step(state).state;
      counts.add(tf.memory().numTensors);
    }
    expect([...counts]).toEqual([before]);
    expect(compiled).toBe(1);
    const { params } = training.step(state);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose(params);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reads variables at each report', () => {
    const scale = tf.variable(tensor(1), true);
    const e = Object.assign(
      (_k: Key, p: { readonly x: tf.Tensor }, s: undefined) => ({
        value: tf.mul(p.x, scale),
        gradient: { x: tf.zerosLike(p.x) },
        state: s,
      }),
      { sense: 'minimize' as const, init: () => undefined },
    );
    const training = fit(e, { params: { x: tensor(2) }, optimizer: sgd(1), steps: 4, every: 2, key: key(0) });
    const first = training.step(training.init());
    scale.assign(tensor(10));
    expect([...first.values, ...training.step(first.state).values]).toEqual([2, 2, 20, 20]);
    scale.dispose();
  });
});

describe('fit refuses', () => {
  const broken = (
    f: (p: { readonly x: tf.Tensor }, s: tf.Tensor) => { value: tf.Tensor; gradient: any; state: any },
  ) =>
    Object.assign((_k: Key, p: { readonly x: tf.Tensor }, s: tf.Tensor) => f(p, s), {
      sense: 'minimize' as const,
      init: () => tensor(0) as tf.Tensor,
    });
  const run = (e: Estimator<{ readonly x: tf.Tensor }, tf.Tensor>) =>
    fit(e, { params: { x: tensor([4, 9]) }, optimizer: sgd(1), steps: 10, every: 5, key: key(0) });

  it('a value that is not a scalar and state that changes its shape', () => {
    expect(() => run(broken((p, s) => ({ value: p.x, gradient: p, state: s })))).toThrow(
      "fit: the estimator's value must be a real scalar, found f[2]",
    );
    expect(() => run(broken((p, _s) => ({ value: tensor(0), gradient: p, state: tf.mul(p.x, 2) })))).toThrow(
      "fit: a step must keep its shapes:\n  estimator '0': f[] before a step, f[2] after it",
    );
  });

  it('an objective that is not finite, naming step and operation', () => {
    // x falls by 1 a step from [4, 9], and log(x) is −∞ at step 4
    const e = broken((p, s) => ({ value: tf.sum(tf.log(p.x)), gradient: { x: tf.onesLike(p.x) }, state: s }));
    const training = run(e);
    let error: unknown;
    try {
      training.runSync();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ step: 4, value: -Infinity });
    expect((error as Error).message).toMatch(
      /^fit: the objective is -Infinity at step 4: it was first not finite in (tf\.)?log/i,
    );
    expect(training.state.step).toBe(4);
    expect(training.state.params[0]!.data).toEqual(Float64Array.of(0, 5));
  });

  it('a gradient that is not finite, naming the parameter', async () => {
    const e = broken((p, s) => ({
      value: tensor(1),
      gradient: { x: tf.div(p.x, tf.sub(s, 6)) },
      state: tf.add(s, 1),
    }));
    await expect(run(e).run()).rejects.toThrow(
      /^fit: the gradient of 'x' is not finite at step 6: it was first not finite in .*, although the objective is 1\. /,
    );
  });

  it('wrong numbers of steps, and recordings', () => {
    expect(() => fit(noisy, { ...options(), steps: -1 })).toThrow(
      'fit: steps is a number of steps, found -1',
    );
    expect(() => fit(noisy, { ...options(), every: 0 })).toThrow(
      'fit: every is a positive number of steps, found 0',
    );
    const training = fit(noisy, options());
    for (const count of [1.5, -1, NaN]) {
      expect(() => training.step(training.init(), count)).toThrow(
        `fit: step makes a number of steps, found ${count}`,
      );
    }
    const o = options();
    expect(() => stage(() => fit(noisy, o).runSync().params, [])).toThrow(/fit: it runs programs/);
  });
});
