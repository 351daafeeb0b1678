import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { buildGraph, evaluate, hostArray, shapes, type HostArray, type Node } from '../../src/ir/index.js';
import { gradNodes } from '../../src/autodiff/index.js';
import { hostOf, tensor, tensorOf, register } from '../../src/staging/index.js';
import {
  bernoulli,
  bernoulliLogits,
  flip,
  improperUniform,
  multivariateNormal,
  supports,
} from '../../src/distributions/index.js';
import { key } from '../../src/random/index.js';

register();

/** −0 is 0 here. */
const values = (t: tf.Tensor): number[] => Array.from(hostOf(t).data, (v) => v + 0);
const scalar = (v: number): HostArray => hostArray([v], [], 'f');
function run(inputs: readonly HostArray[], f: (...nodes: Node[]) => readonly Node[]): number[][] {
  return evaluate(buildGraph(inputs, f), inputs).map((h) => Array.from(h.data));
}

describe('bernoulli', () => {
  it('has its closed form, from bool, integer and real values', () => {
    const p = [0, 0.2, 1];
    const d = flip(tensor(p));
    expect(values(d.logProb(true))).toEqual([-Infinity, Math.log(0.2), 0]);
    expect(values(d.logProb(false))).toEqual([0, Math.log1p(-0.2), -Infinity]);
    for (const x of [tf.tensor1d([1, 0, 1], 'bool'), tf.tensor1d([1, 0, 1], 'int32'), tensor([1, 0, 1])]) {
      expect(values(d.logProb(x))).toEqual([-Infinity, Math.log1p(-0.2), 0]);
    }
    expect(values(d.logProb(tensor([0.5, 2, -1])))).toEqual([-Infinity, -Infinity, -Infinity]);
  });

  it('is exact for logits of any size', () => {
    const d = bernoulliLogits(tensor([-800, -40, 0, 40, 800]));
    const log = [-800, -40 - Math.log1p(Math.exp(-40)), -Math.LN2, -Math.log1p(Math.exp(-40)), 0];
    const near = (a: number[], b: number[]): void =>
      a.forEach((v, i) =>
        expect(Math.abs(v - b[i]!)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(b[i]!))),
      );
    near(values(d.logProb(true)), log);
    near(values(d.logProb(false)), [...log].reverse());
  });

  it('has finite derivatives at p = 0 and p = 1 for the value that is certain', () => {
    const slope = (p: number, x: boolean): number[] =>
      run(
        [scalar(p), hostArray([x ? 1 : 0], [], 'bool')],
        (q, v) => gradNodes((r) => flip(tensorOf(r)).score(v), [q]).gradient,
      ).flat();
    expect(slope(0, false)).toEqual([-1]);
    expect(slope(1, true)).toEqual([1]);
    expect(slope(0.25, true)).toEqual([4]);
    expect(slope(0.25, false)[0]).toBeCloseTo(-4 / 3, 14);
    const byLogits = run(
      [scalar(1.5)],
      (l) =>
        gradNodes(
          (r) => bernoulliLogits(tensorOf(r)).score(l.builder.constant(hostArray([1], [], 'bool'))),
          [l],
        ).gradient,
    ).flat();
    expect(byLogits[0]).toBeCloseTo(1 / (1 + Math.exp(1.5)), 14);
  });

  it('takes a probability, { probs } or { logits }', () => {
    expect(values(bernoulli(0.3).mean())).toEqual([0.3]);
    expect(values(bernoulli({ probs: 0.3 }).variance())[0]).toBeCloseTo(0.21, 15);
    expect(values(bernoulli({ logits: 0 }).mean())).toEqual([0.5]);
    expect(Object.keys(bernoulli({ logits: 0 }).params)).toEqual(['logits']);
    expect(flip(0.3).sample(key(0)).dtype).toBe('bool');
    expect(flip(tensor([0.3, 0.4])).sample(key(0)).shape).toEqual([2]);
  });
});

