import { describe, expect, test } from 'vitest';
import { simplify } from '../../src/compile/passes/simplify.js';
import { Builder, ops, type Aval, type Node } from '../../src/ir/index.js';
import { bool, int, num, op, opWith, rewrites, v } from './passes-rule.js';

type Case = readonly [string, readonly Aval[], (...xs: Node[]) => Node | readonly Node[], string];

const check = (_: string, avals: readonly Aval[], f: Case[2], expected: string): void =>
  rewrites(simplify, avals, f as (...xs: Node[]) => Node, expected);

const positive = (x: Node): Node => op('exp', x);

const arithmetic: readonly Case[] = [
  ['x + 0', [v], (x) => op('add', x!, num(0, x!)), 'x0'],
  ['0 + x', [v], (x) => op('add', num(0, x!), x!), 'x0'],
  ['x + (−y)', [v, v], (x, y) => op('add', x!, op('neg', y!)), 'sub(x0, x1)'],
  ['(−x) + y', [v, v], (x, y) => op('add', op('neg', x!), y!), 'sub(x1, x0)'],
  ['x − 0', [v], (x) => op('sub', x!, num(0, x!)), 'x0'],
  ['0 − x', [v], (x) => op('sub', num(0, x!), x!), 'neg(x0)'],
  ['x − (−y)', [v, v], (x, y) => op('sub', x!, op('neg', y!)), 'add(x0, x1)'],
  ['x − x of reals that may be infinite stays', [v], (x) => op('sub', x!, x!), 'sub(x0, x0)'],
  ['x − x of integers', [int], (x) => op('sub', x!, x!), '0'],
  [
    'x − x of finite reals',
    [v],
    (x) => {
      const y = op('select', op('isFinite', x!), x!, num(0, x!));
      return op('sub', y, y);
    },
    '0',
  ],
  ['−(−x)', [v], (x) => op('neg', op('neg', x!)), 'x0'],
  ['−(x − y)', [v, v], (x, y) => op('neg', op('sub', x!, y!)), 'sub(x1, x0)'],
  [
    '−(x − y) with another reader stays',
    [v, v],
    (x, y) => [op('neg', op('sub', x!, y!)), op('sub', x!, y!)],
    'neg(sub(x0, x1)); sub(x0, x1)',
  ],
  ['−(x · c)', [v], (x) => op('neg', op('mul', x!, num(3, x!))), 'mul(x0, -3)'],
  ['−(x / c)', [v], (x) => op('neg', op('div', x!, num(3, x!))), 'div(x0, -3)'],
  ['x · 1', [v], (x) => op('mul', x!, num(1, x!)), 'x0'],
  ['x · (−1)', [v], (x) => op('mul', num(-1, x!), x!), 'neg(x0)'],
  ['x · 0 of reals stays', [v], (x) => op('mul', x!, num(0, x!)), 'mul(x0, 0)'],
  ['x · 0 of integers', [int], (x) => op('mul', x!, num(0, x!)), '0'],
  [
    'x · 0 of what an integer was',
    [int],
    (x) => op('mul', opWith('cast', { dtype: 'f' }, x!), ops.fill(x!.builder, 0, [3])),
    '0',
  ],
  ['(−x) · (−y)', [v, v], (x, y) => op('mul', op('neg', x!), op('neg', y!)), 'mul(x0, x1)'],
  ['(−x) · y', [v, v], (x, y) => op('mul', op('neg', x!), y!), 'neg(mul(x0, x1))'],
  ['(−x) · c', [v], (x) => op('mul', op('neg', x!), num(3, x!)), 'mul(x0, -3)'],
  ['(x · a) · b', [v], (x) => op('mul', op('mul', x!, num(0.5, x!)), num(3, x!)), 'mul(x0, 1.5)'],
  [
    '(x · a) · b that may overflow in between stays',
    [v],
    (x) => op('mul', op('mul', x!, num(4, x!)), num(0.3, x!)),
    'mul(mul(x0, 4), 0.3)',
  ],
  ['(x / a) · b', [v], (x) => op('mul', op('div', x!, num(3, x!)), num(6, x!)), 'mul(x0, 2)'],
  ['(x · a) / b', [v], (x) => op('div', op('mul', x!, num(0.5, x!)), num(3, x!)), `mul(x0, ${0.5 / 3})`],
  ['(x / a) / b', [v], (x) => op('div', op('div', x!, num(3, x!)), num(5, x!)), 'div(x0, 15)'],
  ['x / 1', [v], (x) => op('div', x!, num(1, x!)), 'x0'],
  ['x / (−1)', [v], (x) => op('div', x!, num(-1, x!)), 'neg(x0)'],
  ['x / 8', [v], (x) => op('div', x!, num(8, x!)), 'mul(x0, 0.125)'],
  ['x / 3 stays', [v], (x) => op('div', x!, num(3, x!)), 'div(x0, 3)'],
  ['integer division stays', [int], (x) => op('div', x!, num(4, x!)), 'div(x0, 4)'],
  ['−(−x / y)', [v, v], (x, y) => op('neg', op('div', op('neg', x!), y!)), 'div(x0, x1)'],
  ['x⁰', [v], (x) => op('pow', x!, num(0, x!)), '1'],
  ['x¹', [v], (x) => op('pow', x!, num(1, x!)), 'x0'],
  ['x²', [v], (x) => op('pow', x!, num(2, x!)), 'mul(x0, x0)'],
  ['x³', [v], (x) => op('pow', x!, num(3, x!)), 'mul(x0, mul(x0, x0))'],
  ['x⁻¹', [v], (x) => op('pow', x!, num(-1, x!)), 'div(1, x0)'],
  ['x to the power ½ stays', [v], (x) => op('pow', x!, num(0.5, x!)), 'pow(x0, 0.5)'],
  ['x to the power ½ for x ≥ 0', [v], (x) => op('pow', positive(x!), num(0.5, x!)), 'sqrt(exp(x0))'],
  ['max(x, x)', [v], (x) => op('maximum', x!, x!), 'x0'],
  ['max(eˣ, −1)', [v], (x) => op('maximum', positive(x!), num(-1, x!)), 'exp(x0)'],
  ['min(−1, eˣ) stays: NaN', [v], (x) => op('minimum', num(-1, x!), positive(x!)), 'minimum(-1, exp(x0))'],
  ['|−x|', [v], (x) => op('abs', op('neg', x!)), 'abs(x0)'],
  ['|eˣ|', [v], (x) => op('abs', positive(x!)), 'exp(x0)'],
  ['round of floor', [v], (x) => op('round', op('floor', x!)), 'floor(x0)'],
  ['stopGradient', [v], (x) => op('stopGradient', x!), 'x0'],
  ['credit', [v, v], (x, y) => op('add', y!, op('credit', x!, y!)), 'x1'],
  ['exp(log x) stays', [v], (x) => op('exp', op('log', x!)), 'exp(log(x0))'],
  ['x ^ x', [int], (x) => op('xor', x!, x!), '0'],
  ['x << 0', [int], (x) => op('shiftLeft', x!, num(0, x!)), 'x0'],
];

