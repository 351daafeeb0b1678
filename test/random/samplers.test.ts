import { beforeAll, describe, expect, it } from 'vitest';
import { gradNodes, jvpNodes, vmapNodes } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import {
  buildGraph,
  deepest,
  evaluate,
  hostArray,
  ops,
  shapes,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { scanNodes } from '../../src/numerics/control-nodes.js';
import * as random from '../../src/random/index.js';
import { splitNodes } from '../../src/random/nodes.js';
import { register } from '../../src/staging/index.js';

beforeAll(() => register({ executor: bufferExecutor }));

const seed = (s: number): HostArray => hostArray([0, s], [2], 'u32');
const real = (k: Node, x: number | readonly number[]): Node =>
  typeof x === 'number' ? ops.fill(k.builder, x) : ops.constant(k.builder, x, [x.length]);
const whole = (k: Node, x: number): Node => ops.fill(k.builder, x, [], 'i32');
const run = (inputs: HostArray[], f: (...nodes: Node[]) => readonly Node[]): HostArray[] =>
  bufferExecutor.compile(buildGraph(inputs, f))(inputs);

/** Every sampler at parameters that reach both of its branches. */
const samplers: Readonly<Record<string, (k: Node) => Node>> = {
  exponential: (k) => random.exponentialNode(k, [3]),
  laplace: (k) => random.laplaceNode(k, [3]),
  cauchy: (k) => random.cauchyNode(k, [3]),
  gumbel: (k) => random.gumbelNode(k, [3]),
  logistic: (k) => random.logisticNode(k, [3]),
  truncatedNormal: (k) => random.truncatedNormalNode(k, real(k, [-1, 0, 2]), real(k, 3), [3]),
  bernoulli: (k) => random.bernoulliNode(k, real(k, 0.4), [3]),
  categorical: (k) => random.categoricalNode(k, real(k, [0, 1, 2]), [4]),
  geometric: (k) => random.geometricNode(k, real(k, 0.2), [3]),
  integer: (k) => random.integerNode(k, whole(k, -5), whole(k, 9), [3]),
  permutation: (k) => random.permutationNode(k, 6),
  weightedIndex: (k) => random.weightedIndexNode(k, real(k, [1, 2, 3]), [4]),
  weightedSubset: (k) => random.weightedSubsetNode(k, real(k, [1, 2, 3]), 2),
  gamma: (k) => random.gammaNode(k, real(k, [0.3, 1, 7]), [3]),
  logGamma: (k) => random.logGammaNode(k, real(k, [0.01, 1.5]), [2]),
  beta: (k) => random.betaNode(k, real(k, [0.5, 3]), real(k, 2), [2]),
  dirichlet: (k) => random.dirichletNode(k, real(k, [0.5, 3, 1]), [2]),
  studentT: (k) => random.studentTNode(k, real(k, [1, 9]), [2]),
  poisson: (k) => random.poissonNode(k, real(k, [0.5, 6, 30, 500]), [4]),
  binomial: (k) => random.binomialNode(k, real(k, [5, 100, 100]), real(k, [0.3, 0.02, 0.6]), [3]),
  multinomial: (k) => random.multinomialNode(k, real(k, 60), real(k, [0.2, 0.5, 0.3]), [2]),
};

describe.each(Object.entries(samplers))('%s', (_, f) => {
  it('draws for a batch of keys, and under vmap, what it draws in a loop', () => {
    const [batch, lanes, ...rows] = run([seed(3)], (k) => {
      const keys = random.splitBatchNode(k, 6);
      const grid = shapes.reshape(keys, [2, 3, 2]);
      return [
        f(grid),
        vmapNodes((key) => [f(key)], [keys])[0]!,
        ...Array.from({ length: 6 }, (__, i) => f(shapes.index(keys, i))),
      ];
    });
    const loop = rows.flatMap((r) => Array.from(r.data));
    expect(Array.from(lanes!.data)).toEqual(loop);
    expect(Array.from(batch!.data)).toEqual(loop);
    expect(batch!.shape).toEqual([2, 3, ...rows[0]!.shape]);
    expect(new Set(loop).size).toBeGreaterThan(1);
  });

  it('draws the same on the reference executor', () => {
    const g = buildGraph([seed(4)], (k) => [f(random.splitBatchNode(k, 2))]);
    expect(Array.from(evaluate(g, [seed(4)])[0]!.data)).toEqual(
      Array.from(bufferExecutor.compile(g)([seed(4)])[0]!.data),
    );
  });
});

describe('parameters that differ by lane', () => {
  it('draw under vmap what they draw in a loop, though loops end at different times', () => {
    const rates = [0.2, 40, 3, 700];
    const [lanes, ...rows] = run([seed(6)], (k) => {
      const keys = random.splitBatchNode(k, 4);
      const draw = (key: Node, r: Node): Node =>
        ops.add(random.poissonNode(key, r, [2]), ops.mul(0.001, random.gammaNode(key, r, [2])));
      return [
        vmapNodes((key, r) => [draw(key, r)], [keys, real(k, rates)])[0]!,
        ...rates.map((r, i) => draw(shapes.index(keys, i), real(k, r))),
      ];
    });
    expect(Array.from(lanes!.data)).toEqual(rows.flatMap((r) => Array.from(r.data)));
  });
});

/** Pearson's χ² of counts against probabilities, as a z-score (Wilson and Hilferty). */
function chiSquare(counts: readonly number[], probs: readonly number[]): number {
  const n = counts.reduce((s, v) => s + v, 0);
  const x = counts.reduce((s, c, i) => s + (c - n * probs[i]!) ** 2 / (n * probs[i]!), 0);
  const f = counts.length - 1;
  return ((x / f) ** (1 / 3) - (1 - 2 / (9 * f))) / Math.sqrt(2 / (9 * f));
}
const [limit, n] = [5, 20_000];
const draws = (s: number, f: (k: Node) => Node): Float64Array =>
  Float64Array.from(run([seed(s)], (k) => [f(random.splitBatchNode(k, n))])[0]!.data);

/** Counts of cells [0, 1), …, with the last one open, and their probabilities from a mass function. */
function cells(x: Float64Array, first: number, last: number, mass: (k: number) => number): number {
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const v of x) counts[Math.min(Math.max(v, first), last) - first]! += 1;
  const probs = counts.map((_, i) => mass(first + i));
  for (let k = first - 1; k >= 0; k--) probs[0]! += mass(k);
  probs[probs.length - 1] = 1 - probs.slice(0, -1).reduce((s, v) => s + v, 0);
  return chiSquare(counts, probs);
}
const logFactorial = (k: number): number => (k < 2 ? 0 : Math.log(k) + logFactorial(k - 1));
const poissonMass = (rate: number) => (k: number) => Math.exp(k * Math.log(rate) - rate - logFactorial(k));
const binomialMass = (m: number, p: number) => (k: number) =>
  Math.exp(
    logFactorial(m) - logFactorial(k) - logFactorial(m - k) + k * Math.log(p) + (m - k) * Math.log1p(-p),
  );

