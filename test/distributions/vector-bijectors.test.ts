import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jvpNodes } from '../../src/autodiff/index.js';
import { buildGraph, evaluate, hostArray, ops, shapes, type Node } from '../../src/ir/index.js';
import { bijectors, supports, type Bijector, type Support } from '../../src/distributions/index.js';

interface Case {
  readonly name: string;
  readonly bijector: Bijector;
  readonly support: Support;
  /** Shape of a value, and the row-major places of its free coordinates. */
  readonly shape: readonly number[];
  readonly free: readonly number[];
}
const square = (n: number, k: number): number[] =>
  Array.from({ length: n * n }, (_, i) => i).filter((i) => i % n <= Math.floor(i / n) + k);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const cases: readonly Case[] = [
  { name: 'simplex', bijector: bijectors.simplex, support: supports.simplex, shape: [4], free: range(3) },
  { name: 'simplex of two', bijector: bijectors.simplex, support: supports.simplex, shape: [2], free: [0] },
  { name: 'ordered', bijector: bijectors.ordered, support: supports.ordered, shape: [4], free: range(4) },
  { name: 'ordered, one', bijector: bijectors.ordered, support: supports.ordered, shape: [1], free: [0] },
  {
    name: 'lowerCholesky',
    bijector: bijectors.lowerCholesky,
    support: supports.lowerCholesky,
    shape: [3, 3],
    free: square(3, 0),
  },
  {
    name: 'correlationCholesky',
    bijector: bijectors.correlationCholesky,
    support: supports.correlationCholesky,
    shape: [4, 4],
    free: square(4, -1),
  },
];

/** log|det| by elimination with partial pivoting. */
function logAbsDet(rows: number[][]): number {
  const a = rows.map((r) => r.slice());
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const p = a.reduce((best, r, i) => (i > k && Math.abs(r[k]!) > Math.abs(a[best]![k]!) ? i : best), k);
    [a[k], a[p]] = [a[p]!, a[k]!];
    sum += Math.log(Math.abs(a[k]![k]!));
    for (let i = k + 1; i < a.length; i++) {
      const f = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < a.length; j++) a[i]![j]! -= f * a[k]![j]!;
    }
  }
  return sum;
}

/** The laws that a bijector breaks at a point of the unconstrained space. */
function broken({ bijector, support, shape, free }: Case, xs: readonly number[], tolerance = 1e-9): string[] {
  const x = hostArray(xs, [xs.length], 'f');
  const [y, back, again, logDet, inside, ...columns] = evaluate(
    buildGraph([x], (v) => {
      const image = bijector.forward(v);
      const unit = (i: number): Node =>
        ops.constant(
          v.builder,
          range(xs.length).map((k) => (k === i ? 1 : 0)),
          [xs.length],
        );
      const tangents = range(xs.length).map(
        (i) => jvpNodes((u) => [bijector.forward(u)], [v], [unit(i)]).tangent[0]!,
      );
      const round = bijector.inverse(image);
      return [
        image,
        round,
        bijector.forward(round),
        bijector.forwardLogDet(v),
        support.contains(image),
        ...tangents,
      ];
    }),
    [x],
  );
  const faults: string[] = [];
  const size = Math.max(1, ...xs.map(Math.abs));
  if (y!.shape.join() !== shape.join()) faults.push('shape');
  if ((bijector.freeShape?.(shape) ?? shape).join() !== x.shape.join()) faults.push('freeShape');
  if (!back!.data.every((v, i) => Math.abs(v - xs[i]!) <= tolerance * size)) faults.push('inverse');
  const scale = Math.max(...Array.from(y!.data, Math.abs));
  if (!again!.data.every((v, i) => Math.abs(v - y!.data[i]!) <= 1e-13 * size * scale)) faults.push('image');
  const jacobian = columns.map((c) => free.map((at) => c.data[at]!));
  if (!(Math.abs(logDet!.data[0]! - logAbsDet(jacobian)) <= tolerance * size)) faults.push('logDet');
  if (inside!.data[0] !== 1) faults.push('support');
  return faults;
}

describe.each(cases)('bijector $name', (c) => {
  it('inverts, lands in its support, and has the determinant of its Jacobian', () => {
    const n = c.free.length;
    const points = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: n, maxLength: n });
    fc.assert(
      fc.property(points, (xs) => {
        expect(broken(c, xs)).toEqual([]);
      }),
      { seed: 22, numRuns: 40 },
    );
    expect(broken(c, new Array<number>(n).fill(0))).toEqual([]);
  });

  it('maps over leading axes', () => {
    const n = c.free.length;
    const x = hostArray(
      range(6 * n).map((i) => Math.sin(i * i)),
      [2, 3, n],
      'f',
    );
    const [y, d, back, ...parts] = evaluate(
      buildGraph([x], (v) => {
        const rows = range(6).map((i) => shapes.index(shapes.reshape(v, [6, n]), i));
        const image = c.bijector.forward(v);
        return [
          image,
          c.bijector.forwardLogDet(v),
          c.bijector.inverse(image),
          ...rows.map((r) => c.bijector.forward(r)),
          ...rows.map((r) => c.bijector.forwardLogDet(r)),
        ];
      }),
      [x],
    );
    expect([y!.shape, d!.shape]).toEqual([
      [2, 3, ...c.shape],
      [2, 3],
    ]);
    expect(Array.from(y!.data)).toEqual(parts.slice(0, 6).flatMap((p) => Array.from(p.data)));
    expect(Array.from(d!.data)).toEqual(parts.slice(6).flatMap((p) => Array.from(p.data)));
    back!.data.forEach((v, i) => expect(Math.abs(v - x.data[i]!)).toBeLessThan(1e-9));
  });
});

describe('far from zero', () => {
  it('the simplex keeps its small elements and their logarithms', () => {
    const c = cases[0]!;
    expect(broken(c, [-30, 5, -12], 1e-8)).toEqual([]);
    const x = hostArray([-400, 0, 0], [3], 'f');
    const [d] = evaluate(
      buildGraph([x], (v) => [c.bijector.forwardLogDet(v)]),
      [x],
    );
    expect(Number.isFinite(d!.data[0]!)).toBe(true);
  });
});

describe('the laws catch a wrong bijector', () => {
  const [simplex, , ordered, , lower, correlation] = cases as unknown as [Case, Case, Case, Case, Case, Case];
  const change = (c: Case, b: Partial<Bijector>): Case => ({ ...c, bijector: { ...c.bijector, ...b } });
  const at = (c: Case): number[] => c.free.map((i) => Math.cos(3 * i + 1));

  it('a determinant without the rests of the stick', () => {
    const wrong = change(simplex, {
      forwardLogDet: (x) => shapes.reduceSum(ops.neg(ops.add(ops.softplus(x), ops.softplus(ops.neg(x)))), -1),
    });
    expect(broken(wrong, at(wrong))).toEqual(['logDet']);
  });
  it('a determinant that counts the first element of an ordered vector', () => {
    const wrong = change(ordered, { forwardLogDet: (x) => shapes.reduceSum(x, -1) });
    expect(broken(wrong, at(wrong))).toEqual(['logDet']);
  });
  it('a determinant over all elements of a factor', () => {
    const wrong = change(lower, { forwardLogDet: (x) => shapes.reduceSum(x, -1) });
    expect(broken(wrong, at(wrong))).toEqual(['logDet']);
  });
  it('a factor whose rows are not of length one', () => {
    const wrong = change(correlation, { forward: (x) => ops.mul(correlation.bijector.forward(x), 1.1) });
    expect(broken(wrong, at(wrong))).toContain('support');
  });
});
