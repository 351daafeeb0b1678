import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { buildGraph, hostArray, ops, shapes, type Node, type Shape } from '../../src/ir/index.js';
import * as nodes from '../../src/random/index.js';

interface Draw {
  readonly seed: number;
  readonly shape: number[];
  readonly values: number[];
}
type With<T> = Draw & T;
interface Fixture {
  readonly jax: string;
  readonly laws: Record<'exponential' | 'laplace' | 'cauchy' | 'gumbel' | 'logistic', Draw[]>;
  readonly truncatedNormal: With<{ bounds: [number, number] }>[];
  readonly bernoulli: With<{ p: number }>[];
  readonly categorical: { logits: number[][]; seed: number; rows: number[]; many: number[] };
  readonly geometric: With<{ p: number }>[];
  readonly randint: With<{ range: [number, number] }>[];
  readonly permutation: { seed: number; n: number; values: number[] }[];
  readonly choice: { weights: number[]; seed: number } & Record<
    'uniform' | 'weighted' | 'subset' | 'weightedSubset',
    number[]
  >;
  readonly gamma: With<{ alpha: number }>[];
  readonly loggamma: With<{ alpha: number }>[];
  readonly beta: With<{ a: number; b: number }>[];
  readonly dirichlet: { alpha: number[]; seed: number; values: number[] };
  readonly studentT: With<{ df: number }>[];
  readonly poisson: With<{ rate: number }>[];
  readonly binomial: With<{ n: number; p: number }>[];
  readonly multinomial: { n: number; p: number[]; seed: number; values: number[] };
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/jax-samplers.json', import.meta.url), 'utf8'),
) as Fixture;

/** The values of a node made of the key of a seed. */
function draw(seed: number, f: (k: Node) => Node): number[] {
  const key = hostArray([0, seed], [2], 'u32');
  return Array.from(bufferExecutor.compile(buildGraph([key], (k) => [f(k)]))([key])[0]!.data);
}
const real = (k: Node, x: number | readonly number[]): Node =>
  typeof x === 'number' ? ops.fill(k.builder, x) : ops.constant(k.builder, x, [x.length]);

/** Largest |a − b|/max(|b|, floor). */
function worst(a: readonly number[], b: readonly number[], floor = 1e-30): number {
  expect(a.length).toBe(b.length);
  return a.reduce((w, v, i) => {
    const e = Math.abs(v - b[i]!) / Math.max(Math.abs(b[i]!), floor);
    return Math.max(w, Number.isNaN(e) ? Infinity : e);
  }, 0);
}

/** float32 arithmetic of JAX: a few units of 2⁻²⁴, magnified where a logarithm or a tangent is near its zero or pole. */
const float32 = 2e-5;

/** A relative error of the boost U^{1/alpha} grows as its exponent does. */
const gammaTolerance = (alpha: number): number => float32 * Math.max(1, 1 / alpha);

const laws: Record<keyof Fixture['laws'], (k: Node, shape: Shape) => Node> = {
  exponential: nodes.exponentialNode,
  laplace: nodes.laplaceNode,
  cauchy: nodes.cauchyNode,
  gumbel: nodes.gumbelNode,
  logistic: nodes.logisticNode,
};
const lawError = (name: keyof Fixture['laws'], f: (k: Node, shape: Shape) => Node): number =>
  Math.max(
    ...fixture.laws[name].map((d) =>
      worst(
        draw(d.seed, (k) => f(k, d.shape)),
        d.values,
        0.02,
      ),
    ),
  );

