import { describe, expect, it } from 'vitest';
import { buildGraph, evaluate, hostArray, ops, type HostArray, type Node } from '../../src/ir/index.js';
import { gradNodes } from '../../src/autodiff/index.js';
import { tensorOf, register } from '../../src/staging/index.js';
import type { Dist, Num } from '../../src/distributions/index.js';
import { cases, integrate, type Case } from './reference.js';

register();

const vector = (values: readonly number[]): HostArray => hostArray(values, [values.length], 'f');
const scalar = (value: number): HostArray => hostArray([value], [], 'f');

function run(inputs: readonly HostArray[], f: (...nodes: Node[]) => readonly Node[]): number[][] {
  return evaluate(buildGraph(inputs, f), inputs).map((h) => Array.from(h.data));
}

const scores = (d: Dist, xs: readonly number[]): number[] => run([vector(xs)], (x) => [d.score(x)])[0]!;

/** ∫ exp(score) over the support by substitution: u ↦ exp(score(x(u)) + log|x'(u)|) on a grid. */
function mass(d: Dist, cover: Case['cover'] = undefined): number {
  const step = 1 / 64;
  const grid = Array.from({ length: 2 * 40 * 64 + 1 }, (_, i) => -40 + i * step);
  if (cover !== undefined) {
    const parts = cover.map(({ x, logSlope }) => {
      const values = scores(d, grid.map(x)).map((v, i) => Math.exp(v + logSlope(grid[i]!)));
      return integrate(values, step);
    });
    return parts.reduce((sum, v) => sum + v, 0);
  }
  const [values] = run([vector(grid)], (u) => {
    const bijector = d.support.bijector!(u.builder);
    return [ops.exp(ops.add(d.score(bijector.forward(u)), bijector.forwardLogDet(u)))];
  });
  return integrate(values!, step);
}

/** Derivative of a function of numbers by central differences, extrapolated twice. */
function difference(f: (x: number) => number, x: number): number {
  const h = 1e-2 * Math.max(Math.abs(x), 0.1);
  const d = (s: number): number => (f(x + s) - f(x - s)) / (2 * s);
  const [a, b, c] = [d(h), d(h / 2), d(h / 4)];
  const [p, q] = [(4 * b - a) / 3, (4 * c - b) / 3];
  return (16 * q - p) / 15;
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));

describe.each(cases)('$name', (family: Case) => {
  const { make, params, density, inside, outside } = family;
  const d = make(...params);

  it('has the closed form as its log density', () => {
    scores(d, inside).forEach((s, i) => {
      const p = density(inside[i]!, ...params);
      // Where the density underflows, the logarithm of the closed form is of no use: p = 0 there, and s must say so.
      if (p < 1e-290) expect(s).toBeLessThan(-660);
      else expect(relative(s, Math.log(p))).toBeLessThan(1e-13);
    });
  });

  it('integrates to one', () => {
    expect(Math.abs(mass(d, family.cover) - 1)).toBeLessThan(1e-10);
  });

  it('is −∞ outside, with derivatives that are zero and not NaN', () => {
    for (const x of outside) {
      const [s, ...gradients] = run([x, ...params].map(scalar), (v, ...p) => {
        const { value, gradient } = gradNodes(
          (w, ...q) => make(...q.map((v) => tensorOf(v))).score(w),
          [v, ...p],
        );
        return [value, ...gradient];
      });
      expect(s).toEqual([-Infinity]);
      expect(gradients.flat().map(Math.abs)).toEqual([x, ...params].map(() => 0));
    }
  });

  it('has the derivatives of its closed form, in the value and in every parameter', () => {
    // Away from the ends of the support, where the density has a kink.
    const at = inside.filter((x) => x > (family.ends?.[0] ?? 0.01) && x < (family.ends?.[1] ?? 50));
    for (const x of at) {
      const args = [x, ...params];
      const gradients = run(
        args.map(scalar),
        (...nodes) => gradNodes((w, ...q) => make(...q.map((v) => tensorOf(v))).score(w), nodes).gradient,
      ).flat();
      const log = (...v: number[]): number => Math.log(density(v[0]!, ...v.slice(1)));
      gradients.forEach((g, i) => {
        const by = difference((v) => log(...args.map((a, k) => (k === i ? v : a))), args[i]!);
        expect(relative(g, by)).toBeLessThan(1e-7);
      });
    }
  });

  it('states its moments', () => {
    const [mean, variance] = family.stated ?? family.moments ?? [Infinity, Infinity];
    const near = (found: number, expected: number, digits: number): void =>
      Number.isNaN(expected) ? expect(found).toBeNaN() : expect(found).toBeCloseTo(expected, digits);
    near(d.mean().dataSync()[0]!, mean, 6);
    near(d.variance().dataSync()[0]!, variance, 5);
  });
});

describe('the checks catch wrong densities', () => {
  const exponential = cases.find((c) => c.name === 'exponential')!;
  const wrong = (change: (s: Node, x: Node) => Node): Dist => {
    const d = exponential.make(...exponential.params);
    return { ...d, score: (x) => change(d.score(x), x) };
  };

  it('a constant that is off by 1e-9', () => {
    const d = wrong((s) => ops.add(s, 1e-9));
    expect(Math.abs(mass(d) - 1)).toBeGreaterThan(1e-10);
    expect(
      relative(scores(d, [1])[0]!, Math.log(exponential.density(1, ...exponential.params))),
    ).toBeGreaterThan(1e-13);
  });

  it('a bijector without its determinant', () => {
    const d = exponential.make(...exponential.params);
    const exp = d.support.bijector!;
    const lost: Dist = {
      ...d,
      support: { ...d.support, bijector: (b) => ({ ...exp(b), forwardLogDet: ops.zerosLike }) },
    };
    expect(Math.abs(mass(lost) - 1)).toBeGreaterThan(1e-10);
  });

  it('a product with a mask, whose derivative outside is NaN', () => {
    const logNormalLike = (x: Node, scale: Node): Node => {
      const z = ops.div(ops.log(x), scale);
      return ops.mul(ops.cast(ops.gt(x, 0), 'f'), ops.neg(ops.square(z)));
    };
    const [dx, dscale] = run([scalar(-1), scalar(2)], (x, s) => gradNodes(logNormalLike, [x, s]).gradient);
    expect([...dx!, ...dscale!].some(Number.isNaN)).toBe(true);
  });
});

describe('extreme values keep their precision', () => {
  const at = (make: (...p: Num[]) => Dist, params: number[], x: number): number =>
    scores(make(...params), [x])[0]!;
  const find = (name: string): Case => cases.find((c) => c.name === name)!;

  it('half-Cauchy near zero: log(2/πs) − (x/s)²', () => {
    const s = at(find('halfCauchy').make, [1], 1e-9);
    expect(s - Math.log(2 / Math.PI)).toBe(0);
    expect(at(find('halfCauchy').make, [1], 1e-4) - Math.log(2 / Math.PI)).toBeCloseTo(-1e-8, 15);
  });

  it('NaN in, NaN out', () => {
    for (const c of cases) {
      if (c.name !== 'uniform') expect(at(c.make, [...c.params], NaN)).toBeNaN();
    }
    expect(at(find('uniform').make, [0, 1], NaN)).toBe(-Infinity);
  });

  it('infinity has density zero', () => {
    for (const c of cases) expect(at(c.make, [...c.params], Infinity)).toBe(-Infinity);
  });
});
