/** Derivatives at kinks, ties, zeros, and where unselected values are infinite. */
import { describe, expect, test } from 'vitest';
import { buildGraph, evaluate, ops, shapes, type HostArray, type Node } from '../../src/ir/index.js';
import { gradNodes, jvpNodes, vmapNodes } from '../../src/autodiff/index.js';
import { branch } from './cases-control.js';
import { real, scalar } from './arrays.js';

type F = (...xs: Node[]) => Node;

/** Values of a function of nodes at host arrays. */
function values(f: (...xs: Node[]) => readonly Node[], ...xs: HostArray[]): number[][] {
  return evaluate(
    buildGraph(
      xs.map(({ shape, dtype }) => ({ shape, dtype })),
      f,
    ),
    xs,
  ).map((y) => [...y.data]);
}

/** Gradient of the sum of a function, by reverse mode. */
const gradient = (f: F, ...xs: HostArray[]): number[][] =>
  values((...v) => gradNodes((...w) => shapes.reduceSum(f(...w)), v).gradient, ...xs);

/** Derivative along ones in one argument, by forward mode. */
const forward = (f: F, x: HostArray): number[] =>
  values((v) => jvpNodes((w) => [f(w!)], [v!], [ops.fill(v!.builder, 1, v!.shape)]).tangent, x)[0]!;

/** The n-th derivative of a function of one real, at x. */
function nth(f: (x: Node) => Node, order: number, x: number): number {
  let g = f;
  for (let k = 0; k < order; k++) {
    const h = g;
    g = (v) => gradNodes((w) => h(w!), [v]).gradient[0]!;
  }
  return values((v) => [g(v!)], scalar(x))[0]![0]!;
}

describe('ties share equally', () => {
  test('maximum and minimum', () => {
    for (const op of [ops.maximum, ops.minimum])
      expect(gradient(op, real([2]), real([2]))).toEqual([[0.5], [0.5]]);
    expect(gradient((x) => ops.maximum(x!, x!), real([2]))).toEqual([[1]]);
    expect(nth((x) => ops.maximum(x, 0), 1, 0)).toBe(0.5);
  });
  test('reduceMax and reduceMin', () => {
    expect(gradient((x) => shapes.reduceMax(x!), real([1, 3, 3, 2]))).toEqual([[0, 0.5, 0.5, 0]]);
    expect(gradient((x) => shapes.reduceMin(x!, 1), real([1, 1, 1, 2], [2, 2]))).toEqual([[0.5, 0.5, 1, 0]]);
  });
});

describe('zeros', () => {
  test('abs has derivative 0 at 0', () => expect(nth(ops.abs, 1, 0)).toBe(0));
  test('sqrt has an infinite derivative at 0', () => expect(nth(ops.sqrt, 1, 0)).toBe(Infinity));
  test('powers with constant exponents', () => {
    const at0 = (e: number): number[] => [1, 2, 3, 4].map((k) => nth((x) => ops.pow(x, e), k, 0));
    expect(at0(0)).toEqual([0, 0, 0, 0]);
    expect(at0(1)).toEqual([1, 0, 0, 0]);
    expect(at0(2)).toEqual([0, 2, 0, 0]);
    expect(at0(3)).toEqual([0, 0, 6, 0]);
    expect(nth((x) => ops.pow(x, 0.5), 1, 0)).toBe(Infinity);
  });
  test('powers with variable exponents', () => {
    const slope = (x: number, y: number): number[] => gradient(ops.pow, scalar(x), scalar(y)).flat();
    expect(slope(0, 0)).toEqual([0, 0]);
    expect(slope(0, 1)).toEqual([1, 0]);
    expect(slope(0, 2)).toEqual([0, 0]);
    const mixed = values(
      (x, y) =>
        gradNodes((y) => gradNodes((x) => ops.pow(x!, y!), [x!], y!.builder).gradient[0]!, [y!]).gradient,
      scalar(2),
      scalar(0),
    );
    expect(mixed).toEqual([[0.5]]);
    expect(nth((x) => ops.pow(x, ops.fill(x.builder, 2, [])), 2, 0)).toBe(2);
  });
  test('products with zeros', () => {
    expect(gradient((x) => shapes.reduceProd(x!), real([2, 0, 3]))).toEqual([[0, 6, 0]]);
    expect(gradient((x) => shapes.reduceProd(x!), real([2, 0, 0]))).toEqual([[0, 0, 0]]);
    const hessian = values(
      (x) =>
        vmapNodes(
          (u) => jvpNodes((x) => gradNodes((x) => shapes.reduceProd(x!), [x!]).gradient, [x!], [u!]).tangent,
          [shapes.eye(x!.builder, 3)],
        ),
      real([2, 0, 0]),
    );
    expect(hessian).toEqual([[0, 0, 0, 0, 0, 2, 0, 2, 0]]);
  });
});