describe('counts have their laws', () => {
  it.each([
    [2.5, 0, 9],
    [9.5, 3, 18],
    [11, 4, 20],
    [80, 60, 100],
  ])('poisson(%d)', (rate, first, last) => {
    const x = draws(1, (k) => random.poissonNode(k, real(k, rate), []));
    expect(cells(x, first, last, poissonMass(rate))).toBeLessThan(limit);
    expect(cells(x, first, last, poissonMass(rate * 1.05))).toBeGreaterThan(limit);
  });

  it.each([
    [7, 0.35, 0, 6],
    [100, 0.04, 0, 10],
    [60, 0.3, 10, 26],
    [200, 0.7, 125, 155],
  ])('binomial(%d, %d)', (m, p, first, last) => {
    const x = draws(2, (k) => random.binomialNode(k, real(k, m), real(k, p), []));
    expect(cells(x, first, last, binomialMass(m, p))).toBeLessThan(limit);
    expect(cells(x, first, last, binomialMass(m, p * 0.95))).toBeGreaterThan(limit);
  });

  it('geometric, categorical, integers and permutations', () => {
    const g = draws(3, (k) => random.geometricNode(k, real(k, 0.3), []));
    expect(cells(g, 1, 14, (k) => (k < 1 ? 0 : 0.3 * 0.7 ** (k - 1)))).toBeLessThan(limit);
    const p = [0.1, 0.2, 0.3, 0.4];
    const c = draws(4, (k) => random.categoricalNode(k, ops.log(real(k, p)), []));
    expect(cells(c, 0, 3, (k) => p[k]!)).toBeLessThan(limit);
    expect(cells(c, 0, 3, () => 0.25)).toBeGreaterThan(limit);
    const i = draws(5, (k) => random.integerNode(k, whole(k, 0), whole(k, 7), []));
    expect(cells(i, 0, 6, () => 1 / 7)).toBeLessThan(limit);
    const order = draws(6, (k) => random.permutationNode(k, 4));
    const counts = new Map<string, number>();
    for (let r = 0; r < n; r++) {
      const word = order.slice(4 * r, 4 * r + 4).join('');
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()], new Array<number>(24).fill(1 / 24))).toBeLessThan(limit);
  });

  it('multinomial: margins are binomial, and the counts add up', () => {
    const p = [0.2, 0.5, 0.3];
    const x = draws(7, (k) => random.multinomialNode(k, real(k, 40), real(k, p), []));
    p.forEach((q, j) => {
      const margin = x.filter((_, i) => i % 3 === j);
      const centre = Math.round(40 * q);
      expect(cells(margin, centre - 5, centre + 5, binomialMass(40, q))).toBeLessThan(limit);
    });
    for (let r = 0; r < n; r++) expect(x[3 * r]! + x[3 * r + 1]! + x[3 * r + 2]!).toBe(40);
  });
});

