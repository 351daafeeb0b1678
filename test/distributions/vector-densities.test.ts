import { describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { gradNodes } from '../../src/autodiff/index.js';
import { buildGraph, evaluate, hostArray, ops, shapes, type Node } from '../../src/ir/index.js';
import { register, tensor, tensorOf } from '../../src/staging/index.js';
import { splitBatchNode } from '../../src/random/index.js';
import { bijectors, dirichlet, lkjCholesky, supports, type Dist } from '../../src/distributions/index.js';
import { betaCdf } from './special.js';
import { kolmogorov, kolmogorovLimit } from './reference.js';

register();

/** ∫ exp(score) over the support, through its bijector, on a grid of n points an axis from −a to a. */
function mass(d: Dist, dimension: number, a: number, n: number): number {
  const step = (2 * a) / (n - 1);
  const count = n ** dimension;
  const points = new Float64Array(count * dimension);
  for (let i = 0; i < count; i++) {
    for (let k = 0, rest = i; k < dimension; k++, rest = Math.floor(rest / n))
      points[i * dimension + k] = -a + (rest % n) * step;
  }
  const x = hostArray(points, [count, dimension], 'f');
  const graph = buildGraph([x], (u) => {
    const map = d.support.bijector!(u.builder);
    return [shapes.reduceSum(ops.exp(ops.add(d.score(map.forward(u)), map.forwardLogDet(u))))];
  });
  return bufferExecutor.compile(graph)([x])[0]!.data[0]! * step ** dimension;
}

const sample = (d: Dist, seed: number, n: number): Float64Array => {
  const key = hostArray([0, seed], [2], 'u32');
  const graph = buildGraph([key], (k) => [d.draw(splitBatchNode(k, n))]);
  return bufferExecutor.compile(graph)([key])[0]!.data as Float64Array;
};
const column = (x: Float64Array, width: number, i: number): Float64Array =>
  Float64Array.from({ length: x.length / width }, (_, r) => x[r * width + i]!);
const mean = (x: Float64Array): number => x.reduce((s, v) => s + v / x.length, 0);

const n = 20_000;
const ks = kolmogorovLimit(1e-6);

/** What the draws of a Dirichlet say against its marginals, Beta(aₖ, Σa − aₖ), and its sums. */
function dirichletFaults(d: Dist, a: readonly number[], seed: number): string[] {
  const x = sample(d, seed, n);
  const total = a.reduce((s, v) => s + v, 0);
  const faults: string[] = [];
  a.forEach((v, k) => {
    if (kolmogorov(column(x, a.length, k), (p) => betaCdf(p, v, total - v)) > ks)
      faults.push(`marginal ${k}`);
  });
  for (let r = 0; r < n; r++) {
    const sum = a.reduce((s, _, k) => s + x[r * a.length + k]!, 0);
    if (Math.abs(sum - 1) > 1e-12) return [...faults, 'sum'];
  }
  return faults;
}

describe('dirichlet', () => {
  const a = [0.8, 1.7, 4];

  it('integrates to one over the simplex', () => {
    expect(Math.abs(mass(dirichlet(tensor([1.5, 2, 4])), 2, 24, 480) - 1)).toBeLessThan(1e-9);
    expect(Math.abs(mass(dirichlet(tensor([2, 3])), 1, 24, 400) - 1)).toBeLessThan(1e-9);
  });

  it('draws from its marginals', () => {
    expect(dirichletFaults(dirichlet(tensor(a)), a, 1)).toEqual([]);
    expect(dirichletFaults(dirichlet(tensor(a.map((v) => 1.1 * v))), a, 1)).not.toEqual([]);
  });

  it('draws vectors, not zeros, for tiny concentrations', () => {
    const x = sample(dirichlet(tensor([0.001, 0.001, 0.001])), 2, 500);
    for (let r = 0; r < 500; r++) expect(x[3 * r]! + x[3 * r + 1]! + x[3 * r + 2]!).toBeCloseTo(1, 12);
  });

  it('states its moments', () => {
    const d = dirichlet(tensor([1, 2, 5]));
    expect(Array.from(d.mean().dataSync()).map((v) => v * 8)).toEqual([1, 2, 5]);
    expect(d.variance().dataSync()[1]).toBeCloseTo((0.25 * 0.75) / 9, 7);
  });

  it('has the derivatives of its density, and none outside', () => {
    const inputs = [hostArray(a, [3], 'f'), hostArray([0.2, 0.3, 0.5], [3], 'f')];
    const value = (which: number, k: number, h: number): number => {
      const moved = inputs.map((v, i) =>
        i === which
          ? hostArray(
              Array.from(v.data, (w, j) => (j === k ? w + h : w)),
              [3],
              'f',
            )
          : v,
      );
      // off the simplex the density is −∞: the formula is extended by moving two coordinates against each other
      if (which === 1) moved[1]!.data[(k + 1) % 3]! -= h;
      return evaluate(
        buildGraph(moved, (p, x) => [dirichlet(tensorOf(p)).score(x)]),
        moved,
      )[0]!.data[0]!;
    };
    const [da, dx] = evaluate(
      buildGraph(inputs, (p, x) => gradNodes((q, y) => dirichlet(tensorOf(q)).score(y), [p, x]).gradient),
      inputs,
    );
    const h = 1e-5;
    for (const k of [0, 1, 2]) {
      expect(da!.data[k]).toBeCloseTo((value(0, k, h) - value(0, k, -h)) / (2 * h), 7);
      const along = dx!.data[k]! - dx!.data[(k + 1) % 3]!;
      expect(along).toBeCloseTo((value(1, k, h) - value(1, k, -h)) / (2 * h), 7);
    }
    const off = hostArray([0.2, 0.3, 0.6], [3], 'f');
    const [s, g] = evaluate(
      buildGraph([inputs[0]!, off], (p, x) => {
        const { value: v, gradient } = gradNodes((q) => dirichlet(tensorOf(q)).score(x), [p]);
        return [v, gradient[0]!];
      }),
      [inputs[0]!, off],
    );
    expect([s!.data[0], ...Array.from(g!.data, Math.abs)]).toEqual([-Infinity, 0, 0, 0]);
  });
});

describe('lkjCholesky', () => {
  it('integrates to one over the factors of correlation matrices', () => {
    for (const [eta, reach] of [
      [1, 9],
      [2.5, 6],
    ] as const) {
      expect(Math.abs(mass(lkjCholesky(2, eta), 1, 20, 400) - 1)).toBeLessThan(1e-9);
      expect(Math.abs(mass(lkjCholesky(3, eta), 3, reach, 48) - 1)).toBeLessThan(1e-7);
    }
    const d = lkjCholesky(3, 2.5);
    const off = { ...d, score: (x: Node) => ops.add(d.score(x), 1e-6) };
    expect(Math.abs(mass(off, 3, 6, 48) - 1)).toBeGreaterThan(1e-7);
  });

  /** Correlations of an LKJ are 2B − 1 with B ~ Beta(b, b), b = η + (n − 2)/2, all of them. */
  const faults = (d: Dist, order: number, eta: number): string[] => {
    const x = sample(d, 5, n / 4);
    const b = eta + (order - 2) / 2;
    const found: string[] = [];
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < i; j++) {
        const c = Float64Array.from({ length: n / 4 }, (_, r) => {
          const at = (p: number, q: number): number => x[(r * order + p) * order + q]!;
          return Array.from({ length: order }, (__, k) => at(i, k) * at(j, k)).reduce((s, v) => s + v, 0);
        });
        if (kolmogorov(c, (v) => betaCdf((1 + v) / 2, b, b)) > ks) found.push(`${i},${j}`);
      }
    }
    return found;
  };

  it('draws factors whose correlations have their law, every pair alike', () => {
    expect(faults(lkjCholesky(4, 1.5), 4, 1.5)).toEqual([]);
    expect(faults(lkjCholesky(4, 2.5), 4, 1.5)).not.toEqual([]);
    const x = sample(lkjCholesky(3, 1), 6, 200);
    const [inside] = evaluate(
      buildGraph([hostArray(x, [200, 3, 3], 'f')], (v) => [supports.correlationCholesky.contains(v)]),
      [hostArray(x, [200, 3, 3], 'f')],
    );
    expect(inside!.data.every((v) => v === 1)).toBe(true);
  });

  it('states the moments of its draws', () => {
    const d = lkjCholesky(3, 1.3);
    const x = sample(d, 7, n);
    const [m, v] = [d.mean().dataSync(), d.variance().dataSync()];
    for (let at = 0; at < 9; at++) {
      const c = column(x, 9, at);
      const sd = Math.sqrt(v[at]!);
      expect(Math.abs(mean(c) - m[at]!)).toBeLessThanOrEqual((5 * sd) / Math.sqrt(n) + 1e-7);
      const spread = mean(c.map((w) => (w - m[at]!) ** 2));
      expect(Math.abs(spread - v[at]!)).toBeLessThanOrEqual(0.05 * v[at]! + 1e-7);
    }
  });
});

it('the centre of the simplex is zero', () => {
  const x = hostArray([0, 0, 0], [3], 'f');
  const [y] = evaluate(
    buildGraph([x], (v) => [bijectors.simplex.forward(v)]),
    [x],
  );
  y!.data.forEach((v) => expect(v).toBeCloseTo(0.25, 15));
});
