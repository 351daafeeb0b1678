import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { exponential, flip, halfNormal, multivariateNormal, normal } from '../../src/distributions/index.js';
import { ops, shapes, type Node } from '../../src/ir/index.js';
import {
  assess,
  call,
  condition,
  gen,
  maybe,
  observe,
  plate,
  sample,
  sampleAt,
  sampleJoint,
  simulate,
  type JointDist,
} from '../../src/language/index.js';
import { addressHash, foldIn, key, normalNode } from '../../src/random/index.js';
import {
  apply,
  currentRecording,
  flatten,
  nodeOf,
  register,
  stage,
  tensor,
  tensorOf,
  type Key,
} from '../../src/staging/index.js';

register({ executor: bufferExecutor });

const values = (t: unknown): number[] => [...(t as tf.Tensor).dataSync()];
const value = (t: unknown): number => values(t)[0]!;

const step = gen(function* (m: tf.Tensor) {
  const a = yield* sample('a', normal(m, 0.5));
  const b = yield* sample('b', flip(0.3));
  return tf.where(b, a, m);
});

const model = gen(function* (y: tf.Tensor) {
  const mu = yield* sample('mu', normal(0, 5));
  const tau = yield* sample('tau', halfNormal(2));
  const z = yield* call('sub', step(mu));
  yield* observe('y', normal(z, tau), y);
  return tf.add(z, tau);
});

const y = tensor([0.4, -1.2, 2.2]);

describe('simulate', () => {
  test('choices are nested as the program is; log density is the sum over sites', () => {
    const run = simulate(model(y), key(1));
    expect(Object.keys(run.choices)).toEqual(['mu', 'tau', 'sub']);
    expect(Object.keys(run.choices.sub)).toEqual(['a', 'b']);
    expect(run.sites.map((s) => [s.kind, s.address])).toEqual([
      ['sample', 'mu'],
      ['sample', 'tau'],
      ['sample', 'sub.a'],
      ['sample', 'sub.b'],
      ['observe', 'y'],
    ]);
    const { mu, tau, sub } = run.choices;
    const z = value(sub.b) === 1 ? value(sub.a) : value(mu);
    const normalLog = (x: number, m: number, s: number): number =>
      -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    const t = value(tau);
    const expected =
      normalLog(value(mu), 0, 5) +
      Math.log(2) +
      normalLog(t, 0, 2) +
      normalLog(value(sub.a), value(mu), 0.5) +
      Math.log(value(sub.b) === 1 ? 0.3 : 0.7) +
      values(y).reduce((s, v) => s + normalLog(v, z, t), 0);
    expect(value(run.logDensity)).toBeCloseTo(expected, 10);
    expect(value(run.value)).toBeCloseTo(z + t, 12);
    expect(run.sites.reduce((s, r) => s + values(r.logProb).reduce((a, b) => a + b, 0), 0)).toBeCloseTo(
      expected,
      10,
    );
  });

  test('the noise of a site is that of its address: order and neighbours do not matter', () => {
    const a = gen(function* () {
      yield* sample('p', normal(0, 1));
      yield* sample('q', normal(0, 1));
    });
    const b = gen(function* () {
      yield* sample('q', normal(0, 1));
      yield* sample('extra', normal(0, 1));
      yield* sample('p', normal(0, 1));
    });
    const [x, z] = [simulate(a(), key(3)).choices, simulate(b(), key(3)).choices];
    expect(values(x.p)).toEqual(values(z.p));
    expect(values(x.q)).toEqual(values(z.q));
    expect(value(x.p)).not.toBe(value(x.q));
  });

  test('the key of an address is folded from its hash', () => {
    const one = gen(function* () {
      yield* call(
        'group',
        gen(function* () {
          yield* sample('x', normal(0, 1));
        })(),
      );
    });
    const inner = foldIn(foldIn(key(9), addressHash('group')), addressHash('x'));
    expect(values(simulate(one(), key(9)).choices.group.x)).toEqual(values(normal(0, 1).sample(inner)));
  });

  test('inside a recording it gives recorded values, and the same numbers', () => {
    const { graph, captures, outDef } = stage(
      (k: Key) => {
        const run = simulate(model(y), k);
        return { choices: run.choices, logDensity: run.logDensity };
      },
      [key(0)],
    );
    const results = apply(graph, [key(5)], captures);
    const eager = simulate(model(y), key(5));
    expect(outDef.size).toBe(results.length);
    const expected = flatten([eager.choices, eager.logDensity]).leaves;
    expect(results.map(values)).toEqual(expected.map(values));
  });

  test('host values of the result stay host values', () => {
    const p = gen(function* () {
      const x = yield* sample('x', normal(0, 1));
      return { name: 'x', times: 3, x, nested: [x, 'y'] };
    });
    const run = simulate(p(), key(1));
    expect(run.value.name).toBe('x');
    expect(run.value.times).toBe(3);
    expect(values(run.value.x)).toEqual(values(run.choices.x));
    expect(values(run.value.nested[0])).toEqual(values(run.choices.x));
  });

  test('one program object can be run any number of times', () => {
    const p = model(y);
    expect(values(simulate(p, key(1)).logDensity)).toEqual(values(simulate(p, key(1)).logDensity));
  });

  test('maybe, sampleAt and helpers without gen', () => {
    function* helper(m: tf.Tensor) {
      return yield* sample('helped', normal(m, 1));
    }
    const p = gen(function* (deep: boolean, name: string) {
      const a = yield* sample('a', normal(0, 1));
      yield* sampleAt(name, normal(0, 1));
      const h = yield* helper(a);
      if (deep) yield* maybe(sample('extra', normal(h, 1)));
    });
    expect(Object.keys(simulate(p(false, 'k'), key(1)).choices)).toEqual(['a', 'k', 'helped']);
    expect(Object.keys(simulate(p(true, 'l'), key(1)).choices)).toEqual(['a', 'l', 'helped', 'extra']);
  });
});