describe('special parameters', () => {
  it('are drawn from without loops that never end', () => {
    const one = (f: (k: Node) => Node): number[] => Array.from(run([seed(1)], (k) => [f(k)])[0]!.data);
    expect(one((k) => random.poissonNode(k, real(k, [0, NaN, -1]), [3]))).toEqual([0, NaN, NaN]);
    expect(
      one((k) =>
        random.binomialNode(k, real(k, [5, 5, 0, NaN, 5, -1]), real(k, [0, 1, 0.5, 0.5, NaN, 0.5]), [6]),
      ),
    ).toEqual([0, 5, 0, NaN, NaN, NaN]);
    const g = one((k) => random.gammaNode(k, real(k, [0, NaN, -3, 1e300]), [4]));
    expect([g[0], g[1], g[2]]).toEqual([0, NaN, NaN]);
    expect(g[3]).toBeGreaterThan(0.9e300);
    const t = one((k) =>
      random.truncatedNormalNode(k, real(k, [-Infinity, 9, -3]), real(k, [Infinity, 10, -3]), [3]),
    );
    expect(t.slice(1)).toEqual([9, -3]);
  });

  it('and no element at all is a draw too', () => {
    const shapesOf = run([seed(1)], (k) => [
      random.gammaNode(k, real(k, 2), [0]),
      random.poissonNode(k, real(k, 20), [2, 0]),
      random.binomialNode(k, real(k, 50), real(k, 0.4), [0]),
      random.permutationNode(k, 0),
      random.permutationNode(k, 1),
    ]).map((h) => h.shape);
    expect(shapesOf).toEqual([[0], [2, 0], [0], [0], [1]]);
  });
});

