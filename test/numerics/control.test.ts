/** Control flow on tensors: values eagerly and staged, derivatives in both modes, lanes. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpoint, grad, hessian, jvp, stopGradient, vmap } from '../../src/autodiff/index.js';
import { cond, foriLoop, scan, whileLoop } from '../../src/numerics/index.js';
import { apply, hostOf, register, stage, tensor } from '../../src/staging/index.js';
import { derivative } from '../implicit/differences.js';

beforeAll(() => register());

const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
const number = (x: unknown): number => numbers(x)[0]!;
/** The same through a recording. */
const staged = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): number[] => {
  const { graph, captures } = stage(f, [x]);
  return numbers(apply(graph, [x], captures)[0]);
};

describe('cond', () => {
  // |x|³ with a parameter closed over
  const f = (x: tf.Tensor, scale: tf.Tensor): tf.Tensor =>
    cond(
      tf.greater(x, 0),
      (y: tf.Tensor) => tf.mul(scale, tf.pow(y, 3)),
      (y) => tf.neg(tf.pow(y, 3)),
      x,
    );
  it('runs one branch, eagerly and staged', () => {
    for (const x of [2, -2]) {
      expect(number(f(tensor(x), tf.scalar(3)))).toBe(x > 0 ? 24 : 8);
      expect(staged((v) => f(v, tf.scalar(3)), tensor(x))).toEqual([x > 0 ? 24 : 8]);
    }
    expect(
      number(
        cond(
          true,
          () => tf.scalar(1),
          () => tf.scalar(2),
        ),
      ),
    ).toBe(1);
    expect(
      number(
        cond(
          false,
          () => tf.scalar(1),
          () => tf.scalar(2),
        ),
      ),
    ).toBe(2);
  });
  it('derivatives of the branch taken, in x and in what it closes over', () => {
    expect(number(grad((x: tf.Tensor) => f(x, tensor(3)))(tensor(2)))).toBeCloseTo(36, 12);
    expect(number(grad((x: tf.Tensor) => f(x, tensor(3)))(tensor(-2)))).toBeCloseTo(-12, 12);
    expect(number(grad((s: tf.Tensor) => f(tensor(2), s))(tensor(3)))).toBeCloseTo(8, 12);
    expect(number(grad((s: tf.Tensor) => f(tensor(-2), s))(tensor(3)))).toBe(0);
    expect(number(hessian((x: tf.Tensor) => f(x, tensor(3)))(tensor(2)))).toBeCloseTo(36, 12);
    expect(number(jvp((x: tf.Tensor) => f(x, tensor(3)), [tensor(-2)], [tensor(1)])[1])).toBeCloseTo(-12, 12);
  });
  it('lanes choose for themselves, and the other branch’s NaN is not seen', () => {
    const root = (x: tf.Tensor): tf.Tensor =>
      cond(
        tf.greater(x, 0),
        (y: tf.Tensor) => tf.sqrt(y),
        (y) => tf.neg(y),
        x,
      );
    expect(numbers(vmap(root)(tensor([4, -9])))).toEqual([2, 9]);
    expect(numbers(vmap(grad(root))(tensor([4, -9])))).toEqual([0.25, -1]);
  });
  it('branches may use different outer values, trees and keys in any order', () => {
    const g = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
      const out = cond(
        tf.less(a, b),
        (x: tf.Tensor) => ({ u: tf.add(x, a), v: x }),
        (x) => ({ v: tf.mul(x, b), u: x }),
        tf.scalar(10),
      );
      return tf.sub(out.u, out.v);
    };
    expect(staged((a) => g(a, tf.scalar(2)), tensor(1))).toEqual([1]);
    expect(staged((a) => g(a, tf.scalar(2)), tensor(3))).toEqual([-10]);
  });
  it('names what differs between the branches', () => {
    expect(() =>
      cond(
        true,
        () => ({ a: tf.scalar(1) as tf.Tensor }),
        () => ({ a: tf.tensor1d([1, 2]) as tf.Tensor }),
      ),
    ).toThrow(
      "cond: the second branch returns another value than the first at 'a': expected f[], found f[2]",
    );
    expect(() =>
      cond(
        tf.tensor1d([1, 2]) as never,
        () => tf.scalar(1),
        () => tf.scalar(1),
      ),
    ).toThrow('cond: expected a bool scalar');
  });
});

