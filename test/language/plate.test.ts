import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { normal, type IntTensor } from '../../src/distributions/index.js';
import { assess, gen, observe, plate, sample, simulate } from '../../src/language/index.js';
import { addressHash, foldIn, key } from '../../src/random/index.js';
import { register, tensor } from '../../src/staging/index.js';

register({ executor: bufferExecutor });

const values = (t: unknown): number[] => [...(t as tf.Tensor).dataSync()];
const value = (t: unknown): number => values(t)[0]!;

describe('plate', () => {
  const row = gen(function* (x: tf.Tensor, m: tf.Tensor, i: IntTensor) {
    const z = yield* sample('z', normal(m, 1));
    const inner = yield* plate('inner', 2, (j) => cell(z, tf.add(i, j)));
    yield* observe('x', normal(tf.sum(inner), 1), tf.gather(x, i));
    return tf.mul(z, 2);
  });
  const cell = gen(function* (z: tf.Tensor, k: tf.Tensor) {
    return yield* sample('c', normal(tf.add(z, tf.cast(k, 'float32')), 0.1));
  });
  const x = tensor([0.1, 0.2, 0.3, 0.4]);
  const plated = gen(function* () {
    const m = yield* sample('m', normal(0, 1));
    return yield* plate('rows', 4, (i) => row(x, m, i));
  });

  test('gives the numbers of a loop over the elements with their keys', () => {
    const run = simulate(plated(), key(21));
    const base = foldIn(key(21), addressHash('rows'));
    const loop = [0, 1, 2, 3].map((i) =>
      simulate(row(x, run.choices.m, tf.scalar(i, 'int32') as IntTensor), foldIn(base, i)),
    );
    expect(run.choices.rows.z.shape).toEqual([4]);
    expect(run.choices.rows.inner.c.shape).toEqual([4, 2]);
    expect(values(run.choices.rows.z)).toEqual(loop.map((l) => value(l.choices.z)));
    expect(values(run.choices.rows.inner.c)).toEqual(loop.flatMap((l) => values(l.choices.inner.c)));
    expect(values(run.value)).toEqual(loop.map((l) => value(l.value)));
    const m = run.sites.find((s) => s.address === 'm')!;
    const total = loop.reduce((s, l) => s + value(l.logDensity), value(m.logProb));
    expect(value(run.logDensity)).toBeCloseTo(total, 10);
  });

  test('its sites carry its axes', () => {
    const run = simulate(plated(), key(21));
    const site = run.sites.find((s) => s.address === 'rows.inner.c')!;
    expect(site.plates).toEqual(['rows', 'inner']);
    expect(site.logProb.shape).toEqual([4, 2]);
    expect(site.value.shape).toEqual([4, 2]);
  });

  test('can be assessed at what it drew', () => {
    const run = simulate(plated(), key(21));
    expect(value(assess(plated(), run.choices).logDensity)).toBeCloseTo(value(run.logDensity), 10);
  });

  test('what does not depend on the element is repeated along the axis', () => {
    const p = gen(function* () {
      const m = yield* sample('m', normal(0, 1));
      return yield* plate('rows', 3, () =>
        gen(function* () {
          return m;
        })(),
      );
    });
    const run = simulate(p(), key(1));
    expect(values(run.value)).toEqual(Array(3).fill(value(run.choices.m)));
  });

  test('needs a positive number of elements', () => {
    expect(() => plate('rows', 0, () => cell(x, x))).toThrow(
      "plate('rows'): expected a positive number of elements, found 0",
    );
  });
});