describe('multivariate normal', () => {
  /** The closed form in two dimensions, by determinant and inverse. */
  const density2 = (x: number[], m: number[], [a, b, c]: [number, number, number]): number => {
    const [u, v] = [x[0]! - m[0]!, x[1]! - m[1]!];
    const det = a * c - b * b;
    return Math.exp((-0.5 * (c * u * u - 2 * b * u * v + a * v * v)) / det) / (2 * Math.PI * Math.sqrt(det));
  };
  const spread: [number, number, number] = [2, 0.6, 1];
  const matrix = tensor([2, 0.6, 0.6, 1], [2, 2]);
  const factor = tensor([Math.SQRT2, 99, 0.6 / Math.SQRT2, Math.sqrt(0.82)], [2, 2]); // 99 stands above the diagonal
  const points = [0, 0, 1, -1, 3, 2.5, -4, 0.2];

  it('has its closed form, by covariance and by factor', () => {
    for (const d of [
      multivariateNormal(tensor([1, -1]), { covariance: matrix }),
      multivariateNormal(tensor([1, -1]), { scaleTril: factor }),
    ]) {
      expect([d.batchShape, d.eventShape]).toEqual([[], [2]]);
      const scores = values(d.logProb(tensor(points, [4, 2])));
      scores.forEach((s, i) => {
        const p = density2(points.slice(2 * i, 2 * i + 2), [1, -1], spread);
        expect(Math.abs(s - Math.log(p))).toBeLessThan(1e-13 * Math.max(1, Math.abs(s)));
      });
      expect(values(d.mean())).toEqual([1, -1]);
      expect(values(d.variance())[0]).toBeCloseTo(2, 14);
      expect(values(d.variance())[1]).toBeCloseTo(1, 14);
    }
  });

  it('integrates to one over the plane', () => {
    const d = multivariateNormal(tensor([1, -1]), { covariance: matrix });
    const step = 0.25;
    const axis = Array.from({ length: 97 }, (_, i) => (i - 48) * step);
    const grid = axis.flatMap((a) => axis.flatMap((b) => [a, b]));
    const scores = values(d.logProb(tensor(grid, [axis.length ** 2, 2])));
    expect(Math.abs(scores.reduce((s, v) => s + Math.exp(v) * step * step, 0) - 1)).toBeLessThan(1e-9);
  });

  it('broadcasts batches of means, factors and values', () => {
    const means = tensor([0, 0, 1, 1, 2, 2], [3, 2]);
    const wide = tensor([2, 0.6, 0.6, 1, 1, 0, 0, 1], [2, 1, 2, 2]);
    const d = multivariateNormal(means, { covariance: wide });
    expect([d.batchShape, d.eventShape]).toEqual([[2, 3], [2]]);
    const scores = d.logProb(tensor([0.5, 0.5]));
    expect(scores.shape).toEqual([2, 3]);
    values(scores).forEach((s, i) => {
      const m = [i % 3, i % 3];
      const p = density2([0.5, 0.5], m, i < 3 ? spread : [1, 0, 1]);
      expect(s).toBeCloseTo(Math.log(p), 12);
    });
    expect(d.sample(key(0)).shape).toEqual([2, 3, 2]);
    expect(d.mean().shape).toEqual([2, 3, 2]);
  });

  it('has the derivatives of its closed form', () => {
    const args = [0.3, -0.4, 1, -1, 2, 0.6, 1];
    const log = (v: number[]): number =>
      Math.log(density2(v.slice(0, 2), v.slice(2, 4), v.slice(4) as [number, number, number]));
    const gradient = run(
      args.map(scalar),
      (...nodes) =>
        gradNodes((x0, x1, m0, m1, a, b, c) => {
          const covariance = shapes.reshape(shapes.stack([a!, b!, b!, c!]), [2, 2]);
          const d = multivariateNormal(tensorOf(shapes.stack([m0!, m1!])), {
            covariance: tensorOf(covariance),
          });
          return d.score(shapes.stack([x0!, x1!]));
        }, nodes).gradient,
    ).flat();
    gradient.forEach((g, i) => {
      const h = 1e-4;
      const at = (t: number): number => log(args.map((a, k) => (k === i ? a + t : a)));
      const by = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(g - by)).toBeLessThan(1e-9);
    });
  });

  it('refuses shapes that do not fit', () => {
    expect(() => multivariateNormal(tensor([1, 2, 3]), { covariance: matrix })).toThrow(
      'multivariateNormal: expected loc [..., n] and covariance [..., n, n], found [3] and [2,2]',
    );
    expect(() => multivariateNormal(0, { scaleTril: matrix })).toThrow('found [] and [2,2]');
    expect(() =>
      multivariateNormal(tensor([0, 0]), { covariance: matrix }).logProb(tensor([1, 2, 3])),
    ).toThrow('multivariateNormal: expected a value with event shape [2] (its last axes), found f[3]');
  });
});

describe('improperUniform', () => {
  it('scores 0 in its support and −∞ outside, once for the whole value', () => {
    const d = improperUniform(supports.positive, [3]);
    expect([d.batchShape, d.eventShape, d.support.name, d.support.eventRank]).toEqual([
      [],
      [3],
      'positive',
      1,
    ]);
    expect(values(d.logProb(tensor([1, 0, 2])))).toEqual([0]);
    expect(values(d.logProb(tensor([1, -1, 2])))).toEqual([-Infinity]);
    expect(d.logProb(tensor([1, 2, 3, 4, 5, 6], [2, 3])).shape).toEqual([2]);
    expect(values(improperUniform(supports.real).logProb(3))).toEqual([0]);
    expect(values(improperUniform(supports.realVector, [2, 3]).logProb(tf.zeros([2, 3])))).toEqual([0]);
  });

  it('has derivative zero', () => {
    const d = improperUniform(supports.interval(-1, 1));
    for (const x of [0.5, 7]) {
      const [g] = run([scalar(x)], (v) => gradNodes((w) => d.score(w), [v]).gradient);
      expect(g).toEqual([0]);
    }
  });

  it('refuses to be drawn from', () => {
    const d = improperUniform(supports.real, [2]);
    const message =
      'improperUniform has no draws: its density does not integrate to one. ' +
      'Observe the site, condition the program on it, or give it a proper prior (uniform, normal, halfNormal, …).';
    expect(() => d.sample(key(0))).toThrow(message);
    expect(() => buildGraph([{ shape: [2], dtype: 'u32' }], (k) => [d.draw(k)])).toThrow(message);
    expect(() => d.mean()).toThrow('improperUniform has no mean');
    expect(() => improperUniform(supports.realVector, [])).toThrow(
      'improperUniform: values of the support realVector have 1 axes or more, found shape []',
    );
  });
});