const logic: readonly Case[] = [
  ['eˣ < 0', [v], (x) => opWith('compare', { direction: 'lt' }, positive(x!), num(0, x!)), '0'],
  [
    'eˣ ≥ 0 stays: NaN',
    [v],
    (x) => opWith('compare', { direction: 'ge' }, positive(x!), num(0, x!)),
    'compare[ge](exp(x0), 0)',
  ],
  ['x = x of integers', [int], (x) => opWith('compare', { direction: 'eq' }, x!, x!), '1'],
  [
    'x = x of reals stays: NaN',
    [v],
    (x) => opWith('compare', { direction: 'eq' }, x!, x!),
    'compare[eq](x0, x0)',
  ],
  ['isNaN of what cannot be', [int], (x) => op('isNaN', opWith('cast', { dtype: 'f' }, x!)), '0'],
  ['isFinite of what is', [int], (x) => op('isFinite', opWith('cast', { dtype: 'f' }, x!)), '1'],
  ['not not', [bool], (x) => op('not', op('not', x!)), 'x0'],
  [
    'not (x < y) of integers',
    [int, int],
    (x, y) => op('not', opWith('compare', { direction: 'lt' }, x!, y!)),
    'compare[ge](x0, x1)',
  ],
  [
    'not (x < y) of reals stays: NaN',
    [v, v],
    (x, y) => op('not', opWith('compare', { direction: 'lt' }, x!, y!)),
    'not(compare[lt](x0, x1))',
  ],
  ['x and true', [bool], (x) => op('and', x!, num(1, x!)), 'x0'],
  ['x and false', [bool], (x) => op('and', num(0, x!), x!), '0'],
  ['x & −1', [int], (x) => op('and', x!, num(-1, x!)), 'x0'],
  ['x or true', [bool], (x) => op('or', x!, num(1, x!)), '1'],
  ['x or x', [bool], (x) => op('or', x!, x!), 'x0'],
  ['select of equals', [bool, v], (c, x) => op('select', c!, x!, x!), 'x1'],
  [
    'select by a constant',
    [v, v],
    (x, y) => op('select', ops.fill(x!.builder, 0, [3], 'bool'), x!, y!),
    'x1',
  ],
  ['select by not', [bool, v, v], (c, x, y) => op('select', op('not', c!), x!, y!), 'select(x0, x2, x1)'],
  [
    'select of a select',
    [bool, v, v, v],
    (c, x, y, z) => op('select', c!, op('select', c!, x!, y!), z!),
    'select(x0, x1, x3)',
  ],
  ['select of true and false', [bool], (c) => op('select', c!, num(1, c!), num(0, c!)), 'x0'],
  ['select of x and false', [bool, bool], (c, x) => op('select', c!, x!, num(0, c!)), 'and(x0, x1)'],
  ['cast to the same', [v], (x) => opWith('cast', { dtype: 'f' }, x!), 'x0'],
  [
    'bool → i32 → f',
    [bool],
    (x) => opWith('cast', { dtype: 'f' }, opWith('cast', { dtype: 'i32' }, x!)),
    'cast[f](x0)',
  ],
  [
    'i32 → u32 → i32',
    [int],
    (x) => opWith('cast', { dtype: 'i32' }, opWith('cast', { dtype: 'u32' }, x!)),
    'x0',
  ],
  [
    'f → i32 → f stays',
    [v],
    (x) => opWith('cast', { dtype: 'f' }, opWith('cast', { dtype: 'i32' }, x!)),
    'cast[f](cast[i32](x0))',
  ],
  [
    'i32 → bool → i32 stays',
    [int],
    (x) => opWith('cast', { dtype: 'i32' }, opWith('cast', { dtype: 'bool' }, x!)),
    'cast[i32](cast[bool](x0))',
  ],
];

describe('arithmetic', () => test.each(arithmetic)('%s', check));
describe('conditions and conversions', () => test.each(logic)('%s', check));

test('origins go with the nodes', () => {
  const b = new Builder();
  const x = b.input(v);
  b.originOf = () => () => 'tf.sub at model.ts:1:2';
  const y = op('add', x, op('neg', op('exp', x)));
  const made = simplify.run(b.finish([y]));
  expect(made.outputs[0]!.op).toBe('sub');
  expect(made.outputs[0]!.origin!()).toBe('tf.sub at model.ts:1:2');
});
