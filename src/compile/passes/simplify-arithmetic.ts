/**
 * Algebraic identities of element-wise arithmetic.
 *
 * For reals x · 0 is 0 only where x is known to be finite: NaN and ∞ follow IEEE 754, and derivatives of a branch that
 * is not taken must not lose theirs. exp(log x) stays: it is NaN below 0.
 *
 * @module
 */
import { ops, type BinaryName, type Node } from '../../ir/index.js';
import { rulesFor, mergeRules, type Rule, type RuleTable, type Target } from './rewrite.js';
import { binary, fillLike, isKnownFinite, isPowerOfTwo, unary, valueOf } from './terms.js';

/** Calls `f` with both orders of two operands until one fits. */
function either<T>([x, y]: readonly Node[], f: (x: Node, y: Node) => T | undefined): T | undefined {
  return f(x!, y!) ?? f(y!, x!);
}

/** The operand of a negation. */
const negated = (x: Node): Node | undefined => (x.op === 'neg' ? x.operands[0] : undefined);

/**
 * Whether (x · a) · b may be written x · (ab): unless the first product overflows where the second would not, and both
 * orders keep out of the subnormal range of float32.
 */
function mayCombine(a: number, b: number): boolean {
  const [p, q] = [Math.abs(a), Math.abs(b)];
  const modest = (v: number): boolean => v > 1e-30 && v < 1e30;
  return modest(p) && modest(q) && modest(p * q) && (p <= 1 || q >= 1);
}

/** A product, sum or bitwise combination of two constants and a value, with the constants taken together. */
function constantsTogether(op: 'add' | 'mul' | 'and' | 'or' | 'xor'): Rule<BinaryName> {
  return (node, to) =>
    either(node.operands, (x, c) => {
      const b = valueOf(c);
      if (b === undefined || x.op !== op) return undefined;
      return either(x.operands, (y, d) => {
        const a = valueOf(d);
        if (a === undefined || valueOf(y) !== undefined) return undefined;
        if (node.dtype !== 'f') return binary(to, op, y, binary(to, op, d, c));
        return op === 'mul' && mayCombine(a, b) ? binary(to, op, y, fillLike(to, a * b, y)) : undefined;
      });
    });
}

/** A factor or divisor of a product or quotient, and what is left. */
function scale(x: Node): { readonly y: Node; readonly factor: number; readonly divisor: number } | undefined {
  if (x.op === 'mul') {
    return either(x.operands, (y, c) => {
      const factor = valueOf(c);
      return factor === undefined || valueOf(y) !== undefined ? undefined : { y, factor, divisor: 1 };
    });
  }
  const divisor = x.op === 'div' ? valueOf(x.operands[1]!) : undefined;
  return divisor === undefined ? undefined : { y: x.operands[0]!, factor: 1, divisor };
}

/** (x / a) · b, (x · a) / b and (x / a) / b as one product or quotient. */
function scaledAgain(to: Target, x: Node, factor: number, divisor: number): Node | undefined {
  const inner = x.dtype === 'f' ? scale(x) : undefined;
  if (inner === undefined || !mayCombine(inner.factor / inner.divisor, factor / divisor)) return undefined;
  const [a, b] = [inner.factor * factor, inner.divisor * divisor];
  if (a === 1) return binary(to, 'div', inner.y, fillLike(to, b, inner.y));
  return binary(to, 'mul', inner.y, fillLike(to, a / b, inner.y));
}

const sums: RuleTable = {
  add: {
    'x + 0 → x': ({ operands }) => either(operands, (x, c) => (valueOf(c) === 0 ? x : undefined)),
    'x + (−y) → x − y': ({ operands }, to) =>
      either(operands, (x, y) => {
        const z = negated(y);
        return z === undefined ? undefined : binary(to, 'sub', x, z);
      }),
    '(x + a) + b → x + (a + b)': constantsTogether('add'),
  },
  sub: {
    'x − 0 → x': ({ operands: [x, y] }) => (valueOf(y!) === 0 ? x : undefined),
    '0 − x → −x': ({ operands: [x, y] }, to) => (valueOf(x!) === 0 ? unary(to, 'neg', y!) : undefined),
    'x − (−y) → x + y': ({ operands: [x, y] }, to) => {
      const z = negated(y!);
      return z === undefined ? undefined : binary(to, 'add', x!, z);
    },
    '(−x) − y → −(x + y)': ({ operands: [x, y] }, to) => {
      const p = negated(x!);
      if (p === undefined || to.uses(x!) > 1) return undefined;
      return unary(to, 'neg', binary(to, 'add', p, y!));
    },
    'x − x → 0': ({ operands: [x, y] }, to) =>
      x === y && isKnownFinite(to, x!) ? fillLike(to, 0, x!) : undefined,
  },
  neg: {
    '−(−x) → x': ({ operands: [x] }) => negated(x!),
    '−(x − y) → y − x': ({ operands: [x] }, to) =>
      x!.op === 'sub' && to.uses(x!) <= 1 ? binary(to, 'sub', x!.operands[1]!, x!.operands[0]!) : undefined,
    '−(x · c) → x · (−c)': ({ operands: [x], dtype }, to) => {
      if (x!.op !== 'mul' || dtype !== 'f' || to.uses(x!) > 1) return undefined;
      return either(x!.operands, (y, c) => {
        const v = valueOf(c);
        return v === undefined ? undefined : binary(to, 'mul', y, fillLike(to, -v, y));
      });
    },
    '−(x / c) → x / (−c)': ({ operands: [x], dtype }, to) => {
      if (x!.op !== 'div' || dtype !== 'f' || to.uses(x!) > 1) return undefined;
      const v = valueOf(x!.operands[1]!);
      return v === undefined ? undefined : binary(to, 'div', x!.operands[0]!, fillLike(to, -v, x!));
    },
  },
};

