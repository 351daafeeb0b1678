import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph, evaluate, hostArray, ops, type Node } from '../../src/ir/index.js';
import { jvpNodes } from '../../src/autodiff/index.js';
import {
  bijectors,
  independentSupport,
  sameSupport,
  supports,
  type Bijector,
} from '../../src/distributions/index.js';

/** Values of the nodes that `f` makes of one vector. */
function run(xs: readonly number[], f: (x: Node) => readonly Node[]): number[][] {
  const x = hostArray(xs, [xs.length], 'f');
  return evaluate(buildGraph([x], f), [x]).map((h) => Array.from(h.data));
}

const all: readonly [string, (x: Node) => Bijector, number][] = [
  ['identity', () => bijectors.identity, 1e6],
  ['exp', () => bijectors.exp, 300],
  ['softplus', () => bijectors.softplus, 30],
  ['logistic', () => bijectors.logistic, 12],
  ['affine', () => bijectors.affine(0.5, -3), 1e6],
  ['interval', (x) => bijectors.interval(ops.fill(x.builder, -2), ops.fill(x.builder, 5)), 12],
  ['greaterThan(3)', (x) => supports.greaterThan(3).bijector!(x.builder), 20],
  ['lessThan(-1)', (x) => supports.lessThan(-1).bijector!(x.builder), 20],
];

/** The laws that a bijector breaks at the given points. */
function broken(make: (x: Node) => Bijector, xs: readonly number[], tolerance: number): string[] {
  const [back, logDet, slope, again, y] = run(xs, (x) => {
    const b = make(x);
    const image = b.forward(x);
    const { tangent } = jvpNodes((v) => [make(v).forward(v)], [x], [ops.fill(x.builder, 1, x.shape)]);
    return [b.inverse(image), b.forwardLogDet(x), tangent[0]!, b.forward(b.inverse(image)), image];
  }) as [number[], number[], number[], number[], number[]];
  const faults: string[] = [];
  xs.forEach((x, i) => {
    // The image keeps x only to its own precision: an error of one ulp of y is one of ulp(y)/|dy/dx| in x.
    const grain = (2 ** -50 * Math.abs(y[i]!)) / Math.abs(slope[i]!);
    const scale = Math.max(1, Math.abs(x));
    if (!(Math.abs(back[i]! - x) <= tolerance * scale + grain)) faults.push('inverse');
    if (!(Math.abs(again[i]! - y[i]!) <= tolerance * Math.max(1e-300, Math.abs(y[i]!)) * scale))
      faults.push('image');
    if (!(Math.abs(logDet[i]! - Math.log(Math.abs(slope[i]!))) <= tolerance * scale)) faults.push('logDet');
  });
  return [...new Set(faults)];
}

describe.each(all)('bijector %s', (_, make, range) => {
  it('inverts, and has the logarithm of its derivative as log determinant', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -range, max: range, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (xs) => {
          expect(broken(make, xs, 1e-12)).toEqual([]);
        },
      ),
      { seed: 20, numRuns: 100 },
    );
  });

  it('is increasing or decreasing throughout', () => {
    const xs = Array.from({ length: 201 }, (__, i) => ((i - 100) / 100) * Math.min(range, 12));
    const [y] = run(xs, (x) => [make(x).forward(x)]) as [number[]];
    const steps = y.slice(1).map((v, i) => Math.sign(v - y[i]!));
    expect(new Set(steps).size).toBe(1);
  });
});

describe('the laws catch a wrong bijector', () => {
  const xs = [-1.5, 0.3, 2];
  it('a wrong inverse', () => {
    expect(broken(() => ({ ...bijectors.softplus, inverse: ops.log }), xs, 1e-12)).toContain('inverse');
  });
  it('a wrong determinant', () => {
    const wrong: Bijector = { ...bijectors.logistic, forwardLogDet: (x) => ops.neg(ops.softplus(x)) };
    expect(broken(() => wrong, xs, 1e-12)).toEqual(['logDet']);
  });
  it('a composition in the wrong order', () => {
    const wrong = (): Bijector => {
      const good = bijectors.compose(bijectors.affine(3, 2), bijectors.exp);
      return { ...good, forwardLogDet: (x) => ops.add(bijectors.exp.forwardLogDet(x), ops.zerosLike(x)) };
    };
    expect(broken(wrong, xs, 1e-12)).toEqual(['logDet']);
  });
});

describe('supports', () => {
  const contains = (s: (typeof supports)['real'], xs: readonly number[]): number[] =>
    run(xs, (x) => [s.contains(x)])[0]!;

  it('contain what they say', () => {
    const xs = [-Infinity, -1, 0, 0.5, 1, 2, Infinity, NaN];
    expect(contains(supports.real, xs)).toEqual([0, 1, 1, 1, 1, 1, 0, 0]);
    expect(contains(supports.positive, xs)).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
    expect(contains(supports.unitInterval, xs)).toEqual([0, 0, 1, 1, 1, 0, 0, 0]);
    expect(contains(supports.interval(-1, 1), xs)).toEqual([0, 1, 1, 1, 1, 0, 0, 0]);
    expect(contains(supports.greaterThan(0.5), xs)).toEqual([0, 0, 0, 1, 1, 1, 0, 0]);
    expect(contains(supports.lessThan(0.5), xs)).toEqual([0, 1, 1, 1, 0, 0, 0, 0]);
    expect(contains(supports.boolean, xs)).toEqual([0, 0, 1, 0, 1, 0, 0, 0]);
    expect(contains(supports.realVector, [1, 2])).toEqual([1]);
    expect(contains(supports.realVector, [1, NaN])).toEqual([0]);
  });

  it('hold the images of their bijectors', () => {
    const xs = [-700, -30, -1, 0, 1, 30, 700];
    for (const s of [supports.real, supports.positive, supports.unitInterval, supports.interval(-2, 5)]) {
      expect(run(xs, (x) => [s.contains(s.bijector!(x.builder).forward(x))])[0]).toEqual(xs.map(() => 1));
    }
    expect(supports.boolean.bijector).toBeUndefined();
  });

  it('name their bounds where these are known', () => {
    expect(supports.interval(0, 1)).toBe(supports.unitInterval);
    expect(supports.interval(-1, 2).name).toBe('interval(-1, 2)');
    expect(supports.greaterThan(0)).toBe(supports.positive);
    expect(sameSupport(supports.real, supports.realVector)).toBe(true);
    expect(sameSupport(supports.interval(0, 2), supports.interval(0, 3))).toBe(false);
    expect(sameSupport(supports.positive, supports.real)).toBe(false);
  });

  it('of arrays reduce their event axes, determinants included', () => {
    const s = independentSupport(supports.positive, 1);
    expect([s.eventRank, s.name]).toEqual([1, 'positive']);
    expect(run([1, -1, 2], (x) => [s.contains(x)])[0]).toEqual([0]);
    expect(run([1, -1, 2], (x) => [s.bijector!(x.builder).forwardLogDet(x)])[0]).toEqual([2]);
    expect(independentSupport(s, 2).element).toBe(supports.positive);
  });
});
