import { describe, expect, test } from 'vitest';
import { dead } from '../../src/compile/passes/dead.js';
import { hoist } from '../../src/compile/passes/hoist.js';
import { inlineCalls } from '../../src/compile/passes/inline-calls.js';
import { simplify } from '../../src/compile/passes/simplify.js';
import {
  buildGraph,
  evaluate,
  hostArray,
  ops,
  shapes,
  type Aval,
  type Graph,
  type Node,
} from '../../src/ir/index.js';
import { aval, formula, num, op, opWith, rewrites, s, v } from './passes-rule.js';

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
const cos = buildGraph([v], (x) => [op('cos', x!)]);
const below = (n: number): Graph => buildGraph([i, v], (k) => [ops.lt(k!, n)]);
const never = buildGraph([v], (x) => [ops.fill(x!.builder, 0, [], 'bool')]);

describe('simplify', () => {
  test('a known branch', () => rewrites(simplify, [v], (x) => cond([sin, cos], count(x!, 1), x!), 'cos(x0)'));
  test('a known branch, clamped', () =>
    rewrites(simplify, [v], (x) => cond([sin, cos], count(x!, -3), x!), 'sin(x0)'));
  test('equal branches', () => rewrites(simplify, [i, v], (k, x) => cond([sin, sin], k!, x!), 'sin(x1)'));
  test('a loop that does not begin', () => rewrites(simplify, [v], (x) => loop(never, sin, 0, 0, x!), 'x0'));
  const step = buildGraph([v, s, s], (k, c, x) => [
    op('add', c!, x!),
    op('mul', op('sin', k!), ops.broadcastTo(x!, [3])),
  ]);
  test('a loop of no step', () =>
    rewrites(
      simplify,
      [v, s],
      (k, c) => scan({ body: step, length: 0, consts: 1, carry: 1 }, k!, c!, ops.fill(k!.builder, 0, [0])),
      'x1; 0',
    ));
  test('constants that a body is handed', () => {
    const body = buildGraph([v, v], (k, c) => [op('mul', c!, k!)]);
    rewrites(
      simplify,
      [v],
      (x) => scan({ body, length: 4, consts: 1, carry: 1 }, num(2, x!), x!),
      'scan[{mul(x0, 2)}](x0)',
    );
  });
});

describe('inlineCalls', () => {
  test('functions with rules, linear calls and solves, implicit functions', () => {
    const own = buildGraph([v], (x) => [op('sin', x!)]);
    const two = buildGraph([v, v], (c, x) => [op('mul', c!, x!)]);
    rewrites(inlineCalls, [v], (x) => opWith('custom', { fun: own, captures: 0 }, x!), 'sin(x0)');
    rewrites(
      inlineCalls,
      [v, v],
      (c, x) => opWith('linearCall', { forward: two, transpose: two, consts: 1 }, c!, x!),
      'mul(x0, x1)',
    );
    rewrites(
      inlineCalls,
      [v, v],
      (c, x) => opWith('linearSolve', { matvec: two, solve: two, transposeSolve: two, consts: 1 }, c!, x!),
      'mul(x0, x1)',
    );
    rewrites(
      inlineCalls,
      [v, v],
      (t, x) =>
        opWith(
          'root',
          { solve: two, optimality: two, inits: 1, solutions: 1, linear: { kind: 'lu' } },
          t!,
          x!,
        ),
      'mul(x0, x1)',
    );
  });
  test('a linear call without a forward graph stays', () => {
    const two = buildGraph([v, v], (c, x) => [op('mul', c!, x!)]);
    const g = buildGraph([v, v], (c, x) => [opWith('linearCall', { transpose: two, consts: 1 }, c!, x!)]);
    expect(inlineCalls.run(g)).toBe(g);
  });
});