describe('what a select does not choose has no part in derivatives', () => {
  const guarded = (f: (x: Node) => Node) => (x: Node | undefined) => ops.select(ops.gt(x!, 0), f(x!), 0);
  const cases: readonly (readonly [string, (x: Node) => Node])[] = [
    ['log', ops.log],
    ['sqrt', ops.sqrt],
    ['a chain', (x) => ops.mul(ops.neg(ops.exp(ops.log(x))), 3)],
    ['a product of two uses', (x) => ops.mul(ops.log(x), ops.div(1, x))],
    ['a quotient', (x) => ops.div(1, x)],
  ];
  test.each(cases)('%s at 0, in both modes and orders', (_, f) => {
    expect(forward(guarded(f), scalar(0))).toEqual([0]);
    expect(nth((x) => guarded(f)(x), 1, 0)).toBeCloseTo(0, 15);
    expect(nth((x) => guarded(f)(x), 2, 0)).toBeCloseTo(0, 15);
    expect(Number.isFinite(nth((x) => guarded(f)(x), 2, 0.5))).toBe(true);
  });
  test('element by element, through repetition and rearrangement', () => {
    const f: F = (x) => {
      const wide = shapes.broadcast(ops.log(shapes.reshape(x!, [2, 1])), [2, 3], [0, 1]);
      return ops.select(
        ops.gt(shapes.broadcast(x!, [2, 3], [0]), 0),
        shapes.transpose(shapes.transpose(wide, [1, 0]), [1, 0]),
        0,
      );
    };
    expect(gradient(f, real([0, 2]))[0]![1]).toBe(1.5);
    expect(
      gradient(
        (x) => ops.select(ops.eq(shapes.reduceSum(x!), 5), shapes.reduceSum(ops.log(x!)), 0),
        real([0, 2]),
      ),
    ).toEqual([[0, 0]]);
  });
  test('the loser of a maximum', () => expect(nth((x) => ops.maximum(ops.log(x), 0), 1, 0)).toBe(0));
  test('the branches that the lanes of a batched cond do not take', () => {
    const f: F = (x) =>
      shapes.reduceSum(
        vmapNodes(
          (x) =>
            branch(ops.cast(ops.gt(x!, 0), 'i32'), [x!], [(x) => [ops.mul(x!, 2)], (x) => [ops.log(x!)]]),
          [x!],
        )[0]!,
      );
    expect(gradient(f, real([0, 2, -1]))).toEqual([[2, 0.5, 2]]);
  });
});

describe('far out', () => {
  test('softplus, logistic, expm1 and log1p keep their relative accuracy', () => {
    expect([nth(ops.softplus, 1, 1000), nth(ops.softplus, 1, -1000)]).toEqual([1, 0]);
    expect(nth(ops.softplus, 1, -40) / Math.exp(-40)).toBeCloseTo(1, 12);
    expect(nth(ops.expm1, 1, -40) / Math.exp(-40)).toBeCloseTo(1, 12);
    expect(nth(ops.logistic, 1, -40) / Math.exp(-40)).toBeCloseTo(1, 12);
    expect(nth(ops.log1p, 2, 1e-20)).toBe(-1);
  });
  test('logSumExp with −∞ among its arguments', () => {
    expect(gradient((x) => shapes.logSumExp(x!), real([-Infinity, 0, 0]))).toEqual([[0, 0.5, 0.5]]);
  });
});

describe('stopGradient and credit', () => {
  test('stopGradient is a constant at every order', () => {
    const f = (x: Node): Node => ops.mul(ops.stopGradient(ops.mul(x, x)), x);
    expect([1, 2].map((k) => nth(f, k, 3))).toEqual([9, 0]);
  });
  test('credit(signal, ℓ) is 0, with derivatives signal · ℓ̇ and (signal)˙ ℓ̇ + signal · ℓ̈', () => {
    const f = (x: Node): Node => ops.credit(ops.exp(x), ops.mul(x, ops.mul(x, x)));
    const [e, x] = [Math.exp(0.7), 0.7];
    expect(nth(f, 0, x)).toBe(0);
    expect(nth(f, 1, x)).toBeCloseTo(e * 3 * x * x, 12);
    expect(nth(f, 2, x)).toBeCloseTo(e * (3 * x * x + 6 * x), 12);
    expect(forward((v) => f(v!), scalar(x))[0]).toBeCloseTo(e * 3 * x * x, 12);
  });
  test('credit at ℓ = −∞ is 0', () => {
    expect(values((x) => [ops.credit(x!, ops.log(x!))], scalar(0))).toEqual([[0]]);
  });
});
