/** Wrong rewritings, each of which the comparison on random graphs has to catch. */
import { describe, expect, test } from 'vitest';
import { rewriting, type RuleTable } from '../../src/compile/passes/rewrite.js';
import { isOp, ops, sameShape, type Node } from '../../src/ir/index.js';
import { judge, samples } from './passes-judge.js';
import { passProgram } from './passes-programs.js';

const given = samples((seed) => passProgram(seed, 30), 1000);
const number = ops.filledWith;

const planted: readonly (readonly [string, RuleTable])[] = [
  [
    'x · 0 → 0, NaN or not',
    { mul: { r: ({ operands: [x, y] }) => (number(y!) === 0 ? y : number(x!) === 0 ? x : undefined) } },
  ],
  [
    'x − x → 0, infinite or not',
    { sub: { r: ({ operands: [x, y] }, to) => (x === y ? to.fill(0, x!.shape, x!.dtype) : undefined) } },
  ],
  [
    'an infinity that becomes a large number',
    {
      abs: {
        r: ({ operands: [x], dtype }, to) =>
          dtype === 'f'
            ? to.node('minimum', {}, [
                to.node('maximum', {}, [x!, to.node('neg', {}, [x!])]),
                to.fill(1e300, x!.shape, 'f'),
              ])
            : undefined,
      },
    },
  ],
  [
    '√x for x to the power 0.5',
    {
      pow: { r: ({ operands: [x, y] }, to) => (number(y!) === 0.5 ? to.node('sqrt', {}, [x!]) : undefined) },
    },
  ],
  [
    'not (x < y) → x ≥ y, NaN or not',
    {
      not: {
        r: ({ operands: [x] }, to) =>
          isOp(x!, 'compare') && x.attrs.direction === 'lt'
            ? to.node('compare', { direction: 'ge' }, x.operands)
            : undefined,
      },
    },
  ],
  [
    'max(x, y) that drops NaN',
    {
      maximum: {
        r: ({ operands: [x, y] }, to) =>
          number(y!) === undefined
            ? undefined
            : to.node('select', {}, [to.node('compare', { direction: 'gt' }, [x!, y!]), x!, y!]),
      },
    },
  ],
  [
    '(x · a) · b → x · (ab), overflowing or not',
    {
      mul: {
        r: ({ operands: [x, y], dtype }, to) => {
          const b = number(y!);
          if (x!.op !== 'mul' || b === undefined || dtype !== 'f' || number(x!.operands[1]!) !== undefined)
            return undefined;
          return to.node('mul', {}, [x!.operands[0]!, to.node('mul', {}, [x!.operands[1]!, y!])]);
        },
      },
    },
  ],
  [
    'a sum that forgets how often it repeats',
    {
      reduceSum: {
        r: ({ operands: [x], shape }) =>
          isOp(x!, 'broadcast') && sameShape(x.operands[0]!.shape, shape) ? x.operands[0] : undefined,
      },
    },
  ],
  [
    'transposes composed the wrong way round',
    {
      transpose: {
        r: ({ operands: [x], attrs: { perm }, shape }, to) => {
          if (!isOp(x!, 'transpose')) return undefined;
          const turned = x.attrs.perm.map((p) => perm[p]!);
          return to.node('reshape', { shape }, [to.node('transpose', { perm: turned }, x.operands)]);
        },
      },
    },
  ],
  [
    'a pad that is one too wide',
    {
      add: {
        r: ({ operands: [x, y] }, to) =>
          isOp(x!, 'pad') && isOp(y!, 'pad') && sizes(x) === sizes(y)
            ? to.node('maximum', {}, [x, y])
            : undefined,
      },
    },
  ],
  [
    'a transposed operand of a product, whatever its free axes',
    {
      dot: {
        r: ({ operands: [x, y], attrs, shape }, to) => {
          if (!isOp(x!, 'transpose')) return undefined;
          const back = (list: readonly number[]): number[] => list.map((a) => x.attrs.perm[a]!);
          const made = to.node(
            'dot',
            { ...attrs, lhsContract: back(attrs.lhsContract), lhsBatch: back(attrs.lhsBatch) },
            [x.operands[0]!, y!],
          );
          return to.node('reshape', { shape }, [made]);
        },
      },
    },
  ],
  [
    'a scan of one step that runs none',
    {
      scan: {
        r: ({ operands, avals, attrs }, to) =>
          attrs.length === 1
            ? avals.map((a, i) =>
                i < attrs.carry ? operands[attrs.consts + i]! : to.fill(0, a.shape, a.dtype),
              )
            : undefined,
      },
    },
  ],
  [
    'a scan run the other way',
    {
      scan: {
        r: ({ operands, attrs }, to) =>
          attrs.reverse ? to.nodes('scan', { ...attrs, reverse: false }, operands) : undefined,
      },
    },
  ],
  [
    'an index that is not clamped',
    {
      cond: {
        r: ({ operands: [i, ...args], attrs: { branches } }, to) => {
          const k = number(i!);
          return k === undefined ? undefined : to.inline(branches[Math.abs(k) % branches.length]!, args);
        },
      },
    },
  ],
  [
    'a select whose alternatives change places',
    {
      select: {
        r: ({ operands: [c, x, y] }, to) =>
          c!.op === 'not' ? to.node('select', {}, [c!.operands[0]!, x!, y!]) : undefined,
      },
    },
  ],
  [
    'i32 → bool → i32 as nothing',
    {
      cast: {
        r: ({ operands: [x], dtype }) =>
          x!.op === 'cast' && x!.operands[0]!.dtype === dtype ? x!.operands[0] : undefined,
      },
    },
  ],
];

function sizes(x: Node): string {
  return x.operands[0]!.shape.join();
}

describe('a wrong rule is caught by the same comparison', () => {
  test.each(planted)('%s', (_, table) => {
    const wrong = rewriting('wrong', table);
    expect(() => judge((g) => wrong.run(g), given)).toThrow(/graph \d+: result \d+, element \d+: expected/);
  });
});