describe('dead', () => {
  // carry: c counts, d depends on c, e on itself; ys: y₀ = c, y₁ = x·k
  const body = buildGraph([v, v, v, v, v, v], (k, l, c, d, e, x) => [
    op('add', c!, l!),
    op('mul', d!, c!),
    op('sin', e!),
    c!,
    op('mul', x!, k!),
  ]);
  const run = (pick: (out: readonly Node[]) => readonly Node[], expected: string): void =>
    rewrites(
      dead,
      [v, v, v, v, v, aval([2, 3])],
      (...xs) => pick(scan({ body, length: 2, consts: 2, carry: 3 }, ...xs)),
      expected,
    );
  test('a scan keeps what is read and what that needs', () => {
    run((out) => [out[0]!], 'scan[{add(x1, x0)}](x1, x2)');
    run((out) => [out[1]!], 'scan[{add(x1, x0); mul(x2, x1)}](x1, x2, x3).1');
    run((out) => [out[2]!], 'scan[{sin(x0)}](x4)');
    run((out) => [out[4]!], 'scan[{mul(x1, x0)}](x0, x5)');
  });
  test('equal operands are handed once', () => {
    const two = buildGraph([v, v, v], (a, b, c) => [op('mul', op('add', a!, b!), c!)]);
    rewrites(
      dead,
      [v, v],
      (x, c) => scan({ body: two, length: 2, consts: 2, carry: 1 }, x!, x!, c!),
      'scan[{mul(add(x0, x0), x1)}](x0, x1)',
    );
  });
  test('a while keeps what its condition needs', () => {
    const step = buildGraph([v, i, v, v], (k, n, x, y) => [ops.add(n!, 1), op('sin', x!), op('mul', y!, k!)]);
    const test = buildGraph([i, v, v], (n) => [ops.lt(n!, 3)]);
    rewrites(
      dead,
      [v, i, v, v],
      (...xs) => [loop(test, step, 0, 1, ...xs)[1]!],
      'while[{compare[lt](x0, 3)}|{add(x0, 1); sin(x1)}](x1, x2).1',
    );
  });
  test('a cond drops what no branch needs', () => {
    const a = buildGraph([v, v, v], (x, y, z) => [op('sin', x!), op('add', y!, z!)]);
    const b = buildGraph([v, v, v], (x, y) => [op('cos', x!), y!]);
    rewrites(dead, [i, v, v, v], (...xs) => [cond([a, b], ...xs)[0]!], 'cond[{sin(x0)},{cos(x0)}](x0, x1)');
  });
  test('a chain of what only the dead need goes at once', () => {
    const outer = (x: Node): Node => {
      const [p, q] = scan(
        {
          body: buildGraph([v, v], (a, b) => [op('sin', a!), op('cos', b!)]),
          length: 2,
          consts: 0,
          carry: 2,
        },
        x,
        x,
      );
      const [r] = scan(
        {
          body: buildGraph([v, v], (a, b) => [op('exp', a!), op('mul', a!, b!)]),
          length: 2,
          consts: 0,
          carry: 2,
        },
        p!,
        q!,
      );
      return r!;
    };
    rewrites(dead, [v], (x) => outer(x!), 'scan[{exp(x0)}](scan[{sin(x0)}](x0))');
  });
});