describe('derivatives of draws', () => {
  it('of gamma variables are those of the quantile function, to second order', () => {
    // the draw at alpha + h is another one: differences are taken of the first derivative along the quantile curve
    for (const [alpha, f] of [
      [1.7, random.gammaNode],
      [0.4, random.gammaNode],
      [0.4, random.logGammaNode],
      [30, random.logGammaNode],
    ] as const) {
      const first = (a: Node, k: Node): Node =>
        jvpNodes((v) => [f(k, v, [20])], [a], [ops.fill(a.builder, 1)]).tangent[0]!;
      const log = f === random.logGammaNode;
      const [x, slope, second] = run([seed(9), hostArray([alpha], [], 'f')], (k, a) => [
        f(k, a, [20]),
        first(a, k),
        jvpNodes((v) => [first(v, k)], [a], [ops.fill(a.builder, 1)]).tangent[0]!,
      ]);
      const h = 1e-4 * alpha;
      x!.data.forEach((v, i) => {
        // one step of the quantile curve dx/dα = G(α, x) to either side, by Runge and Kutta
        const at = (a: number, y: number): number =>
          run([hostArray([a], [], 'f'), hostArray([log ? Math.exp(y) : y], [], 'f')], (p, q) => [
            log ? ops.div(ops.randomGammaGrad(p, q), q) : ops.randomGammaGrad(p, q),
          ])[0]!.data[0]!;
        if (i >= 5) return;
        const step = (s: number): number => v + s * at(alpha + s / 2, v + (s / 2) * at(alpha, v));
        const expected = (at(alpha + h, step(h)) - at(alpha - h, step(-h))) / (2 * h);
        expect(Math.abs(slope!.data[i]! - at(alpha, v))).toBeLessThan(1e-10 * Math.abs(at(alpha, v)));
        expect(Math.abs(second!.data[i]! - expected)).toBeLessThan(1e-5 * Math.max(1e-2, Math.abs(expected)));
      });
    }
  });

  it('of logarithms of vanishing gamma variables stay finite and right', () => {
    const alpha = 0.001;
    const [x, slope] = run([seed(2), hostArray([alpha], [], 'f')], (k, a) => {
      const { out, tangent } = jvpNodes(
        (v) => [random.logGammaNode(k, v, [50])],
        [a],
        [ops.fill(a.builder, 1)],
      );
      return [...out, ...tangent];
    });
    expect(Math.min(...x!.data)).toBeLessThan(-800);
    // log x = (log u + log Γ(α + 1))/α for a fixed u: its derivative is (ψ(α + 1) − log x)/α
    x!.data.forEach((v, i) => {
      if (v > -40) return;
      const digamma = -0.5772156649015329 + 1.6449340668482264 * alpha;
      expect(slope!.data[i]! / ((digamma - v) / alpha)).toBeCloseTo(1, 6);
    });
  });

  it('go through scans and loops over lanes, forward and backward', () => {
    const steps = 3;
    const inputs = [seed(8), hostArray([0.6], [], 'f')];
    const chain = (k: Node, a: Node): Node => {
      const keys = random.splitBatchNode(k, steps);
      const b = deepest([keys, a]);
      const body = (total: Node, key: Node): Node[] => [
        ops.add(total, random.gammaNode(key, ops.add(a, total), [])),
      ];
      return scanNodes(b, [ops.fill(b, 0)], [keys], steps, (t, key) => body(t!, key!)).carry[0]!;
    };
    const plain = (k: Node, a: Node): Node =>
      splitNodes(k, steps).reduce(
        (t, key) => ops.add(t, random.gammaNode(key, ops.add(a, t), [])),
        ops.fill(k.builder, 0),
      );
    const [x, y, backward, forward, expected] = run(inputs, (k, a) => [
      chain(k, a),
      plain(k, a),
      gradNodes((v) => chain(k, v), [a]).gradient[0]!,
      jvpNodes((v) => [chain(k, v)], [a], [ops.fill(a.builder, 1)]).tangent[0]!,
      gradNodes((v) => plain(k, v), [a]).gradient[0]!,
    ]).map((h) => h.data[0]!);
    expect(x).toBe(y);
    expect(expected).toBeGreaterThan(0.1);
    expect(backward! / expected!).toBeCloseTo(1, 12);
    expect(forward! / expected!).toBeCloseTo(1, 12);
  });

  it('of truncated normals in their bounds are differences', () => {
    const f = (a: number, b: number): Float64Array =>
      run([seed(3)], (k) => [random.truncatedNormalNode(k, real(k, a), real(k, b), [20])])[0]!
        .data as Float64Array;
    const [, da] = run([seed(3), hostArray([0.3], [], 'f')], (k, a) => {
      const { out, tangent } = jvpNodes(
        (v) => [random.truncatedNormalNode(k, v, real(k, 2), [20])],
        [a],
        [ops.fill(a.builder, 1)],
      );
      return [...out, ...tangent];
    });
    const [up, down] = [f(0.3 + 1e-6, 2), f(0.3 - 1e-6, 2)];
    da!.data.forEach((v, i) => expect(v).toBeCloseTo((up[i]! - down[i]!) / 2e-6, 5));
  });
});