describe('scan', () => {
  const sums = (xs: tf.Tensor, reverse = false): [tf.Tensor, tf.Tensor] =>
    scan((s: tf.Tensor, x: tf.Tensor) => [tf.add(s, x), tf.mul(s, x)], tf.scalar(0), xs, { reverse });
  it('carries and stacks, forwards and backwards, eagerly and staged', () => {
    expect(sums(tensor([1, 2, 3])).map(numbers)).toEqual([[6], [0, 2, 9]]);
    expect(sums(tensor([1, 2, 3]), true).map(numbers)).toEqual([[6], [5, 6, 0]]);
    expect(staged((x) => sums(x)[1], tensor([1, 2, 3]))).toEqual([0, 2, 9]);
  });
  it('takes trees, no xs with a length, and no outputs', () => {
    const [c, ys] = scan(
      (s: { readonly n: tf.Tensor; readonly p: tf.Tensor }, x: { readonly k: tf.Tensor }) => [
        { p: tf.mul(s.p, x.k), n: tf.add(s.n, 1) },
        [s.n],
      ],
      { n: tf.scalar(0), p: tf.scalar(1) },
      { k: tensor([2, 3, 4]) },
    );
    expect([number(c.n), number(c.p), numbers(ys[0])]).toEqual([3, 24, [0, 1, 2]]);
    const [twice] = scan((s: tf.Tensor) => [tf.mul(s, 2), undefined], tf.scalar(1), undefined, { length: 5 });
    expect(number(twice)).toBe(32);
    expect(
      number(scan((s: tf.Tensor) => [tf.mul(s, 2), undefined], tf.scalar(7), undefined, { length: 0 })[0]),
    ).toBe(7);
  });
  it('derivatives in both modes and to second order, in xs, carry and closed-over values', () => {
    const logistic = (r: tf.Tensor): tf.Tensor =>
      scan((x: tf.Tensor) => [tf.mul(r, tf.mul(x, tf.sub(1, x))), undefined], tensor(0.3), undefined, {
        length: 6,
      })[0];
    const host = (r: number): number => {
      let x = 0.3;
      for (let k = 0; k < 6; k++) x = r * x * (1 - x);
      return x;
    };
    const first = (r: number): number => derivative((s) => [host(s)], r, 0.02)[0]!;
    expect(number(grad(logistic)(tensor(2.8)))).toBeCloseTo(first(2.8), 9);
    expect(number(jvp(logistic, [tensor(2.8)], [tensor(1)])[1])).toBeCloseTo(first(2.8), 9);
    const second = derivative((r) => numbers(grad(logistic)(tensor(r))), 2.8, 0.02)[0]!;
    expect(number(hessian(logistic)(tensor(2.8)))).toBeCloseTo(second, 7);
    const g = numbers(grad((x: tf.Tensor) => tf.sum(tf.square(sums(x)[1])))(tensor([1, 2, 3])));
    const value = (x: readonly number[]): number =>
      x[0]! ** 2 * x[1]! ** 2 + (x[0]! + x[1]!) ** 2 * x[2]! ** 2;
    [0, 1, 2].forEach((j) => {
      const d = derivative((s) => [value([1, 2, 3].map((v, i) => v + (i === j ? s : 0)))], 0)[0]!;
      expect(g[j]).toBeCloseTo(d, 9);
    });
  });
  it('vmap over xs, and of the gradient', () => {
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(numbers(vmap((x: tf.Tensor) => sums(x)[1])(rows))).toEqual([0, 2, 9, 0, 20, 54]);
    const one = numbers(grad((x: tf.Tensor) => tf.sum(sums(x)[1]))(tensor([4, 5, 6])));
    expect(numbers(vmap(grad((x: tf.Tensor) => tf.sum(sums(x)[1])))(rows)).slice(3)).toEqual(one);
  });
  it('names the leaf of the carry that changes, and wrong leading axes', () => {
    expect(() =>
      scan(
        (s: { a: tf.Tensor }) => [{ a: tf.stack([s.a, s.a]) }, undefined],
        { a: tf.scalar(0) },
        undefined,
        { length: 2 },
      ),
    ).toThrow("scan: the next carry differs from the first at 'a': expected f[], found f[2]");
    expect(() =>
      scan((s: tf.Tensor) => [s, undefined], tf.scalar(0), [tf.zeros([2]), tf.zeros([3])]),
    ).toThrow("scan: expected a leading axis of 2 in xs at '1', found [3]");
    expect(() => scan((s: tf.Tensor) => [s, undefined], tf.scalar(0), undefined)).toThrow(
      'scan: expected xs with a leading axis, or a length',
    );
  });
});