const products: RuleTable = {
  mul: {
    'x · 1 → x': ({ operands }) => either(operands, (x, c) => (valueOf(c) === 1 ? x : undefined)),
    'x · (−1) → −x': ({ operands }, to) =>
      either(operands, (x, c) => (valueOf(c) === -1 ? unary(to, 'neg', x) : undefined)),
    'x · 0 → 0 for finite x': ({ operands }, to) =>
      either(operands, (x, c) => (valueOf(c) === 0 && isKnownFinite(to, x) ? c : undefined)),
    '(−x) · (−y) → x · y': ({ operands: [x, y] }, to) => {
      const [p, q] = [negated(x!), negated(y!)];
      return p === undefined || q === undefined ? undefined : binary(to, 'mul', p, q);
    },
    '(−x) · c → x · (−c)': ({ operands, dtype }, to) =>
      dtype !== 'f'
        ? undefined
        : either(operands, (x, c) => {
            const [p, v] = [negated(x), valueOf(c)];
            return p === undefined || v === undefined ? undefined : binary(to, 'mul', p, fillLike(to, -v, p));
          }),
    '(−x) · y → −(x · y)': ({ operands }, to) =>
      either(operands, (x, y) => {
        const p = negated(x);
        if (p === undefined || to.uses(x) > 1 || valueOf(y) !== undefined) return undefined;
        return unary(to, 'neg', binary(to, 'mul', p, y));
      }),
    '(x · a) · b → x · (ab)': constantsTogether('mul'),
    '(x / a) · b → x · (b/a)': ({ operands }, to) =>
      either(operands, (x, c) => {
        const v = valueOf(c);
        return v === undefined || x.op !== 'div' ? undefined : scaledAgain(to, x, v, 1);
      }),
  },
  div: {
    'x / 1 → x': ({ operands: [x, y] }) => (valueOf(y!) === 1 ? x : undefined),
    'x / (−1) → −x': ({ operands: [x, y], dtype }, to) =>
      valueOf(y!) === -1 && dtype === 'f' ? unary(to, 'neg', x!) : undefined,
    'x / 2ᵏ → x · 2⁻ᵏ': ({ operands: [x, y], dtype }, to) => {
      const v = valueOf(y!);
      if (dtype !== 'f' || v === undefined || !isPowerOfTwo(v)) return undefined;
      return binary(to, 'mul', x!, fillLike(to, 1 / v, x!));
    },
    '(x · a) / b → x · (a/b), (x / a) / b → x / (ab)': ({ operands: [x, y] }, to) => {
      const v = valueOf(y!);
      return v === undefined ? undefined : scaledAgain(to, x!, 1, v);
    },
    '(−x) / (−y) → x / y': ({ operands: [x, y], dtype }, to) => {
      const [p, q] = [negated(x!), negated(y!)];
      return p === undefined || q === undefined || dtype !== 'f' ? undefined : binary(to, 'div', p, q);
    },
    '(−x) / y → −(x / y)': ({ operands: [x, y], dtype }, to) => {
      const p = negated(x!);
      if (p === undefined || dtype !== 'f' || to.uses(x!) > 1 || valueOf(y!) !== undefined) return undefined;
      return unary(to, 'neg', binary(to, 'div', p, y!));
    },
    'x / (−y) → −(x / y)': ({ operands: [x, y], dtype }, to) => {
      const q = negated(y!);
      if (q === undefined || dtype !== 'f' || to.uses(y!) > 1 || valueOf(x!) !== undefined) return undefined;
      return unary(to, 'neg', binary(to, 'div', x!, q));
    },
    '(−x) / c → x / (−c)': ({ operands: [x, y], dtype }, to) => {
      const [p, v] = [negated(x!), valueOf(y!)];
      if (p === undefined || v === undefined || dtype !== 'f') return undefined;
      return binary(to, 'div', p, fillLike(to, -v, p));
    },
  },
  pow: {
    'x⁰ → 1': ({ operands: [x, y] }, to) => (valueOf(y!) === 0 ? fillLike(to, 1, x!) : undefined),
    'x¹ → x': ({ operands: [x, y] }) => (valueOf(y!) === 1 ? x : undefined),
    'xⁿ → products': ({ operands: [x, y] }, to) => {
      const n = valueOf(y!);
      return n === undefined ? undefined : smallPower(to, x!, n);
    },
    '√x for x ≥ 0': ({ operands: [x, y] }, to) =>
      valueOf(y!) === 0.5 && to.range(x!).low >= 0 ? unary(to, 'sqrt', x!) : undefined,
  },
};