describe('hoist', () => {
  test('what depends on constants alone', () => {
    const body = buildGraph([v, v], (k, c) => [op('mul', c!, op('exp', op('neg', k!)))]);
    rewrites(
      hoist,
      [v, v],
      (k, c) => scan({ body, length: 3, consts: 1, carry: 1 }, k!, c!),
      'scan[{mul(x2, x1)}](x0, exp(neg(x0)), x1)',
    );
  });
  test('large values that are made from little stay', () => {
    const wide = aval([100, 100]);
    const body = buildGraph([s, wide], (k, c) => [
      op('mul', c!, op('add', ops.broadcastTo(k!, [100, 100]), shapes.iota(k!.builder, [100, 100], 0, 'f'))),
    ]);
    const g = buildGraph([s, wide], (k, c) => scan({ body, length: 3, consts: 1, carry: 1 }, k!, c!));
    expect(hoist.run(g)).toBe(g);
    // but not what is dear to make again
    const dear = buildGraph([s, wide], (k, c) => [
      op(
        'mul',
        c!,
        op('sin', op('add', ops.broadcastTo(k!, [100, 100]), shapes.iota(k!.builder, [100, 100], 0, 'f'))),
      ),
    ]);
    const h = buildGraph([s, wide], (k, c) => scan({ body: dear, length: 3, consts: 1, carry: 1 }, k!, c!));
    expect(formula(hoist.run(h))).toBe(
      'scan[{mul(x2, x1)}](x0, sin(add(broadcast[100,100|](x0), iota[100,100|0|f]())), x1)',
    );
  });
  test('a carry that no step changes, and results that are the same or given', () => {
    const body = buildGraph([v, v, v, v], (k, c, d, x) => [op('add', c!, d!), d!, op('sin', k!), x!, c!]);
    rewrites(
      hoist,
      [v, v, v, aval([2, 3])],
      (...xs) => scan({ body, length: 2, consts: 1, carry: 2 }, ...xs),
      'scan[{add(x2, x1); x2}](x0, x2, x1, x3).0; x2; broadcast[2,3|1](sin(x0)); x3; scan[{add(x2, x1); x2}](x0, x2, x1, x3).1',
    );
  });
  test('invariants of a condition and of a body', () => {
    const test = buildGraph([i, i, v], (n, k) => [ops.lt(k!, ops.mul(n!, 2))]);
    const body = buildGraph([v, i, v], (k, n, x) => [ops.add(n!, 1), op('mul', x!, op('sin', k!))]);
    rewrites(
      hoist,
      [i, v, v],
      (n, k, x) => loop(test, body, 1, 1, op('sign', n!), k!, count(k!, 0), x!),
      'while[{compare[lt](x2, x1)}|{add(x2, 1); mul(x3, x1)}](sign(x0), mul(sign(x0), 2), x1, sin(x1), 0, x2).0; while[{compare[lt](x2, x1)}|{add(x2, 1); mul(x3, x1)}](sign(x0), mul(sign(x0), 2), x1, sin(x1), 0, x2).1',
    );
  });
  test('out of two loops at once', () => {
    const inner = buildGraph([v, v], (k, c) => [op('mul', c!, op('exp', k!))]);
    const outer = buildGraph([v, v], (k, c) => scan({ body: inner, length: 2, consts: 1, carry: 1 }, k!, c!));
    const g = buildGraph([v, v], (k, c) => scan({ body: outer, length: 3, consts: 1, carry: 1 }, k!, c!));
    const made = hoist.run(g);
    expect(made.nodes.some((n) => n.op === 'exp')).toBe(true);
  });
  test('nothing that may not end leaves a loop that may not run', () => {
    const endless = buildGraph([v], (x) => [ops.fill(x!.builder, 1, [], 'bool')]);
    const spin = (x: Node): Node => loop(endless, sin, 0, 0, x)[0]!;
    const body = buildGraph([v, i, v], (k, n, x) => [ops.add(n!, 1), op('mul', x!, spin(k!))]);
    const g = buildGraph([v, v], (k, x) => loop(below(0), body, 0, 1, k!, count(k!, 0), x!));
    const made = hoist.run(g);
    // the loop is not entered: evaluation ends
    expect(evaluate(made, [hostArray([1, 2, 3], [3], 'f'), hostArray([4, 5, 6], [3], 'f')])[1]!.data[0]).toBe(
      4,
    );
  });
  test('nothing leaves a branch', () => {
    const a = buildGraph([v, v], (x, y) => [op('mul', op('exp', x!), y!)]);
    const b = buildGraph([v, v], (_, y) => [op('neg', y!)]);
    const body = buildGraph([v, i, v], (k, n, c) => [n!, ...cond([a, b], n!, k!, c!)]);
    const g = buildGraph([v, i, v], (k, n, c) => scan({ body, length: 3, consts: 1, carry: 2 }, k!, n!, c!));
    expect(hoist.run(g).nodes.some((n) => n.op === 'exp')).toBe(false);
  });
  test('what every branch passes on', () => {
    const a = buildGraph([v, v], (x, y) => [op('sin', x!), y!]);
    const b = buildGraph([v, v], (x, y) => [op('cos', x!), y!]);
    rewrites(hoist, [i, v, v], (...xs) => cond([a, b], ...xs), 'cond[{sin(x0)},{cos(x0)}](x0, x1, x2); x2');
  });
});
