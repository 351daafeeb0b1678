import { describe, expect, test } from 'vitest';
import { buildGraph, ops, shapes, type Aval } from '../../src/ir/index.js';
import { arr, run } from './arrays.js';

const scalar: Aval = { shape: [], dtype: 'f' };
const index: Aval = { shape: [], dtype: 'i32' };

describe('control flow', () => {
  test('cond calls one branch; the index clamps', () => {
    const branches = [2, 3, 5].map((k) => buildGraph([scalar], (x) => [ops.mul(x!, k)]));
    const at = (i: number) =>
      run((c, x) => [c!.builder.node('cond', { branches }, [c!, x!])], arr(i, 'i32'), arr(7))[0];
    expect([-4, 0, 1, 2, 9].map(at)).toEqual([14, 14, 21, 35, 35]);
  });
  test('while: Euclid', () => {
    const cond = buildGraph([index, index], (_, b) => [ops.ne(b!, 0)]);
    const body = buildGraph([index, index], (a, b) => [b!, ops.mod(a!, b!)]);
    const attrs = { cond, body, condConsts: 0, bodyConsts: 0 };
    const [gcd, rest] = run(
      (a, b) => a!.builder.nodes('while', attrs, [a!, b!]),
      arr(252, 'i32'),
      arr(105, 'i32'),
    );
    expect([gcd, rest]).toEqual([21, 0]);
  });
  test('while with constants of each graph', () => {
    const cond = buildGraph([scalar, scalar], (limit, x) => [ops.lt(x!, limit!)]);
    const body = buildGraph([scalar, scalar], (factor, x) => [ops.mul(x!, factor!)]);
    const attrs = { cond, body, condConsts: 1, bodyConsts: 1 };
    expect(
      run((l, f, x) => l!.builder.nodes('while', attrs, [l!, f!, x!]), arr(100), arr(3), arr(1)),
    ).toEqual([243]);
    expect(
      run((l, f, x) => l!.builder.nodes('while', attrs, [l!, f!, x!]), arr(100), arr(3), arr(200)),
    ).toEqual([200]);
  });
  test('scan: Horner, forwards and backwards, with stacked partial results', () => {
    const body = buildGraph([scalar, scalar, scalar], (x, c, a) => {
      const next = ops.add(ops.mul(c!, x!), a!);
      return [next, next];
    });
    for (const reverse of [false, true]) {
      const attrs = { body, length: 4, consts: 1, carry: 1, reverse };
      const [value, partial] = run(
        (x, c, a) => x!.builder.nodes('scan', attrs, [x!, c!, a!]),
        arr(2),
        arr(0),
        arr([1, -3, 4, 5]),
      );
      // 1·8 − 3·4 + 4·2 + 5, and 5·8 + 4·4 − 3·2 + 1
      expect(value).toBe(reverse ? 51 : 9);
      expect(partial).toEqual(reverse ? [51, 25, 14, 5] : [1, -1, 2, 9]);
    }
  });
  test('scan of length 0', () => {
    const body = buildGraph([scalar, scalar], (c, a) => [ops.add(c!, a!), shapes.expandDims(c!, 0)]);
    const attrs = { body, length: 0, consts: 0, carry: 1, reverse: false };
    expect(run((c, a) => c!.builder.nodes('scan', attrs, [c!, a!]), arr(3), arr([]))).toEqual([3, []]);
  });
  test('linearSolve and root run their solvers', () => {
    const matvec = buildGraph([scalar, scalar], (a, x) => [ops.mul(a!, x!)]);
    const solve = buildGraph([scalar, scalar], (a, b) => [ops.div(b!, a!)]);
    const system = { matvec, solve, transposeSolve: solve, consts: 1 };
    expect(run((a, b) => a!.builder.nodes('linearSolve', system, [a!, b!]), arr(4), arr(6))).toEqual([1.5]);
    const newton = buildGraph([scalar, scalar], (t, x) => [
      ops.mul(0.5, ops.add(x!, ops.div(t!, x!))),
      ops.neg(x!),
    ]);
    const optimality = buildGraph([scalar, scalar], (x, t) => [ops.sub(ops.square(x!), t!)]);
    const attrs = { solve: newton, optimality, inits: 1, solutions: 1, linear: { kind: 'lu' } as const };
    expect(run((t, x) => t!.builder.nodes('root', attrs, [t!, x!]), arr(4), arr(2))).toEqual([2, -2]);
  });
});