/** xⁿ for n = 2, 3, 4, −1, −2. */
function smallPower(to: Target, x: Node, n: number): Node | undefined {
  const times = (a: Node, b: Node): Node => binary(to, 'mul', a, b);
  const inverse = (a: Node): Node => binary(to, 'div', fillLike(to, 1, a), a);
  switch (n) {
    case 2:
      return times(x, x);
    case 3:
      return times(times(x, x), x);
    case 4: {
      const square = times(x, x);
      return times(square, square);
    }
    case -1:
      return inverse(x);
    case -2: {
      const reciprocal = inverse(x);
      return times(reciprocal, reciprocal);
    }
    default:
      return undefined;
  }
}

const extremes: RuleTable = {
  maximum: {
    'max(x, x) → x': ({ operands: [x, y] }) => (x === y ? x : undefined),
    'max(x, y) → x for x ≥ y': ({ operands }, to) =>
      either(operands, (x, y) => (to.range(x).low >= to.range(y).high && !to.range(y).nan ? x : undefined)),
  },
  minimum: {
    'min(x, x) → x': ({ operands: [x, y] }) => (x === y ? x : undefined),
    'min(x, y) → x for x ≤ y': ({ operands }, to) =>
      either(operands, (x, y) => (to.range(x).high <= to.range(y).low && !to.range(y).nan ? x : undefined)),
  },
  abs: {
    '|−x| → |x|': ({ operands: [x] }, to) => {
      const y = negated(x!);
      return y === undefined || x!.dtype !== 'f' ? undefined : unary(to, 'abs', y);
    },
    '|x| → x for x ≥ 0': ({ operands: [x] }, to) => (to.range(x!).low >= 0 ? x : undefined),
  },
  sign: {
    'sign x → 1 for x > 0': ({ operands: [x] }, to) => {
      const { low, nan } = to.range(x!);
      return low > 0 && !nan ? fillLike(to, 1, x!) : undefined;
    },
  },
};

const whole = (x: Node): boolean =>
  x.op === 'floor' ||
  x.op === 'ceil' ||
  x.op === 'round' ||
  x.op === 'iota' ||
  (x.op === 'cast' && x.operands[0]!.dtype !== 'f');

const rounding: RuleTable = rulesFor(['floor', 'ceil', 'round'] as const, () => ({
  'whole numbers are round': ({ operands: [x] }: { readonly operands: readonly Node[] }) =>
    whole(x!) ? x : undefined,
}));

/** What derivatives need and values do not; all derivatives are taken when a graph is compiled. */
const markers: RuleTable = {
  stopGradient: { 'stopGradient → identity': ({ operands: [x] }) => x },
  credit: { 'credit → 0': ({ operands: [x] }, to) => fillLike(to, 0, x!) },
};

const bits: RuleTable = {
  and: { '(x & a) & b → x & (a & b)': constantsTogether('and') },
  or: { '(x | a) | b → x | (a | b)': constantsTogether('or') },
  xor: {
    '(x ^ a) ^ b → x ^ (a ^ b)': constantsTogether('xor'),
    'x ^ x → 0': ({ operands: [x, y] }, to) => (x === y ? fillLike(to, 0, x!) : undefined),
    'x ^ 0 → x': ({ operands }) => either(operands, (x, c) => (valueOf(c) === 0 ? x : undefined)),
    'x ^ true → not x': ({ operands, dtype }, to) =>
      dtype !== 'bool'
        ? undefined
        : either(operands, (x, c) => (valueOf(c) === 1 ? to.node('not', ops.none, [x]) : undefined)),
  },
  shiftLeft: { 'shift by 0': ({ operands: [x, y] }) => (valueOf(y!) === 0 ? x : undefined) },
  shiftRight: { 'shift by 0': ({ operands: [x, y] }) => (valueOf(y!) === 0 ? x : undefined) },
};

/** Identities of arithmetic. */
export const arithmeticRules: RuleTable = mergeRules(sums, products, extremes, rounding, markers, bits);
