/**
 * Identities of conditions, selections and conversions.
 *
 * @module
 */
import { ops, type Comparison, type DType, type Node } from '../../ir/index.js';
import type { Range } from './range.js';
import type { RuleTable, Target } from './rewrite.js';
import { binary, isKnownFinite, valueOf } from './terms.js';

/** The comparison that holds exactly where another does not, NaN apart. */
const opposite: { readonly [C in Comparison]: Comparison } = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
};

/** The outcome of a comparison, if ranges decide it. */
function decided(direction: Comparison, x: Range, y: Range): boolean | undefined {
  const nan = x.nan || y.nan;
  const below = x.high < y.low;
  const notAbove = x.high <= y.low;
  const above = x.low > y.high;
  const notBelow = x.low >= y.high;
  switch (direction) {
    // comparisons with NaN are false, but for `ne`
    case 'lt':
      return below && !nan ? true : notBelow ? false : undefined;
    case 'le':
      return notAbove && !nan ? true : above ? false : undefined;
    case 'gt':
      return above && !nan ? true : notAbove ? false : undefined;
    case 'ge':
      return notBelow && !nan ? true : below ? false : undefined;
    case 'eq':
      return below || above ? false : undefined;
    case 'ne':
      return below || above ? true : undefined;
  }
}

const bool = (to: Target, value: boolean, like: Node): Node => to.fill(value ? 1 : 0, like.shape, 'bool');
const ones: { readonly [D in DType]: number } = { bool: 1, i32: -1, u32: 2 ** 32 - 1, f: NaN };

const conditions: RuleTable = {
  compare: {
    'known outcome': (node, to) => {
      const [x, y] = node.operands as readonly [Node, Node];
      const found = decided(node.attrs.direction, to.range(x), to.range(y));
      return found === undefined ? undefined : bool(to, found, node);
    },
    'x against x': ({ operands: [x, y], attrs: { direction } }, to) => {
      if (x !== y || to.range(x!).nan) return undefined;
      return bool(to, direction === 'eq' || direction === 'le' || direction === 'ge', x!);
    },
  },
  isNaN: {
    'known outcome': ({ operands: [x] }, to) => (to.range(x!).nan ? undefined : bool(to, false, x!)),
  },
  isFinite: {
    'known outcome': ({ operands: [x] }, to) => (isKnownFinite(to, x!) ? bool(to, true, x!) : undefined),
  },
  not: {
    'not not x → x': ({ operands: [x] }) => (x!.op === 'not' ? x!.operands[0] : undefined),
    'not of a comparison': ({ operands: [x], dtype }, to) => {
      if (x!.op !== 'compare' || dtype !== 'bool' || to.uses(x!) > 1) return undefined;
      const { direction } = (x as Node<'compare'>).attrs;
      const [a, b] = x!.operands as readonly [Node, Node];
      const ordered = !to.range(a).nan && !to.range(b).nan;
      if (!ordered && direction !== 'eq' && direction !== 'ne') return undefined;
      return to.node('compare', { direction: opposite[direction] }, [a, b]);
    },
  },
  and: {
    'x and x': ({ operands: [x, y] }) => (x === y ? x : undefined),
    'x and all ones → x': ({ operands: [x, y], dtype }) =>
      valueOf(y!) === ones[dtype] ? x : valueOf(x!) === ones[dtype] ? y : undefined,
    'x and 0 → 0': ({ operands: [x, y] }) => (valueOf(y!) === 0 ? y : valueOf(x!) === 0 ? x : undefined),
  },
  or: {
    'x or x': ({ operands: [x, y] }) => (x === y ? x : undefined),
    'x or 0 → x': ({ operands: [x, y] }) => (valueOf(y!) === 0 ? x : valueOf(x!) === 0 ? y : undefined),
    'x or all ones → all ones': ({ operands: [x, y], dtype }) =>
      valueOf(y!) === ones[dtype] ? y : valueOf(x!) === ones[dtype] ? x : undefined,
  },
};

const selections: RuleTable = {
  select: {
    'known condition': ({ operands: [c, x, y] }) => {
      const known = valueOf(c!);
      return known === undefined ? undefined : known !== 0 ? x : y;
    },
    'equal alternatives': ({ operands: [, x, y] }) => {
      if (x === y) return x;
      const [a, b] = [valueOf(x!), valueOf(y!)];
      return a !== undefined && Object.is(a, b) ? x : undefined;
    },
    'select(not c, x, y) → select(c, y, x)': ({ operands: [c, x, y] }, to) =>
      c!.op === 'not' ? to.node('select', ops.none, [c!.operands[0]!, y!, x!]) : undefined,
    'selected twice by one condition': ({ operands: [c, x, y] }, to) => {
      const inner = (n: Node, i: number): Node | undefined =>
        n.op === 'select' && n.operands[0] === c ? n.operands[i] : undefined;
      const [a, b] = [inner(x!, 1), inner(y!, 2)];
      if (a === undefined && b === undefined) return undefined;
      return to.node('select', ops.none, [c!, a ?? x!, b ?? y!]);
    },
    'select of bool constants': ({ operands: [c, x, y], dtype }, to) => {
      if (dtype !== 'bool') return undefined;
      const [a, b] = [valueOf(x!), valueOf(y!)];
      if (a === 1 && b === 0) return c;
      if (a === 0 && b === 1) return to.node('not', ops.none, [c!]);
      if (b === 0) return binary(to, 'and', c!, x!);
      if (a === 1) return binary(to, 'or', c!, y!);
      return undefined;
    },
  },
};

/** Whether two conversions one after another are one: `from` → `via` → `dtype`. */
function direct(from: DType, via: DType, dtype: DType): boolean {
  if (dtype === 'bool') return via === 'i32' || via === 'u32' ? from !== 'f' : via === 'f';
  if (from === 'bool') return true;
  // integers keep their 32 bits, and a real that was one is one again
  const integers = from !== 'f' && via !== 'f' && via !== 'bool' && dtype !== 'f';
  return integers || (via === 'f' && from === dtype);
}

const conversions: RuleTable = {
  cast: {
    'cast to its own type': ({ operands: [x], dtype }) => (x!.dtype === dtype ? x : undefined),
    'cast of a cast': ({ operands: [x], dtype }, to) => {
      if (x!.op !== 'cast') return undefined;
      const y = x!.operands[0]!;
      if (!direct(y.dtype, x!.dtype, dtype)) return undefined;
      return y.dtype === dtype ? y : to.node('cast', { dtype }, [y]);
    },
    'cast of iota': ({ operands: [x], dtype }, to) => {
      if (x!.op !== 'iota' || dtype === 'bool') return undefined;
      const { shape, axis } = (x as Node<'iota'>).attrs;
      // indices that float32 holds exactly
      return shape[axis]! <= 2 ** 24 ? to.node('iota', { shape, axis, dtype }, []) : undefined;
    },
    'cast of a constant': ({ operands: [x], dtype }, to) => {
      const v = valueOf(x!);
      if (v === undefined || !Number.isInteger(v) || v < 0 || v > 2 ** 24) return undefined;
      return to.fill(dtype === 'bool' ? Math.min(v, 1) : v, x!.shape, dtype);
    },
  },
};

/** Identities of conditions, selections and conversions. */
export const logicRules: RuleTable = { ...conditions, ...selections, ...conversions };