describe('whileLoop and foriLoop', () => {
  const doubled = (x: tf.Tensor): tf.Tensor =>
    whileLoop(
      (v: tf.Tensor) => tf.less(v, 100),
      (v) => tf.mul(v, 2),
      x,
    );
  it('loops while the condition holds', () => {
    expect(number(doubled(tf.scalar(1)))).toBe(128);
    expect(staged(doubled, tensor(3))).toEqual([192]);
    expect(number(doubled(tf.scalar(1000)))).toBe(1000);
  });
  it('forward derivatives; lanes stop one by one', () => {
    expect(number(jvp(doubled, [tensor(3)], [tensor(1)])[1])).toBe(64);
    expect(numbers(vmap(doubled)(tensor([1, 3, 1000])))).toEqual([128, 192, 1000]);
  });
  it('reverse mode is an error that names scan', () => {
    expect(() => grad(doubled)(tensor(3))).toThrow(/scan/);
  });
  it('reverse mode takes values of a loop through which no derivative goes, inside control flow too', () => {
    const scaled = (x: tf.Tensor): tf.Tensor => tf.mul(stopGradient(doubled(x)), x);
    const inScan = (x: tf.Tensor): tf.Tensor =>
      scan((c: tf.Tensor, k: tf.Tensor) => [tf.mul(k, scaled(c)), c], x, tensor([2]))[0];
    const inCond = (x: tf.Tensor): tf.Tensor => cond(tf.greater(x, 0), scaled, (y: tf.Tensor) => y, x);
    expect([scaled, inScan, inCond, checkpoint(scaled)].map((f) => number(grad(f)(tensor(3))))).toEqual([
      192, 384, 192, 192,
    ]);
    const through = (x: tf.Tensor): tf.Tensor =>
      cond(
        tf.greater(x, 0),
        (y: tf.Tensor) => tf.mul(doubled(y), y),
        (y) => y,
        x,
      );
    expect(() => grad(through)(tensor(3))).toThrow(/reverse mode through `while`/);
    expect(number(jvp(through, [tensor(3)], [tensor(1)])[1])).toBe(384);
  });
  it('checks condition and carry', () => {
    expect(() =>
      whileLoop(
        (v: tf.Tensor) => v,
        (v) => v,
        tf.scalar(1),
      ),
    ).toThrow('whileLoop: expected a bool scalar from the condition, found f[]');
    expect(() =>
      whileLoop(
        (v: tf.Tensor) => tf.less(v, 1),
        (v) => tf.greater(v, 1),
        tf.scalar(1),
      ),
    ).toThrow('whileLoop: the next carry differs from the first: expected f[], found bool[]');
  });
  it('scans of no step give the carry and an empty output; a length that is none, and a step without output, are refused', () => {
    const [carry, ys] = scan((c: tf.Tensor, x: tf.Tensor) => [tf.add(c, x), x], tf.scalar(2), tf.zeros([0]));
    expect([number(carry), ys.shape]).toEqual([2, [0]]);
    for (const length of [-1, 1.5, NaN])
      expect(() => scan((c: tf.Tensor) => [c, c], tf.scalar(0), undefined, { length })).toThrow(
        `scan: expected a whole number of steps as length, 0 or more, found ${length}`,
      );
    expect(() => scan((c: tf.Tensor) => c as never, tf.scalar(0), undefined, { length: 2 })).toThrow(
      'scan: expected a step that returns the pair [next carry, output]',
    );
  });
  it('counts: static bounds are differentiable in reverse, tensor bounds run', () => {
    const power = (x: tf.Tensor): tf.Tensor =>
      foriLoop(1, 5, (i, p: tf.Tensor) => tf.mul(p, tf.mul(x, tf.cast(i, 'float32'))), tf.scalar(1));
    expect(number(power(tensor(2)))).toBe(384);
    expect(number(grad(power)(tensor(2)))).toBe(768);
    expect(
      number(foriLoop(0, tf.scalar(4, 'int32'), (i, s: tf.Tensor) => tf.add(s, i), tf.scalar(0, 'int32'))),
    ).toBe(6);
    expect(number(foriLoop(3, 3, (_, s: tf.Tensor) => tf.mul(s, 2), tf.scalar(5)))).toBe(5);
    expect(() => foriLoop(0, 1.5, (_, s: tf.Tensor) => s, tf.scalar(0))).toThrow(
      'foriLoop: expected whole bounds',
    );
    for (const [lo, hi] of [
      [tensor(0), 3],
      [0, tensor(2.5)],
      [1.5, tf.scalar(3, 'int32')],
    ] as const)
      expect(() => foriLoop(lo, hi, (_, s: tf.Tensor) => s, tf.scalar(0))).toThrow(
        'foriLoop: expected bounds that are whole numbers or int32 scalars, found ',
      );
  });
});