describe('assess', () => {
  test('agrees with simulate', () => {
    const run = simulate(model(y), key(11));
    const again = assess(model(y), run.choices);
    expect(value(again.logDensity)).toBeCloseTo(value(run.logDensity), 12);
    expect(values(again.value)).toEqual(values(run.value));
    expect(again.sites.map((s) => s.address)).toEqual(run.sites.map((s) => s.address));
  });

  test('takes literals for scalars', () => {
    const { choices } = assess(model(y), { mu: 0.5, tau: 1, sub: { a: tensor(0.2), b: true } });
    expect(value(choices.mu)).toBe(0.5);
    expect(choices.sub.b.dtype).toBe('bool');
  });

  test('the density of an event is one number', () => {
    const p = gen(function* () {
      return yield* sample(
        'v',
        multivariateNormal(tf.zeros([2]), {
          scaleTril: tensor([
            [1, 0],
            [0.5, 2],
          ]),
        }),
      );
    });
    const run = simulate(p(), key(0));
    expect(run.sites[0]!.logProb.shape).toEqual([]);
    expect(value(assess(p(), run.choices).logDensity)).toBeCloseTo(value(run.logDensity), 12);
  });
});

describe('condition', () => {
  test('turns sites into observations of the same density', () => {
    const run = simulate(model(y), key(2));
    const given = condition(model(y), { tau: run.choices.tau, sub: { b: run.choices.sub.b } });
    const rest = assess(given, { mu: run.choices.mu, sub: { a: run.choices.sub.a } });
    expect(value(rest.logDensity)).toBeCloseTo(value(run.logDensity), 12);
    expect(values(rest.value)).toEqual(values(run.value));
    expect(rest.sites.filter((s) => s.kind === 'observe').map((s) => s.address)).toEqual([
      'tau',
      'sub.b',
      'y',
    ]);
    expect(Object.keys(simulate(given, key(7)).choices)).toEqual(['mu', 'sub']);
  });

  test('of literals: the program goes on with tensors', () => {
    const p = gen(function* () {
      const s = yield* sample('s', halfNormal(1));
      return s.shape.length;
    });
    expect(simulate(condition(p(), { s: 2 }), key(0)).value).toBe(0);
  });

  test('twice, and in plates', () => {
    const p = gen(function* () {
      const m = yield* sample('m', normal(0, 1));
      return yield* plate('rows', 3, () => row(m));
    });
    const row = gen(function* (m: tf.Tensor) {
      const a = yield* sample('a', normal(m, 1));
      const b = yield* sample('b', exponential(1));
      return tf.add(a, b);
    });
    const run = simulate(p(), key(4));
    const once = condition(p(), { rows: { a: run.choices.rows.a } });
    const twice = condition(once, { m: run.choices.m });
    const rest = assess(twice, { rows: { b: run.choices.rows.b } });
    expect(value(rest.logDensity)).toBeCloseTo(value(run.logDensity), 12);
    expect(values(rest.value)).toEqual(values(run.value));
  });
});

describe('sampleJoint', () => {
  const logOf = (a: Node, b: Node): Node =>
    ops.sub(ops.mul(ops.add(ops.square(a), ops.square(ops.sub(b, 1))), -0.5), Math.log(2 * Math.PI));
  const recorded = (t: tf.Tensor): Node => nodeOf(t, currentRecording()!.builder);
  const joint: JointDist<{ readonly mu: tf.Tensor; readonly sub: { readonly a: tf.Tensor } }> = {
    addresses: ['mu', 'sub.a'],
    draw: (k) => {
      const e = normalNode(k, [2]);
      const [mu, a] = [shapes.index(e, 0), ops.add(shapes.index(e, 1), 1)];
      return { choices: { mu: tensorOf(mu), sub: { a: tensorOf(a) } }, logDensity: logOf(mu, a) };
    },
    score: ({ mu, sub }) => logOf(recorded(mu), recorded(sub.a)),
  };
  const guide = gen(function* () {
    return yield* sampleJoint(joint);
  });

  test('its addresses are addresses of the program, its density is counted once', () => {
    const run = simulate(guide(), key(5));
    const [mu, a] = [value(run.choices.mu), value(run.choices.sub.a)];
    expect(run.sites.map((s) => s.address)).toEqual(['mu', 'sub.a']);
    expect(value(run.logDensity)).toBeCloseTo(-0.5 * (mu * mu + (a - 1) ** 2) - Math.log(2 * Math.PI), 12);
    expect(value(assess(guide(), run.choices).logDensity)).toBeCloseTo(value(run.logDensity), 12);
  });
});