describe(`the numbers of JAX ${fixture.jax}`, () => {
  it.each(Object.keys(laws) as (keyof Fixture['laws'])[])('%s', (name) => {
    expect(lawError(name, laws[name])).toBeLessThan(float32);
  });

  it('catches a uniform used the other way round', () => {
    expect(lawError('exponential', (k, s) => ops.neg(ops.log(nodes.uniformNode(k, s))))).toBeGreaterThan(
      float32,
    );
    expect(lawError('laplace', (k, s) => ops.neg(nodes.laplaceNode(k, s)))).toBeGreaterThan(float32);
  });

  it('truncated normal', () => {
    for (const { seed, shape, values, bounds } of fixture.truncatedNormal) {
      const f = (k: Node): Node =>
        nodes.truncatedNormalNode(k, real(k, bounds[0]), real(k, bounds[1]), shape);
      expect(worst(draw(seed, f), values, 0.1)).toBeLessThan(float32);
    }
  });

  it('bernoulli, categorical and geometric', () => {
    for (const { seed, shape, values, p } of fixture.bernoulli)
      expect(draw(seed, (k) => nodes.bernoulliNode(k, real(k, p), shape))).toEqual(values);
    for (const { seed, shape, values, p } of fixture.geometric)
      expect(draw(seed, (k) => nodes.geometricNode(k, real(k, p), shape))).toEqual(values);
    const { logits, seed, rows, many } = fixture.categorical;
    const table = (k: Node): Node => ops.constant(k.builder, logits.flat(), [3, 4]);
    expect(draw(seed, (k) => nodes.categoricalNode(k, table(k), [3]))).toEqual(rows);
    expect(draw(seed, (k) => nodes.categoricalNode(k, table(k), [50, 3]))).toEqual(many);
  });

  it('integers, to the full range of 32 bits', () => {
    for (const { seed, shape, values, range } of fixture.randint) {
      const bound = (k: Node, v: number): Node => ops.fill(k.builder, v, [], 'i32');
      const f = (k: Node): Node => nodes.integerNode(k, bound(k, range[0]), bound(k, range[1]), shape);
      expect(draw(seed, f)).toEqual(values);
    }
  });

  it('permutations, of one round of sorting and of two', () => {
    for (const { seed, n, values } of fixture.permutation)
      expect(draw(seed, (k) => nodes.permutationNode(k, n))).toEqual(values);
  });

  it('choices', () => {
    const { weights, seed, uniform, weighted, subset, weightedSubset } = fixture.choice;
    const bound = (k: Node, v: number): Node => ops.fill(k.builder, v, [], 'i32');
    expect(draw(seed, (k) => nodes.integerNode(k, bound(k, 0), bound(k, 5), [40]))).toEqual(uniform);
    expect(draw(seed, (k) => nodes.weightedIndexNode(k, real(k, weights), [40]))).toEqual(weighted);
    expect(draw(seed, (k) => shapes.sliceAxis(nodes.permutationNode(k, 9), 0, 0, 4))).toEqual(subset);
    expect(draw(seed, (k) => nodes.weightedSubsetNode(k, real(k, weights), 3))).toEqual(weightedSubset);
  });

  it('gamma, and its logarithm where the variable underflows', () => {
    for (const { seed, shape, values, alpha } of fixture.gamma)
      expect(
        worst(
          draw(seed, (k) => nodes.gammaNode(k, real(k, alpha), shape)),
          values,
          1e-30,
        ),
      ).toBeLessThan(gammaTolerance(alpha));
    for (const { seed, shape, values, alpha } of fixture.loggamma)
      expect(
        worst(
          draw(seed, (k) => nodes.logGammaNode(k, real(k, alpha), shape)),
          values,
          0.1,
        ),
      ).toBeLessThan(float32);
  });

  it('beta, Dirichlet and Student t', () => {
    for (const { seed, shape, values, a, b } of fixture.beta)
      expect(
        worst(
          draw(seed, (k) => nodes.betaNode(k, real(k, a), real(k, b), shape)),
          values,
        ),
      ).toBeLessThan(float32);
    const { alpha, seed, values } = fixture.dirichlet;
    expect(
      worst(
        draw(seed, (k) => nodes.dirichletNode(k, real(k, alpha), [20])),
        values,
      ),
    ).toBeLessThan(float32);
    for (const t of fixture.studentT)
      expect(
        worst(
          draw(t.seed, (k) => nodes.studentTNode(k, real(k, t.df), t.shape)),
          t.values,
          0.02,
        ),
      ).toBeLessThan(float32);
  });

  it('Poisson, binomial and multinomial counts', () => {
    for (const { seed, shape, values, rate } of fixture.poisson)
      expect(
        draw(seed, (k) => nodes.poissonNode(nodes.splitBatchNode(k, shape[0]!), real(k, rate), [])),
      ).toEqual(values);
    for (const { seed, shape, values, n, p } of fixture.binomial)
      expect(
        draw(seed, (k) => nodes.binomialNode(nodes.splitBatchNode(k, shape[0]!), real(k, n), real(k, p), [])),
      ).toEqual(values);
    const { n, p, seed, values } = fixture.multinomial;
    expect(draw(seed, (k) => nodes.multinomialNode(k, real(k, n), real(k, p), []))).toEqual(values);
  });
});
