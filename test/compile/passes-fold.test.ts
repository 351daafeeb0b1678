import { describe, expect, test } from 'vitest';
import { fold } from '../../src/compile/passes/fold.js';
import { buildGraph, ops, shapes, type Aval, type Graph, type Node } from '../../src/ir/index.js';
import { aval, formula, int, m, num, op, opWith, rewrites, v } from './passes-rule.js';

const i: Aval = aval([], 'i32');
const scan = (
  attrs: {
    readonly body: Graph;
    readonly length: number;
    readonly consts: number;
    readonly carry: number;
    readonly reverse?: boolean;
  },
  ...operands: Node[]
): readonly Node[] => operands[0]!.builder.nodes('scan', { reverse: false, ...attrs }, operands);
const loop = (
  cond: Graph,
  body: Graph,
  condConsts: number,
  bodyConsts: number,
  ...operands: Node[]
): readonly Node[] => operands[0]!.builder.nodes('while', { cond, body, condConsts, bodyConsts }, operands);
const cond = (branches: readonly Graph[], ...operands: Node[]): readonly Node[] =>
  operands[0]!.builder.nodes('cond', { branches }, operands);
const count = (b: Node, n: number): Node => ops.constant(b.builder, [n], [], 'i32');

const sin = buildGraph([v], (x) => [op('sin', x!)]);

describe('fold', () => {
  test('numbers and small arrays', () => {
    rewrites(fold, [v], (x) => op('mul', x!, op('log', num(1, x!))), 'mul(x0, 0)');
    rewrites(
      fold,
      [v],
      (x) => op('mul', x!, op('add', ops.constant(x!.builder, [1, 2, 3], [3]), num(1, x!))),
      'mul(x0, [2,3,4])',
    );
    rewrites(
      fold,
      [m],
      (x) => op('mul', x!, shapes.transpose(ops.constant(x!.builder, [1, 2, 3, 4, 5, 6], [3, 2]))),
      'mul(x0, [1,3,5,2,4,6])',
    );
    rewrites(
      fold,
      [int],
      (x) => op('add', x!, op('mul', shapes.iota(x!.builder, [3]), num(2, x!))),
      'add(x0, [0,2,4])',
    );
  });
  test('a repeated number stays one number, however often it is repeated', () => {
    const big = aval([1000, 1000]);
    const g = buildGraph([big], (x) => [op('mul', x!, op('exp', num(0, x!)))]);
    expect(formula(fold.run(g))).toBe('mul(x0, 1)');
  });
  test('nothing large is made of something small', () => {
    const big = aval([100, 100]);
    const cases: ((x: Node) => Node)[] = [
      (x) => op('mul', x, op('sin', shapes.iota(x.builder, [100, 100], 0, 'f'))),
      (x) =>
        op(
          'mul',
          x,
          shapes.broadcast(
            ops.constant(
              x.builder,
              Array.from({ length: 100 }, (_, k) => k),
              [100],
            ),
            [100, 100],
            [0],
          ),
        ),
      (x) =>
        op(
          'mul',
          x,
          opWith(
            'cast',
            { dtype: 'f' },
            opWith('randomBits', { shape: [100, 100] }, ops.constant(x.builder, [1, 2], [2], 'u32')),
          ),
        ),
      (x) =>
        op(
          'mul',
          x,
          shapes.matmul(
            ops.constant(
              x.builder,
              Array.from({ length: 100 }, (_, k) => k),
              [100, 1],
            ),
            ops.constant(
              x.builder,
              Array.from({ length: 100 }, (_, k) => k),
              [1, 100],
            ),
          ),
        ),
    ];
    for (const f of cases) {
      const g = buildGraph([big], (x) => [f(x!)]);
      expect(fold.run(g)).toBe(g);
    }
  });
  test('a loop that need not end is not run', () => {
    const endless = buildGraph([v], (x) => [ops.fill(x!.builder, 1, [], 'bool')]);
    const spin = buildGraph([v], (x) => loop(endless, sin, 0, 0, x!));
    const constant = (x: Node): Node => ops.constant(x.builder, [1, 2, 3], [3]);
    const g = buildGraph([v, i], (x, k) => [
      op('add', x!, loop(endless, sin, 0, 0, constant(x!))[0]!),
      op('add', x!, cond([sin, spin], k!, constant(x!))[0]!),
      op('add', x!, cond([sin, spin], count(k!, 1), constant(x!))[0]!),
    ]);
    expect(fold.run(g)).toBe(g);
  });
  test('a short loop is', () => {
    const step = buildGraph([v], (x) => [op('mul', x!, num(2, x!))]);
    rewrites(
      fold,
      [v],
      (x) =>
        op(
          'add',
          x!,
          scan({ body: step, length: 3, consts: 0, carry: 1 }, ops.constant(x!.builder, [1, 2, 3], [3]))[0]!,
        ),
      'add(x0, [8,16,24])',
    );
  });
});
